"""Exporters that stand in a worker process in place of another, and watch it at work.

To the worker they are exporters that come with the program; the one they watch, and what is to be
done with it, comes in a setting. What the watched one says is passed on as it is, so that the
worker judges it as always.
"""

from __future__ import annotations

import contextlib
import locale
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, ClassVar, Final, cast

import msgspec

from debrief.delivery import evidence, worker
from debrief.delivery.link import Link as Guarded
from debrief.kit.orders import KEY, Orders, Report
from debrief.kit.watching import Eyes, Listener
from debrief.plugin import (
    Absent,
    CannotTell,
    Dedupe,
    Document,
    Exporter,
    Found,
    Http,
    Link,
    NotSent,
    Outcome,
    Page,
    Receipt,
    Rejected,
    RenderContext,
    Reply,
    RetryLater,
    Unknown,
    View,
)

_LOCALES: Final = ("tr_TR.UTF-8", "da_DK.UTF-8", "de_DE.UTF-8")
_ENDINGS: Final[dict[type[Outcome], str]] = {
    NotSent: "not-sent",
    RetryLater: "retry-later",
    Unknown: "unknown",
    Rejected: "rejected",
}


class Watched(Exporter):
    """Stands in for an exporter whose receiver can't tell a repeat."""

    name: ClassVar[str] = "watched"

    def __init__(self) -> None:
        self._eyes = Eyes()
        sys.addaudithook(self._eyes.audit)
        _hear_refusals(self._eyes)
        self._report = Report()

    def render(self, view: View, context: RenderContext) -> Page:
        """Let it make its page; the report comes back as the page."""
        orders = _orders(context.settings)
        try:
            exporter = self._begin(orders)
            self._eyes.drafting = True
            page: object = exporter.render(view, context) if exporter.renders == "own" else None
            if isinstance(page, Page):
                self._report.body = page.body
                self._report.media_type, self._report.suffix = page.media_type, page.suffix
            self._ended(page)
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            self._failed(error, orders)
        return Page(msgspec.json.encode(self._finish()), "application/json", ".json")

    def send(self, doc: Document, to: Link) -> Receipt:
        """Let it send, or look at its destination, and write the report."""
        orders = _orders({KEY: to[KEY]})
        own = cast(Guarded, to)._evidence.own
        try:
            with own():
                exporter = self._begin(orders)
            return self._act(exporter, orders, doc, to)
        except BaseException as error:
            self._failed(error, orders)
            raise
        finally:
            report = self._finish()
            with own():
                _write(orders, report)

    def verify(self, doc: Document, to: Link) -> Found | Absent | CannotTell:
        """Let it ask the receiver."""
        orders = _orders({KEY: to[KEY]})
        with cast(Guarded, to)._evidence.own():
            exporter = self._begin(orders)
        return exporter.verify(doc, to)

    def _begin(self, orders: Orders) -> Exporter:
        """Put the process where the orders want it, then load the exporter."""
        _settle_in(orders)
        sys.stdout = cast(Any, Listener(sys.stdout, self._eyes))
        sys.stderr = cast(Any, Listener(sys.stderr, self._eyes))
        self._eyes.open(orders.source)
        exporter = worker.load(orders.source)
        module = sys.modules.get(type(exporter).__module__)
        self._report.doc = type(exporter).__doc__ or getattr(module, "__doc__", "") or ""
        self._eyes.early = False
        if orders.watch:
            self._eyes.follow(lambda line: self._leaving(line, orders))
        elif orders.count or orders.die_at >= 0:
            self._eyes.count(orders.die_at)
        return exporter

    def _act(self, exporter: Exporter, orders: Orders, doc: Document, to: Link) -> Receipt:
        if orders.act == "load":
            return Receipt()
        if orders.act == "check":
            timed = _Timed(to)
            self._report.sentences = [str(one) for one in exporter.check(timed)]
            self._report.date = timed.date
            return Receipt()
        said = exporter.send(doc, to)
        self._ended(said)
        return said

    def _ended(self, said: object) -> None:
        report = self._report
        if isinstance(said, Receipt):
            report.ending, report.duplicate = "receipt", bool(said.duplicate)
            report.said, report.reference = str(said.said), str(said.reference)
        elif isinstance(said, Outcome):
            self._outcome(said)
        else:
            report.ending = "page" if isinstance(said, Page) else "nothing"

    def _outcome(self, outcome: Outcome) -> None:
        self._report.ending = _ENDINGS.get(type(outcome), "unknown")
        self._report.said, self._report.why = str(outcome.said), str(outcome.why)

    def _failed(self, error: BaseException, orders: Orders) -> None:
        self._report.line = worker._place(error, orders.source)
        if isinstance(error, Outcome):
            self._outcome(error)
        else:
            self._report.ending = type(error).__name__

    def _leaving(self, line: str, orders: Orders) -> None:
        """Tell what was seen, since the process is about to end without a word."""
        self._report.ending, self._report.line = "os._exit", line
        _write(orders, self._finish())

    def _finish(self) -> Report:
        self._eyes.shut()
        self._report.events = self._eyes.events
        self._report.points = self._eyes.points
        self._report.peak_kb = _peak_kb()
        return self._report


class WatchedRepeatable(Watched):
    """Stands in for one whose receiver knows a repeat."""

    dedupe: ClassVar[Dedupe] = "key"


class _Timed:
    """A link, and its own HTTP client, that notes the time a receiver says it is."""

    def __init__(self, to: Link) -> None:
        self._to = to
        self.date = ""

    def __getitem__(self, setting: str) -> Any:
        return self._to[setting]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._to, name)

    @property
    def http(self) -> Http:
        return cast(Http, self)

    def request(self, method: str, url: str, **more: Any) -> Reply:
        reply = self._to.http.request(method, url, **more)
        self.date = reply.headers.get("date", self.date)
        return reply

    def get(self, url: str, **more: Any) -> Reply:
        return self.request("GET", url, **more)

    def put(self, url: str, **more: Any) -> Reply:
        return self.request("PUT", url, **more)

    def post(self, url: str, **more: Any) -> Reply:
        return self.request("POST", url, **more)

    def delete(self, url: str, **more: Any) -> Reply:
        return self.request("DELETE", url, **more)


def _hear_refusals(eyes: Eyes) -> None:
    """Have eyes see what is refused, which no hook after the one that refuses hears of."""

    class Heard(evidence.Refused):
        def __init__(self, sentence: str) -> None:
            super().__init__(sentence)
            eyes.refused(sentence)

    evidence.Refused = Heard  # type: ignore[assignment,misc]


def _orders(settings: Any) -> Orders:
    return msgspec.convert(settings[KEY], Orders)


def _settle_in(orders: Orders) -> None:
    """Go to the folder, zone and locale, and make the disk as small as it should be."""
    if orders.folder:
        os.chdir(orders.folder)
    if orders.zone and hasattr(time, "tzset"):
        os.environ["TZ"] = orders.zone
        time.tzset()
        for name in _LOCALES:
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_ALL, name)
                break
    if orders.room:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (orders.room, hard))


def _settle_out(orders: Orders) -> None:
    """Give the disk its room back, so that the report can be written."""
    if orders.room:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def _peak_kb() -> int:
    """Return the most memory this process has held, in kB; 0 where that can't be told.

    On Linux, getrusage also counts what the process held that started this one, so it is only
    asked where there is no /proc.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        status = Path("/proc/self/status").read_text("ascii", "replace")
        return int(status.partition("VmHWM:")[2].split()[0])
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def _write(orders: Orders, report: Report) -> None:
    _settle_out(orders)
    if orders.report:
        Path(orders.report).write_bytes(msgspec.json.encode(report))
