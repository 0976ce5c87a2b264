#!/usr/bin/env python3
"""Checks that src and tests are formatted by clang-format as .clang-format says.

  tools/check_format.py [--fix]

Prints FILE:LINE of every place that differs; --fix formats instead.
"""
import re
import subprocess
import sys

import sources

CLANG_FORMAT = "clang-format-19"


def run(fix):
    arguments = ["-i"] if fix else ["--dry-run", "--ferror-limit=1"]

    def batch(files):
        return subprocess.run([CLANG_FORMAT, *arguments, *map(str, files)], capture_output=True, text=True).stderr

    files = sources.files("src", "tests")
    return "".join(sources.in_parallel(batch, [files[i:i + 16] for i in range(0, len(files), 16)]))


def main():
    if sys.argv[1:] not in ([], ["--fix"]):
        print(__doc__)
        return 2
    fix = sys.argv[1:] == ["--fix"]
    output = run(fix)
    places = re.findall(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", output, re.MULTILINE)
    first = {}
    for path, line, _ in places:
        first.setdefault(path, line)
    for path, line in first.items():
        print(f"{sources.relative(path)}:{line}: not as clang-format writes it, from this line on")
    if first:
        print(f"{len(first)} files are not formatted. To format them: tools/check_format.py --fix")
    elif output.strip():
        print(output)
    return 1 if output.strip() else 0


if __name__ == "__main__":
    sys.exit(main())
