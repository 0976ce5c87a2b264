"""What an e2e test imports: `from support import ...`."""
from audio import RATE, Sound, expect_tone, read_samples, write_tone
from baresip import Baresip
from exchange import CHECKED, PROGRAM, PROGRAM_ASAN, SANITIZERS, SOURCE, Exchange, accounts
from linphone import Linphonec
from place import FIXTURES, Case, Place, pss_kilobytes, wait_for
from sipp import Sipp, credentials

__all__ = ["CHECKED", "FIXTURES", "PROGRAM", "PROGRAM_ASAN", "RATE", "SANITIZERS", "SOURCE", "Baresip", "Case", "Exchange",
           "Linphonec", "Place", "Sipp", "Sound", "accounts", "credentials", "expect_tone", "pss_kilobytes", "read_samples",
           "wait_for", "write_tone"]
