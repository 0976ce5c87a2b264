#!/usr/bin/env python3
"""Runs the fuzz targets of build/fuzz, two at a time, each for $POLYFON_FUZZ_SECONDS (60).

  tools/fuzz.py [--build DIRECTORY] [--seconds N] [--count FILE] [NAME...]

The seeds are tests/fuzz/corpus/NAME; what is found on the way grows in BUILD/corpus/NAME and is used next time. Inputs
that break something are written to BUILD/findings. tests/fuzz/NAME.dict, where there is one, holds words to build from.
"""
import argparse
import base64
import os
import pathlib
import re
import subprocess
import sys
import time

import sources


def run_target(program, build, seconds):
    name = program.name.removeprefix("fuzz_")
    grown, findings = build / "corpus" / name, build / "findings"
    grown.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    command = [str(program), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
               f"-artifact_prefix={findings}/{name}-", str(grown)]
    seeds = sources.ROOT / "tests" / "fuzz" / "corpus" / name
    words = sources.ROOT / "tests" / "fuzz" / f"{name}.dict"
    command += [str(seeds)] if seeds.is_dir() else []
    command += [f"-dict={words}"] if words.exists() else []
    environment = os.environ | {
        "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    }
    started = time.monotonic()
    try:
        result = subprocess.run(command, cwd=build, env=environment, capture_output=True, timeout=seconds + 300)
        code, output = result.returncode, result.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired as expired:
        code, output = -1, (expired.stderr or b"").decode(errors="replace") + "\nit did not stop in time"
    return name, code, output, time.monotonic() - started


def show(name, code, output, took):
    executions = re.search(r"stat::number_of_executed_units:\s*(\d+)", output)
    covered = re.findall(r" cov: (\d+) ", output)
    detail = f"{executions[1] if executions else '?'} inputs, {covered[-1] if covered else '?'} edges, {took:.0f} s"
    print(f"{'ok    ' if code == 0 else 'FAILED'} {name}: {detail}", flush=True)
    if code == 0:
        return
    artifact = re.search(r"Test unit written to (\S+)", output)
    print("\n".join(line for line in output.splitlines()[-60:] if not line.startswith("stat::")))
    if artifact and pathlib.Path(artifact[1]).exists():
        data = pathlib.Path(artifact[1]).read_bytes()
        print(f"the input: {artifact[1]} ({len(data)} bytes), base64: {base64.b64encode(data[:1500]).decode()}")
        print(f"to run it again: build/fuzz/tests/fuzz/fuzz_{name} {artifact[1]}; "
              f"once mended it becomes a seed in tests/fuzz/corpus/{name}/", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=sources.ROOT / "build" / "fuzz")
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("POLYFON_FUZZ_SECONDS", "60")))
    parser.add_argument("--count", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    wanted = [path.name.removesuffix("_fuzz.cpp") for path in sorted((sources.ROOT / "tests" / "fuzz").glob("*_fuzz.cpp"))]
    programs = [build / "tests" / "fuzz" / f"fuzz_{name}" for name in wanted
                if not arguments.names or name in arguments.names]

    def one(program):
        if program.exists():
            outcome = run_target(program, build, arguments.seconds)
        else:
            outcome = (program.name, -1, f"{program} was not built", 0.0)
        show(*outcome)
        return outcome[1]

    codes = sources.in_parallel(one, programs, workers=2)
    failed = sum(code != 0 for code in codes)
    if arguments.count:
        arguments.count.write_text(f"{len(codes) - failed} {failed} 0\n")
    if not codes:
        print("no fuzz target of that name" if arguments.names else "no fuzz targets")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
