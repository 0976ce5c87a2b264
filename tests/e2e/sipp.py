"""SIPp with the scenarios of tests/fixtures/e2e."""
import collections
import csv
import re
import signal
import time

from place import FIXTURES, Place

KEYS = {"successful": "SuccessfulCall(C)", "failed": "FailedCall(C)", "created": "TotalCallCreated", "current": "CurrentCall",
        "retransmissions": "Retransmissions(C)", "out_of_call": "OutOfCallMsgs(C)", "unexpected": "FailedUnexpectedMessage(C)"}


class Sipp:
    """One SIPp process. `number` makes its files its own."""
    made = 0

    def __init__(self, place: Place, scenario, target, users=None, calls=None, rate=None, seconds=120, limit=2000, more=(),
                 host=None):
        """`users`: rows for -inf, read in order; `seconds`: after them it gives up; `host`: its own address."""
        Sipp.made += 1
        self.place, self.scenario, self.seconds = place, scenario, seconds
        self.name = f"sipp-{Sipp.made}-{scenario}"
        self.port = place.port()
        self.statistics = place.directory / f"{self.name}.csv"
        self.errors = place.directory / f"{self.name}.errors"
        command = ["sipp", target, "-sf", FIXTURES / "e2e" / f"{scenario}.xml", "-i", host or place.host, "-p", self.port,
                   "-nostdin", "-trace_stat", "-stf", self.statistics, "-fd", "1", "-trace_err", "-error_file", self.errors,
                   "-buff_size", 4_000_000, "-l", limit, "-timeout", f"{seconds}s", "-recv_timeout", 20_000,
                   "-mp", place.ports(4), *more]
        if users is not None:
            file = place.directory / f"{self.name}.users"
            file.write_text("SEQUENTIAL\n" + "".join(";".join(str(field) for field in row) + "\n" for row in users))
            command += ["-inf", file]
        command += ["-m", calls] if calls else []
        command += ["-r", rate] if rate else []
        self.process = place.start(command, f"{self.name}.log", {"TERM": "dumb"})

    def counts(self):
        """Numbers of the last line of its statistics; zeros before the first."""
        try:
            with open(self.statistics, newline="", encoding="utf-8") as stream:
                rows = list(csv.DictReader(stream, delimiter=";"))
        except FileNotFoundError:
            rows = []
        return {name: int(rows[-1][key] or 0) if rows and rows[-1].get(key) else 0 for name, key in KEYS.items()}

    def error_text(self):
        """What went wrong: how often which message came for which, and the beginning in full."""
        text = self.errors.read_text(errors="replace") if self.errors.exists() else ""
        kinds = collections.Counter(re.findall(r"while expecting '.*?' \(index \d+\), received '[^\r\n]*", text))
        return "\n".join(f"{count} x {kind}" for kind, count in kinds.most_common(10)) + "\n" + text[:3000]

    def wait(self, progress=None):
        """Waits for its end. `progress` is told its counts every ten seconds."""
        told = time.monotonic()
        until = told + self.seconds + 40
        while self.process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
            if progress and time.monotonic() - told > 10:
                told = time.monotonic()
                progress(self.counts())
        self.place.end(self.process)
        return self.counts()

    def expect(self, calls, progress=None):
        """Waits, and fails unless each of so many calls went well."""
        counts = self.wait(progress)
        if counts["successful"] != calls or counts["failed"] or self.process.returncode != 0:
            raise AssertionError(f"SIPp {self.scenario} ended with {self.process.returncode}: {counts}, {calls} calls were "
                                 f"to go well\n{self.error_text()}")
        return counts

    def end(self):
        self.place.end(self.process)
        return self.counts()

    def finish(self, seconds=20):
        """No new calls; waits for those that run."""
        self.place.end(self.process, signal.SIGUSR1, seconds)
        return self.counts()


def credentials(name, password=None):
    return f"[authentication username={name} password={password or f'secret-{name}'}]"
