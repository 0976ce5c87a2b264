"""Both phones of N calls: sets the calls up through a server, keeps them up (answers what the server asks), hangs up."""
import dataclasses
import os
import re
import select
import socket
import time

import server

FIRST_RTP_PORT = 6000  # of both sides; two ports a call
ANSWER_LIMIT = 10
RETRANSMISSION = 1


@dataclasses.dataclass
class Leg:
    number: int
    call_id: str
    port: int
    remote: tuple | None = None  # where the server wants our RTP
    up: bool = False
    ended: bool = False
    request: bytes = b""  # what waits for its answer
    sent_at: float = 0
    target: str = ""
    to: str = ""


def header(message, name):
    found = re.search(rf"^{name}:[ \t]*(.*?)\r$", message, re.M | re.I)
    return found.group(1) if found else ""


def remote_media(message):
    address = re.search(r"^c=IN IP4 (\S+)", message, re.M)
    port = re.search(r"^m=audio (\d+)", message, re.M)
    return (address.group(1), int(port.group(1))) if address and port else None


def description(host, port):
    return (f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8\r\n"
            "a=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendrecv\r\n")


class HeldCalls:
    def __init__(self, target, count, rate):
        self.target = target
        self.callers, self.called = {}, {}  # Call-ID: Leg
        self.caller_socket = self._open(server.CALLER)
        self.called_socket = self._open(server.CALLED)
        began = time.monotonic()
        for number in range(count):
            self._invite(number)
            self.serve(max(0, began + (number + 1) / rate - time.monotonic()))
        self._wait_for("set up", lambda leg: leg.up)
        if len(self.called) != count or not all(leg.remote for leg in self.legs()):
            raise server.Failure(f"{target.name}: {count} calls were made, {len(self.called)} came to the other side")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.hang_up()
        finally:
            self.caller_socket.close()
            self.called_socket.close()

    def legs(self):
        return [*self.callers.values(), *self.called.values()]

    def rtp_legs(self):
        """(local host, local port, remote host, remote port) of every leg; the two of a call follow each other."""
        return [(host, leg.port, *leg.remote)
                for callers in zip(self.callers.values(), self.called.values())
                for host, leg in zip((server.CALLER, server.CALLED), callers)]

    def hang_up(self, rate=300):
        if any(leg.ended for leg in self.callers.values()):
            raise server.Failure(f"{self.target.name} hung up calls")
        for number, leg in enumerate(self.callers.values()):
            leg.request = self._request("BYE", leg, 2)
            self._send(leg)
            if number % 10 == 0:
                self.serve(10 / rate)
        self._wait_for("hung up", lambda leg: leg.ended)

    def serve(self, seconds):
        """Answers for so long."""
        until = time.monotonic() + seconds
        while True:
            left = max(0, until - time.monotonic())
            for ready in select.select([self.caller_socket, self.called_socket], [], [], left)[0]:
                for _ in range(100):
                    try:
                        data, source = ready.recvfrom(4096)
                    except (BlockingIOError, ConnectionError):
                        break
                    self._receive(ready, data.decode("latin-1"), source)
            if left == 0:
                return

    @staticmethod
    def _open(host):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        sock.bind((host, server.PHONE_PORT))
        sock.setblocking(False)
        return sock

    def _wait_for(self, what, done):
        until = time.monotonic() + ANSWER_LIMIT
        while waiting := [leg for leg in self.callers.values() if not done(leg)]:
            if time.monotonic() > until:
                raise server.Failure(f"{self.target.name}: {len(waiting)} of {len(self.callers)} calls were not {what}")
            self.serve(0.1)
            for leg in waiting:
                if not done(leg) and time.monotonic() - leg.sent_at > RETRANSMISSION:
                    self._send(leg)

    def _send(self, leg):
        leg.sent_at = time.monotonic()
        self.caller_socket.sendto(leg.request, (server.HOST, self.target.port))

    def _invite(self, number):
        leg = Leg(number, f"held{number}-{os.getpid()}-{time.monotonic_ns()}", FIRST_RTP_PORT + 2 * number)
        leg.target = leg.to = ""
        self.callers[leg.call_id] = leg
        leg.request = self._request("INVITE", leg, 1, description(server.CALLER, leg.port))
        self._send(leg)

    def _request(self, method, leg, sequence, body=""):
        uri = leg.target or f"sip:2000@{server.HOST}:{self.target.port}"
        own = f"{server.CALLER}:{server.PHONE_PORT}"
        content = "Content-Type: application/sdp\r\n" if body else ""
        return (f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{leg.call_id}{sequence}{method};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:caller@{own}>;tag=c{leg.number}\r\nTo: {leg.to or f'<{uri}>'}\r\n"
                f"Call-ID: {leg.call_id}\r\nCSeq: {sequence} {method}\r\nContact: <sip:caller@{own}>\r\n{content}"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def _receive(self, sock, message, source):
        call_id = header(message, "Call-ID")
        if message.startswith("SIP/2.0"):
            if leg := self.callers.get(call_id):
                self._receive_response(leg, message)
            return
        method = message.split(" ", 1)[0]
        if method == "ACK":
            return
        host = server.CALLER if sock is self.caller_socket else server.CALLED
        legs = self.callers if sock is self.caller_socket else self.called
        body = ""
        if method == "INVITE":
            leg = legs.setdefault(call_id, Leg(len(legs), call_id, FIRST_RTP_PORT + 2 * len(legs), up=True))
            leg.remote = remote_media(message) or leg.remote
            body = description(host, leg.port)
            if sock is self.called_socket:
                sock.sendto(self._response(message, host, "180 Ringing", leg.number, ""), source)
        elif method == "BYE" and call_id in legs:
            legs[call_id].ended = True
        number = legs[call_id].number if call_id in legs else 0
        sock.sendto(self._response(message, host, "200 OK", number, body), source)

    @staticmethod
    def _response(request, host, status, number, body):
        via = "".join(f"Via: {value}\r\n" for value in re.findall(r"^Via:[ \t]*(.*?)\r$", request, re.M | re.I))
        to = header(request, "To")
        tag = "" if ";tag=" in to else f";tag=a{number}"
        content = "Content-Type: application/sdp\r\n" if body else ""
        return (f"SIP/2.0 {status}\r\n{via}From: {header(request, 'From')}\r\nTo: {to}{tag}\r\n"
                f"Call-ID: {header(request, 'Call-ID')}\r\nCSeq: {header(request, 'CSeq')}\r\n"
                f"Contact: <sip:phone@{host}:{server.PHONE_PORT}>\r\n{content}Content-Length: {len(body)}\r\n\r\n"
                f"{body}").encode()

    def _receive_response(self, leg, message):
        status = int(message.split(" ", 2)[1])
        if status < 200:
            return
        method = header(message, "CSeq").split()[-1]
        if status >= 300:
            raise server.Failure(f"{self.target.name}: {method} of call {leg.number} got {message.splitlines()[0]}")
        if method == "BYE":
            leg.ended = True
        elif method == "INVITE":
            leg.to = header(message, "To")
            leg.target = re.search(r"<([^>]*)>", header(message, "Contact")).group(1)
            leg.remote = remote_media(message)
            leg.up = True
            self.caller_socket.sendto(self._request("ACK", leg, 1), (server.HOST, self.target.port))
