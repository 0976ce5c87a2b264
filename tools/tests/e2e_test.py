"""e2e: whatever a test file does, its cases are counted."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import e2e  # noqa: E402

HEAD = "import os, time, unittest\nclass Case(unittest.TestCase):\n"


class RunFile(unittest.TestCase):
    def outcomes(self, body, timeout=20, words=()):
        with tempfile.TemporaryDirectory() as name:
            file = pathlib.Path(name) / "thing_test.py"
            file.write_text(body)
            return {entry[0].split(".")[-1]: entry[1] for entry in e2e.run_file(file, words, timeout, file.parent)}

    def test_success_failure_and_skip_are_told_apart(self):
        found = self.outcomes(HEAD + "  def test_a(self): pass\n"
                                     "  def test_b(self): self.fail()\n"
                                     "  def test_c(self): self.skipTest('none here')\n")
        self.assertEqual(found, {"test_a": "passed", "test_b": "failed", "test_c": "skipped"})

    def test_a_file_that_dies_fails_the_case_that_ran(self):
        found = self.outcomes(HEAD + "  def test_a(self): pass\n  def test_b(self): os._exit(0)\n")
        self.assertEqual(found, {"test_a": "passed", "test_b": "failed"})

    def test_a_file_that_hangs_is_stopped_and_fails(self):
        found = self.outcomes(HEAD + "  def test_a(self): time.sleep(60)\n", timeout=2)
        self.assertEqual(found, {"test_a": "failed"})

    def test_a_file_that_cannot_be_read_is_a_failure(self):
        self.assertEqual(self.outcomes("import no_such_module\n"), {"thing_test": "failed"})

    def test_a_failed_set_up_of_the_class_is_a_failure(self):
        found = self.outcomes(HEAD + "  @classmethod\n  def setUpClass(cls): raise OSError('no port')\n"
                                     "  def test_a(self): pass\n")
        self.assertEqual(list(found.values()), ["failed"])

    def test_words_choose_cases(self):
        found = self.outcomes(HEAD + "  def test_a(self): pass\n  def test_b(self): pass\n", words=["test_b"])
        self.assertEqual(found, {"test_b": "passed"})


if __name__ == "__main__":
    unittest.main()
