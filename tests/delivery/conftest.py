"""Real parts for the delivery tests: a web server that can misbehave, a cipher, an outbox."""

from __future__ import annotations

import datetime as dt
import http.server
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from debrief.delivery.config import Destination, parse_destinations
from debrief.delivery.documents import freeze
from debrief.delivery.outbox import Outbox
from debrief.delivery.trust import Pins, Registry, list_plugins
from debrief.errors import EXIT_KEY, Problem
from debrief.plugin import Document
from debrief.summary import reduce
from tests.summary.rounds import a_round

NOW = dt.datetime(2026, 11, 21, 21, 30, tzinfo=dt.UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Locked:
    """A cipher with a key of its own, as the desk makes one from the user's keys."""

    def __init__(self) -> None:
        self._fernet = Fernet(Fernet.generate_key())

    def encrypt(self, data: bytes) -> bytes:
        return self._fernet.encrypt(data)

    def decrypt(self, data: bytes) -> bytes:
        try:
            return self._fernet.decrypt(data)
        except InvalidToken as error:
            raise Problem("The key does not fit.", EXIT_KEY) from error


class Seen:
    """One request as the server got it."""

    def __init__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body


class Server:
    """A web server on this machine. `answer` is a status, or what to do with the connection."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answer: int | str = 200
        self.headers: dict[str, str] = {}
        self.reply = b"ok"
        self.stored: dict[str, bytes] = {}
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _take(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                body = self.rfile.read(length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.seen.append(Seen(self.command, self.path, headers, body))
                if server.answer == "reset":
                    self.connection.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    self.connection.shutdown(socket.SHUT_RD)
                    self.close_connection = True
                    self.connection.close()
                    return
                if server.answer == "drip":
                    self._drip()
                    return
                status = server._status(self.command, self.path, headers, body)
                self.send_response(status)
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(server.reply)))
                self.end_headers()
                self.wfile.write(server.reply)

            def _drip(self) -> None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
                while True:
                    try:
                        self.wfile.write(b"x")
                        self.wfile.flush()
                    except OSError:
                        return
                    if server._slow.wait(0.05):
                        return

            do_GET = do_PUT = do_POST = _take  # noqa: N815

            def log_message(self, *arguments: object) -> None: ...

        server._slow = threading.Event()
        return Handler

    def _status(self, method: str, path: str, headers: dict[str, str], body: bytes) -> int:
        assert isinstance(self.answer, int)
        if method == "PUT" and headers.get("if-none-match") == "*":
            if path in self.stored:
                return 412
            self.stored[path] = body
            return 201
        return self.answer


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server._slow.set()
    server.stop()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox.open(tmp_path / "outbox.sqlite3", Locked())
    yield box
    box.close()


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_TEST_SECRET", SECRET)
    monkeypatch.setenv("DEBRIEF_TEST_OTHER", "another-destinations-secret")


def webhook(url: str, **changes: object) -> dict[str, object]:
    """Return the table of a webhook destination."""
    return {
        "exporter": "webhook",
        "level": "record",
        "fields": ["team", "duties", "actions"],
        "settings": {"url": url, "secret": {"env": "DEBRIEF_TEST_SECRET"}},
        "network": {"deadline": "5s"},
        **changes,
    }


def config(name: str, table: dict[str, object]) -> dict[str, Destination]:
    return dict(parse_destinations({name: table}, "debrief.toml"))


def planned(
    outbox: Outbox,
    destinations: dict[str, Destination],
    name: str,
    registry: Registry | None = None,
    *,
    session: str = "2026-11-21-k7q2m9",
    revision: int = 1,
) -> Document:
    """Reduce, render, freeze, plan and approve a summary, as the desk does."""
    import msgspec

    destination = destinations[name]
    registry = registry or Registry()
    about = registry.about(destination.exporter)
    state = msgspec.structs.replace(a_round(), id=session)
    view = reduce(state, destination.level, destination.fields, "da", revision=revision)
    document = freeze(view, name, destination, about, registry.find(destination.exporter))
    row = outbox.plan(
        session,
        name,
        destination.exporter,
        destination.level,
        destination.fields,
        document,
        destination.approve,
        revision=revision,
        now=NOW,
    )
    assert row == document.id
    if destination.approve:
        outbox.approve(row, "Supervisor", sha256=document.sha256, now=NOW)
    return document


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[..., Registry]:
    """Write a plugin file, trust it, and return a registry that knows it."""

    def make(source: str, name: str = "mine", *, trust: bool = True) -> Registry:
        folder = tmp_path / "plugins"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(source, "utf-8")
        pins = Pins(tmp_path)
        if trust:
            for file in list_plugins(folder, pins.read()):
                pins.trust(file)
        return Registry(folder, pins.read())

    return make
