"""What came of things agreed in a closed session, and rounds that were not held: sealed evidence.

A follow-up `ID-f1.toml` stands beside session ID and says of one contact, or of one agreed action,
what became of it. That a contact was made is record; how the person is and what they want is sealed
for the supervisor, in a few words that can be chosen and no text. See `beside` for how it is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record import beside, content, ledger, sessionfile
from debrief.record import blocks as layout
from debrief.record.correcting import RECORD
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.record.opening import Opens
from debrief.record.shape import (
    ActionOutcome,
    ContactOutcome,
    Direction,
    NotHeldReason,
    Retention,
    Wants,
)
from debrief.text import clean_line, is_id, token

CONTACT_OUTCOMES: Final[tuple[ContactOutcome, ...]] = get_args(ContactOutcome)
ACTION_OUTCOMES: Final[tuple[ActionOutcome, ...]] = get_args(ActionOutcome)
DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)
WANTS: Final[tuple[Wants, ...]] = get_args(Wants)
REASONS: Final[tuple[NotHeldReason, ...]] = get_args(NotHeldReason)


class Said(msgspec.Struct, frozen=True):
    """What is sealed of a contact. `then` is when the next one is, UTC."""

    direction: Direction | None = None
    wants: Wants | None = None
    referral: bool = False
    then: dt.datetime | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """What came of contact `number` (from 1) with a person, by pseudonym."""

    session: str
    person: str
    number: int
    outcome: ContactOutcome
    said: Said = Said()
    supervisor: str = ""
    at: dt.datetime


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What became of agreed action `number` (from 1)."""

    session: str
    number: int
    outcome: ActionOutcome
    supervisor: str = ""
    at: dt.datetime


class NotHeld(msgspec.Struct, frozen=True, kw_only=True):
    """That a team had no round on a (local) day, and why."""

    team: str
    day: dt.date
    reason: NotHeldReason
    supervisor: str = ""
    at: dt.datetime


def follow(
    disk: Disk,
    folder: Path,
    what: Contact | Work,
    keys: Keys,
    *,
    recipients: Iterable[str] = (),
    privacy: sessionfile.Privacy = "sealed",
) -> beside.Kept:
    """Seal what came of a contact or an action and enter it in the ledger; durable on return.

    Raises Problem, and then nothing was kept: when the session is not whole, when nobody of that
    pseudonym took part, when there is no such action.
    """
    with ledger.folder_lock(folder):
        beside.finish_locked(disk, folder)
        file = beside.whole_session(disk, folder, what.session)
        _check(what, file)
        name = beside.next_name(disk, folder, what.session, beside.FOLLOW_UP)
        parts = [("follow-up", layout.render("follow-up", _record(name, what, file)))]
        if isinstance(what, Contact):
            block = f"private.{what.person}"
            entries = _sealed(what.said)
            closed = sessionfile.private_block(block, entries, keys, tuple(recipients), privacy)
            parts.append((block, closed))
        data = sessionfile.sealed(parts, keys)
        _compare(data, what, keys, name)
        return beside.keep_locked(disk, folder, name, data, keys)


def _check(what: Contact | Work, file: sessionfile.SessionFile) -> None:
    if isinstance(what, Work):
        if not 1 <= what.number <= len(file.actions):
            sentence = _("There is no action {n} in {session}, so nothing was kept.")
            raise Problem(sentence.format(n=what.number, session=what.session), EXIT_INPUT)
    elif what.person not in file.people:
        sentence = _("Nobody called {person} took part in {session}, so nothing was kept.")
        raise Problem(sentence.format(person=what.person, session=what.session), EXIT_INPUT)


def _record(name: str, what: Contact | Work, file: sessionfile.SessionFile) -> content.Entries:
    contact = isinstance(what, Contact)
    entries: content.Entries = [
        ("id", name),
        ("session", what.session),
        ("root", file.root),
        ("about", what.person if isinstance(what, Contact) else RECORD),
        ("supervisor", what.supervisor if is_id(what.supervisor) else ""),
        ("at", what.at),
        ("contact" if contact else "action", what.number),
        ("outcome", what.outcome),
    ]
    if isinstance(what, Contact) and what.said.then is not None:
        entries.append(("again", True))
    return [
        *entries,
        ("private_until", file.session.private_until),
        ("retain_until", file.session.retain_until),
        content.salt(),
    ]


def _sealed(said: Said) -> content.Entries:
    entries: content.Entries = []
    if said.direction is not None:
        entries.append(("direction", said.direction))
    if said.wants is not None:
        entries.append(("wants", said.wants))
    entries.append(("referral", said.referral))
    if said.then is not None:
        entries.append(("then", said.then))
    return entries


def _compare(data: bytes, what: Contact | Work, keys: Keys, name: str) -> None:
    """Raise Problem unless the file reads back as what was to be kept."""
    found = sessionfile.read_follow_up(data, name)
    same = found.outcome == what.outcome and what.number in (found.contact, found.action)
    if isinstance(what, Contact):
        then = what.said.then
        if then is not None:
            then = then.astimezone(dt.UTC).replace(microsecond=0)
        same = same and said(data, keys, name) == msgspec.structs.replace(what.said, then=then)
    if not same:
        sentence = _(
            "The follow-up did not read back as what was written, so it was not kept. Please "
            "report this fault."
        )
        raise Problem(sentence, EXIT_INPUT)


def said(data: bytes, keys: Opens, name: str) -> Said | None:
    """Return what is sealed of a contact, None where it was erased; raises Problem."""
    about = sessionfile.read_follow_up(data, name).about
    block: dict[str, Any] = sessionfile.open_private(data, keys, name).get(about, {})
    if "erased" in block or "referral" not in block:
        return None
    return msgspec.convert({key: value for key, value in block.items() if key != "salt"}, Said)


def not_held(
    disk: Disk, folder: Path, what: NotHeld, keys: Keys, retention: Retention = Retention()
) -> beside.Kept:
    """Seal that a round was not held, and enter it in the ledger; durable on return.

    Raises Problem.
    """
    name = f"{what.day.isoformat()}-{token(6)}-none"
    entries: content.Entries = [
        ("id", name),
        ("team", clean_line(what.team)),
        ("day", what.day),
        ("reason", what.reason),
        ("supervisor", what.supervisor if is_id(what.supervisor) else ""),
        ("at", what.at),
        ("retain_until", what.day + dt.timedelta(days=retention.record_days)),
        content.salt(),
    ]
    data = sessionfile.sealed([("not-held", layout.render("not-held", entries))], keys)
    sessionfile.read_not_held(data, name)
    disk.make_folder(sessionfile.path_for(folder, name).parent)
    with ledger.folder_lock(folder):
        beside.finish_locked(disk, folder)
        return beside.keep_locked(disk, folder, name, data, keys)
