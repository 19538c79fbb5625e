"""Corrections: what is put right about a closed session, sealed as a file of its own beside it.

The closed file is never touched. A correction `ID-k1.toml` names the session and the root of its
seal, and has a seal and a ledger line of its own; so it is checked, erased and let go of as a
session file is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record import beside, content, ledger, sessionfile
from debrief.record import blocks as layout
from debrief.record.disk import Disk
from debrief.session.model import ROUND
from debrief.text import clean, is_id

if TYPE_CHECKING:
    from debrief.record.keys import Keys
    from debrief.record.opening import Opens

RECORD: Final = "record"
"""What a correction is about when it is about no one person, nor the notes of the round."""
_LONGEST: Final = 20_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be put right. `about` is a pseudonym in the session, ROUND or RECORD."""

    session: str
    about: str
    text: str
    supervisor: str = ""
    at: dt.datetime


Corrected = beside.Kept


def corrected(name: str) -> str | None:
    """Return the session that the correction called `name` (an id) is about, None if it is none."""
    return beside.session_of(name) if beside.event_of(name) == beside.CORRECT else None


def of(disk: Disk, folder: Path, session: str) -> tuple[str, ...]:
    """Return the ids of the session's corrections that are there, in the order they were made."""
    return beside.of(disk, folder, session, beside.CORRECT)


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
        beside.finish_locked(disk, folder)
        file = _session(disk, folder, draft)
        name = beside.next_name(disk, folder, draft.session, beside.CORRECT)
        data = _build(name, draft, file, keys, tuple(recipients), privacy)
        return beside.keep_locked(disk, folder, name, data, keys)


def _session(disk: Disk, folder: Path, draft: Draft) -> sessionfile.SessionFile:
    """Return the session that is corrected; raises Problem unless all is as it should be."""
    file = beside.whole_session(disk, folder, draft.session)
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
