"""A full disk: calls go on and end well, the console says so, and the history is whole when there is room again."""
import os
import re
import subprocess
import unittest

from support import CHECKED, Baresip, Case, Exchange, accounts, wait_for

CALLS = 30  # more than fit into what the journal's last block has left
PLAN = "[phones]\nexten => _10X,1,Dial(SIP/${EXTEN},20)\n"


class FullDisk(Case):
    def setUp(self):
        super().setUp()
        self.disk = self.place.directory / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "polyfon-e2e", self.disk], capture_output=True,
                                 text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
        self.place.at_end(lambda: subprocess.run(["umount", "-l", self.disk], check=False))

    def fill(self):
        """Leaves not one block."""
        with open(self.disk / "filler", "ab", buffering=0) as filler:
            for size in (65536, 4096, 512, 1):
                try:
                    while filler.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue
        self.assertEqual(os.statvfs(self.disk).f_bavail, 0)

    def test_history_waits_for_room_and_then_appears(self):
        exchange = Exchange(self.place, {"sip.conf": accounts("101", "102"), "extensions.conf": PLAN},
                            data=self.disk / "var", program=CHECKED).start()
        caller, called = (Baresip(self.place, exchange, name).register() for name in ("101", "102"))

        def call():
            caller.dial("102")
            called.answered()
            caller.answered()
            caller.hangup()
            called.closed()
            caller.closed()

        call()
        exchange.history(1)
        self.assertRegex(exchange.console("cdr show status"), "written to the database")
        self.fill()
        call()
        waits = "records are safe in the journal and wait there: .*disk.*full"
        wait_for(lambda: re.search(waits, exchange.console("cdr show status")), 5,
                 lambda: exchange.console("cdr show status"))
        for _ in range(CALLS):
            call()
        self.assertRegex(exchange.console("cdr show status"), "disk is full, .*reserve: .*Free some space")
        self.assertLess(len(exchange.csv_rows()), CALLS)
        (self.disk / "filler").unlink()
        rows = exchange.history(CALLS + 2, seconds=10)
        self.assertEqual({row["disposition"] for row in rows}, {"ANSWERED"})
        wait_for(lambda: "written to the database" in exchange.console("cdr show status"), 10, "health")
        call()
        exchange.history(CALLS + 3)
        exchange.stop()

    def test_history_survives_a_restart_on_a_full_disk(self):
        exchange = Exchange(self.place, {"sip.conf": accounts("101", "102"), "extensions.conf": PLAN},
                            data=self.disk / "var", program=CHECKED).start()
        caller, called = (Baresip(self.place, exchange, name).register() for name in ("101", "102"))
        self.fill()
        caller.dial("102")
        called.answered()
        caller.answered()
        caller.hangup()
        called.closed()
        caller.closed()
        exchange.kill()
        (self.disk / "filler").unlink()
        exchange.start()
        self.assertEqual(exchange.history(1)[0]["disposition"], "ANSWERED")
        exchange.stop()


if __name__ == "__main__":
    unittest.main()
