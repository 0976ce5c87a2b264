#!/usr/bin/env python3
"""Checks that every header of src compiles alone: it includes what it uses.

  tools/check_headers.py [HEADER...]

The precompiled header is not used here: it would hide a missing include. A header that passed is not compiled again
until it, or one it includes, changes.
"""
import pathlib
import subprocess
import sys
import time

import sources

COMMAND = ["clang++-19", "-fsyntax-only", "-x", "c++", "-std=c++23", "-Isrc", "-Itests", "-Wall", "-Wextra", "-Werror",
           "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Wno-unused-const-variable",
           "-DFMT_SHARED", "-DSPDLOG_COMPILED_LIB", "-DSPDLOG_FMT_EXTERNAL", "-include"]


def main():
    arguments = [pathlib.Path(argument).resolve() for argument in sys.argv[1:]]
    headers = arguments or sources.files("src", suffixes=(".h",))
    passed, closure = sources.Passed("headers"), sources.Closure()
    keys = {header: closure.hash(header, " ".join(COMMAND)) for header in headers}
    todo = [header for header in headers if not passed.has(keys[header])]
    started = time.monotonic()

    def compile_alone(header):
        result = subprocess.run([*COMMAND, str(header), "/dev/null"], cwd=sources.ROOT, capture_output=True, text=True)
        if result.returncode == 0:
            passed.add(keys[header])
        return result.returncode, result.stderr

    failed = 0
    for header, (code, output) in zip(todo, sources.in_parallel(compile_alone, todo)):
        if code != 0:
            failed += 1
            print(f"{sources.relative(header)} does not compile alone:\n{output.strip()}\n")
    passed.forget_older_than(30)
    print(f"{len(headers)} headers, {len(todo)} compiled in {time.monotonic() - started:.0f} s, {failed} not complete")
    if failed:
        print("Add the missing #include to the header itself (what it names, it includes).")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
