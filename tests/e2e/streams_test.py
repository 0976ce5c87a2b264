"""SIP over TCP, TLS and IPv6: calls, what a connection may look like, certificates that are renewed."""
import socket
import ssl
import time
import unittest

from certificates import Authority
from support import CHECKED, Case, Exchange, Linphonec, Sipp, accounts, credentials, wait_for

USERS = [str(number) for number in range(10000, 10100)]
PLAN = "[phones]\nexten => _1XXXX,1,Dial(SIP/${EXTEN})\nexten => _10X,1,Dial(SIP/${EXTEN},20)\n"
CALLS = 1_000

OPTIONS = ("OPTIONS sip:pbx SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK{0};rport\r\nMax-Forwards: 70\r\n"
           "From: <sip:a@b>;tag=1\r\nTo: <sip:pbx>\r\nCall-ID: {0}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")


class Connection:
    """A connection that says what a test wants it to."""

    def __init__(self, address, context=None, name=None):
        self.socket = socket.create_connection(address, 10)
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname=name)

    def send(self, text):
        self.socket.sendall(text.encode())

    def receive(self, until="\r\n\r\n"):
        """What comes, up to such an end or the end of the connection."""
        text = ""
        while until not in text:
            part = self.socket.recv(65536).decode()
            if not part:
                break
            text += part
        return text

    def is_closed(self, seconds):
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


class Streams(Case):
    def begin(self, general="", program=CHECKED, users=("101", "102"), **files):
        self.tcp, self.tls = self.place.port(), self.place.port()
        self.authority = Authority(self.place.directory)
        self.certificate = self.place.directory / "pbx.pem"
        self.authority.sign(self.certificate, "IP:127.0.0.1,DNS:localhost,DNS:old.example")
        general = (f"[general]\ntcpenable=yes\ntcpbindaddr=127.0.0.1:{self.tcp}\ntlsenable=yes\n"
                   f"tlsbindaddr=127.0.0.1:{self.tls}\ntlscertfile={self.certificate}\n{general}")
        self.exchange = Exchange(self.place, {"sip.conf": general + accounts(*users), "extensions.conf": PLAN} | files,
                                 program=program).start()

    def connect(self):
        connection = Connection(("127.0.0.1", self.tcp))
        self.place.at_end(connection.socket.close)
        return connection

    def connect_tls(self, name):
        context = ssl.create_default_context(cafile=self.authority.file)
        connection = Connection(("127.0.0.1", self.tls), context, name)
        self.place.at_end(connection.socket.close)
        return connection

    def metric(self, name):
        for line in self.exchange.console("core show metrics").splitlines():
            if line.startswith(name):
                return int(line.split()[1])
        raise AssertionError(f"no metric {name}")

    def call(self, target, contact, host=None, more=()):
        """SIPp registers its telephones at `contact`, then each user calls the next one."""
        rows = [(user, credentials(user), contact) for user in USERS]
        Sipp(self.place, "register", target, users=rows, calls=len(rows), rate=200, seconds=60, host=host,
             more=more).expect(len(rows))
        rows = [(user, USERS[(at + 1) % len(USERS)], credentials(user)) for at, user in enumerate(USERS)]
        sipp = Sipp(self.place, "call", target, users=[rows[at % len(rows)] for at in range(CALLS)], calls=CALLS, rate=50,
                    seconds=180, host=host, more=["-d", 0, *more])
        sipp.expect(CALLS, lambda counts: self.say(f"{counts['successful']} calls"))
        counts = self.telephones.end()
        self.assertEqual((counts["successful"], counts["failed"]), (CALLS, 0), self.telephones.error_text())

    def test_a_thousand_calls_over_tcp(self):
        self.begin(users=USERS)
        target, tcp = f"127.0.0.1:{self.tcp}", ["-t", "t1"]
        self.telephones = Sipp(self.place, "answer", target, seconds=300, more=tcp)
        # The connections of the registrations have gone: calls go to the port of Contact.
        self.call(target, f"127.0.0.1:{self.telephones.port}", more=tcp)
        self.assertLess(self.metric('polyfon_sip_stream_opened_total{by="us"}'), 5)  # one connection for all
        self.exchange.stop()

    def test_a_thousand_calls_over_ipv6(self):
        port = self.place.port()
        self.begin(users=USERS, **{"polyfon.conf": f"[sip]\nlisten = udp [::1]:{port}\n"})
        target, more = f"[::1]:{port}", ["-mi", "::1", "-auth_uri", f"[::1]:{port}"]
        self.telephones = Sipp(self.place, "answer", target, seconds=300, host="::1", more=more)
        self.call(target, f"[::1]:{self.telephones.port}", host="::1", more=more)
        self.exchange.stop()

    def test_linphonec_over_tls_calls_and_is_called(self):
        self.begin()
        phones = [Linphonec(self.place, self.exchange, name, hertz, server=f"localhost:{self.tls}",
                            authorities=self.authority.file).register() for name, hertz in (("101", 440), ("102", 620))]
        self.assertIn("transport=tls", self.exchange.console("sip show peer 101"))
        for caller, called, number in ((phones[0], phones[1], "102"), (phones[1], phones[0], "101")):
            caller.dial(number)
            called.ringing()
            called.accept()
            caller.answered()
            time.sleep(3)
            caller.hangup()
            wait_for(lambda: self.exchange.console("core show channels count").startswith("0 active"), 5, "the end of the call")
        for phone in phones:
            phone.quit()
        self.assertTrue(any(abs(sample) > 1000 for sample in phones[0].heard()))
        rows = self.exchange.history(2)
        self.assertEqual([row["disposition"] for row in rows], ["ANSWERED", "ANSWERED"])
        self.exchange.stop()

    def test_a_new_certificate_without_a_restart(self):
        self.begin()
        old = self.connect_tls("old.example")
        self.authority.sign(self.certificate, "DNS:new.example")
        self.assertIn("Reloaded", self.exchange.console("core reload"))

        def new_is_shown():
            try:
                return self.connect_tls("new.example")
            except ssl.SSLCertVerificationError:
                return None
        new = wait_for(new_is_shown, 10, "the new certificate")
        for number, connection in enumerate((old, new)):
            connection.send(OPTIONS.format(f"r{number}"))
            self.assertTrue(connection.receive().startswith("SIP/2.0 200 "))
        self.certificate.write_text("nonsense")
        self.exchange.console("core reload")
        self.exchange.wait_for_log("the certificates before stay in use")
        self.connect_tls("new.example")
        self.exchange.stop()

    def test_a_start_without_a_usable_certificate_names_the_file(self):
        self.begin()
        self.exchange.stop()
        self.certificate.write_text("nonsense")
        with self.assertRaisesRegex(AssertionError, "pbx.pem: holds no certificate"):
            self.exchange.start()

    def test_messages_in_any_pieces(self):
        self.begin()
        connection = self.connect()
        for byte in OPTIONS.format("one"):
            connection.send(byte)
        self.assertTrue(connection.receive().startswith("SIP/2.0 200 "))
        connection.send(OPTIONS.format("two") + "\r\n" + OPTIONS.format("three"))
        text = ""
        while text.count("SIP/2.0 200 ") < 2:
            text += connection.receive()
        connection.send("\r\n\r\n")
        self.assertEqual(connection.receive("\r\n"), "\r\n")  # RFC 5626 4.4.1
        self.exchange.stop()

    def test_a_message_without_content_length_gets_400_and_the_connection_ends(self):
        self.begin()
        for bad in ("X: 1", "Content-Length: 0\r\nl: 0", "Content-Length: 70000", "Content-Length: x"):
            connection = self.connect()
            connection.send(OPTIONS.format("bad").replace("Content-Length: 0", bad))
            self.assertTrue(connection.receive().startswith("SIP/2.0 400 "), bad)
            self.assertTrue(connection.is_closed(5), bad)
        self.exchange.stop()

    def test_who_says_nothing_is_let_go(self):
        self.begin("tcpauthtimeout=1\ntcpauthlimit=6\n")
        silent = [self.connect() for _ in range(3)]
        try:  # one host has half of the room for newcomers
            self.assertTrue(self.connect().is_closed(5))
        except ConnectionResetError:
            pass
        for connection in silent:
            self.assertTrue(connection.is_closed(5))
        good = self.connect()
        good.send(OPTIONS.format("good"))
        self.assertTrue(good.receive().startswith("SIP/2.0 200 "))
        self.assertFalse(good.is_closed(2))
        self.assertEqual(self.metric('polyfon_sip_stream_closed_total{reason="no_message"}'), 3)
        self.assertGreaterEqual(self.metric('polyfon_sip_stream_refused_total{reason="unproven"}'), 1)
        self.exchange.stop()


if __name__ == "__main__":
    unittest.main()
