"""A receiver on this machine that answers as receivers do, or misbehaves in one way on request.

It stands on bare sockets, so that it can cut a connection, drip, lie and never end. `plugins test`
sends to it; nothing else in the program does. It listens on loopback only and keeps what it got in
memory.
"""

from __future__ import annotations

import contextlib
import functools
import re
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

_PATIENCE_S: Final = 15.0
"""Longest wait for a client that says nothing."""
_REQUEST: Final = re.compile(rb"[A-Z]{2,20} \S+ HTTP/1\.[01]\r\n")
_MARK: Final = b"\r\n\r\n"
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
FLOOD: Final = 100_000_000
"""Bytes of `endless answer`, and of what the small `gzip bomb` becomes when it is unpacked."""


class Answer(msgspec.Struct, frozen=True):
    """What the receiver says when all is well."""

    status: int = 201
    body: str = ""


class Taken(msgspec.Struct, frozen=True):
    """One request as it came in. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    head: bytes
    body: bytes

    @property
    def changes(self) -> bool:
        """Whether it may change something at the receiver; making a folder puts nothing there."""
        return self.method not in _READS and self.method != "MKCOL"

    @property
    def whole(self) -> bytes:
        """Every byte of it."""
        return self.head + self.body

    def __repr__(self) -> str:
        return f"<{self.method}, {len(self.body)} bytes>"


class FaultServer:
    """A server with one fault: a name in `FAULTS`, or a status such as `503` or `429 after 7`.

    A fault befalls what may change something; what only reads finds nothing there (404), unless
    `reads` lets the fault befall that too. Use it as a context. `connections` counts those that
    were opened, `taken` holds the requests of HTTP that were read to their end.
    """

    def __init__(
        self,
        fault: str = "well",
        answer: Answer = Answer(),
        tls: ssl.SSLContext | None = None,
        *,
        reads: bool = False,
    ) -> None:
        self.fault = fault
        self.answer = answer
        self._reads = reads
        self.connections = 0
        self.taken: list[Taken] = []
        self.stored: dict[str, bytes] = {}
        self.over = threading.Event()
        self._tls = tls
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """The address of its root, without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> FaultServer:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.over.set()
        with contextlib.suppress(OSError):  # wakes the thread that waits for a connection
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                one, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._quietly, args=(one,), daemon=True).start()

    def _quietly(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError), one:
            one.settimeout(_PATIENCE_S)
            line = self._tls.wrap_socket(one, server_side=True) if self._tls else one
            with line:
                self._talk(Line(line, self))

    def _talk(self, line: Line) -> None:
        speak = EARLY.get(self.fault)
        if speak is not None:
            speak(line)
            return
        if not line.read_head():
            return
        line.read_request()
        if self.fault == "reset before the body" and line.request.changes:
            line.reset()
        elif line.read_body():
            self._answer(line, line.request)

    def _answer(self, line: Line, request: Taken) -> None:
        with self._lock:
            self.taken.append(request)
            there = request.path in self.stored
            if request.changes and not there:
                self.stored[request.path] = request.body
        speak = FAULTS.get(self.fault)
        if self.fault == "well" or not (request.changes or self._reads):
            self._well(line, request, there)
        elif speak is not None:
            speak(line)
        else:
            status, _after, wait = self.fault.partition(" after ")
            line.say(int(status), more=f"retry-after: {wait}\r\n".encode() if wait else b"")

    def _well(self, line: Line, request: Taken, there: bool) -> None:
        """Answer as a receiver does that keeps what it gets, and never replaces it on `*`."""
        if not request.changes:
            body = b"" if request.method == "HEAD" else self.stored.get(request.path, b"{}")
            line.say(200 if there else 404, body)
        elif there and request.headers.get("if-none-match") == "*":
            line.say(412)
        else:
            line.say(self.answer.status, self.answer.body.encode())


class Line:
    """One connection: what was asked on it, and how to answer, or not to."""

    def __init__(self, line: socket.socket, server: FaultServer) -> None:
        self._line = line
        self._server = server
        self._rest = b""
        self.head = b""
        self.request = Taken("", "", {}, b"", b"")

    def read_head(self) -> bool:
        """Read up to the body; tell whether it is a request of HTTP."""
        while _MARK not in self.head:
            more = self._line.recv(65_536)
            if not more:
                return False
            self.head += more
            if b"\r\n" in self.head and not _REQUEST.match(self.head):
                return False
        self.head, mark, self._rest = self.head.partition(_MARK)
        self.head += mark
        return _REQUEST.match(self.head) is not None

    def read_to(self, mark: bytes) -> bytes:
        """Read up to a mark and return it all, mark included; empty when the client hung up."""
        if not self._until(lambda: mark in self._rest):
            return b""
        found, _mark, self._rest = self._rest.partition(mark)
        return found + mark

    def read_request(self) -> None:
        """Take apart the head that was read."""
        first, *lines = self.head.decode("latin-1").strip().split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _colon, value in pairs}
        method, path, _version = first.split(" ", 2)
        self.request = Taken(method, path, headers, self.head, b"")

    def read_body(self) -> bool:
        """Read the body; tell whether the client sent all of it."""
        headers = self.request.headers
        if "chunked" in headers.get("transfer-encoding", ""):
            whole = self._until(lambda: self._rest.endswith(b"0" + _MARK))
        else:
            length = headers.get("content-length", "0")
            size = int(length) if length.isdigit() else 0
            whole = self._until(lambda: len(self._rest) >= size)
        self.request = msgspec.structs.replace(self.request, body=self._rest)
        return whole

    def _until(self, enough: Callable[[], bool]) -> bool:
        while not enough():
            more = self._line.recv(65_536)
            if not more:
                return False
            self._rest += more
        return True

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._line.sendall(data)

    def say(self, status: int, body: bytes = b"", more: bytes = b"") -> None:
        """Send a whole answer; `more` are further header lines."""
        end = f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
        self.send(f"HTTP/1.1 {status} Answer\r\n".encode() + more + end + body)

    def close(self) -> None:
        """Close the connection in the usual way."""
        self._line.close()

    def reset(self) -> None:
        """Cut the connection so that the client sees a reset."""
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._line.close()

    def linger(self, first: bytes = b"", drop: bytes = b"") -> None:
        """Send `first`, then one `drop` after another, slowly, until the server is stopped."""
        if first:
            self.send(first)
        while not self._server.over.wait(0.1):
            if drop:
                self.send(drop)
            elif self._gone():
                return

    def _gone(self) -> bool:
        self._line.settimeout(0.1)
        try:
            return not self._line.recv(1)
        except TimeoutError:
            return False

    def elsewhere(self) -> bytes:
        """Return a header that points at another path of this server."""
        return f"location: {self._server.url}/elsewhere\r\n".encode()


_HALF: Final = b"HTTP/1.1 200 OK\r\n"
_PORTAL: Final = b"<html><title>Log in</title><form>Log in to the network</form></html>"
_BLOCK: Final = 1_000_000


@functools.cache
def _packed() -> bytes:
    """Return zeros, packed without ever holding all of them."""
    packer = zlib.compressobj(1, wbits=31)
    parts = [packer.compress(b"\0" * _BLOCK) for _ in range(FLOOD // _BLOCK)]
    return b"".join(parts) + packer.flush()


def _bomb(line: Line) -> None:
    line.say(200, _packed(), b"content-encoding: gzip\r\ncontent-type: text/plain\r\n")


def _endless(line: Line) -> None:
    line.send(_HALF + b"\r\n")
    for _ in range(FLOOD // _BLOCK):
        line.send(b"x" * _BLOCK)
    line.linger()


def _echo(line: Line) -> None:
    """Refuse, and repeat in the answer all that was sent, secrets too, as some receivers do."""
    line.say(400, line.request.whole, b"content-type: text/plain\r\n")


def _portal(line: Line) -> None:
    line.say(200, _PORTAL, b"content-type: text/html\r\n")


FAULTS: Final[Mapping[str, Callable[[Line], None]]] = MappingProxyType(
    {
        "reset after the body": Line.reset,
        "closed without an answer": Line.close,
        "no answer": Line.linger,
        "drip": lambda line: line.linger(_HALF + b"x-slow: ", b"x"),
        "half an answer": lambda line: line.send(_HALF + b"content-length: 500\r\n\r\nta"),
        "cut chunk": lambda line: line.send(
            _HALF + b"transfer-encoding: chunked\r\n\r\nff\r\nshort"
        ),
        "garbage": lambda line: line.send(b"\x00\xff nonsense\r\n\r\n"),
        "endless headers": lambda line: line.linger(_HALF + b"x: " + b"y" * 300_000, b"y" * 9_000),
        "endless answer": _endless,
        "gzip bomb": _bomb,
        "log-in page": _portal,
        "307 elsewhere": lambda line: line.say(307, more=line.elsewhere()),
        "302 elsewhere": lambda line: line.say(302, more=line.elsewhere()),
        "echo": _echo,
        "already there": lambda line: line.say(
            412 if line.request.headers.get("if-none-match") else 409
        ),
    }
)
"""What is done with a request of HTTP that was read to its end."""

EARLY: Final[Mapping[str, Callable[[Line], None]]] = MappingProxyType(
    {
        "closes at once": Line.close,
        "resets at once": Line.reset,
        "says nothing": Line.linger,
        "speaks nonsense": lambda line: line.send(b"\x00\xff nonsense\r\n\r\n"),
        "drips at once": lambda line: line.linger(b"2", b"2"),
    }
)
"""What is done before anything is read, whatever is spoken."""


def closed_port() -> int:
    """Return a port on this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
