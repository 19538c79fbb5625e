"""All that is held of one person, for the right of access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from debrief.desk import past
from debrief.desk.correcting import Correction, corrections
from debrief.desk.following import CameOf, came_of
from debrief.desk.keeping import left_of, nobody
from debrief.errors import Problem
from debrief.record import sessionfile

if TYPE_CHECKING:
    import datetime as dt

    from debrief.delivery.rows import DeliveryReceipt
    from debrief.desk.desk import Desk
    from debrief.record.sessionfile import SessionFile
    from debrief.record.shape import DutyRecord, PersonRecord


class Part(msgspec.Struct, frozen=True):
    """What one session file holds of a person."""

    session: str
    opened: dt.datetime
    protocol: str
    record: PersonRecord
    duties: tuple[DutyRecord, ...]
    private: Mapping[str, Any] | None
    """The opened block; None where there is none, or no key here opens it."""
    corrections: tuple[Correction, ...]
    followed: tuple[CameOf, ...]
    """What came of contacts agreed in it."""
    left: tuple[DeliveryReceipt, ...]
    """Summaries of the session that name people and have arrived."""


class Mine(msgspec.Struct, frozen=True):
    """All that is held here of one person."""

    id: str
    name: str
    in_roster: bool
    parts: tuple[Part, ...]
    unread: tuple[str, ...] = ()
    """Sessions, closed or not, that could not be read, so that nobody knows."""
    not_closed: tuple[str, ...] = ()
    """Rounds they are in that were not closed."""


def mine(desk: Desk, person: str) -> Mine:
    """Return what is held of a person, by name or pseudonym, newest session first.

    A round that was not closed is named, not told from: it may still change. Raises Problem when
    nobody of that name is known.
    """
    still_open = desk.unfinished()  # a close that was broken off becomes a session here
    known = desk.roster.find(person)
    wanted = known.id if known is not None else person
    named = known.name if known is not None else ""
    found = past.index(desk)
    unread = [one.id for one in still_open if one.problem]
    unread += [one.id for one in past.held(found) if one.problem]
    parts = []
    for one in past.held(found, past.Where(person=wanted)):
        try:
            data = desk.disk.read(one.path)
            part = _part(desk, data, sessionfile.read(data, one.path.name), wanted)
        except Problem:
            unread.append(one.id)
            continue
        parts.append(part)
        named = named or str((part.private or {}).get("name", ""))
    in_roster = any(each.id == wanted for each in desk.roster.people)
    not_closed = tuple(one.id for one in still_open if one.state and one.state.person(wanted))
    if not parts and not in_roster and not not_closed:
        raise nobody(person)
    return Mine(wanted, named, in_roster, tuple(parts), tuple(unread), not_closed)


def _part(desk: Desk, data: bytes, file: SessionFile, person: str) -> Part:
    about = file.session
    try:
        private = sessionfile.open_private(data, desk.keys, about.id, only=[person]).get(person)
    except Problem:
        private = None
    duties = tuple(duty for duty in file.duties if duty.holder == person)
    said = tuple(one for one in corrections(desk, about.id) if one.about == person)
    came = tuple(one for one in came_of(desk, about.id) if one.about == person)
    left = left_of(desk, about.id)
    return Part(
        about.id,
        about.opened,
        about.protocol,
        file.people[person],
        duties,
        private,
        said,
        came,
        left,
    )
