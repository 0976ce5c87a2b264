"""What callers hear: themselves, prompts, music, each other after hold, and each other across codecs."""
import array
import subprocess
import time
import unittest

from support import CHECKED, Baresip, Case, Exchange, accounts, expect_tone, read_samples, wait_for, write_tone

HIGH, LOW = 1000, 425
PROMPT, MUSIC, SECOND = 700, 1300, 1700

SIP = (accounts("101", "102") + accounts("103", more="disallow=all\nallow=ulaw") +
       accounts("104", more="disallow=all\nallow=alaw"))
PLAN = """
[phones]
exten => _10X,1,Dial(SIP/${{EXTEN}},10)
exten => 600,1,Answer()
 same => n,Echo()
exten => 601,1,MusicOnHold(test)
exten => 602,1,Answer()
 same => n,Playback({prompt})
 same => n,Hangup()
exten => 603,1,Answer()
 same => n,Playback(/no/such/file)
 same => n,Playback({prompt})
 same => n,Hangup()
exten => 605,1,Answer()
 same => n,Playback({raw})
 same => n,Hangup()
exten => 604,1,Goto(menu,s,1)
[menu]
exten => s,1,Answer()
 same => n,Background({prompt})
 same => n,Wait(5)
exten => 1,1,Playback({second})
 same => n,Hangup()
exten => 24,1,NoOp(dialled ${{EXTEN}})
 same => n,Hangup()
"""


class Sounds(Case):
    def setUp(self):
        super().setUp()
        folder = self.place.directory / "sounds"
        (folder / "music").mkdir(parents=True)
        write_tone(folder / "prompt.wav", PROMPT, 2)
        write_tone(folder / "second.wav", SECOND, 2)
        write_tone(folder / "music" / "one.wav", MUSIC, 20)
        subprocess.run(["sox", folder / "second.wav", "-t", "al", folder / "raw.alaw"], check=True)
        files = {
            "sip.conf": SIP,
            "extensions.conf": PLAN.format(prompt=folder / "prompt", second=folder / "second",
                                            raw=folder / "raw"),
            "musiconhold.conf": "".join(f"[{name}]\nmode=files\ndirectory={folder}/music\n" for name in ("default", "test")),
        }
        files["polyfon.conf"] = "[media]\nthreads=3\n"  # legs that meet move to one thread
        self.exchange = Exchange(self.place, files, program=CHECKED).start()

    def tearDown(self):
        self.exchange.stop()

    def phone(self, name, hertz=None, **more):
        return Baresip(self.place, self.exchange, name, hertz, **more).register()

    def call(self, number, seconds, hertz=LOW):
        """101 calls a number and hangs up after so many seconds (None: the exchange does)."""
        phone = self.phone("101", hertz)
        phone.dial(number)
        phone.answered()
        if seconds:
            time.sleep(seconds)
            phone.hangup()
        phone.closed()
        return phone

    def test_echo_gives_back_what_it_hears(self):
        expect_tone(self.call("600", 2).heard(), LOW)

    def test_music_on_hold(self):
        expect_tone(self.call("601", 2).heard(), MUSIC, own=LOW)

    def test_playback_plays_the_whole_prompt(self):
        heard = self.call("602", None).heard()
        expect_tone(heard, PROMPT, own=LOW, least_seconds=1.8)
        self.assertLess(len(heard), 2.3 * 8000)

    def test_playback_of_a_file_of_bare_a_law(self):
        expect_tone(self.call("605", None).heard(), SECOND, own=LOW, least_seconds=1.8)

    def test_a_prompt_that_is_not_there_is_a_warning_and_the_call_goes_on(self):
        expect_tone(self.call("603", None).heard(), PROMPT, own=LOW, least_seconds=1.8)
        self.assertRegex(self.exchange.output(), "WARNING.*/no/such/file")

    def test_a_key_pressed_in_a_menu_goes_to_its_extension(self):
        phone = self.phone("101")
        phone.dial("604")
        phone.answered()
        wait_for(lambda: len(phone.heard()) > 4000, 5, "the menu's prompt")
        phone.press("1")
        phone.closed()
        heard = phone.heard()
        expect_tone(heard, SECOND, least_seconds=2, share=0.6)
        self.assertLess(len(heard), 3.6 * 8000, "the key did not interrupt the prompt")

    def test_several_keys_pressed_in_a_menu_are_collected(self):
        phone = self.phone("101")
        phone.dial("604")
        phone.answered()
        wait_for(lambda: len(phone.heard()) > 4000, 5, "the menu's prompt")
        phone.press("24")
        phone.closed()
        row = self.exchange.history(1)[0]
        self.assertEqual((row["dst"], row["lastapp"]), ("24", "Hangup"))

    def test_who_is_put_on_hold_hears_music_and_then_the_voice_again(self):
        caller, called = self.phone("101", LOW), self.phone("102", HIGH)
        caller.dial("102")
        called.answered()
        caller.answered()
        time.sleep(1.5)
        called.command("hold")
        time.sleep(2.5)
        called.command("resume")
        time.sleep(2)
        caller.hangup()
        called.closed()
        caller.closed()
        heard = self.all_recordings(caller)
        expect_tone(heard[:8000], HIGH, own=LOW, least_seconds=0.5)
        expect_tone(heard[20000:28000], MUSIC, own=LOW, least_seconds=0.5)
        expect_tone(heard[-10000:], HIGH, own=LOW, least_seconds=0.5)
        expect_tone(self.all_recordings(called)[-8000:], LOW, own=HIGH, least_seconds=0.5)

    def all_recordings(self, phone):
        """A phone begins a file with each new agreement: all of them, one after another."""
        whole = array.array("h")
        for file in sorted(phone.recordings.glob("*-dec.wav")):
            whole.extend(read_samples(file))
        return whole

    def test_telephones_without_a_common_codec_hear_each_other(self):
        caller = self.phone("104", LOW, codecs="PCMA/8000/1")
        called = self.phone("103", HIGH, codecs="PCMU/8000/1")
        caller.dial("103")
        called.answered()
        caller.answered()
        time.sleep(2)
        caller.hangup()
        called.closed()
        caller.closed()
        expect_tone(caller.heard(), HIGH, own=LOW)
        expect_tone(called.heard(), LOW, own=HIGH)


if __name__ == "__main__":
    unittest.main()
