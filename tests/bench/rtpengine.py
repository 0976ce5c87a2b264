"""rtpengine as Debian has it, in user space, driven by its ng protocol (bencoded dictionaries over UDP)."""
import itertools
import re
import shutil
import socket
import time

import accounting
import held_calls
import server

NG_PORT = 2223
COOKIES = itertools.count(time.monotonic_ns())  # one that was used is answered like a retransmission


def encode(value):
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(map(encode, value)) + b"e"
    return b"d" + b"".join(encode(key) + encode(value[key]) for key in sorted(value)) + b"e"


class Rtpengine(server.Server):
    name = "rtpengine"

    @staticmethod
    def installed():
        return shutil.which("rtpengine") is not None

    def configure(self):
        pass

    def command(self):
        return ["rtpengine", "--foreground", "--log-stderr", "--log-level=3", f"--interface={server.HOST}",
                f"--listen-ng={server.HOST}:{NG_PORT}", "--table=-1", "--num-threads=1", "--port-min=20000",
                "--port-max=59999", f"--pidfile={self.directory / 'pid'}"]

    def wait_until_it_answers(self, every=0.1, limit=30):
        began = time.monotonic()
        while time.monotonic() < began + limit:
            time.sleep(every)
            try:
                if "pong" in self._ask({"command": "ping"}):
                    self.pids = accounting.family(self.process.pid)
                    return time.monotonic() - began
            except OSError:
                pass
        raise server.Failure(f"rtpengine does not answer: see {self.directory / 'log'}")

    def add_calls(self, count):
        """Legs as HeldCalls.rtp_legs() has them."""
        legs = []
        for number in range(count):
            port = held_calls.FIRST_RTP_PORT + 2 * number
            common = {"call-id": f"relay{number}", "from-tag": "a", "ICE": "remove",
                      "replace": ["origin", "session-connection"]}
            near_called = self._ask(common | {"command": "offer", "sdp": held_calls.description(server.CALLER, port)})
            near_caller = self._ask(common | {"command": "answer", "to-tag": "b",
                                              "sdp": held_calls.description(server.CALLED, port)})
            legs.append((server.CALLER, port, *held_calls.remote_media(near_caller)))
            legs.append((server.CALLED, port, *held_calls.remote_media(near_called)))
        return legs

    def _ask(self, request):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(3)
            sock.connect((server.HOST, NG_PORT))
            sock.send(b"%d %s" % (next(COOKIES), encode(request)))
            answer = sock.recv(65535).decode("latin-1")
        if re.search(r"6:result5:error", answer):
            raise server.Failure(f"rtpengine: {answer}")
        # Descriptions are found in the text as it is: bencoded strings stand there unchanged.
        return answer.replace("3:sdp", "\r\n3:sdp").replace(":v=0", "\r\nv=0")
