"""A server under measurement: its own directory, its own core, started and stopped."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import accounting

HOST = "127.0.0.1"
CALLER = "127.0.0.10"  # a trunk, known by its address
CALLED = "127.0.0.11"
PHONES = "127.0.0.20"  # accounts with passwords
PHONE_PORT = 5080


class Failure(Exception):
    """The work was not done: the figures would mean nothing."""


def free_port(first):
    for port in range(first, first + 1000, 10):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("0.0.0.0", port))
                return port
            except OSError:
                continue
    raise Failure(f"no free UDP port from {first} to {first + 990}")


class Server:
    """A subclass says name, version(), command() and configure()."""

    name = "?"

    def __init__(self, directory, users):
        self.directory = pathlib.Path(directory)
        self.users = users
        self.process = None
        self.pids = []
        self.port = free_port(5060)
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.configure()

    def __enter__(self):
        self.start()
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        log = open(self.directory / "log", "w", encoding="utf-8")
        os.sched_setaffinity(0, {accounting.SERVER_CORE})  # inherited: nothing runs between fork and exec
        try:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        finally:
            os.sched_setaffinity(0, {accounting.LOAD_CORE})

    def wait_until_it_answers(self, every=0.02, limit=30):
        """Sends OPTIONS until one is answered with 200; the seconds since the call."""
        began = time.monotonic()
        uri = f"sip:{HOST}:{self.port}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((CALLER, 0))
            own = "%s:%d" % probe.getsockname()
            number = 0
            while time.monotonic() < began + limit:
                if self.process.poll() is not None:
                    raise Failure(f"{self.name} ended: see {self.directory / 'log'}")
                number += 1
                self._probe(probe, uri, own, number)
                probe.settimeout(every)
                try:
                    if probe.recv(4096).startswith(b"SIP/2.0 200"):
                        self.pids = accounting.family(self.process.pid)
                        return time.monotonic() - began
                except TimeoutError:
                    pass
                except ConnectionError:
                    time.sleep(every)
        raise Failure(f"{self.name} does not answer OPTIONS: see {self.directory / 'log'}")

    def _probe(self, probe, uri, own, number):
        text = (f"OPTIONS {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKprobe{number};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:probe@{own}>;tag=p{number}\r\nTo: <{uri}>\r\n"
                f"Call-ID: probe{number}@{own}\r\nCSeq: 1 OPTIONS\r\nContact: <sip:probe@{own}>\r\n"
                "Content-Length: 0\r\n\r\n")
        try:
            probe.sendto(text.encode(), (HOST, self.port))
        except ConnectionError:
            pass  # nobody listens yet

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def user_name(index):
    return f"u{index:05d}"


def password(index):
    return f"pw{user_name(index)}"


def write_users_file(path, users, register=True):
    """SIPp's file: name; authentication; the line that REGISTER carries; the number that this user dials."""
    with open(path, "w", encoding="ascii") as file:
        file.write("SEQUENTIAL\n")
        for index in range(users):
            name = user_name(index)
            contact = f"Contact: <sip:{name}@{CALLED}:{PHONE_PORT}>" if register else "Subject: what is registered"
            file.write(f"{name};[authentication username={name} password={password(index)}];{contact};"
                       f"{(index + 1) % users:05d}\n")
    return path
