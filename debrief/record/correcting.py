"""Corrections: what is put right about a closed session, sealed as a file of its own beside it.

The closed file is never touched. A correction `ID-k1.toml` names the session and the root of its
seal, and has a seal and a ledger line of its own; so it is checked, erased and let go of as a
session file is. It is told to be kept once its ledger line is durable; a file that a stop left
without one is entered by `finish`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.errors import EXIT_FOUND, EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record import blocks as layout
from debrief.record import content, ledger, sessionfile, signers, whole
from debrief.record.disk import Disk
from debrief.session.model import ROUND
from debrief.text import clean, is_id

if TYPE_CHECKING:
    from debrief.record.keys import Keys
    from debrief.record.opening import Opens

RECORD: Final = "record"
"""What a correction is about when it is about no one person, nor the notes of the round."""
_NAME: Final = re.compile(r"([0-9]{4}-[a-z0-9-]+)-k([1-9][0-9]{0,3})")
_YEAR: Final = re.compile(r"[0-9]{4}")
_MOST: Final = 9999
_LONGEST: Final = 20_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be put right. `about` is a pseudonym in the session, ROUND or RECORD."""

    session: str
    about: str
    text: str
    supervisor: str = ""
    at: dt.datetime


class Corrected(msgspec.Struct, frozen=True):
    """A correction that is kept: its id, its file, its ledger line, and the ledger's receipt."""

    id: str
    path: Path
    ledger_line: int
    receipt: str


def corrected(name: str) -> str | None:
    """Return the session that the correction called `name` (an id) is about, None if it is none."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def of(disk: Disk, folder: Path, session: str) -> tuple[str, ...]:
    """Return the ids of the session's corrections that are there, in the order they were made."""
    year = sessionfile.path_for(folder, session).parent
    names = disk.list(year) if disk.exists(year) else ()
    found = (name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return tuple(sorted((one for one in found if corrected(one) == session), key=_number))


def _number(name: str) -> int:
    found = _NAME.fullmatch(name)
    return int(found[2]) if found else 0


def correct(
    disk: Disk,
    folder: Path,
    draft: Draft,
    keys: Keys,
    *,
    recipients: Iterable[str] = (),
    privacy: sessionfile.Privacy = "sealed",
) -> Corrected:
    """Seal a correction and enter it in the ledger; durable on return.

    Raises Problem: when the session is not whole, when nobody of that pseudonym took part, when
    there is nothing in the text; then nothing was kept.
    """
    with ledger.folder_lock(folder):
        finish_locked(disk, folder)
        file = _session(disk, folder, draft)
        book = _book(disk, folder)
        name = f"{draft.session}-k{_next(disk, folder, book, draft.session)}"
        data = _build(name, draft, file, keys, tuple(recipients), privacy)
        path = sessionfile.path_for(folder, name)
        signers.remember(disk, folder, keys.public_key, keys.former)
        disk.publish(path, data, exclusive=True)
        line = _enter(disk, folder, name, data, keys.fingerprint)
        kept = ledger.checkpoint(_book(disk, folder), line)
    return Corrected(name, path, line, kept.receipt)


def _book(disk: Disk, folder: Path) -> bytes:
    path = folder / ledger.NAME
    return disk.read(path) if disk.exists(path) else b""


def _next(disk: Disk, folder: Path, book: bytes, session: str) -> int:
    """Return a number that no correction has or had: one that was let go keeps its own."""
    said = (line.session for line in ledger.lines(book) if corrected(line.session) == session)
    number = 1 + max(map(_number, (*said, *of(disk, folder, session))), default=0)
    if number > _MOST:
        raise Problem(_("There is no room for more corrections of this session."), EXIT_INPUT)
    return number


def _session(disk: Disk, folder: Path, draft: Draft) -> sessionfile.SessionFile:
    """Return the session that is corrected; raises Problem unless all is as it should be."""
    path = sessionfile.path_for(folder, draft.session)
    data = disk.read(path)
    name = f"{path.parent.name}/{path.name}"
    allowed = signers.read(disk.read(folder / signers.NAME))
    lines = ledger.lines(_book(disk, folder))
    if not whole.verify_file(data, name, allowed, lines).ok:
        sentence = _(
            "{name} is not as it was sealed, so no correction was put beside it. `debrief verify` "
            "says what is wrong."
        )
        raise Problem(sentence.format(name=name), EXIT_FOUND)
    file = sessionfile.read(data, name)
    if draft.about not in (RECORD, ROUND, *file.people, *file.private_ids):
        sentence = _("Nobody called {person} took part in {session}, so nothing was corrected.")
        raise Problem(sentence.format(person=draft.about, session=draft.session), EXIT_INPUT)
    text = clean(draft.text).strip()
    if not text or len(text) > _LONGEST:
        sentence = _("A correction has between 1 and {n} characters; nothing was kept.")
        raise Problem(sentence.format(n=_LONGEST), EXIT_INPUT)
    return file


def _build(
    name: str,
    draft: Draft,
    file: sessionfile.SessionFile,
    keys: Keys,
    recipients: tuple[str, ...],
    privacy: sessionfile.Privacy,
) -> bytes:
    """Return the file of a correction, read back and compared."""
    text = clean(draft.text).strip()
    entries: content.Entries = [
        ("id", name),
        ("session", draft.session),
        ("root", file.root),
        ("about", draft.about),
        ("supervisor", draft.supervisor if is_id(draft.supervisor) else ""),
        ("at", draft.at),
    ]
    if draft.about == RECORD:
        entries.append(("text", text))
    entries += [
        ("private_until", file.session.private_until),
        ("retain_until", file.session.retain_until),
        content.salt(),
    ]
    parts = [("correction", layout.render("correction", entries))]
    if draft.about != RECORD:
        block = f"private.{draft.about}"
        sealed = sessionfile.private_block(block, [("text", text)], keys, recipients, privacy)
        parts.append((block, sealed))
    data = sessionfile.sealed(parts, keys)
    if words(data, keys, name) != text:
        raise Problem(
            _(
                "The correction did not read back as what was written, so it was not kept. Please "
                "report this fault."
            ),
            EXIT_INPUT,
        )
    return data


def words(data: bytes, keys: Opens, name: str) -> str | None:
    """Return the words of a correction, None where they were erased; raises Problem."""
    found = sessionfile.read_correction(data, name)
    if found.about == RECORD:
        return found.text
    opened: Mapping[str, object] = sessionfile.open_private(data, keys, name)[found.about]
    text = opened.get("text")
    return text if isinstance(text, str) else None


def _enter(disk: Disk, folder: Path, name: str, data: bytes, signer: str) -> int:
    event = {
        "event": "correct",
        "session": name,
        "file": hashlib.sha256(data).hexdigest(),
        "root": layout.read_seal(layout.split(data)[-1]).root,
        "signer": signer,
    }
    line = ledger.append_locked(disk, folder, event)
    disk.confirm(folder)
    return line


def finish_locked(disk: Disk, folder: Path) -> int:
    """Enter corrections that a stop left without a ledger line; return how many that was.

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
    """Return the ids of corrections that are there without a ledger line."""
    there = tuple(_there(disk, folder))
    if not there:
        return ()
    book = _book(disk, folder)
    return tuple(name for name in there if not ledger.has(book, "correct", name))


def _there(disk: Disk, folder: Path) -> Iterator[str]:
    for year in filter(_YEAR.fullmatch, disk.list(folder) if disk.exists(folder) else ()):
        for name in disk.list(folder / year):
            if name.endswith(".toml") and corrected(name.removesuffix(".toml")):
                yield name.removesuffix(".toml")
