#!/usr/bin/env python3
"""The driver behind ./bench: runs the workloads and prints a table."""
import argparse
import os
import sys

import accounting
import report
import server
import workloads
from kamailio import Kamailio
from polyfon import Polyfon
from rtpengine import Rtpengine

DESCRIPTION = """\
Measures what polyfon's work costs: CPU microseconds of the server's processes (utime + stime, from the kernel's process
clocks) a registration, a call and a packet, the time from its start to the first answer, memory a call and a
registration; and the same for Kamailio (registrations, calls, start) and rtpengine (relay; optional) where they are
installed. The server runs on core 0, the load on core 1, as root in a network namespace of their own. About eight minutes.

Exit code 1: a call or a registration failed, a server did less work than was asked of it, or a mark was missed.
docs/performance.md says what was found, and how to read it."""


def arguments():
    parser = argparse.ArgumentParser(prog="./bench", description=DESCRIPTION,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME,...", default=",".join(workloads.ALL),
                        help="only these of " + ", ".join(workloads.ALL))
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured (3)")
    parser.add_argument("--seconds", type=int, default=10, help="how long each run is (10)")
    parser.add_argument("--threads", action="store_true", help="print the CPU of each thread as well")
    parser.add_argument("--no-peer", action="store_true", help="polyfon alone")
    parser.add_argument("--no-marks", action="store_true", help="measure; a missed mark is no failure")
    parser.add_argument("--no-install", action="store_true", help="install no packages")
    parser.add_argument("--no-build", action="store_true", help="measure build/release/polyfon (or $POLYFON_BIN) as it is")
    chosen = parser.parse_args()
    chosen.only = chosen.only.split(",")
    for name in chosen.only:
        if name not in workloads.ALL:
            parser.error(f"no workload \"{name}\": {', '.join(workloads.ALL)}")
    if chosen.runs < 1 or chosen.seconds < 1:
        parser.error("--runs and --seconds are at least 1")
    return chosen


def main():
    chosen = arguments()
    if (os.cpu_count() or 1) < 2:
        print("./bench: the load needs a core beside the server's: this machine has one", file=sys.stderr)
        return 2
    os.sched_setaffinity(0, {accounting.LOAD_CORE})
    options = workloads.Options(chosen.runs, chosen.seconds, not chosen.no_peer, chosen.threads)
    peers = [peer.version() for peer in (Kamailio,) if options.peers and peer.installed()]
    if options.peers and Rtpengine.installed():
        peers.append("rtpengine")
    print(f"{Polyfon.version()}; {', '.join(peers) or 'no peer'}; {accounting.machine()}; load average "
          f"{os.getloadavg()[0]:.1f}")
    measurements, failures = [], []
    for name in chosen.only:
        print(f"{name}:", flush=True)
        try:
            measurements += workloads.ALL[name](options)
        except server.Failure as failure:
            failures.append(f"{name}: {failure}")
            print(f"  FAILED: {failure}", flush=True)
    print(f"\nMedian of {options.runs} runs, and their range; CPU of the server's processes.\n{report.table(measurements)}")
    missed = [f"{m.workload} ({m.load}): {report.figure(m.median())} {m.unit}, the mark is {report.figure(m.mark)}"
              for m in measurements if m.missed()]
    for line in failures:
        print(f"FAILED: {line}")
    for line in missed:
        print(f"missed: {line}")
    if failures or (missed and not chosen.no_marks):
        return 1
    workloads.clean(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
