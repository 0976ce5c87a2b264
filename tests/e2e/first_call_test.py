"""The first call: two real telephones talk through the exchange on the configuration of tests/fixtures/seed003."""
import time
import unittest

from support import FIXTURES, Baresip, Case, Exchange, Linphonec, expect_tone, wait_for

SEED = FIXTURES / "seed003"
HIGH, LOW = 1000, 425  # neither is a multiple of the other
TALK = 2.5


class FirstCall(Case):
    def setUp(self):
        super().setUp()
        self.exchange = Exchange(self.place, SEED).start()

    def baresip(self, name, hertz, **more):
        return Baresip(self.place, self.exchange, name, hertz, password="1234", **more).register()

    def linphonec(self, name, hertz):
        return Linphonec(self.place, self.exchange, name, hertz, password="1234").register()

    def expect_history(self, source, destination, seconds):
        row = self.exchange.history(1)[0]
        self.assertEqual((row["src"], row["dst"], row["disposition"], row["lastapp"]),
                         (source, destination, "ANSWERED", "Dial"))
        self.assertEqual(row["dcontext"], "outcoling")
        self.assertTrue(row["channel"].startswith(f"SIP/{source}-"), row)
        self.assertTrue(row["dstchannel"].startswith(f"SIP/{destination}-"), row)
        self.assertAlmostEqual(int(row["billsec"]), seconds, delta=1.1)
        self.assertLessEqual(int(row["billsec"]), int(row["duration"]))
        stored = self.exchange.sql_rows()[0]
        self.assertEqual((stored["source"], stored["destination"], stored["disposition"]), (source, destination, "ANSWERED"))

    def expect_quiet(self):
        wait_for(lambda: self.exchange.console("core show channels count").startswith("0 active channels"), 5,
                 lambda: self.exchange.console("core show channels"))

    def test_two_baresips_hear_each_other_and_the_caller_hangs_up(self):
        caller, called = self.baresip("1001", LOW), self.baresip("1002", HIGH)
        caller.dial("1002")
        called.answered()
        caller.answered()
        time.sleep(TALK)
        caller.hangup()
        called.closed()
        caller.closed()
        expect_tone(caller.heard(), HIGH, own=LOW, least_seconds=TALK - 1)
        expect_tone(called.heard(), LOW, own=HIGH, least_seconds=TALK - 1)
        self.expect_history("1001", "1002", TALK)
        self.expect_quiet()
        self.exchange.stop()

    def test_the_called_baresip_rings_answers_and_hangs_up(self):
        caller, called = self.baresip("1001", LOW), self.baresip("1002", HIGH, answer="manual")
        caller.dial("1002")
        called.wait_event("CALL_INCOMING")
        caller.wait_event("CALL_PROGRESS")  # music, by Dial's option m: 183 and not 180
        time.sleep(1)
        self.assertIn("Ringing", self.exchange.console("core show channels"))
        called.accept()
        caller.answered()
        called.answered()
        time.sleep(TALK)
        called.hangup()
        caller.closed()
        called.closed()
        expect_tone(caller.heard(), HIGH, own=LOW, share=0.5)  # before it the music of Dial's m
        expect_tone(called.heard(), LOW, own=HIGH, least_seconds=TALK - 1)
        self.expect_history("1001", "1002", TALK)
        self.expect_quiet()

    def test_linphonec_calls_baresip(self):
        caller, called = self.linphonec("1001", LOW), self.baresip("1002", HIGH)
        caller.dial("1002")
        called.answered()
        caller.answered()
        time.sleep(TALK)
        caller.hangup()
        called.closed()
        caller.closed()
        caller.quit()
        expect_tone(caller.heard(), HIGH, own=LOW, least_seconds=TALK - 1)
        expect_tone(called.heard(), LOW, own=HIGH, least_seconds=TALK - 1)
        self.expect_history("1001", "1002", TALK)
        self.expect_quiet()

    def test_baresip_calls_linphonec(self):
        caller, called = self.baresip("1001", LOW), self.linphonec("1002", HIGH)
        caller.dial("1002")
        called.ringing()
        called.accept()
        caller.answered()
        time.sleep(TALK)
        caller.hangup()
        caller.closed()
        called.closed()
        called.quit()
        expect_tone(caller.heard(), HIGH, own=LOW, share=0.5)
        expect_tone(called.heard(), LOW, own=HIGH, least_seconds=TALK - 1)
        self.expect_history("1001", "1002", TALK)
        self.expect_quiet()

    def test_a_wrong_password_is_refused(self):
        phone = Baresip(self.place, self.exchange, "1001", LOW, password="4321")
        self.exchange.wait_for_log("registration of '1001' from 127.0.0.1")
        self.assertRegex(self.exchange.output(), "registration of '1001' .* refused: wrong")
        self.assertFalse(self.exchange.registered("1001"))
        phone.dial("1002")
        self.assertRegex(phone.closed(), "^401 ")
        self.assertEqual(self.exchange.csv_rows(), [])
        self.expect_quiet()

    def test_a_trunk_without_an_address_does_not_delay_the_start(self):
        self.assertLess(self.exchange.seconds_to_ready, 2.0)
        text = self.exchange.output()
        self.assertRegex(text, r"WARNING.*sip\.conf:2: warning: .*register")
        self.assertNotIn("ERROR", text)
        self.exchange.wait_for_log("sip.example.com is not known", 15)
        self.assertIn("zadarma", self.exchange.console("sip show peers"))


if __name__ == "__main__":
    unittest.main()
