"""SIPp: runs a scenario at a rate, and says what came of it."""
import csv
import dataclasses
import pathlib
import shutil
import subprocess
import time

import accounting
import server

SCENARIOS = pathlib.Path(__file__).resolve().parent / "scenarios"


@dataclasses.dataclass
class Outcome:
    succeeded: int
    failed: int
    retransmissions: int
    seconds: float


class Sipp:
    def __init__(self, target, scenario, address, arguments=()):
        if not shutil.which("sipp"):
            raise server.Failure("sipp is missing: tools/install-dependencies --test (package sip-tester)")
        self.statistics = target.directory / f"{scenario}.csv"
        self.statistics.unlink(missing_ok=True)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", str(accounting.LOAD_CORE), "sipp", f"{server.HOST}:{target.port}",
             "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", address, "-p", str(server.PHONE_PORT), "-nostdin",
             "-trace_stat", "-stf", str(self.statistics), "-fd", "1", "-buff_size", "4000000", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=target.directory)

    def wait(self, seconds):
        """For a scenario that ends by itself."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            raise server.Failure(f"SIPp did not end within {seconds:.0f} s") from None
        return self.outcome()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def outcome(self):
        seconds = time.monotonic() - self.began
        with open(self.statistics, encoding="ascii") as file:
            last = list(csv.DictReader(file, delimiter=";"))[-1]
        return Outcome(int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]), int(last["Retransmissions(C)"]), seconds)


def run(target, scenario, users_file, rate, count):
    sipp = Sipp(target, scenario, server.PHONES,
                ["-r", str(rate), "-m", str(count), "-l", "30000", "-recv_timeout", "10000", "-inf", str(users_file)])
    outcome = sipp.wait(count / rate + 45)
    if outcome.failed or outcome.succeeded != count:
        raise server.Failure(f"{target.name}: of {count} ({scenario}, {rate}/s) {outcome.succeeded} succeeded and "
                             f"{outcome.failed} failed")
    return outcome


def register_all(target, rate=500):
    users_file = server.write_users_file(target.directory / "users.csv", target.users)
    run(target, "register", users_file, rate, target.users)
    return users_file
