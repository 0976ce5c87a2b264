"""count_tests: what GoogleTest and ctest wrote becomes numbers; a program that died is not forgotten."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import count_tests  # noqa: E402


def case(name, **more):
    return {"name": name, "status": "RUN", "result": "COMPLETED"} | more


class CountTests(unittest.TestCase):
    def count(self, junit, **reports):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "ctest.xml").write_text(f"<testsuite>{junit}</testsuite>")
            for program, cases in reports.items():
                report = {"testsuites": [{"name": "Thing", "testsuite": cases}]}
                (folder / f"{program}.json").write_text(json.dumps(report))
            return count_tests.count(folder, folder / "ctest.xml")

    def test_tests_are_counted_and_not_programs(self):
        outcome = self.count('<testcase name="unit_a" status="run"/>', unit_a=[case("x"), case("y")])
        self.assertEqual(outcome, (2, 0, 0, []))

    def test_a_failed_test_is_named(self):
        outcome = self.count('<testcase name="unit_a" status="fail"/>', unit_a=[case("x", failures=[{}]), case("y")])
        self.assertEqual(outcome, (1, 1, 0, ["failed: unit_a: Thing.x"]))

    def test_a_skipped_test_is_no_success(self):
        outcome = self.count('<testcase name="unit_a" status="run"/>', unit_a=[case("x", result="SKIPPED")])
        self.assertEqual(outcome[:3], (0, 0, 1))

    def test_a_program_that_crashed_is_one_failure(self):
        outcome = self.count('<testcase name="unit_a" status="fail"/>')
        self.assertEqual(outcome, (0, 1, 0, ["failed: unit_a: it did not finish"]))

    def test_a_leak_at_the_end_of_a_good_program_is_one_failure(self):
        outcome = self.count('<testcase name="unit_a" status="fail"/>', unit_a=[case("x")])
        self.assertEqual(outcome[:3], (1, 1, 0))

    def test_no_tests_at_all_is_a_failure(self):
        self.assertEqual(self.count("")[:3], (0, 1, 0))


if __name__ == "__main__":
    unittest.main()
