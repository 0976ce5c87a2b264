"""baresip without a sound card: it plays a wav file and records what its decoder gave (its sndfile module)."""
import collections
import contextlib
import json
import os
import pathlib
import socket
import threading
import time

from audio import read_samples, write_tone
from place import Place, wait_for

MODULES = pathlib.Path(f"/usr/lib/{os.uname().machine}-linux-gnu/baresip/modules")
CONFIG = """
poll_method epoll
sip_listen {host}:{sip}
net_interface {host}
call_local_timeout 120
call_max_calls {calls}
audio_player aubridge,none
audio_alert aubridge,none
audio_source aufile,{tone}
ausrc_srate 8000
auplay_srate 8000
audio_txmode thread
jitter_buffer_type off
rtcp_mux no
rtp_ports {rtp}-{rtp_end}
snd_path {recordings}
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module ctrl_tcp.so
module_app account.so
module_app menu.so
ctrl_tcp_listen {host}:{control}
"""
ACCOUNT = ("<sip:{name}@{address};transport=udp>;auth_user={name};auth_pass={password};regint=600;"
           "audio_codecs={codecs};answermode={answer}\n")


class Baresip:
    def __init__(self, place: Place, exchange, name, hertz=None, password=None, codecs="PCMA/8000/1,PCMU/8000/1",
                 answer="auto", calls=4):
        """A telephone of account `name` that sends a tone of so many hertz (silence without). `answer`: auto or manual."""
        self.place, self.exchange, self.name, self.hertz = place, exchange, name, hertz
        self.directory = place.directory / f"baresip-{name}"
        self.recordings = self.directory / "recordings"
        self.recordings.mkdir(parents=True)
        self.events = collections.deque()
        self._sip, _tls = place.port(), place.port()  # it takes the port after it for TLS
        self._control, rtp = place.port(), place.ports(32)
        tone = write_tone(self.directory / "tone.wav", hertz or 0, level=0.5 if hertz else 0.0)
        modules = MODULES if MODULES.exists() else "/usr/lib/baresip/modules"
        (self.directory / "config").write_text(CONFIG.format(
            host=place.host, sip=self._sip, control=self._control, rtp=rtp, rtp_end=rtp + 31, tone=tone,
            recordings=self.recordings, modules=modules, calls=calls))
        (self.directory / "accounts").write_text(ACCOUNT.format(
            name=name, address=exchange.address, password=password or f"secret-{name}", codecs=codecs, answer=answer))
        (self.directory / "contacts").write_text("")
        self.process = place.start(["baresip", "-f", self.directory, "-v"], f"baresip-{name}.log",
                                   {"HOME": str(self.directory)})
        self._connect()

    def _connect(self):
        def connected():
            if self.process.poll() is not None:
                raise AssertionError(f"baresip of {self.name} ended with {self.process.returncode}")
            try:
                return socket.create_connection((self.place.host, self._control))
            except OSError:
                return None
        self._connection = wait_for(connected, 10, f"the control connection of baresip {self.name}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.place.at_end(self._disconnect)

    def _disconnect(self):
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._reader.join(2)
        self._connection.close()

    def _read(self):
        """Netstrings of JSON: events, and the answers of commands."""
        buffer = b""
        while True:
            try:
                received = self._connection.recv(65536)
            except OSError:
                return
            if not received:
                return
            buffer += received
            while b":" in buffer:
                length, rest = buffer.split(b":", 1)
                if len(rest) < int(length) + 1:
                    break
                self.events.append(json.loads(rest[: int(length)].decode(errors="replace")))
                buffer = rest[int(length) + 1:]

    def command(self, word, parameters=""):
        self.say(f"command {word} {parameters}")
        text = json.dumps({"command": word, "params": parameters}).encode()
        self._connection.sendall(b"%d:%s," % (len(text), text))

    def say(self, text):
        with open(self.place.directory / f"baresip-{self.name}.log", "a", encoding="utf-8") as log:
            log.write(f"\n== {text}\n")

    def wait_event(self, kind, seconds=10):
        """Takes the first event of that type, with those before it."""
        def found():
            while self.events:
                event = self.events.popleft()
                self.say(f"event {event.get('type')} {event.get('param', '')}")
                if event.get("type") == kind:
                    return event
            return None
        return wait_for(found, seconds, f"{kind} at baresip {self.name}")

    def register(self):
        """Waits until the exchange knows it."""
        wait_for(lambda: self.exchange.registered(self.name), 10, f"registration of {self.name}")
        return self

    def dial(self, number):
        self.command("dial", str(number))

    def accept(self):
        self.command("accept")

    def hangup(self):
        self.command("hangup")

    def press(self, keys):
        for key in keys:
            self.command("sndcode", key)
            time.sleep(0.15)

    def answered(self, seconds=10):
        return self.wait_event("CALL_ESTABLISHED", seconds)

    def closed(self, seconds=10):
        """Waits for the end of a call and returns baresip's reason: for a refused one "486 Busy Here"."""
        return self.wait_event("CALL_CLOSED", seconds).get("param", "")

    def heard(self):
        """All samples that its decoder gave in the last call."""
        files = sorted(self.recordings.glob("*-dec.wav"))
        return read_samples(files[-1]) if files else read_samples("")
