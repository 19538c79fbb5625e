"""The table of faults: what a receiver does, and what an exporter may then say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from debrief.i18n import _
from debrief.kit.bench import Tried
from debrief.kit.findings import Fault
from debrief.kit.orders import Report

_MORE_KB: Final = 60_000
"""Most memory that an answer may cost, beyond what a good one costs."""
_BUSY: Final = frozenset({"retry-later", "unknown"})
_UNCLEAR: Final = frozenset({"unknown"})
_NO: Final = frozenset({"rejected"})
_NOT: Final = frozenset({"not-sent"})


class Row(msgspec.Struct, frozen=True):
    """One thing that a receiver does. `short`: no answer comes, so the attempt is given little
    time.
    """

    fault: str
    name: str
    may: frozenset[str]
    """The endings that tell the truth."""
    short: bool = False
    doubtful: bool = False
    """A receipt is possible, but worth a word."""


def web_rows(repeatable: bool) -> Iterator[Row]:
    """Yield what a web server may do; `repeatable` where it knows a repeat."""
    yield Row("refused", _("nobody listens at the address"), _NOT)
    yield Row("untrusted", _("its certificate is nobody's whom the computer trusts"), _NOT)
    yield Row("no-tls", _("it speaks no https where it should"), _NOT)
    yield from _broken()
    yield Row("429 after 7", _("it is busy and says when to come back (429)"), _BUSY)
    yield Row("503 after 7", _("it is away and says when to come back (503)"), _BUSY)
    yield Row("503", _("it is away and says no more (503)"), _BUSY if repeatable else _UNCLEAR)
    for status in ("408", "500", "502", "504"):
        name = _("it has a fault of its own ({status})").format(status=status)
        yield Row(status, name, _UNCLEAR)
    for status in ("400", "401", "403", "404", "410", "413"):
        yield Row(status, _("it refuses ({status})").format(status=status), _NO)
    for status in ("302", "307"):
        name = _("it points somewhere else ({status})").format(status=status)
        yield Row(f"{status} elsewhere", name, _NO | _UNCLEAR)
    yield Row("echo", _("it refuses, and repeats all that was sent"), _NO)
    yield Row(
        "log-in page",
        _("a log-in page answers in its place, with 200"),
        _NO | _UNCLEAR,
        doubtful=True,
    )
    yield Row("endless answer", _("its answer does not end"), _UNCLEAR | {"receipt"}, short=True)
    yield Row("gzip bomb", _("its answer is small and unpacks to 100 MB"), _UNCLEAR | {"receipt"})


def _broken() -> Iterator[Row]:
    """Yield the ways in which a connection breaks once something has left."""
    names = {
        "reset before the body": _("the connection is cut before the content is there"),
        "reset after the body": _("the connection is cut when it has everything"),
        "closed without an answer": _("it hangs up without an answer"),
        "no answer": _("it says nothing"),
        "drip": _("it answers one letter at a time, without end"),
        "half an answer": _("its answer breaks off"),
        "cut chunk": _("its answer breaks off in a piece"),
        "garbage": _("its answer is not HTTP"),
        "endless headers": _("the head of its answer does not end"),
    }
    slow = ("no answer", "drip", "endless headers")
    for fault, name in names.items():
        yield Row(fault, name, _UNCLEAR, short=fault in slow)


def other_rows() -> Iterator[Row]:
    """Yield what any server may do, whatever is spoken with it."""
    may = _NOT | _BUSY
    yield Row("refused", _("nobody listens at the address"), may)
    yield Row("closes at once", _("it hangs up at once"), may)
    yield Row("resets at once", _("the connection is cut at once"), may)
    yield Row("says nothing", _("it says nothing"), may, short=True)
    yield Row("speaks nonsense", _("it speaks nonsense"), may | _NO)
    yield Row("drips at once", _("it speaks one letter at a time, without end"), may, short=True)


def mail_rows() -> Iterator[Row]:
    """Yield what a mail server may do on top of that, step by step."""
    yield Row("421 at greeting", _("it is busy from the start (421)"), _NOT | _BUSY)
    yield Row("535 at AUTH", _("it does not know the login (535)"), _NO)
    yield Row("450 at RCPT", _("it can't take it for the recipient now (450)"), _BUSY)
    yield Row("550 at RCPT", _("it does not know the recipient (550)"), _NO)
    yield Row("closed at DATA", _("it hangs up before the message"), _NOT | _BUSY)
    yield Row("451 at end", _("it has the message, and can't take it now (451)"), _BUSY)
    yield Row("554 at end", _("it has the message, and refuses it (554)"), _NO)
    yield Row("reset at end", _("the connection is cut when it has the message"), _UNCLEAR)
    yield Row("nonsense at end", _("it has the message, and speaks nonsense"), _UNCLEAR)
    yield Row("silent at end", _("it has the message, and says nothing"), _UNCLEAR, short=True)


def judge(row: Row, tried: Tried, normal: Report) -> Fault | None:
    """Return what is wrong with how an attempt went; `normal` is the report of a good one."""
    if tried.report is None:
        return Fault(
            _("it went on after its time was over, and was ended by force"),
            _("catch Exception or less, never BaseException, and leave the alarm alone"),
        )
    if len(tried.changing) > 1:
        said = _("it sent {n} requests in one attempt").format(n=len(tried.changing))
        if any(one.path == "/elsewhere" for one in tried.taken):
            return Fault(said, _("do not follow where an answer points: pass it to to.accept"))
        return Fault(said, _("make one attempt; trying again is the program's work"))
    ending = tried.ran.result.ending
    may = row.may if tried.taken else row.may | _NOT
    if ending not in may and not (row.doubtful and ending == "receipt"):
        said = _("it ended as “{ending}”").format(ending=_told(tried))
        return Fault(said, _todo(ending, row.may), tried.line)
    if ending == "retry-later" and " after " in row.fault and tried.ran.result.after is None:
        return Fault(
            _("it forgot when to come back"),
            _("give RetryLater the seconds of Retry-After, or let to.accept read it"),
            tried.line,
        )
    if normal.peak_kb and tried.report.peak_kb > normal.peak_kb + _MORE_KB:
        more = (tried.report.peak_kb - normal.peak_kb) // 1000
        return Fault(
            _("the answer cost {n} MB of memory").format(n=more),
            _("use to.http, which reads at most 1 MB and unpacks nothing"),
        )
    return None


def _told(tried: Tried) -> str:
    """Return how it ended, with what it broke on when it did."""
    ending = tried.ran.result.ending
    inside = tried.report.ending if tried.report else ""
    known = ("", "receipt", "not-sent", "retry-later", "unknown", "rejected")
    return ending if inside in known else f"{ending}, {inside}"


def _todo(ending: str, may: frozenset[str]) -> str:
    """Return what to do about an ending that does not tell the truth."""
    if ending == "receipt":
        return _("give a receipt only for the receiver's own yes; let to.accept decide")
    if may == _NOT:
        return _("use to.http: only of its connections is it known that nothing left")
    if ending in ("broken", "found", "absent"):
        return _("let what to.http raises pass, and read an answer only after its status")
    if may == _UNCLEAR:
        return _("it may have arrived: let what to.http and to.accept raise pass, or raise Unknown")
    if may == _NO:
        return _("trying again won't help: let to.accept decide, or raise Rejected")
    return _("let what to.http and to.accept raise pass")
