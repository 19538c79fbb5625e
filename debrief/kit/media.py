"""Section D for an exporter that writes to a folder: its disk misbehaves instead of a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from debrief.i18n import _
from debrief.kit.bench import Bench, Tried
from debrief.kit.faults import Row
from debrief.kit.findings import Fault, Finding, finding, skipped
from debrief.kit.sending import Sent
from debrief.plugin import Document

_WAITS: Final = frozenset({"not-sent", "unknown", "retry-later"})
_OTHER: Final = b"something else of the same name\n"
_ROOM: Final = 64
"""Bytes that fit on the disk that is full."""


def in_a_folder(bench: Bench, document: Document, only: frozenset[str]) -> Sent:
    """Try what a disk may do, or only those faults that are named."""
    ways: dict[str, Callable[[Bench, Document], Tried]] = {
        "away": _away,
        "a file": _a_file,
        "full": _full,
        "taken": _taken,
    }
    rows = [row for row in _rows() if not only or row.fault in only]
    tried = [*bench.pool.map(lambda row: ways[row.fault](bench, document), rows)]
    found = [_finding(row, one) for row, one in zip(rows, tried, strict=True)]
    why = _("it writes to a folder")
    return Sent([skipped("D", "web", _("the faults of a web server"), why), *found], tried)


def files(folder: Path) -> dict[str, bytes]:
    """Return the files that somebody who looks into the folder finds: path -> bytes."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in found
        if not path.name.startswith(".")
    }


def _rows() -> Iterator[Row]:
    yield Row("away", _("the folder is not there"), _WAITS)
    yield Row("a file", _("a file stands where the folder should"), _WAITS | {"rejected"})
    yield Row("full", _("the disk is full"), _WAITS)
    yield Row("taken", _("another file has the name already"), frozenset({"rejected", "unknown"}))


def _finding(row: Row, tried: Tried) -> Finding:
    return finding("D", row.fault, row.name, _judge(row, tried))


def _judge(row: Row, tried: Tried) -> Fault | None:
    report = tried.report
    if report is None:
        return Fault(
            _("it was ended by force"),
            _("catch Exception or less, never BaseException, and leave the alarm alone"),
        )
    if report.sentences:
        return Fault(report.sentences[0], report.sentences[1], report.line)
    ending = tried.ran.result.ending
    if ending in row.may:
        return None
    inside = report.ending if ending in ("broken", "unknown") else ""
    told = f"{ending}, {inside}" if inside and inside != ending else ending
    if ending == "receipt":
        todo = _("give a receipt only when the file is there, whole and with these bytes")
    else:
        todo = _(
            "catch OSError: raise NotSent when nothing is there yet, Rejected when the name is"
            " taken"
        )
    return Fault(_("it ended as “{ending}”").format(ending=told), todo, report.line)


def _once(bench: Bench, document: Document, folder: Path, room: int = 0) -> Tried:
    return bench.once(document, url="http://127.0.0.1:9", folder=folder, room=room)


def _away(bench: Bench, document: Document) -> Tried:
    folder = bench.folder() / "away"
    tried = _once(bench, document, folder)
    if folder.exists():
        said = _("it made the folder itself: a share that is not connected would be hidden")
        return _but(tried, said, _("raise NotSent when the folder is not there"))
    return tried


def _a_file(bench: Bench, document: Document) -> Tried:
    path = bench.folder() / "file"
    path.write_bytes(_OTHER)
    tried = _once(bench, document, path)
    if path.read_bytes() != _OTHER:
        return _but(tried, _("it wrote over the file"), _("never write over what is there"))
    return tried


def _full(bench: Bench, document: Document) -> Tried:
    folder = bench.folder()
    tried = _once(bench, document, folder, room=_ROOM)
    if files(folder):
        said = _("it left half a file under its real name")
        todo = _("write under a hidden name, sync, and give it its name in one step (os.link)")
        return _but(tried, said, todo)
    return tried


def _taken(bench: Bench, document: Document) -> Tried:
    """Let it write, put other bytes under the names it chose, and let it try again."""
    folder = bench.folder()
    _once(bench, document, folder)
    for name in files(folder):
        (folder / name).write_bytes(_OTHER)
    tried = _once(bench, document, folder)
    if any(body != _OTHER for body in files(folder).values()):
        said = _("it wrote over what somebody else had put there")
        return _but(tried, said, _("give the file its name in a step that fails if it is taken"))
    return tried


def _but(tried: Tried, said: str, todo: str) -> Tried:
    """Return an attempt with what is wrong with what it left behind."""
    report = tried.report
    if report is None:
        return tried
    return msgspec.structs.replace(
        tried, report=msgspec.structs.replace(report, sentences=[said, todo])
    )
