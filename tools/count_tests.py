#!/usr/bin/env python3
"""Counts the GoogleTest results of one ctest run.

  tools/count_tests.py FOLDER_OF_JSON CTEST_JUNIT_FILE

Prints the tests that failed, and "passed failed skipped" as its last line. A program that died before it could write
its results counts as one failure.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as xml


def count_program(report):
    passed, failed, skipped = 0, [], 0
    for suite in report.get("testsuites", []):
        for test in suite.get("testsuite", []):
            if test.get("failures"):
                failed.append(f"{suite['name']}.{test['name']}")
            elif test.get("result") == "SKIPPED" or test.get("status") == "NOTRUN":
                skipped += 1
            else:
                passed += 1
    return passed, failed, skipped


def count(folder, junit):
    """(passed, failed, skipped, lines that name what failed)."""
    passed = failed = skipped = 0
    lines = []
    cases = {case.get("name"): case for case in xml.parse(junit).getroot().iter("testcase")} if junit.exists() else {}
    if not cases:
        return 0, 1, 0, ["ctest ran nothing"]
    for name, case in sorted(cases.items()):
        report, bad = folder / f"{name}.json", []
        if report.exists():
            good, bad, left_out = count_program(json.loads(report.read_text()))
            passed, failed, skipped = passed + good, failed + len(bad), skipped + left_out
            lines += [f"failed: {name}: {test}" for test in bad]
        # Failed without a failed test: it crashed, ran out of time, or a sanitizer spoke at its end.
        if case.get("status") != "run" and not bad:
            failed += 1
            lines.append(f"failed: {name}: {'its exit, after the tests' if report.exists() else 'it did not finish'}")
    return passed, failed, skipped, lines


def main():
    passed, failed, skipped, lines = count(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    print("\n".join([*lines, f"{passed} {failed} {skipped}"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
