"""1,000 reloads under 50 calls a second, every fifth of a broken configuration: no call is lost, the plan is exact."""
import time
import unittest

from support import Case, Exchange, Sipp, accounts, credentials, wait_for

USERS = [str(number) for number in range(1000, 1040)]
RELOADS, PACE, RATE = 1000, 0.065, 50

PLAN = """[phones]
exten => _10XX,1,Set(generation={number})
 same => n,Dial(SIP/${{EXTEN}},10)
exten => generation,1,NoOp({number})
 same => n,NoOp(line of {number})
"""
# What is broken, and the place that the exchange must name.
BROKEN = (
    ("extensions.conf", PLAN + "[more\nexten => 1,1,NoOp()\n", "extensions.conf:6: error: "),
    ("sip.conf", "[general]\n[1000\ntype=friend\n", "sip.conf:2: error: "),
    ("extensions.conf", PLAN + "#include missing.conf\n", "extensions.conf:6: error: "),
    ("sip.conf", "[general]\n[1000](nothing)\n", "sip.conf:2: error: "),
)


class Reload(Case):
    def test_a_thousand_reloads_under_load(self):
        self.sip = accounts(*USERS)
        self.exchange = Exchange(self.place, {"sip.conf": self.sip, "extensions.conf": PLAN.format(number=0)}).start()
        telephones = Sipp(self.place, "answer", self.exchange.address, seconds=400)
        address = f"{self.place.host}:{telephones.port}"
        rows = [(user, credentials(user), address) for user in USERS]
        Sipp(self.place, "register", self.exchange.address, users=rows, calls=len(rows), rate=100).expect(len(rows))

        rows = [(user, USERS[(at + 7) % len(USERS)], credentials(user)) for at, user in enumerate(USERS)]
        callers = Sipp(self.place, "call", self.exchange.address, users=rows, rate=RATE, seconds=400,
                       more=["-d", 300])
        begin, self.good, broken = time.monotonic(), 0, 0
        for number in range(1, RELOADS + 1):
            if number % 5 == 0:
                self.reload_broken(number, *BROKEN[broken % len(BROKEN)])
                broken += 1
            else:
                self.reload_good(number)
            if number % 100 == 0:
                self.say(f"{number} reloads, {callers.counts()['successful']} calls")
            time.sleep(max(0.0, begin + number * PACE - time.monotonic()))
        took = time.monotonic() - begin
        counts = callers.finish()
        calls = counts["created"]
        self.say(f"{RELOADS} reloads, {broken} of them broken, in {took:.0f} s; {calls} calls")
        self.assertGreater(calls, took * RATE * 0.9)
        self.assertEqual((counts["successful"], counts["failed"]), (calls, 0), callers.error_text())
        counts = telephones.end()
        self.assertEqual((counts["successful"], counts["failed"]), (calls, 0), telephones.error_text())
        answered = "WHERE disposition = 'ANSWERED'"
        wait_for(lambda: self.exchange.sql_rows("COUNT(*) AS rows", answered)[0]["rows"] == calls, 5,
                 f"{calls} rows of history")
        self.exchange.stop()

    def reload_good(self, number):
        self.exchange.write(**{"extensions.conf": PLAN.format(number=number)})
        text = self.exchange.console("core reload")
        self.assertTrue(text.endswith("Reloaded.\n"), text)
        self.good = number
        self.expect_plan()

    def reload_broken(self, number, file, content, place):
        self.exchange.write(**{file: content.format(number=number) if file == "extensions.conf" else content})
        text = self.exchange.console("core reload")
        self.assertIn(place, text)
        self.assertIn("Not reloaded", text)
        self.expect_plan()
        if file == "sip.conf":
            self.exchange.write(**{file: self.sip})

    def expect_plan(self):
        text = self.exchange.console("dialplan show phones")
        for part in (f"Set(generation={self.good})", f"NoOp({self.good})", f"NoOp(line of {self.good})",
                     "2 extensions (4 priorities)"):
            self.assertIn(part, text)


if __name__ == "__main__":
    unittest.main()
