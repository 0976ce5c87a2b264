"""polyfon as it is measured: a release, its default log level, call history on."""
import os
import pathlib
import subprocess

import server

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "polyfon"

SIP_CONF = """[general]
udpbindaddr=0.0.0.0:{port}
disallow=all
allow=alaw,ulaw
context=nowhere

[caller]
type=peer
host={caller}
port={phone_port}
insecure=port,invite
context=trunk

[called]
type=peer
host={called}
port={phone_port}
context=nowhere

[user](!)
type=friend
host=dynamic
context=users
"""

EXTENSIONS_CONF = """[users]
exten => _XXXXX,1,Dial(SIP/u${EXTEN},30)

[trunk]
exten => 2000,1,Dial(SIP/called/2000,30)

[nowhere]
"""


class Polyfon(server.Server):
    name = "polyfon"

    def configure(self):
        self.configuration = self.directory / "conf"
        self.data = self.directory / "var"
        self.configuration.mkdir()
        accounts = "".join(f"\n[{server.user_name(i)}](user)\nsecret={server.password(i)}\n" for i in range(self.users))
        general = SIP_CONF.format(port=self.port, caller=server.CALLER, called=server.CALLED,
                                  phone_port=server.PHONE_PORT)
        (self.configuration / "sip.conf").write_text(general + accounts)
        (self.configuration / "extensions.conf").write_text(EXTENSIONS_CONF)
        (self.configuration / "rtp.conf").write_text("[general]\nrtpstart=20000\nrtpend=59999\n")

    def command(self):
        return [os.environ.get("POLYFON_BIN", str(PROGRAM)), "serve", "--config", str(self.configuration),
                "--data", str(self.data)]

    @staticmethod
    def version():
        return subprocess.run([os.environ.get("POLYFON_BIN", str(PROGRAM)), "--version"], capture_output=True,
                              text=True, check=True).stdout.strip()

    def calls_in_history(self):
        """Rows of Master.csv."""
        path = self.data / "cdr-csv" / "Master.csv"
        return path.read_bytes().count(b"\n") if path.exists() else 0
