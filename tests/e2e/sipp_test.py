"""10,000 registrations and 10,000 calls, with passwords and through both legs, without one failure and without growth;
and the same in the build with AddressSanitizer."""
import time
import unittest

from support import PROGRAM_ASAN, Case, Exchange, Sipp, accounts, credentials, pss_kilobytes, wait_for

USERS = [str(number) for number in range(10000, 20000)]
PLAN = "[phones]\nexten => _1XXXX,1,Dial(SIP/${EXTEN})\n"
CALLS = 10_000
FIRST = 2_000  # after so many calls memory is measured the first time


class Load(Case):
    def begin(self, general="", **more):
        sip = f"[general]\n{general}" + accounts(*USERS)
        self.exchange = Exchange(self.place, {"sip.conf": sip, "extensions.conf": PLAN}, **more).start()
        self.telephones = Sipp(self.place, "answer", self.exchange.address, seconds=600)

    def register(self, rate):
        rows = [(user, credentials(user), f"{self.place.host}:{self.telephones.port}") for user in USERS]
        sipp = Sipp(self.place, "register", self.exchange.address, users=rows, calls=len(rows), rate=rate, seconds=240)
        sipp.expect(len(rows), lambda counts: self.say(f"{counts['successful']} registrations"))
        self.assertEqual(self.exchange.setting("Registrations"), len(rows))

    def call(self, calls, rate):
        """Each user calls the one after it."""
        rows = [(user, USERS[(at + 1) % len(USERS)], credentials(user)) for at, user in enumerate(USERS)]
        sipp = Sipp(self.place, "call", self.exchange.address, users=rows[:calls], calls=calls, rate=rate, seconds=300,
                    more=["-d", 0])
        counts = sipp.expect(calls, lambda counts: self.say(f"{counts['successful']} calls, {counts['current']} now"))
        self.say(f"{calls} calls at {rate} a second, {counts['retransmissions']} retransmissions")

    def expect_nothing_left(self, seconds):
        wait_for(lambda: self.exchange.setting("Transactions") == 0 and self.exchange.setting("Sessions") == 0, seconds,
                 lambda: self.exchange.console("sip show settings")[-300:])
        self.assertTrue(self.exchange.console("core show channels count").startswith("0 active channels\n0 active calls"))

    def expect_history(self, calls):
        wait_for(lambda: self.exchange.sql_rows("COUNT(*) AS rows")[0]["rows"] >= calls, 10, f"{calls} rows of history")
        answered = "WHERE disposition = 'ANSWERED'"
        self.assertEqual(self.exchange.sql_rows("COUNT(*) AS rows", answered)[0]["rows"], calls)
        self.assertEqual(self.exchange.sql_rows("COUNT(DISTINCT unique_id) AS rows", answered)[0]["rows"], calls)
        wait_for(lambda: len(self.exchange.csv_rows()) == calls, 10, f"{calls} rows in Master.csv")

    def expect_telephones(self, calls):
        counts = self.telephones.end()
        self.assertEqual((counts["successful"], counts["failed"]), (calls, 0), self.telephones.error_text())

    def test_ten_thousand_of_each_without_a_failure_and_without_growth(self):
        # With T1 at 100 ms a transaction is forgotten after 6.4 s, so that memory comes to a level within 2,000 calls.
        self.begin("timert1=100\n")
        self.register(rate=800)
        self.call(FIRST, rate=280)
        self.expect_nothing_left(10)
        first = pss_kilobytes(self.exchange.process.pid)
        self.call(CALLS - FIRST, rate=280)
        self.expect_nothing_left(10)
        last = pss_kilobytes(self.exchange.process.pid)
        self.say(f"memory after {FIRST} calls {first} kB, after {CALLS} {last} kB")
        self.assertLess(last, first * 1.05 + 1024)
        self.expect_history(CALLS)
        self.expect_telephones(CALLS)
        self.exchange.stop()

    def test_the_same_with_address_sanitizer(self):
        if not PROGRAM_ASAN.exists():
            self.skipTest(f"{PROGRAM_ASAN} is not built")
        self.begin(program=PROGRAM_ASAN)
        self.register(rate=350)
        self.call(CALLS, rate=200)
        time.sleep(0.5)
        self.expect_history(CALLS)
        self.expect_telephones(CALLS)
        self.exchange.stop()  # fails on a report, of leaks too


if __name__ == "__main__":
    unittest.main()
