"""polyfon as a test runs it: the program on configuration files of the test, on loopback ports of its own."""
import csv
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

from place import RTP_PORTS, Place, wait_for

SOURCE = pathlib.Path(os.environ.get("POLYFON_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
PROGRAM = pathlib.Path(os.environ.get("POLYFON_BIN", SOURCE / "build" / "release" / "polyfon"))
PROGRAM_ASAN = pathlib.Path(os.environ.get("POLYFON_BIN_ASAN", SOURCE / "build" / "dev" / "polyfon"))
# For tests of what it does and not of how fast: with the sanitizers, where that is built.
CHECKED = PROGRAM_ASAN if PROGRAM_ASAN.exists() else PROGRAM

SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
    "UBSAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
}
REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "WARNING: ThreadSanitizer")

# The columns of Master.csv.
COLUMNS = ("accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec "
           "disposition amaflags uniqueid userfield").split()

ACCOUNT = """
[{name}]
type=friend
host=dynamic
secret=secret-{name}
context={context}
callerid="{name}" <{name}>
{more}
"""


def accounts(*names, context="phones", more=""):
    """sip.conf of telephones that register; the password of 101 is secret-101."""
    return "".join(ACCOUNT.format(name=name, context=context, more=more) for name in names)


class Exchange:
    def __init__(self, place: Place, files, program=PROGRAM, name="exchange", data=None):
        """`files`: texts by name, or a directory to copy. Its sip.conf gets the address."""
        self.place, self.program, self.name = place, program, name
        self.config = place.directory / name / "conf"
        self.data = data or place.directory / name / "var"
        self.log = place.directory / f"{name}.log"
        self.port = place.port()
        self.process = None
        self.seconds_to_ready = 0.0
        self._log_begins = 0
        self.config.mkdir(parents=True)
        if isinstance(files, pathlib.Path):
            files = {file.name: file.read_text() for file in files.iterdir() if file.is_file()}
        rtp = "[general]\nrtpstart={}\nrtpend={}\n".format(*RTP_PORTS)
        self.write(**{"rtp.conf": rtp, "sip.conf": ""} | files)

    @property
    def address(self):
        return f"{self.place.host}:{self.port}"

    def write(self, **files):
        """Writes configuration files; sip.conf gets this exchange's address."""
        for name, text in files.items():
            if name == "sip.conf":
                bind = f"udpbindaddr={self.address}\n"
                text = f"{text}\n[general](+)\n{bind}" if "[general]" in text else f"[general]\n{bind}{text}"
            (self.config / name).write_text(text)

    def start(self, seconds=20):
        """Starts it and waits for `polyfon ready`."""
        self._log_begins = self.log.stat().st_size if self.log.exists() else 0
        begin = time.monotonic()
        self.process = self.place.start([self.program, "serve", "--config", self.config, "--data", self.data], self.log.name,
                                        SANITIZERS)
        wait_for(lambda: "polyfon ready\n" in self.output() or self.process.poll() is not None, seconds,
                 lambda: f"polyfon ready; its output:\n{self.output()}")
        self.seconds_to_ready = time.monotonic() - begin
        if self.process.poll() is not None:
            raise AssertionError(f"polyfon ended with {self.process.returncode}:\n{self.output()}")
        return self

    def output(self):
        """What this run wrote."""
        with open(self.log, "rb") as stream:
            stream.seek(self._log_begins)
            return stream.read().decode(errors="replace")

    def wait_for_log(self, text, seconds=10):
        wait_for(lambda: text in self.output(), seconds, lambda: f"{text!r} in the log:\n{self.output()}")

    def console(self, command, seconds=20):
        """What `polyfon -rx COMMAND` prints."""
        done = subprocess.run([self.program, "-rx", command, "--data", self.data], capture_output=True, text=True, check=False,
                              timeout=seconds, env=os.environ | SANITIZERS)
        if done.returncode != 0:
            raise AssertionError(f"-rx {command!r} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def setting(self, name):
        """A number of `sip show settings`."""
        for line in self.console("sip show settings").splitlines():
            if line.strip().startswith(name + ":"):
                return int(line.split(":", 1)[1].split()[0])
        raise AssertionError(f"sip show settings has no {name!r}")

    def registered(self, name):
        return "Reg. Contact" in self.console(f"sip show peer {name}")

    def stop(self, seconds=40, how=signal.SIGTERM):
        """Ends it as an administrator would; it must end well and leave no sanitizer's report."""
        code = self.place.end(self.process, how, seconds)
        text = self.output()
        for report in REPORTS:
            if report in text:
                raise AssertionError(f"a sanitizer reports:\n{text[text.index(report):][:20000]}")
        if code != 0:
            raise AssertionError(f"polyfon ended with {code}:\n{text[-8000:]}")

    def kill(self):
        self.process.kill()
        self.place.end(self.process)

    def csv_rows(self):
        """Master.csv as dictionaries."""
        file = self.data / "cdr-csv" / "Master.csv"
        if not file.exists():
            return []
        with open(file, newline="", encoding="utf-8") as stream:
            return [dict(zip(COLUMNS, row, strict=False)) for row in csv.reader(stream)]

    def sql_rows(self, columns="*", more=""):
        """Rows of the call history in the database, as dictionaries."""
        database = sqlite3.connect(f"file:{self.data / 'polyfon.db'}?mode=ro", uri=True, timeout=10)
        try:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(f"SELECT {columns} FROM call_records {more}")]
        finally:
            database.close()

    def history(self, count, seconds=5):
        """Master.csv when it has so many rows; the database must have the same."""
        wait_for(lambda: len(self.csv_rows()) >= count, seconds, lambda: f"{count} rows of history: {self.csv_rows()}")
        rows, stored = self.csv_rows(), self.sql_rows(more="ORDER BY sequence")
        if [row["uniqueid"] for row in rows] != [row["unique_id"] for row in stored]:
            raise AssertionError(f"Master.csv and the database differ: {rows} {stored}")
        if len(rows) != count:
            raise AssertionError(f"{len(rows)} rows of history instead of {count}: {rows}")
        return rows
