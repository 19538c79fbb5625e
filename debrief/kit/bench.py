"""Running an exporter once: in a worker process, against a receiver of ours, seen from inside."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from debrief.delivery.faultserver import FaultServer, Taken
from debrief.delivery.job import Job, Operation, Source, Way
from debrief.delivery.runner import Ran, run
from debrief.kit.mailserver import MailServer
from debrief.kit.orders import Orders, Report
from debrief.kit.rounds import CANARIES
from debrief.kit.subject import Subject
from debrief.plugin import Document
from debrief.summary import View

HOSTS: Final = ("127.0.0.1", "localhost")
PATIENCE_S: Final = 6.0
"""Seconds for an attempt in which an answer comes."""
SHORT_S: Final = 2.0
"""Seconds for one in which none does."""
_AT_ONCE: Final = 4


class Tried(msgspec.Struct, frozen=True):
    """One attempt. `report` is missing when the process ended by force; `taken` what arrived."""

    ran: Ran
    report: Report | None
    taken: tuple[Taken, ...] = ()
    connections: int = 0

    @property
    def changing(self) -> tuple[Taken, ...]:
        """The requests that may have changed something at the receiver."""
        return tuple(one for one in self.taken if one.changes)

    @property
    def line(self) -> str:
        """Where in the exporter it ended, when that is known."""
        return self.report.line if self.report else ""


class Bench:
    """A place to try one exporter on: folders that are thrown away, and several attempts at once.

    Use it as a context.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.answer = subject.answers[0]
        self.pool = ThreadPoolExecutor(_AT_ONCE)
        self._root = Path(tempfile.mkdtemp(prefix="debrief-kit-"))
        self.workspace = self.folder("workspace")
        _plant(self.workspace)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.pool.shutdown(cancel_futures=True)
        shutil.rmtree(self._root, ignore_errors=True)

    def folder(self, name: str = "out") -> Path:
        """Return a new, empty folder."""
        path = self._root / f"{name}-{secrets.token_hex(4)}"
        path.mkdir()
        return path

    def watched(self) -> Source:
        """Return the exporter that stands in for the one on the bench."""
        repeatable = self.subject.about.dedupe in ("key", "name")
        kind = "WatchedRepeatable" if repeatable else "Watched"
        return Source("built-in", "watched", f"debrief.kit.inside:{kind}")

    def job(
        self,
        operation: Operation,
        url: str,
        folder: Path,
        *,
        document: Document | None = None,
        view: View | None = None,
        orders: Orders | None = None,
        deadline_s: float = PATIENCE_S,
        hosts: Iterable[str] = HOSTS,
    ) -> Job:
        """Return a job for a worker; `orders` has its exporter watched."""
        settings, words = self.subject.filled(url, folder)
        source = self.subject.source
        if orders is not None:
            settings = orders.among(settings)
            source = self.watched()
        way = Way(tuple(hosts), deadline_s=deadline_s)
        return Job(operation, source, document, view, settings, words, way)

    def orders(self, **changes: Any) -> Orders:
        """Return orders for a watched attempt, with a file for its report."""
        report = self._root / f"report-{secrets.token_hex(8)}"
        return Orders(
            self.subject.source, report=str(report), folder=str(self.workspace), **changes
        )

    def once(
        self,
        document: Document,
        *,
        url: str,
        folder: Path,
        deadline_s: float = PATIENCE_S,
        **changes: Any,
    ) -> Tried:
        """Make one watched attempt at an address."""
        orders = self.orders(**changes)
        job = self.job("send", url, folder, document=document, orders=orders, deadline_s=deadline_s)
        return Tried(run(job), read_report(orders))

    def on(
        self,
        server: FaultServer,
        document: Document,
        *,
        folder: Path | None = None,
        deadline_s: float = PATIENCE_S,
        **changes: Any,
    ) -> Tried:
        """Make one watched attempt at a server, and return with it what the server got."""
        before = len(server.taken), server.connections
        tried = self.once(
            document,
            url=server.url,
            folder=folder or self.folder(),
            deadline_s=deadline_s,
            **changes,
        )
        return Tried(
            tried.ran,
            tried.report,
            tuple(server.taken[before[0] :]),
            server.connections - before[1],
        )

    def server(self, fault: str = "well", *, reads: bool = False) -> FaultServer:
        """Return a server, to be used as a context."""
        kind = MailServer if self.subject.mailing else FaultServer
        return kind(fault, self.answer, reads=reads)


def read_report(orders: Orders) -> Report | None:
    """Return what was seen from inside; None when the process did not get so far."""
    try:
        return msgspec.json.decode(Path(orders.report).read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError):
        return None


def _plant(workspace: Path) -> None:
    """Put a session where an exporter finds it that looks for more than it was given."""
    for name in ("sessions", "plugins"):
        (workspace / name).mkdir()
    text = "\n".join(CANARIES)
    (workspace / "sessions" / "2026-01-09-zibbe.debrief.toml").write_text(text, "utf-8")
