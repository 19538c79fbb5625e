"""Files that stand beside sealed sessions: corrections, follow-up, rounds that were not held.

The closed file is never touched. `ID-k1.toml` is a correction of session ID, `ID-f1.toml` what came
of something agreed in it, `ID-none.toml` a round that was not held, which is about no session. Each
has a seal and a ledger line of its own; so it is checked, erased and let go of as a session file
is. It is told to be kept once its ledger line is durable; a file that a stop left without one is
entered by `finish_locked`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.errors import EXIT_FOUND, EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record import blocks as layout
from debrief.record import ledger, sessionfile, signers, whole
from debrief.record.disk import Disk

if TYPE_CHECKING:
    from debrief.record.keys import Keys

CORRECT: Final = "correct"
FOLLOW_UP: Final = "follow-up"
NOT_HELD: Final = "not-held"
"""The ledger's word for each kind."""
_LETTERS: Final = {CORRECT: "k", FOLLOW_UP: "f"}
_EVENTS: Final = {letter: event for event, letter in _LETTERS.items()}
_NAME: Final = re.compile(r"([0-9]{4}-[a-z0-9-]+)-([kf])([1-9][0-9]{0,3})")
_NONE: Final = re.compile(r"[0-9]{4}-[a-z0-9-]+-none")
_YEAR: Final = re.compile(r"[0-9]{4}")
_MOST: Final = 9999


class Kept(msgspec.Struct, frozen=True):
    """A file that is kept: its id, its path, its ledger line, and the ledger's receipt."""

    id: str
    path: Path
    ledger_line: int
    receipt: str


def session_of(name: str) -> str | None:
    """Return the session that the file called `name` (an id) stands beside, None if beside none."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def event_of(name: str) -> str | None:
    """Return the ledger's word for the kind of file called `name`, None if it is a session's."""
    if found := _NAME.fullmatch(name):
        return _EVENTS[found[2]]
    return NOT_HELD if _NONE.fullmatch(name) else None


def number(name: str) -> int:
    """Return the number that is in the name of a file beside a session, from 1."""
    found = _NAME.fullmatch(name)
    return int(found[3]) if found else 0


def of(disk: Disk, folder: Path, session: str, kind: str = "") -> tuple[str, ...]:
    """Return the ids of the files beside a session, of one kind or all, in order of number."""
    year = sessionfile.path_for(folder, session).parent
    names = disk.list(year) if disk.exists(year) else ()
    there = (name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    found = (one for one in there if session_of(one) == session)
    return tuple(sorted((one for one in found if kind in ("", event_of(one))), key=number))


def next_name(disk: Disk, folder: Path, session: str, kind: str) -> str:
    """Return an id that no file of the kind has or had: one that was let go keeps its own."""
    said = (line.session for line in ledger.lines(_book(disk, folder)))
    ours = (one for one in said if session_of(one) == session and event_of(one) == kind)
    following = 1 + max(map(number, (*ours, *of(disk, folder, session, kind))), default=0)
    if following > _MOST:
        raise Problem(_("There is no room for more corrections of this session."), EXIT_INPUT)
    return f"{session}-{_LETTERS[kind]}{following}"


def whole_session(disk: Disk, folder: Path, session: str) -> sessionfile.SessionFile:
    """Return a session that something is to stand beside; raises Problem unless it is whole."""
    path = sessionfile.path_for(folder, session)
    data = disk.read(path)
    name = f"{path.parent.name}/{path.name}"
    allowed = signers.read(disk.read(folder / signers.NAME))
    lines = ledger.lines(_book(disk, folder))
    if not whole.verify_file(data, name, allowed, lines).ok:
        sentence = _(
            "{name} is not as it was sealed, so nothing was put beside it. `debrief verify` says "
            "what is wrong."
        )
        raise Problem(sentence.format(name=name), EXIT_FOUND)
    return sessionfile.read(data, name)


def keep_locked(disk: Disk, folder: Path, name: str, data: bytes, keys: Keys) -> Kept:
    """Publish a file and enter it in the ledger, durably; the caller holds the folder's lock."""
    path = sessionfile.path_for(folder, name)
    signers.remember(disk, folder, keys.public_key, keys.former)
    disk.publish(path, data, exclusive=True)
    line = _enter(disk, folder, name, data, keys.fingerprint)
    kept = ledger.checkpoint(_book(disk, folder), line)
    return Kept(name, path, line, kept.receipt)


def _book(disk: Disk, folder: Path) -> bytes:
    path = folder / ledger.NAME
    return disk.read(path) if disk.exists(path) else b""


def _enter(disk: Disk, folder: Path, name: str, data: bytes, signer: str) -> int:
    event = {
        "event": event_of(name) or CORRECT,
        "session": name,
        "file": hashlib.sha256(data).hexdigest(),
        "root": layout.read_seal(layout.split(data)[-1]).root,
        "signer": signer,
    }
    line = ledger.append_locked(disk, folder, event)
    disk.confirm(folder)
    return line


def finish_locked(disk: Disk, folder: Path) -> int:
    """Enter files that a stop left without a ledger line; return how many that was.

    Only a whole one counts, signed with a key that is known here. The caller holds the folder's
    lock. Raises Problem.
    """
    count = 0
    for name in unlisted(disk, folder):
        path = sessionfile.path_for(folder, name)
        data = disk.read(path)
        allowed = signers.read(disk.read(folder / signers.NAME))
        verdict = whole.verify_file(data, f"{path.parent.name}/{path.name}", allowed, None)
        if verdict.ok:
            signer = whole.signer_of(data)
            disk.confirm(path.parent)
            _enter(disk, folder, name, data, signer)
            count += 1
    return count


def unlisted(disk: Disk, folder: Path) -> tuple[str, ...]:
    """Return the ids of files of these kinds that are there without a ledger line."""
    there = tuple(_there(disk, folder))
    if not there:
        return ()
    listed = {(line.event, line.session) for line in ledger.lines(_book(disk, folder))}
    return tuple(name for name in there if (event_of(name), name) not in listed)


def _there(disk: Disk, folder: Path) -> Iterator[str]:
    for year in filter(_YEAR.fullmatch, disk.list(folder) if disk.exists(folder) else ()):
        for name in disk.list(folder / year):
            if name.endswith(".toml") and event_of(name.removesuffix(".toml")):
                yield name.removesuffix(".toml")
