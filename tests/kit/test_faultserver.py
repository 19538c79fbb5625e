"""The server with faults does what each fault says, as seen by another client than ours."""

from __future__ import annotations

import http.client
import socket
import urllib.error
import urllib.request

import pytest

from debrief.delivery.faultserver import EARLY, FAULTS, Answer, FaultServer, closed_port
from debrief.kit.faults import other_rows, web_rows

SEES: dict[str, type[BaseException] | int | bytes] = {
    "well": 201, "503": 503, "429 after 7": 429, "already there": 409, "307 elsewhere": 307,
    "302 elsewhere": 302, "echo": 400, "log-in page": 200, "reset before the body": OSError,
    "reset after the body": OSError, "closed without an answer": http.client.HTTPException,
    "half an answer": http.client.HTTPException, "cut chunk": http.client.HTTPException,
    "garbage": http.client.HTTPException, "no answer": TimeoutError,
    "endless headers": http.client.HTTPException, "closes at once": OSError,
    "resets at once": OSError, "says nothing": TimeoutError,
    "speaks nonsense": Exception, "endless answer": TimeoutError, "gzip bomb": 200,
}  # fmt: skip


def ask(
    server: FaultServer, method: str = "POST", path: str = "/a", wait_s: float = 20, **headers: str
) -> int:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=wait_s)
    try:
        line.request(method, path, b"body" if method == "POST" else None, headers)
        reply = line.getresponse()
        reply.read()
        return reply.status
    finally:
        line.close()


@pytest.mark.parametrize("fault", SEES)
def test_each_fault_is_what_it_says(fault: str) -> None:
    expected = SEES[fault]
    with FaultServer(fault) as server:
        if isinstance(expected, int):
            assert ask(server) == expected
        else:
            with pytest.raises(expected):
                ask(server, wait_s=1 if expected is TimeoutError else 20)
        assert server.connections == 1
        if fault not in EARLY and fault != "reset before the body":
            [taken] = server.taken
            assert (taken.method, taken.path, taken.body) == ("POST", "/a", b"body")
            assert taken.changes


@pytest.mark.parametrize("fault", ["drip", "drips at once"])
def test_what_drips_never_ends(fault: str) -> None:
    with FaultServer(fault) as server, socket.create_connection(
        ("127.0.0.1", server.port)
    ) as line:  # fmt: skip
        line.sendall(b"POST / HTTP/1.1\r\n\r\n")
        got = b""
        while not got.endswith(b"xxxxx") and not got.endswith(b"22222"):
            got += line.recv(100)
        assert b"\r\n\r\n" not in got


def test_every_row_of_the_tables_is_a_fault() -> None:
    rows = {row.fault for row in (*web_rows(True), *other_rows())} - {"refused", "untrusted"}
    for fault in rows - {"no-tls"}:
        assert (
            fault in FAULTS
            or fault in EARLY
            or fault.split()[0].isdigit()
            or (fault == "reset before the body")
        )
    assert set(FAULTS) | set(EARLY) <= set(SEES) | {"drip", "drips at once"}


def test_what_only_reads_finds_what_was_put_there_and_no_fault() -> None:
    with FaultServer("500") as server:
        assert ask(server, "GET") == 404
        assert ask(server) == 500
    with FaultServer("500", reads=True) as server:
        assert ask(server, "GET") == 500
    with FaultServer("well", Answer(200, "ok")) as server:
        assert ask(server, "GET") == 404
        assert ask(server) == 200
        assert ask(server, "GET") == 200
        assert ask(server, **{"If-None-Match": "*"}) == 412
        assert ask(server, path="/b", **{"If-None-Match": "*"}) == 200
        reply = urllib.request.urlopen(f"{server.url}/a")
        assert reply.read() == b"body"


def test_a_body_in_pieces_is_read_and_an_unfinished_one_is_not_taken() -> None:
    with FaultServer() as server:
        request = urllib.request.Request(server.url, iter([b"one", b"two"]), method="PUT")
        request.add_header("Transfer-Encoding", "chunked")
        assert urllib.request.urlopen(request).status == 201
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(b"POST /b HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")
            line.shutdown(socket.SHUT_WR)
            assert line.recv(10) == b""
        assert [one.path for one in server.taken] == ["/"]


def test_it_shows_nothing_of_what_it_got_by_accident() -> None:
    with FaultServer() as server:
        ask(server)
        assert "body" not in repr(server.taken).replace("0 bytes", "")


def test_nobody_listens_when_it_is_over_or_at_a_closed_port() -> None:
    with FaultServer() as server:
        pass
    for port in (server.port, closed_port()):
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(server.url)
