#!/usr/bin/env python3
"""Runs tests/e2e/*_test.py: the built program and other SIP programs, talking over real sockets.

  tools/e2e.py [--list] [--count FILE] [--timeout SECONDS] [--log-directory DIRECTORY] [WORD...]

WORD picks the files and cases whose name contains it. The tests are unittest cases, and each file also runs alone:
python3 tests/e2e/basic_call_test.py. They find what they need in the environment:
  POLYFON_BIN       the release program (build/release/polyfon)
  POLYFON_BIN_ASAN  the one with AddressSanitizer (build/dev/polyfon)
  POLYFON_SOURCE    the root of the repository
"""
import argparse
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "e2e"


def environment():
    given = {"POLYFON_BIN": ROOT / "build" / "release" / "polyfon", "POLYFON_BIN_ASAN": ROOT / "build" / "dev" / "polyfon",
             "POLYFON_SOURCE": ROOT}
    return {name: os.environ.get(name, str(value)) for name, value in given.items()}


class Result(unittest.TestResult):
    """Writes each outcome at once, one JSON object a line, so that nothing is lost when the file is stopped."""

    def __init__(self, stream):
        super().__init__()
        self.stream, self.started = stream, 0.0

    def _write(self, test, outcome, text=""):
        took = time.monotonic() - self.started if self.started else 0.0
        self.stream.write(json.dumps({"name": test.id(), "outcome": outcome, "seconds": took, "text": text}) + "\n")
        self.stream.flush()

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()
        self._write(test, "started")

    def addSuccess(self, test):
        self._write(test, "passed")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._write(test, "failed", self._exc_info_to_string(error, test))

    def addError(self, test, error):
        super().addError(test, error)
        self._write(test, "failed", self._exc_info_to_string(error, test))

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._write(subtest, "failed", self._exc_info_to_string(error, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._write(test, "skipped", reason)

    def addExpectedFailure(self, test, error):
        self._write(test, "passed")

    def addUnexpectedSuccess(self, test):
        self._write(test, "failed", "it succeeded and was expected to fail")


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def load(file):
    sys.path.insert(0, str(FOLDER))
    name = file.stem
    specification = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def child(file, words, report):
    """One file, in a process of its own. A file that cannot be loaded is a failure like any other."""
    with open(report, "w", encoding="utf-8") as stream:
        suite = unittest.TestSuite(test for test in flatten(load(file))
                                   if any(word in file.stem or word in test.id() for word in words or [""]))
        result = Result(stream)
        suite.run(result)
    return 0 if result.wasSuccessful() else 1


def run_file(file, words, timeout, logs):
    """Outcomes of one file: (name, outcome, seconds, text)."""
    report, log = logs / f"{file.stem}.jsonl", logs / f"{file.stem}.log"
    report.unlink(missing_ok=True)
    command = [sys.executable, __file__, "--child", str(file), "--report", str(report), *words]
    note = ""
    with open(log, "w", encoding="utf-8") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, cwd=ROOT,
                                   env=os.environ | environment(), start_new_session=True)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code, note = -1, f"the file did not end within {timeout} s"
        try:  # what the tests left behind, or all of it after a timeout
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    outcomes, running = [], None
    for line in report.read_text(encoding="utf-8").splitlines() if report.exists() else []:
        entry = json.loads(line)
        running = entry["name"] if entry["outcome"] == "started" else None
        if entry["outcome"] != "started":
            outcomes.append((entry["name"], entry["outcome"], entry["seconds"], entry["text"]))
    if running or (code != 0 and not any(outcome[1] == "failed" for outcome in outcomes)):
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])
        outcomes.append((running or file.stem, "failed", 0.0, f"{note or f'the file ended with {code}'}\n{tail}"))
    return outcomes


def run_all(arguments):
    logs = arguments.log_directory
    logs.mkdir(parents=True, exist_ok=True)
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for file in sorted(FOLDER.glob("*_test.py")):
        if arguments.words and not any(word in file.stem or word in file.read_text() for word in arguments.words):
            continue
        print(f"{file.stem} (log: {(logs / file.stem).with_suffix('.log')})", flush=True)
        for name, outcome, seconds, text in run_file(file, arguments.words, arguments.timeout, logs):
            count[outcome] += 1
            print(f"  {outcome:7} {name.split('.', 1)[-1]} ({seconds:.1f} s)", flush=True)
            if outcome != "passed" and text:
                print("    " + text.strip().replace("\n", "\n    "), flush=True)
    if arguments.count:
        arguments.count.write_text(f"{count['passed']} {count['failed']} {count['skipped']}\n")
    return 1 if count["failed"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--count", type=pathlib.Path)
    parser.add_argument("--timeout", type=int, default=900, help="for one file, seconds (900)")
    parser.add_argument("--log-directory", type=pathlib.Path, default=ROOT / "build" / "test-logs" / "e2e")
    parser.add_argument("--child", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--report", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    if arguments.child:
        return child(arguments.child, arguments.words, arguments.report)
    if arguments.list:
        os.environ.update(environment())
        for file in sorted(FOLDER.glob("*_test.py")):
            for test in flatten(load(file)):
                print(test.id())
        return 0
    return run_all(arguments)


if __name__ == "__main__":
    sys.exit(main())
