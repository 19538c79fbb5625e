"""Sections C, F and G: what was seen beside the way it should go."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from debrief.i18n import _
from debrief.kit.bench import Bench, Tried
from debrief.kit.findings import Fault, Finding, finding
from debrief.kit.media import files
from debrief.kit.orders import Event
from debrief.kit.rounds import CANARIES, above
from debrief.plugin import Document
from debrief.summary import Level

_SHORTEST: Final = 8
"""Shorter words than this are no secrets worth looking for: they stand anywhere by chance."""


class Went(msgspec.Struct, frozen=True):
    """A good attempt at one level: what was sent or written, and how."""

    level: Level
    document: Document
    tried: Tried
    folder: Path

    @property
    def left(self) -> bytes:
        """Every byte that arrived anywhere."""
        sent = b"\n".join(one.whole for one in self.tried.taken)
        return sent + b"\n".join(name.encode() + body for name, body in files(self.folder).items())


def spellings(word: str) -> Iterator[bytes]:
    """Yield the ways in which a word may be written so that it can be read again, lower case."""
    data = word.encode()
    yield word.lower().encode()
    yield quote(word, safe="").lower().encode()
    yield data.hex().encode()
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + data).decode()
        core = packed[(0, 2, 3)[shift] : len(packed) - 4]
        if len(core) >= _SHORTEST:
            yield core.lower().encode()


def shows(text: bytes, words: Iterable[str]) -> str:
    """Return the first of `words` that can be read in `text`; empty for none."""
    low = text.lower()
    return next((word for word in words if any(one in low for one in spellings(word))), "")


def levels(went: Mapping[Level, Went], all_tried: list[Tried]) -> list[Finding]:
    """Section C: at each level, nothing above it; and no content beside the content."""
    names = {
        "counts": _("at counts, nothing that names or tells"),
        "record": _("at record, nothing that names"),
        "named": _("at named, no notes"),
        "full": _("at full, nothing that can be read without the key"),
    }
    found = [
        finding("C", f"level-{level}", names[level], _level(one)) for level, one in went.items()
    ]
    name = _("nothing of the content in names, addresses, receipts and messages")
    found.append(finding("C", "content", name, _content(went.values(), all_tried)))
    return found


def _level(one: Went) -> Fault | None:
    words = tuple(CANARIES) if one.level == "full" else above(one.level)
    if not shows(one.left, words):
        return None
    if one.level == "full":
        said = _("it declares seals = True, and what it sent can be read")
        return Fault(said, _("encrypt to the recipient's key before anything leaves, or leave it"
                             " out"))  # fmt: skip
    return Fault(
        _("what it sent holds words above the level"),
        _("send doc.body and nothing that comes from somewhere else"),
        _line_of(one.tried, "read"),
    )


def _content(went: Iterable[Went], all_tried: list[Tried]) -> Fault | None:
    for one in went:
        paths = " ".join(request.path for request in one.tried.taken)
        beside = " ".join([one.document.filename, paths, *files(one.folder)])
        if shows(beside.encode(), CANARIES):
            return Fault(
                _("words of the content stand in an address or a file name"),
                _("use doc.id or doc.filename there: addresses are logged on the way"),
            )
    for tried in all_tried:
        if shows(_spoken(tried), CANARIES):
            return Fault(
                _("words of the content stand in what it says of an attempt"),
                _("say a status or a few words of your own, never an answer or an error's text"),
                tried.line or _line_of(tried, "print"),
            )
    return None


def _spoken(tried: Tried) -> bytes:
    """Return all that an attempt says of itself, before and after the host has cleaned it."""
    result, report = tried.ran.result, tried.report
    parts = [result.said, result.reference, result.why]
    if report is not None:
        parts += [report.said, report.reference, report.why]
        parts += [event.what for event in report.seen("print")]
    return "\n".join(parts).encode() + bytes(tried.ran.noise)


def secrets(bench: Bench, all_tried: list[Tried]) -> list[Finding]:
    """Section F: no secret in a receipt, a message, a print or an address."""
    words = [word for word in bench.subject.secrets if len(word) >= _SHORTEST]
    fault = None
    for tried in all_tried:
        if shows(_spoken(tried), words):
            fault = Fault(
                _("a secret stands in what it says of an attempt"),
                _("say a status or a few words of your own, never an answer or an error's text"),
                tried.line or _line_of(tried, "print"),
            )
            break
    found = [
        finding("F", "secret", _("no secret in receipts, messages or anything printed"), fault)
    ]
    plain = [word for word in words if f"{{server}}/{word}" not in bench.subject.values.values()]
    paths = b"\n".join(one.path.encode() for tried in all_tried for one in tried.taken)
    name = _("no secret in an address")
    if shows(paths, plain):
        said = _("a secret stands in the address, which is logged on the way")
        todo = _("put it in a header, if the receiver takes it there")
        return [*found, Finding("F", "secret-address", name, "noted", said, "", todo)]
    return [*found, finding("F", "secret-address", name, None)]


def place(bench: Bench, went: Went, all_tried: list[Tried]) -> list[Finding]:
    """Section G: it prints nothing, starts nothing, reads and writes only where it should."""
    events = [
        event for tried in all_tried if tried.report is not None for event in tried.report.events
    ]
    own = [event for event in events if event.line and not event.early and not event.guarded]
    folder = str(went.folder.parent)  # folders of every attempt lie beside each other
    writes = [one for one in own if one.kind == "write" and not _inside(one.what, folder)]
    workspace = str(bench.workspace)
    reads = [one for one in own if one.kind == "read"]
    wrong = [one for one in reads if _inside(one.what, workspace) or not _inside(one.what, folder)]
    printed = [one for one in own if one.kind == "print"]
    if not printed and any(tried.ran.noise for tried in all_tried):
        printed = [Event("print", "")]
    programs = [one for one in own if one.kind == "program"]
    web = went.tried.taken and not bench.subject.mailing
    connects = [one for one in own if one.kind == "connect"] if web else []
    return [
        _first("silent", _("it prints nothing"), printed,
               _("it prints, and nobody reads that"),
               _("take it out, or put it in the receipt's said; never print content")),
        _first("reads", _("it reads no file but what it was given"), wrong,
               _("it reads a file that it was not given"),
               _("use doc and to: all that it may send is there")),
        _first("writes", _("it writes nowhere but where it sends"), writes,
               _("it writes a file of its own"),
               _("keep nothing: the program keeps what is waiting, encrypted")),
        _first("programs", _("it starts no other program"), programs,
               _("it starts another program, which is refused"), _("use a library, or to.http")),
        _first("own-client", _("it goes to the web by to.http alone"), connects,
               _("it uses an HTTP client of its own"),
               _("use to.http: one deadline, only the destination's hosts, and the truth about"
                 " what left")),
    ]  # fmt: skip


def _first(check: str, name: str, events: list[Event], said: str, todo: str) -> Finding:
    fault = Fault(said, todo, events[0].line) if events else None
    return finding("G", check, name, fault)


def _inside(path: str, folder: str) -> bool:
    return path == folder or Path(path).is_relative_to(folder)


def _line_of(tried: Tried, kind: str) -> str:
    events = tried.report.events if tried.report else []
    return next((one.line for one in events if one.kind == kind and one.line), "")
