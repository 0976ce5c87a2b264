"""How calls end that are not simply answered: busy, unanswered, not registered, cancelled, refused by the plan."""
import time
import unittest

from support import CHECKED, Baresip, Case, Exchange, accounts, wait_for

PLAN = """
[phones]
exten => _10X,1,Dial(SIP/${EXTEN},2)
exten => 201,1,Dial(SIP/102,1)
 same => n,Dial(SIP/103,5)
exten => 202,1,Dial(SIP/102&SIP/103,5)
exten => 301,1,Busy()
exten => 302,1,Congestion()
exten => 303,1,Hangup(21)
"""


class Calls(Case):
    def setUp(self):
        super().setUp()
        self.exchange = Exchange(self.place, {"sip.conf": accounts("101", "102", "103", "104"), "extensions.conf": PLAN},
                                 program=CHECKED).start()

    def tearDown(self):
        self.exchange.stop()

    def phone(self, name, **more):
        return Baresip(self.place, self.exchange, name, **more).register()

    def expect_history(self, *expected):
        """(dst, peer of dstchannel, disposition) of each row, in the order in which they ended."""
        rows = self.exchange.history(len(expected))
        self.assertEqual([(row["dst"], row["dstchannel"].removeprefix("SIP/").split("-")[0], row["disposition"])
                          for row in rows], list(expected))
        for row in rows:
            self.assertEqual(row["src"], "101")
            if row["disposition"] != "ANSWERED":
                self.assertEqual((row["answer"], row["billsec"]), ("", "0"))
        wait_for(lambda: self.exchange.console("core show channels count").startswith("0 active"), 3,
                 lambda: self.exchange.console("core show channels"))
        return rows

    def test_a_phone_that_declines_is_busy(self):
        caller, called = self.phone("101"), self.phone("102", answer="manual")
        caller.dial("102")
        called.wait_event("CALL_INCOMING")
        called.hangup()
        self.assertEqual(caller.closed(), "486 Busy Here")
        self.expect_history(("102", "102", "BUSY"))

    def test_a_phone_that_is_not_answered_rings_so_long_as_dial_says(self):
        caller, called = self.phone("101"), self.phone("102", answer="manual")
        begin = time.monotonic()
        caller.dial("102")
        caller.wait_event("CALL_RINGING")
        self.assertEqual(caller.closed()[:3], "480")
        self.assertAlmostEqual(time.monotonic() - begin, 2.0, delta=0.9)
        called.closed()
        row = self.expect_history(("102", "102", "NO ANSWER"))[0]
        self.assertIn(row["duration"], ("1", "2", "3"))

    def test_a_phone_that_is_not_registered(self):
        caller = self.phone("101")
        caller.dial("104")
        self.assertEqual(caller.closed()[:3], "503")  # as Asterisk: the plan ends with CHANUNAVAIL
        self.expect_history(("104", "", "CONGESTION"))

    def test_a_number_that_the_plan_does_not_have(self):
        caller = self.phone("101")
        caller.dial("999")
        self.assertEqual(caller.closed(), "404 Not Found")
        wait_for(lambda: self.exchange.console("core show channels count").startswith("0 active"), 3, "no channels")

    def test_the_caller_gives_up_while_it_rings(self):
        caller, called = self.phone("101"), self.phone("102", answer="manual")
        caller.dial("102")
        called.wait_event("CALL_INCOMING")
        caller.wait_event("CALL_RINGING")
        caller.hangup()
        caller.closed()
        called.closed(1.5)
        self.expect_history(("102", "102", "NO ANSWER"))

    def test_the_plan_goes_on_after_a_dial_that_nobody_answers(self):
        caller, first, second = self.phone("101"), self.phone("102", answer="manual"), self.phone("103")
        caller.dial("201")
        first.wait_event("CALL_INCOMING")
        second.answered()
        caller.answered()
        first.closed()
        caller.hangup()
        second.closed()
        self.expect_history(("201", "102", "NO ANSWER"), ("201", "103", "ANSWERED"))

    def test_of_two_phones_the_first_that_answers_has_the_call(self):
        caller, first, second = self.phone("101"), self.phone("102", answer="manual"), self.phone("103", answer="manual")
        caller.dial("202")
        first.wait_event("CALL_INCOMING")
        second.wait_event("CALL_INCOMING")
        second.accept()
        second.answered()
        caller.answered()
        first.closed()
        second.hangup()
        caller.closed()
        self.expect_history(("202", "102", "NO ANSWER"), ("202", "103", "ANSWERED"))

    def test_the_plan_refuses_with_the_code_of_its_application(self):
        caller = self.phone("101")
        for number, code in (("301", "486"), ("302", "503"), ("303", "403")):
            caller.dial(number)
            self.assertEqual(caller.closed()[:3], code, number)
        self.expect_history(("301", "", "BUSY"), ("302", "", "CONGESTION"), ("303", "", "NO ANSWER"))

    def test_a_phone_with_a_call_already_is_busy_when_it_takes_only_one(self):
        caller, other, called = self.phone("101"), self.phone("103"), self.phone("102", calls=1)
        other.dial("102")
        called.answered()
        caller.dial("102")
        self.assertEqual(caller.closed()[:3], "486")
        other.hangup()
        called.closed()
        rows = self.exchange.history(2)
        self.assertEqual([(row["src"], row["disposition"]) for row in rows], [("101", "BUSY"), ("103", "ANSWERED")])


if __name__ == "__main__":
    unittest.main()
