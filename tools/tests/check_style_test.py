"""check_style must find what it is there to find, and nothing else."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import check_style  # noqa: E402

HEADER = "// Thing: what it is.\n#pragma once\n"


class CheckStyle(unittest.TestCase):
    def problems(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "src" / "base" / name
            path.parent.mkdir(parents=True)
            path.write_text(text)
            return check_style.check(pathlib.Path(folder))

    def test_a_good_header_passes(self):
        self.assertEqual(self.problems("a.h", HEADER + "int value();\n"), [])

    def test_a_header_without_pragma_once_is_found(self):
        self.assertIn("#pragma once", self.problems("a.h", "// Thing.\nint value();\n")[0])

    def test_a_header_that_does_not_say_what_it_is_is_found(self):
        self.assertIn("begins with", self.problems("a.h", "#pragma once\n")[0])

    def test_using_namespace_in_a_header_is_found_by_line(self):
        found = self.problems("a.h", HEADER + "using namespace fmt;\n")
        self.assertTrue(found[0].startswith("src/base/a.h:3:"), found)

    def test_literals_of_std_are_allowed_in_a_source(self):
        self.assertEqual(self.problems("a.cpp", "using namespace std::chrono_literals;\n"), [])

    def test_namespace_std_is_found_in_a_source(self):
        self.assertEqual(len(self.problems("a.cpp", "using namespace std;\n")), 1)

    def test_a_file_over_the_limit_is_found(self):
        self.assertIn("801 lines", self.problems("a.cpp", "int a;\n" * 801)[0])

    def test_unfinished_work_is_found(self):
        self.assertEqual(len(self.problems("a.cpp", "// TO" + "DO: later\n")), 1)


if __name__ == "__main__":
    unittest.main()
