#!/usr/bin/env python3
"""Runs clang-tidy over the .cpp files of src with the checks of .clang-tidy: names, and what coroutines forbid.

  tools/check_naming.py [--build BUILD_DIRECTORY] [FILE...]

FILE names others, tests among them. BUILD_DIRECTORY (build/dev) needs to be configured. The precompiled header is not
used: a file of src says itself what it needs. A file that passed is not looked at again until it, or a header of the
project that it includes, or .clang-tidy changes.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

import sources

CLANG_TIDY = "clang-tidy-19"
NOISE = re.compile(r"^(\d+ warnings? .*|Suppressed \d+ warnings.*|Use -header-filter.*|.* use -system-headers .*)$")


def database(build):
    """Writes a compile_commands.json without the precompiled header, so that nothing has to be built; returns it."""
    commands = json.loads((build / "compile_commands.json").read_text())
    for entry in commands:
        entry["command"] = re.sub(r"-include-pch \S+", "", entry["command"])
        entry["command"] = re.sub(r"^.*?(\S*clang\+\+\S*) ", r"\1 ", entry["command"])
    folder = sources.ROOT / "build" / "check-cache" / "naming-database"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(commands))
    return folder, {str(pathlib.Path(entry["file"]).resolve()): entry["command"] for entry in commands}


def tidy(folder, file):
    result = subprocess.run([CLANG_TIDY, "--quiet", "--extra-arg=-Wno-error", "-p", str(folder), str(file)],
                            cwd=sources.ROOT, capture_output=True, text=True)
    lines = [line for line in (result.stdout + result.stderr).splitlines() if not NOISE.match(line)]
    return result.returncode, "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=sources.ROOT / "build" / "dev")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if not (arguments.build / "compile_commands.json").exists():
        print(f"{arguments.build} is not configured: cmake --preset dev")
        return 2

    folder, commands = database(arguments.build)
    wanted = [f.resolve() for f in arguments.files] or sources.files("src", suffixes=(".cpp",))
    files = [file for file in wanted if str(file) in commands]
    salt = (sources.ROOT / ".clang-tidy").read_text() + CLANG_TIDY
    passed, closure = sources.Passed("naming"), sources.Closure()
    keys = {file: closure.hash(file, salt) for file in files}
    todo = [file for file in files if not passed.has(keys[file])]
    started = time.monotonic()

    def one(file):
        code, output = tidy(folder, file)
        if code == 0:
            passed.add(keys[file])
        return code, output

    seen, failed = set(), 0
    for code, output in sources.in_parallel(one, todo):
        failed += code != 0
        for line in output.splitlines() if code != 0 else []:
            place = re.match(r"^\S+:\d+:\d+: (error|warning)", line)
            if not place or line not in seen:
                print(line)
            seen.add(line)
    passed.forget_older_than(30)
    print(f"{len(files)} files, {len(todo)} examined in {time.monotonic() - started:.0f} s, {failed} with findings")
    if failed:
        print("Rename as .clang-tidy says: snake_case, Types, kConstants, private_ (or correct what the other checks name).")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
