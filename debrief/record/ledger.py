"""The ledger: one line for each thing that happened to a session file, chained by digests.

A line is `key:value` fields with two spaces between them, and LF:

    n:42  at:2026-11-21T21:24:41Z  event:close  session:2026-11-21-k7q2m9  file:...  prev:...

First `n` (the line's number, from 1), `at` (UTC), `event` and `session`; then fields of the event
in any order; last `prev`, the SHA-256 of every byte before this line. Keys are `[a-z_]+`, values
printable ASCII without space. In `close`, `correct`, `follow-up`, `not-held`, and in any later
event that changes the file, `file` is the SHA-256 of the whole file as it is since then, `root`
that of its list of blocks, `signer` the fingerprint of the key. `key` tells events of one kind
apart, such as the receipt of an export. The `session` of a `correct`, `follow-up` or `not-held` is
the id of that very file.

An erasure is two lines: `erase` says before that the block in `key` is going and for what `reason`,
`erased` says afterwards that it is gone. The first alone is a promise, to be carried out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.record.disk import Disk
    from debrief.record.lock import Lock

NAME: Final = "ledger.txt"
LOCK: Final = ".ledger.lock"
EVENTS: Final = (
    *("close", "correct", "follow-up", "not-held"),
    *("export", "erase", "erased", "expire"),
)
_LINE: Final = re.compile(
    r"n:[1-9][0-9]*  at:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z  event:[a-z-]+"
    r"  session:[a-z0-9-]+(?:  [a-z_]+:[!-~]+)*  prev:[0-9a-f]{64}"
)


class Line(msgspec.Struct, frozen=True):
    """One line of the ledger that is written as it should be."""

    number: int
    fields: Mapping[str, str]

    @property
    def event(self) -> str:
        """What happened, one of `EVENTS`."""
        return self.fields["event"]

    @property
    def session(self) -> str:
        """The id of the session it happened to."""
        return self.fields["session"]


class LedgerProblem(msgspec.Struct, frozen=True):
    """What is wrong with one line (from 1)."""

    line: int
    code: str
    """form, number, chain or torn."""
    sentence: str


def folder_lock(folder: Path) -> Lock:
    """Take the lock of the sessions folder for a short change; raises Problem after 10 s."""
    from debrief.record.lock import folder_lock as take

    return take(folder / LOCK)


def _parse(text: str) -> dict[str, str] | None:
    if _LINE.fullmatch(text) is None:
        return None
    fields: dict[str, str] = {}
    for part in text.split("  "):
        key, _colon, value = part.partition(":")
        if key in fields:
            return None
        fields[key] = value
    return fields


def lines(data: bytes) -> tuple[Line, ...]:
    """Return every well-formed line, without checking the chain; `check` does that."""
    found = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        fields = _parse(raw.decode("ascii", "replace"))
        if fields is not None:
            found.append(Line(number, fields))
    return tuple(found)


def check(data: bytes) -> tuple[LedgerProblem, ...]:
    """Return what is wrong with the ledger, line by line; empty when it is whole.

    Removing lines from the end cannot be seen here: a session file without a line tells.
    """
    problems = []
    before = hashlib.sha256()
    for number, raw in enumerate(_rows(data), 1):
        code = _fault(raw, number, before.hexdigest())
        if code:
            problems.append(LedgerProblem(number, code, _sentence(code).format(line=number)))
        before.update(raw)
    return tuple(problems)


class Checkpoint(msgspec.Struct, frozen=True):
    """What the ledger was at some time: how many lines, and the SHA-256 of all of them."""

    line: int
    digest: str
    """At least its first 16 hex digits."""

    def __str__(self) -> str:
        return f"ledger {self.line} {self.digest}"

    @property
    def receipt(self) -> str:
        """The same in one short line to copy by hand: the first half of the digest, in groups."""
        groups = (self.digest[at : at + 4] for at in range(0, 32, 4))
        return f"ledger {self.line} {'-'.join(groups)}"


_CHECKPOINT: Final = re.compile(r"(?:ledger[ :]+)?([0-9]{1,9})[ :]+([0-9a-f]{16,64})")


def checkpoint(data: bytes, line: int | None = None) -> Checkpoint:
    """Return what the ledger was once it had `line` lines, by default what it is now.

    `head -n LINE ledger.txt | sha256sum` gives the same.
    """
    begun = data if line is None else _first(data, line)
    return Checkpoint(_count(begun), hashlib.sha256(begun).hexdigest())


def read_checkpoint(text: str) -> Checkpoint | None:
    """Return the checkpoint or receipt that a person copied down, None when it is none."""
    found = _CHECKPOINT.fullmatch(" ".join(text.lower().split()).replace("-", ""))
    return Checkpoint(int(found[1]), found[2]) if found else None


def goes_on(data: bytes, since: Checkpoint) -> bool:
    """Tell whether the ledger still begins with the lines that the checkpoint was made of."""
    begun = _first(data, since.line)
    digest = hashlib.sha256(begun).hexdigest()
    return _count(begun) == since.line and digest.startswith(since.digest)


def _first(data: bytes, lines: int) -> bytes:
    """Return so many lines from the beginning, or all where there are fewer."""
    parts = data.split(b"\n", lines)
    return data[: len(data) - len(parts[-1])] if len(parts) > lines else data


def _count(data: bytes) -> int:
    """Return how many lines there are; the last may lack its end."""
    return data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


def _rows(data: bytes) -> list[bytes]:
    """Return the lines with their line ends; only the last may lack one."""
    rows = [row + b"\n" for row in data.split(b"\n")]
    last = rows.pop()[:-1]
    return [*rows, last] if last else rows


def _fault(raw: bytes, number: int, before: str) -> str:
    if not raw.endswith(b"\n"):
        return "torn"
    fields = _parse(raw[:-1].decode("ascii", "replace"))
    if fields is None:
        return "form"
    if fields["n"] != str(number):
        return "number"
    return "" if fields["prev"] == before else "chain"


def _sentence(code: str) -> str:
    if code == "torn":
        return _("Line {line} of the ledger is cut short: it was not finished, or was changed.")
    if code == "form":
        return _("Line {line} of the ledger is not written as debrief writes it.")
    if code == "number":
        return _("Line {line} of the ledger has another number: lines were removed or added.")
    return _("The lines before line {line} of the ledger are not the ones it was written after.")


def has(data: bytes, event: str, session: str, key: str = "") -> bool:
    """Tell whether the ledger has this event for the session, with this `key` field if given."""
    return _find(data, event, session, key) is not None


def _find(data: bytes, event: str, session: str, key: str) -> Line | None:
    wanted = (event, session, key)
    if f"  event:{event}  session:{session}  ".encode() not in data:
        return None
    for line in lines(data):
        if (line.event, line.session, line.fields.get("key", "")) == wanted:
            return line
    return None


def _whole(data: bytes) -> bytes:
    """Return the ledger as it should be before the next line: an unfinished last one is gone.

    A last line that is complete but for its line end was finished by a fault of the disk or an
    editor, and stays. One with zeros in it is what a power cut leaves of a line whose end alone
    had reached the medium.
    """
    start = data.rfind(b"\n", 0, -1) + 1
    if b"\0" in data[start:]:
        return data[:start]
    if not data or data.endswith(b"\n"):
        return data
    complete = data + b"\n"
    number = data.count(b"\n") + 1
    before = hashlib.sha256(data[:start]).hexdigest()
    return complete if not _fault(complete[start:], number, before) else data[:start]


def _format(number: int, event: Mapping[str, str], before: str) -> bytes:
    at = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {"n": str(number), "at": at, "event": event["event"], "session": event["session"]}
    fields |= {key: value for key, value in event.items() if value}
    fields["prev"] = before
    text = "  ".join(f"{key}:{value}" for key, value in fields.items())
    if _parse(text) is None or event["event"] not in EVENTS or {"n", "prev"} & event.keys():
        raise ValueError("not a ledger event")
    return text.encode("ascii") + b"\n"


def append(disk: Disk, folder: Path, event: Mapping[str, str]) -> int:
    """Add an event durably and return its line number; once only per (event, session, key).

    `event` has `event` and `session`, `at` if it was not now, and further fields; empty ones are
    left out. If the same event is there already, it is made durable and its number is returned.
    The ledger is never written in place: after a sync that failed, nobody could know what of it
    is on the medium. Raises Problem, and then it is as it was; ValueError for an event that cannot
    be a line.
    """
    with folder_lock(folder):
        return append_locked(disk, folder, event)


def append_locked(disk: Disk, folder: Path, event: Mapping[str, str]) -> int:
    """Like `append`, for a caller who holds the folder's lock."""
    path = folder / NAME
    found = disk.read(path) if disk.exists(path) else b""
    data = _whole(found)
    there = _find(data, event["event"], event["session"], event.get("key", ""))
    number = data.count(b"\n") + 1
    new = data
    if there is None:
        new += _format(number, event, hashlib.sha256(data).hexdigest())
    _write(disk, path, found, new)
    return number if there is None else there.number


def mend_locked(disk: Disk, folder: Path) -> None:
    """Cut off a last line that a stop left unfinished; the caller holds the folder's lock."""
    path = folder / NAME
    found = disk.read(path) if disk.exists(path) else b""
    whole = _whole(found)
    if whole != found:
        _write(disk, path, found, whole)


def _write(disk: Disk, path: Path, found: bytes, new: bytes) -> None:
    """Turn the ledger `found` into `new` durably, or leave it as it was."""
    if new != found:
        disk.publish(path, new)
    else:
        disk.confirm(path.parent)


def erasures(found: Iterable[Line], session: str) -> Mapping[str, Line]:
    """Return the lines that promise to erase a block of the session, by the block's name."""
    return {
        line.fields["key"]: line
        for line in found
        if line.session == session and line.event == "erase" and {"key", "reason"} <= {*line.fields}
    }


def by_session(found: Iterable[Line]) -> dict[str, tuple[Line, ...]]:
    """Return the lines of each session, in order."""
    sessions: dict[str, list[Line]] = {}
    for line in found:
        sessions.setdefault(line.session, []).append(line)
    return {session: tuple(some) for session, some in sessions.items()}


def latest(found: Iterable[Line], session: str) -> Line | None:
    """Return the last line that says what the session's file should be now, None if none does."""
    telling = [line for line in found if line.session == session and "file" in line.fields]
    return telling[-1] if telling else None
