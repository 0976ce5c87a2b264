"""Starting, reloading and stopping as an administrator does it: nothing is lost, and what is in the way is named."""
import signal
import socket
import subprocess
import time
import unittest

from support import CHECKED, Baresip, Case, Exchange, accounts, wait_for

PLAN = "[phones]\nexten => _10X,1,Dial(SIP/${EXTEN},20)\n"
FILES = {"sip.conf": accounts("101", "102", "103"), "extensions.conf": PLAN}


class Restart(Case):
    def phone(self, exchange, name, **more):
        return Baresip(self.place, exchange, name, **more).register()

    def serve(self, exchange, data=None):
        """Runs `polyfon serve` that is to fail; returns (exit code, what it said)."""
        command = [exchange.program, "serve", "--config", exchange.config, "--data", data or exchange.data]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
        return done.returncode, done.stdout + done.stderr

    def call_and_hang_up(self, caller, called, number):
        caller.dial(number)
        called.answered()
        caller.answered()
        caller.hangup()
        called.closed()
        caller.closed()

    def test_registrations_are_there_after_a_restart(self):
        exchange = Exchange(self.place, FILES, program=CHECKED).start()
        caller, called = self.phone(exchange, "101"), self.phone(exchange, "102")
        exchange.stop()
        exchange.start()
        self.assertTrue(exchange.registered("102"))
        self.call_and_hang_up(caller, called, "102")
        self.assertEqual(exchange.history(1)[0]["disposition"], "ANSWERED")
        exchange.stop()

    def test_history_of_both_runs_is_in_one_file(self):
        exchange = Exchange(self.place, FILES, program=CHECKED).start()
        caller, called = self.phone(exchange, "101"), self.phone(exchange, "102")
        self.call_and_hang_up(caller, called, "102")
        exchange.stop()
        exchange.start()
        self.call_and_hang_up(caller, called, "102")
        rows = exchange.history(2)
        self.assertEqual(len({row["uniqueid"] for row in rows}), 2)

    def test_hangup_signal_reloads(self):
        exchange = Exchange(self.place, FILES, program=CHECKED).start()
        exchange.write(**{"extensions.conf": PLAN + "exten => 200,1,NoOp(new)\n"})
        exchange.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "NoOp(new)" in exchange.console("dialplan show phones"), 5, "the new extension")
        exchange.write(**{"extensions.conf": PLAN + "[broken\nexten => 300,1,NoOp(bad)\n"})
        exchange.process.send_signal(signal.SIGHUP)
        exchange.wait_for_log("reload refused")
        self.assertIn("extensions.conf:3: error", exchange.output())
        self.assertIn("NoOp(new)", exchange.console("dialplan show phones"))
        exchange.stop()

    def test_terminated_it_lets_calls_end_and_takes_no_new_ones(self):
        exchange = Exchange(self.place, FILES, program=CHECKED).start()
        caller, called, late = (self.phone(exchange, name) for name in ("101", "102", "103"))
        caller.dial("102")
        called.answered()
        caller.answered()
        exchange.process.terminate()
        exchange.wait_for_log("stopping when 2 channels have ended")
        late.dial("102")
        self.assertEqual(late.closed()[:3], "503")
        time.sleep(0.5)
        self.assertIsNone(exchange.process.poll(), "the call was not waited for")
        self.assertNotIn("CALL_CLOSED", [event.get("type") for event in list(caller.events)])
        caller.hangup()
        caller.closed()
        called.closed()
        begin = time.monotonic()
        exchange.stop()
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual([row["disposition"] for row in exchange.csv_rows()][-1:], ["ANSWERED"])

    def test_stop_now_hangs_up(self):
        exchange = Exchange(self.place, FILES, program=CHECKED).start()
        caller, called = self.phone(exchange, "101"), self.phone(exchange, "102")
        caller.dial("102")
        called.answered()
        caller.answered()
        time.sleep(0.2)
        self.assertEqual(exchange.console("core stop now"), "Stopping now.\n")
        caller.closed()
        called.closed()
        exchange.stop()
        self.assertEqual([row["disposition"] for row in exchange.csv_rows()], ["ANSWERED"])

    def test_a_port_that_is_taken_is_named_with_what_to_do(self):
        exchange = Exchange(self.place, FILES, program=CHECKED)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((self.place.host, exchange.port))
            code, text = self.serve(exchange)
        self.assertEqual(code, 1, text)
        self.assertIn(str(exchange.port), text)
        self.assertRegex(text, "in use by another program; udpbindaddr in .general. of sip.conf")
        self.assertNotIn("polyfon ready", text)

    def test_a_second_exchange_on_the_same_data_is_refused(self):
        first = Exchange(self.place, FILES, program=CHECKED).start()
        second = Exchange(self.place, FILES, name="second", program=CHECKED)
        code, text = self.serve(second, data=first.data)
        self.assertEqual(code, 1, text)
        self.assertRegex(text, f"(?s)polyfon runs on {first.data}.*--data")
        self.assertIn("System uptime", first.console("core show uptime"), "the first one was disturbed")
        first.stop()

    def test_a_configuration_with_errors_is_not_started(self):
        exchange = Exchange(self.place, FILES | {"extensions.conf": "[phones]\n[broken\n"}, program=CHECKED)
        code, text = self.serve(exchange)
        self.assertEqual(code, 1, text)
        self.assertIn("extensions.conf:2: error", text)
        self.assertIn("polyfon check", text)

    def test_without_configuration_it_says_which_file_is_missing(self):
        exchange = Exchange(self.place, {})
        for file in exchange.config.iterdir():
            file.unlink()
        exchange.config.rmdir()
        code, text = self.serve(exchange)
        self.assertEqual(code, 1, text)
        self.assertIn(str(exchange.config), text)


if __name__ == "__main__":
    unittest.main()
