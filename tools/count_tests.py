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


def main():
    folder, junit = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    passed = failed = skipped = 0
    cases = {case.get("name"): case for case in xml.parse(junit).getroot().iter("testcase")} if junit.exists() else {}
    if not cases:
        print("ctest ran nothing")
        failed += 1
    for name, case in sorted(cases.items()):
        result = folder / f"{name}.json"
        if result.exists():
            good, bad, left_out = count_program(json.loads(result.read_text()))
            passed, failed, skipped = passed + good, failed + len(bad), skipped + left_out
            for test in bad:
                print(f"failed: {name}: {test}")
        else:
            bad = []
        # Failed without a failed test: it crashed, ran out of time, or a sanitizer spoke at its end.
        if case.get("status") != "run" and not bad:
            failed += 1
            print(f"failed: {name}: the program itself ({'a sanitizer or the exit' if result.exists() else 'it did not finish'})")
    print(passed, failed, skipped)
    return 0


if __name__ == "__main__":
    sys.exit(main())
