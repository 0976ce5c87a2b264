#!/usr/bin/env python3
"""Checks of the text of src and tests that need no compiler: what CONTRIBUTING.md, "How code reads", asks for.

  tools/check_style.py [ROOT]
"""
import pathlib
import re
import sys

import sources

MAX_LINES = 800
LINE_RULES = [
    (re.compile(r"\b(TODO|FIXME)\b"), "finish it, or make it an issue", (".h", ".cpp")),
    (re.compile(r"\bsoci::(row|rowset)\b"), "reads a 64-bit integer of SQLite as 32 bits: use static into<long long>",
     (".h", ".cpp")),
    (re.compile(r"^\s*using\s+namespace\s+std\s*;"), "using namespace std is not used anywhere", (".h", ".cpp")),
    (re.compile(r"^using\s+namespace\b"), "a header has no using namespace", (".h",)),
    (re.compile(r"[ \t]+$"), "white space at the end of the line", (".h", ".cpp")),
    (re.compile(r"#\s*include\s*<(format|print|generator|stacktrace)>"), "libstdc++ 12 lacks it: use fmt", (".h", ".cpp")),
]


def check_file(file, root):
    path = sources.relative(file, root)
    lines = file.read_text(encoding="utf-8").splitlines()
    problems = []
    if len(lines) > MAX_LINES:
        problems.append(f"{path}:{MAX_LINES}: {len(lines)} lines, the limit is {MAX_LINES}: split it by class or verb")
    if file.suffix == ".h":
        if "#pragma once" not in lines:
            problems.append(f"{path}:1: no #pragma once")
        if path.startswith("src/") and not (lines and lines[0].startswith("//")):
            problems.append(f"{path}:1: a header begins with what it is, its thread, and the RFC section")
    for number, line in enumerate(lines, 1):
        for rule, text, suffixes in LINE_RULES:
            if file.suffix in suffixes and rule.search(line):
                problems.append(f"{path}:{number}: {text}")
    return problems


def check(root):
    return [problem for file in sources.files("src", "tests", root=root) for problem in check_file(file, root)]


def main():
    problems = check(pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else sources.ROOT)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
