"""The commands `polyfon -rx` and `polyfon check`, as scripts and people use them."""
import os
import pty
import re
import select
import subprocess
import time
import unittest

from support import CHECKED, PROGRAM, Baresip, Case, Exchange, accounts, wait_for, write_tone

PLAN = """
[phones]
exten => _10X,1,Dial(SIP/${EXTEN},20)
exten => 600,1,Answer()
 same => n,Echo()
include => more
[more]
exten => 700,1,NoOp(seven hundred)
"""


class Console(Case):
    def setUp(self):
        super().setUp()
        music = self.place.directory / "music"
        music.mkdir()
        write_tone(music / "one.wav", 440, 1)
        self.exchange = Exchange(self.place, {
            "sip.conf": accounts("101", "102") + "[trunk]\ntype=peer\nhost=127.0.0.9\nport=5070\n",
            "extensions.conf": PLAN,
            "musiconhold.conf": f"[default]\nmode=files\ndirectory={music}\n"}, program=CHECKED).start()

    def run_program(self, *words):
        return subprocess.run([CHECKED, *words], capture_output=True, text=True, check=False, timeout=10)

    def expect(self, command, *parts):
        text = self.exchange.console(command)
        for part in parts:
            self.assertRegex(text, part, command)
        return text

    def test_commands_about_the_exchange(self):
        self.expect("core show version", r"^polyfon \d+\.\d+\.\d+\n$")
        self.expect("core show uptime", r"System uptime: \d+ second", r"Last reload: \d+ second")
        self.expect("core show applications", r"Dial: ", r"Playback: ", r"\d+ Applications Registered")
        self.expect("core show application Dial", r"\[Synopsis\]", r"\[Description\]",
                    r"\[Syntax\]\nDial\(", r"\[Options\]\n", r"  g: ")
        self.expect("core show application Nothing", "not registered")
        self.expect("core show help", "core show channels", "sip show peers", "dialplan show")
        self.expect("core show help core reload", "Usage: core reload")
        self.expect("cdr show status", "written to the database")
        self.expect("moh show classes", r"Class: default\n\tMode: files\n\tDirectory: /")
        self.expect("core reload", "Reloaded")

    def test_commands_about_sip(self):
        Baresip(self.place, self.exchange, "101").register()
        peers = self.expect("sip show peers", r"^Name/username +Host +Dyn", r"\n101 +127\.0\.0\.1 +D ",
                            r"\n102 +\(Unspecified\) +D ", r"\ntrunk +127\.0\.0\.9 ", r"3 sip peers \[Monitored: ")
        self.assertNotIn("secret-", peers)
        peer = self.expect("sip show peer 101", r"\* Name +: 101", r"Context +: phones",
                           r"Reg\. Contact +: sip:101", r"Secret +: <Set>")
        self.assertNotIn("secret-", peer)
        self.expect("sip show peer nobody", "Peer nobody not found")
        self.expect("sip show users", r"^Username ", r"\n101 ")
        self.expect("sip show registry", "0 SIP registrations")
        self.expect("sip show settings", f"UDP Bindaddress: +{self.exchange.address}", r"Registrations: +1 ")

    def test_commands_about_calls(self):
        self.expect("core show channels", r"^Channel +Location +State +Application\(Data\)",
                    "\n0 active channels\n0 active calls\n")
        caller, called = (Baresip(self.place, self.exchange, name).register() for name in ("101", "102"))
        caller.dial("102")
        called.answered()
        caller.answered()
        self.expect("core show channels", r"\nSIP/101-\w+ +102@phones:1 +Up +Dial\(SIP/102,20\)", r"\nSIP/102-\w+ +.*Up",
                    "\n2 active channels\n1 active call\n1 call processed")
        concise = self.expect("core show channels concise", "SIP/101-").splitlines()
        self.assertEqual([line.count("!") for line in concise], [13, 13], concise)
        self.expect("core show channels verbose", "CallerID +Duration", r"\d\d:\d\d:\d\d")
        self.expect("core show channels count", "^2 active channels\n1 active call\n")
        channel = re.search(r"SIP/101-\w+", self.exchange.console("core show channels"))[0]
        self.expect(f"channel request hangup {channel}", "Requested Hangup")
        caller.closed()
        called.closed()
        ended = "0 active channels\n0 active calls\n1 call processed\n"
        wait_for(lambda: self.exchange.console("core show channels").endswith(ended), 3,
                 lambda: self.exchange.console("core show channels"))

    def test_commands_about_the_dialplan(self):
        whole = self.expect("dialplan show", r"\[ Context 'phones' created by 'pbx_config' \]",
                            r"'_10X' => +1\. Dial\(SIP/\$\{EXTEN\},20\) +\[extensions\.conf:3\]",
                            r"Include => +'more'", r"-= \d+ extensions \(\d+ priorities\) in \d+ contexts\. =-")
        self.assertIn("[ Context 'more'", whole)
        self.assertNotIn("Context 'phones'", self.expect("dialplan show more", "'700'"))
        self.expect("dialplan show 600@phones", r"'600' => +1\. Answer\(\)", r"2\. Echo\(\)")
        self.assertNotIn("_10X", self.exchange.console("dialplan show 600@phones"))
        self.expect("dialplan show nothing", "nothing")

    def test_a_command_that_does_not_exist(self):
        self.expect("core shwo channels", r"No such command 'core shwo channels'")
        self.assertEqual(self.exchange.console(""), "")

    def test_the_console_completes_with_tab_and_lists_with_a_question_mark(self):
        terminal, far = pty.openpty()
        process = subprocess.Popen([PROGRAM, "-r", "--data", self.exchange.data], stdin=far, stdout=far, stderr=far,
                                   env=os.environ | {"TERM": "xterm", "HOME": str(self.place.directory)})
        os.close(far)
        shown = b""

        def expect(text, seconds=5):
            nonlocal shown
            until = time.monotonic() + seconds
            while text not in shown and time.monotonic() < until:
                if select.select([terminal], [], [], 0.05)[0]:
                    shown += os.read(terminal, 4096)
            self.assertIn(text, shown)
            shown = shown[shown.index(text) + len(text):]

        try:
            expect(b"core show help")
            os.write(terminal, b"core show up\t")
            expect(b"time")
            os.write(terminal, b"\n")
            expect(b"System uptime")
            os.write(terminal, b"sip show ?")
            for word in (b"peers", b"settings"):
                expect(word)
            os.write(terminal, b"\x15core show version\n")  # Ctrl-U: the line is begun anew
            expect(b"polyfon 0.")
            os.write(terminal, b"exit\n")
            self.assertEqual(process.wait(5), 0)
        finally:
            process.kill()
            process.wait()
            os.close(terminal)
        self.assertIn("core show version", (self.place.directory / ".polyfon_history").read_text().replace("\\040", " "))

    def test_without_an_exchange_it_says_where_it_looked(self):
        done = self.run_program("-rx", "core show version", "--data", self.place.directory / "nothing")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, f"no polyfon runs on {self.place.directory}/nothing")

    def check(self, **files):
        """`polyfon check`: exit code, and its lines."""
        self.exchange.write(**{name.replace("_", "."): text for name, text in files.items()})
        done = self.run_program("check", "--config", self.exchange.config)
        return done.returncode, done.stdout.splitlines()

    def test_check_of_a_good_configuration(self):
        self.assertEqual(self.check(), (0, []))

    def test_check_names_every_error_by_file_and_line(self):
        code, lines = self.check(extensions_conf="[phones]\nexten => 1,1,NoOp()\n[broken\nexten => 2,1,NoOp()\n"
                                                 "#include nothing.conf\n",
                                 sip_conf="[general]\nbindport=99999\n[101]\ntype=nonsense\n")
        self.assertEqual(code, 1)
        for start in ("extensions.conf:3: error: ", "extensions.conf:5: error: ", "sip.conf:2: error: "):
            self.assertTrue(any(line.startswith(start) and len(line) > len(start) + 5 for line in lines), (start, lines))

    def test_check_of_warnings_alone_ends_well(self):
        code, lines = self.check(extensions_conf="[phones]\nexten => 1,1,Goto(2,1)\nexten => 3,1,VoiceMail(101)\n",
                                 sip_conf="[general]\nnosuchkey=1\n")
        self.assertEqual(code, 0, lines)
        self.assertTrue(any(line.startswith("sip.conf:2: warning: ") and "nosuchkey" in line for line in lines), lines)
        self.assertTrue(any(line.startswith("extensions.conf:2: warning: ") for line in lines), lines)
        self.assertTrue(any(line.startswith("extensions.conf:3: warning: ") and "VoiceMail" in line for line in lines), lines)


if __name__ == "__main__":
    unittest.main()
