"""Where one test lives: a temporary directory, ports that nobody else has, and the processes it started.

Each place owns 1,000 ports below the ephemeral range, held by an abstract Unix socket of that number, so that two runs on
one machine do not meet. Every process is ended by its pid."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

FIRST_PORT, PORTS, PLACES = 8000, 1000, 8
RTP_PORTS = (20000, 59999)  # of the exchange, which passes over those that others have
FIXTURES = pathlib.Path(os.environ.get("POLYFON_SOURCE", pathlib.Path(__file__).resolve().parents[2])) / "tests" / "fixtures"


def wait_for(condition, seconds, what):
    """Returns what `condition` returns as soon as that is true; fails after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.01)


def pss_kilobytes(pid):
    """Memory of a process, shared pages divided among those who share them."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise AssertionError(f"no Pss in smaps_rollup of {pid}")


class Place:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="polyfon-e2e-"))
        self._processes = []
        self._logs = []
        self._closers = []
        for number in range(PLACES):
            self._lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                self._lock.bind(f"\0polyfon-e2e-{number}")
                break
            except OSError:
                self._lock.close()
        else:
            raise AssertionError(f"{PLACES} e2e tests are running on this machine already")
        self.host = "127.0.0.1"
        self._next = FIRST_PORT + number * PORTS
        self._end = self._next + PORTS

    def port(self):
        """A UDP and TCP port that is free."""
        while True:
            port = self.ports(1)
            try:
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    with socket.socket(socket.AF_INET, kind) as trial:
                        trial.bind((self.host, port))
                return port
            except OSError:
                continue

    def ports(self, count):
        """The first of so many ports in a row, beginning with an even one."""
        first = self._next + (self._next % 2 if count > 1 else 0)
        self._next = first + count
        if self._next > self._end:
            raise AssertionError("this test uses more ports than it has")
        return first

    def start(self, command, log, environment=None, stdin=subprocess.DEVNULL, directory=None):
        """Starts a process with its output in the file `log`."""
        log = self.directory / log
        self._logs.append(log)
        with open(log, "ab") as stream:
            process = subprocess.Popen([str(word) for word in command], stdin=stdin, stdout=stream, stderr=stream,
                                       cwd=directory or self.directory, env=os.environ | (environment or {}))
        self._processes.append(process)
        return process

    def end(self, process, how=signal.SIGTERM, seconds=10):
        """Ends a process; by SIGKILL when it takes longer. Returns its exit code."""
        if process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self._processes:
            self._processes.remove(process)
        return process.returncode

    def at_end(self, close):
        """Something to close with this place: a connection, a file."""
        self._closers.append(close)

    def close(self, failed):
        for closer in self._closers:
            closer()
        for process in list(self._processes):
            self.end(process, signal.SIGKILL)
        self._lock.close()
        if failed:
            for log in dict.fromkeys(self._logs):
                lines = log.read_text(errors="replace").splitlines() if log.exists() else []
                print(f"--- {log.name}, the last of {len(lines)} lines", *[line[:300] for line in lines[-60:]], sep="\n")
        if failed and os.environ.get("POLYFON_E2E_KEEP"):
            print(f"kept: {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)


class Case(unittest.TestCase):
    """A test with a place of its own. When it fails, the ends of its logs are printed ($POLYFON_E2E_KEEP keeps them all)."""

    place = None

    def run(self, result=None):
        """As unittest's, and then ends what the test began."""
        result = result if result is not None else self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        try:
            return super().run(result)
        finally:
            if self.place:
                self.place.close(failed=len(result.failures) + len(result.errors) > before)

    def setUp(self):
        self.place = Place()
        self.started = time.monotonic()

    def say(self, text):
        """Progress of a long test."""
        print(f"{self.id().split('.')[-1]}, {time.monotonic() - self.started:.0f} s: {text}", flush=True)
