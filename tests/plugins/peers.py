"""Real servers for the example plugins, and a line to them that can be cut."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from debrief.delivery.config import Destination, parse_destinations
from debrief.delivery.courier import Attempt, send_due
from debrief.delivery.evidence import Evidence
from debrief.delivery.job import Way
from debrief.delivery.link import Link
from debrief.delivery.outbox import Outbox
from debrief.delivery.rows import Row
from debrief.delivery.trust import Registry
from debrief.plugin import Document, Reply
from tests.delivery.conftest import NOW, Locked, planned

PLUGINS = Path(__file__).parents[2] / "plugins"
LATER = NOW + dt.timedelta(minutes=20)
"""When what is not known after an attempt at NOW goes again, inside every window."""


def trusted() -> Registry:
    """Return a registry in which the files of plugins/ are trusted as they lie there."""
    files = [path.resolve() for path in PLUGINS.glob("*.py")]
    return Registry(PLUGINS, {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files})


class Desk:
    """One outbox with one destination that an example plugin sends to."""

    def __init__(self, folder: Path, exporter: str, settings: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.outbox = Outbox.open(folder / "outbox.sqlite3", Locked())
        self.registry = trusted()
        self.table: dict[str, Any] = {
            "exporter": exporter,
            "level": "record",
            "fields": ["team", "phases", "actions"],
            "settings": dict(settings),
            "network": {"deadline": "10s"},
        }

    @property
    def destinations(self) -> dict[str, Destination]:
        return dict(parse_destinations({"peer": self.table}, "debrief.toml", self._about))

    def _about(self, name: str) -> Any:
        return self.registry.about(name)

    def change(self, **settings: Any) -> None:
        self.table["settings"] |= settings

    def plan(self, session: str = "2026-11-21-k7q2m9") -> Document:
        return planned(self.outbox, self.destinations, "peer", self.registry, session=session)

    def due(self, when: dt.datetime = NOW) -> list[Attempt]:
        """Send what is due."""
        return send_due(self.outbox, self.destinations, when, registry=self.registry)

    def go(self, when: dt.datetime = NOW) -> Attempt:
        """Send what is due: exactly one delivery."""
        [attempt] = self.due(when)
        return attempt

    def row(self, document: Document) -> Row:
        return self.outbox.row(document.id)


class Recorder:
    """A link that keeps the request and answers with `reply`; the rest of it is the real one."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self.http = self
        self.reply = Reply(200, {}, b"")
        self.method = self.url = ""
        self.content: bytes | str = b""
        self.headers: dict[str, str] = {}
        self.accept = Link({}, {}, Way(), Evidence((), lambda: None), repeatable=False).accept

    def __getitem__(self, name: str) -> Any:
        return self._settings[name]

    def put(self, url: str, *, content: bytes | str = b"", headers: dict[str, str]) -> Reply:
        self.method, self.url, self.content, self.headers = "PUT", url, content, headers
        return self.reply

    def post(self, url: str, *, content: bytes | str = b"", headers: dict[str, str]) -> Reply:
        self.put(url, content=content, headers=headers)
        self.method = "POST"
        return self.reply


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(
    command: list[str],
    port: int,
    *,
    ready: Callable[[int], bool] | None = None,
    stop: signal.Signals = signal.SIGTERM,
    **how: Any,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; `ready` tells when it can be used: when it listens.

    `stop` is the signal at which it ends even where somebody is still connected.
    """
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet, **how)
    try:
        while not (ready or _listens)(port):
            if process.poll() is not None:
                pytest.fail(f"{command[0]} ended with {process.returncode} before it listened")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


class Cut:
    """A line to a server that is cut as soon as the server has said `marker`.

    So the server has done what it was asked, and the one who asked does not hear of it. Cut once:
    what connects after that gets through. `heard` is every byte that the server was sent.
    """

    def __init__(self, port: int, marker: bytes) -> None:
        self.heard = b""
        self.cuts = 0
        self._target = port
        self._marker = marker
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _address = self._socket.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=self._there, args=(near, far), daemon=True).start()
            threading.Thread(target=self._back, args=(near, far), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := near.recv(65_536):
                self.heard += data
                far.sendall(data)
        with contextlib.suppress(OSError):
            far.shutdown(socket.SHUT_WR)

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        said = b""
        with contextlib.suppress(OSError):
            while data := far.recv(65_536):
                said += data
                if not self.cuts and self._marker in said:
                    self.cuts += 1
                    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    near.shutdown(socket.SHUT_RD)
                    break
                near.sendall(data)
        near.close()
        far.close()


@contextlib.contextmanager
def cut_line(port: int, marker: bytes) -> Iterator[Cut]:
    line = Cut(port, marker)
    try:
        yield line
    finally:
        line.close()


def module(name: str) -> list[str]:
    """Return the command that runs an installed server; skips where it is not installed."""
    pytest.importorskip(name.partition(".")[0], reason=f"{name} is not installed")
    return [sys.executable, "-m", name]
