"""./run: the demo exchange starts, says how to use it, says what is in its way, and stops at Ctrl-C with its data kept."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(os.environ.get("POLYFON_SOURCE", pathlib.Path(__file__).resolve().parents[2]))


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("0.0.0.0", 0))
        return one.getsockname()[1]


class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for command in (["cmake", "--preset", "release"], ["cmake", "--build", "build/release", "--target", "polyfon"]):
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.demo = pathlib.Path(folder.name) / "demo"
        self.port = free_port()
        self.number = 0

    def start(self, *options, port=None, **environment):
        """Starts ./run and waits until it serves, or ends; returns (process, its output so far)."""
        self.number += 1
        log = self.demo.parent / f"run-{self.number}.log"
        command = ["./run", "--no-install", *options]
        command += ["--port", str(port)] if port else []
        with open(log, "w", encoding="utf-8") as stream:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stream,
                                       stderr=subprocess.STDOUT,
                                       env=os.environ | {"POLYFON_DEMO": str(self.demo)} | environment)
        self.addCleanup(self.end, process)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None and "polyfon ready" not in log.read_text():
            time.sleep(0.02)
        return process, log.read_text()

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        return process.wait(20)

    def secrets(self):
        return re.findall(r"^secret=(.*)$", (self.demo / "sip.conf").read_text(), re.MULTILINE)

    def test_the_screen_names_the_port_and_every_password(self):
        process, screen = self.start("--lang", "en", port=self.port)
        self.assertIn("polyfon ready", screen)
        self.assertIn(f"port {self.port}", screen)
        self.assertEqual(len(set(self.secrets())), 5)
        for secret in self.secrets():
            self.assertIn(secret, screen)
        self.assertEqual(self.stop(process), 0)

    def test_russian_by_the_language_of_the_machine(self):
        _, screen = self.start(port=self.port, LC_ALL="ru_RU.UTF-8")
        self.assertIn("Сервер (SIP, UDP)", screen)
        self.assertIn("language=ru", (self.demo / "sip.conf").read_text())
        self.assertIn("Дарья", screen)

    def test_no_warning_about_its_own_configuration(self):
        _, screen = self.start(port=self.port)
        self.assertNotRegex(screen, r"(?i)warning|error")

    def test_it_answers_on_its_port(self):
        self.start(port=self.port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.settimeout(5)
            phone.bind(("127.0.0.1", 0))
            own = phone.getsockname()[1]
            phone.sendto((f"OPTIONS sip:127.0.0.1:{self.port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};rport;"
                          f"branch=z9hG4bKrun\r\nFrom: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\n"
                          f"Call-ID: run-{own}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
                          ).encode(), ("127.0.0.1", self.port))
            self.assertTrue(phone.recv(4096).startswith(b"SIP/2.0 "))

    def test_the_second_start_keeps_people_and_port_and_takes_seconds(self):
        process, _ = self.start(port=self.port)
        before = self.secrets()
        self.assertEqual(self.stop(process), 0)
        started = time.monotonic()
        _, screen = self.start()
        self.assertLess(time.monotonic() - started, 10)
        self.assertIn(str(self.port), screen)
        self.assertEqual(self.secrets(), before)

    def test_fresh_makes_new_people_and_keeps_the_old_directory(self):
        process, _ = self.start(port=self.port)
        before = self.secrets()
        self.stop(process)
        self.start("--fresh", port=self.port)
        self.assertFalse(set(before) & set(self.secrets()))
        self.assertEqual(len(list(self.demo.parent.glob("demo.2*"))), 1)

    def test_a_taken_port_is_named_with_what_to_do(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("0.0.0.0", 0))
            taken = other.getsockname()[1]
            process, text = self.start("--lang", "en", port=taken)
            self.assertEqual(process.wait(), 1)
        self.assertIn(f"UDP port {taken} is taken by", text)
        self.assertRegex(text, r"\./run --port \d+")

    def test_a_wrong_option_is_explained(self):
        process, text = self.start("--prot", "5070")
        self.assertEqual(process.wait(), 1)
        self.assertIn("unknown option --prot", text)
        self.assertFalse(self.demo.exists())


if __name__ == "__main__":
    unittest.main()
