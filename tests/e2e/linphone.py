"""linphonec without a sound card: it plays a wav file and records what it heard."""
import re
import subprocess

from audio import read_samples, write_tone
from place import Place, wait_for

# auto_net_state_mon=0: it would otherwise wait for a network other than loopback.
CONFIG = """
[sip]
{ports}
sip_tcp_port=0
default_proxy=0
use_ipv6=0
inc_timeout=60
[net]
auto_net_state_mon=0
[rtp]
audio_rtp_port={rtp}
[sound]
echocancellation=0
[video]
enabled=0
capture=0
display=0
automatically_initiate=0
automatically_accept=0
[proxy_0]
reg_proxy=<sip:{server};transport={transport}>
{route}reg_identity=sip:{name}@{address}
reg_expires=600
reg_sendregister=1
publish=0
[auth_info_0]
username={name}
passwd={password}
realm={realm}
domain={host}
"""
ROUTE = "reg_route=<sip:{server};transport=tls;lr>\n"  # else calls would go to the identity's address
UDP = "sip_port={udp}\nsip_tls_port=0"
TLS = "sip_port=0\nsip_tls_port={tls}\nroot_ca={authorities}\nverify_server_certs=1\nverify_server_cn=1"


class Linphonec:
    def __init__(self, place: Place, exchange, name, hertz, password=None, realm="asterisk", server=None,
                 authorities=None):
        """`server`: the address to register at by TLS, with a certificate of the file `authorities`."""
        self.place, self.exchange, self.name = place, exchange, name
        self.directory = place.directory / f"linphonec-{name}"
        self.log = place.directory / f"linphonec-{name}.log"
        self.record = self.directory / "heard.wav"
        for folder in (".local/share/linphone", ".config/linphone"):  # it does not listen without them
            (self.directory / folder).mkdir(parents=True)
        tone = write_tone(self.directory / "tone.wav", hertz)
        secure = server is not None
        ports = TLS.format(tls=place.port(), authorities=authorities) if secure else UDP.format(udp=place.port())
        (self.directory / "linphonerc").write_text(CONFIG.format(
            host=place.host, ports=ports, server=server or exchange.address, transport="tls" if secure else "udp",
            route=ROUTE.format(server=server) if secure else "", rtp=place.ports(2), name=name, address=exchange.address,
            realm=realm, password=password or f"secret-{name}"))
        self.process = place.start(["stdbuf", "-oL", "linphonec", "-c", self.directory / "linphonerc"], self.log.name,
                                   {"HOME": str(self.directory)}, stdin=subprocess.PIPE)
        place.at_end(self.process.stdin.close)
        self.command("soundcard use files", f"play {tone}", f"record {self.record}")

    def command(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines).encode())
        self.process.stdin.flush()

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_output(self, pattern, seconds=15):
        return wait_for(lambda: re.search(pattern, self.output()), seconds,
                        lambda: f"{pattern!r} of linphonec {self.name}:\n{self.output()[-3000:]}")

    def register(self):
        wait_for(lambda: self.exchange.registered(self.name), 15, f"registration of {self.name}")
        return self

    def dial(self, number):
        self.command(f"call {number}")

    def accept(self):
        self.command("answer")

    def hangup(self):
        self.command("terminate")

    def ringing(self):
        return self.wait_output(r"Receiving new incoming call|is contacting you")

    def answered(self):
        return self.wait_output("Media streams established|connected")

    def closed(self):
        return self.wait_output(r"Call \d+ with .* (ended|error)")

    def quit(self):
        """Ends it, so that its recording is whole."""
        self.command("quit")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        self.place.end(self.process)

    def heard(self):
        return read_samples(self.record)
