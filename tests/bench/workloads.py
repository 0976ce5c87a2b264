"""The workloads: each does its work at a fixed rate on polyfon and, where a peer does that work, on the peer, and
returns Measurements. A call or a registration that failed raises server.Failure."""
import json
import pathlib
import shutil
import subprocess
import time

import accounting
import held_calls
import report
import rtpengine
import server
import sipp
from kamailio import Kamailio
from polyfon import Polyfon

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build" / "bench"
USERS = 1000
REGISTRATION_RATE = 1000
CALL_RATE = 300
RELAYED_CALLS = (100, 500)
START_USERS = 10_000
HELD_CALLS = 1000
SETTLE = 0.5  # seconds until what a load left to do is done
TRANSACTIONS_END = 36  # timer J and timer L are 32 s


class Options:
    def __init__(self, runs, seconds, peers, threads):
        self.runs, self.seconds, self.peers, self.threads = runs, seconds, peers, threads

    def directory(self, name):
        return BUILD / "data" / name


def say(text):
    print(text, flush=True)


def microseconds_of_runs(options, target, count, work):
    """Runs work() several times: CPU microseconds of the server a unit, and what others used."""
    values, others = [], []
    for run in range(options.runs):
        around = accounting.Others()
        before, threads = accounting.cpu_seconds(target.pids), accounting.thread_seconds(target.pids)
        work()
        time.sleep(SETTLE)
        values.append((accounting.cpu_seconds(target.pids) - before) * 1e6 / count)
        others.append(around.percent())
        say(f"  {target.name}, run {run + 1}: {values[-1]:.1f} us each; others used {others[-1]:.0f} % of a core")
        if options.threads:
            for name, seconds in accounting.thread_seconds(target.pids).items():
                say(f"      {name:16} {(seconds - threads.get(name, 0)) * 1e6 / count:7.1f} us")
    return values, others


def registrations(options):
    count = REGISTRATION_RATE * options.seconds

    def measure(target):
        with target:
            users_file = sipp.register_all(target)  # the first time memory is taken for each: not what is measured
            return microseconds_of_runs(options, target, count, lambda: sipp.run(
                target, "register", users_file, REGISTRATION_RATE, count))

    values, others = measure(Polyfon(options.directory("polyfon"), USERS))
    peer = []
    if options.peers and Kamailio.installed():
        peer, _ = measure(Kamailio(options.directory("kamailio"), USERS, children=4))
    return [report.Measurement("registration with digest", f"{REGISTRATION_RATE:,}/s", "us", values, 60,
                               "Kamailio", peer, others)]


def answered_calls(target, users_file, count):
    """Digest calls between registered users; each has to arrive on the other side, and to end there."""
    answering = sipp.Sipp(target, "answer", server.CALLED)
    try:
        time.sleep(SETTLE)
        sipp.run(target, "call", users_file, CALL_RATE, count)
        time.sleep(1.5)  # its statistics are written each second
        outcome = answering.outcome()
    finally:
        answering.stop()
    if outcome.succeeded != count or outcome.failed:
        raise server.Failure(f"{target.name}: {outcome.succeeded} of {count} calls were answered and ended by the other side")


def calls(options):
    count = CALL_RATE * options.seconds

    def measure(target):
        with target:
            users_file = sipp.register_all(target)
            answered_calls(target, users_file, CALL_RATE)
            return microseconds_of_runs(options, target, count, lambda: answered_calls(target, users_file, count))

    target = Polyfon(options.directory("polyfon"), USERS)
    values, others = measure(target)
    made = CALL_RATE + options.runs * count
    if target.calls_in_history() != made:
        raise server.Failure(f"{made} calls were made; the call history has {target.calls_in_history()}")
    peer = []
    if options.peers and Kamailio.installed():
        peer, _ = measure(Kamailio(options.directory("kamailio"), USERS, children=1))
    return [report.Measurement("call with digest, B2BUA", f"{CALL_RATE}/s", "us", values, 300, "Kamailio, stateful relay",
                               peer, others)]


def rtp_windows(options, target, legs, serve):
    """RTP on all legs; a dict for each window. `serve` answers what comes on the calls' sockets meanwhile."""
    warm = 7  # sources are learnt for 5 s
    load = subprocess.Popen(
        ["taskset", "-c", str(accounting.LOAD_CORE), str(BUILD / "rtp_load"), str(warm), str(options.seconds),
         str(options.runs), ",".join(map(str, target.pids))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    load.stdin.write("".join(f"{a} {b} {c} {d}\n" for a, b, c, d in legs))
    load.stdin.close()
    around = accounting.Others()
    while load.poll() is None:
        serve(0.5)
    windows = [json.loads(line) for line in load.stdout]
    if load.returncode != 0 or len(windows) != options.runs:
        raise server.Failure("rtp_load failed")
    others = around.percent()
    for run, window in enumerate(windows):
        check_window(target, window)
        say(f"  {target.name}, run {run + 1}: {100 * window['server_cpu'] / window['seconds']:.1f} % of the core, lost "
            f"{window['missing']} of {window['sent']}, latency p50 {window['p50_ms']} ms, p99 {window['p99_ms']} ms, the load "
            f"was late by {window['late_ms']} ms; others used {others:.0f} % of a core")
    return windows, others


def check_window(target, window):
    """Equal work: what was sent was relayed, and it was sent at the rate that was asked for."""
    asked = window["legs"] * 50 * window["seconds"]
    if window["sent"] < 0.995 * asked:
        raise server.Failure(f"the load sent {window['sent']} packets of {asked:.0f}: this machine is too busy")
    on_the_way = window["legs"] * 50 * 0.1  # at either end of the window
    if window["silent_legs"] or window["missing"] > 0.001 * asked or window["received"] < window["sent"] - on_the_way:
        raise server.Failure(f"{target.name} relayed {window['received']} packets of {window['sent']}, {window['missing']} "
                             f"were lost; {window['silent_legs']} of {window['legs']} legs heard nothing")


def core_percent(windows):
    return [100 * window["server_cpu"] / window["seconds"] for window in windows]


def packet_microseconds(windows):
    return [1e6 * window["server_cpu"] / window["received"] for window in windows]


def relay(options):
    measurements = []
    for count in RELAYED_CALLS:
        with Polyfon(options.directory("polyfon"), 10) as target:
            with held_calls.HeldCalls(target, count, 100) as held:
                windows, others = rtp_windows(options, target, held.rtp_legs(), held.serve)
        peer = []
        if options.peers and rtpengine.Rtpengine.installed():
            with rtpengine.Rtpengine(options.directory("rtpengine"), 0) as target:
                peer, _ = rtp_windows(options, target, target.add_calls(count), time.sleep)
        load = f"{count} calls, {count * 100:,} packets/s"
        measurements += [
            report.Measurement("relay of RTP", load, "% of the core", core_percent(windows),
                               40 if count == 500 else None, "rtpengine", core_percent(peer), [others]),
            report.Measurement("relay of RTP", load, "us a packet", packet_microseconds(windows),
                               8 if count == 500 else None, "rtpengine", packet_microseconds(peer), [others])]
    return measurements


def start(options):
    def measure(make):
        values = []
        for run in range(options.runs):
            target = make()
            target.start()
            try:
                values.append(target.wait_until_it_answers(every=0.002) * 1000)
                say(f"  {target.name}, run {run + 1}: {values[-1]:.0f} ms, of them "
                    f"{1000 * accounting.cpu_seconds(target.pids):.0f} ms CPU; other processes had the core for "
                    f"{1000 * accounting.waited_seconds(target.process.pid):.0f} ms")
            finally:
                target.stop()
        return values

    values = measure(lambda: Polyfon(options.directory("polyfon"), START_USERS))
    peer = []
    if options.peers and Kamailio.installed():
        peer = measure(lambda: Kamailio(options.directory("kamailio"), START_USERS, children=4))
    return [report.Measurement("start to the first answer", f"{START_USERS:,} users", "ms", values, 100, "Kamailio", peer)]


def memory(options):
    with Polyfon(options.directory("polyfon"), 10) as target:
        with held_calls.HeldCalls(target, 50, 100):
            pass  # code and buffers that the first calls touch
        before = accounting.proportional_kilobytes(target.pids)
        with held_calls.HeldCalls(target, HELD_CALLS, 100) as held:
            held.serve(1)
            call = (accounting.proportional_kilobytes(target.pids) - before) / HELD_CALLS
    say(f"  polyfon: {call:.1f} kB a call")
    registration = registration_bytes(options, Polyfon(options.directory("polyfon"), START_USERS))
    peer = []
    if options.peers and Kamailio.installed():
        peer = [registration_bytes(options, Kamailio(options.directory("kamailio"), START_USERS, children=4))]
    return [report.Measurement("memory of a call", f"{HELD_CALLS:,} calls up", "kB", [call], 24),
            report.Measurement("memory of a registration", f"{START_USERS:,} users", "bytes", [registration], 500,
                               "Kamailio", peer)]


def registration_bytes(options, target):
    """Growth by registrations, after as many queries and their transactions: what is kept, not what the work needed."""
    with target:
        users_file = server.write_users_file(target.directory / "users.csv", target.users, register=False)
        sipp.run(target, "register", users_file, REGISTRATION_RATE, target.users)
        time.sleep(TRANSACTIONS_END)
        before = accounting.proportional_kilobytes(target.pids)
        users_file = server.write_users_file(target.directory / "users.csv", target.users)
        sipp.run(target, "register", users_file, REGISTRATION_RATE, target.users)
        time.sleep(TRANSACTIONS_END)
        value = (accounting.proportional_kilobytes(target.pids) - before) * 1024 / target.users
    say(f"  {target.name}: {value:.0f} bytes a registration; {before} kB before")
    return value


ALL = {"reg": registrations, "call": calls, "relay": relay, "start": start, "memory": memory}


def clean(options):
    shutil.rmtree(options.directory(""), ignore_errors=True)
