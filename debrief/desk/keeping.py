"""What is kept of a person, and what is kept no longer: erased, or its time was up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import erasing, sessionfile
from debrief.record.erasing import Reason
from debrief.session.model import ROUND

if TYPE_CHECKING:
    import datetime as dt

    from debrief.delivery.rows import DeliveryReceipt
    from debrief.desk.desk import Desk
    from debrief.desk.overview import Held
    from debrief.record.sessionfile import SessionFile
    from debrief.record.shape import DutyRecord, PersonRecord

_PERSONAL = ("named", "full")
"""Levels of destinations that are told who needs what."""


class Erased(msgspec.Struct, frozen=True):
    """What was erased of a session, and what had left before and is out of reach."""

    session: str
    owners: tuple[str, ...]
    stopped: int = 0
    """Summaries that had not arrived and were given up."""
    left: tuple[DeliveryReceipt, ...] = ()
    """Summaries that name people and have arrived: there, somebody else must erase."""


class Overdue(msgspec.Struct, frozen=True):
    """A session of which the private part, or the whole file, has had its time."""

    session: str
    owners: tuple[str, ...]
    """Whose private blocks are still there past their day; empty when the whole file goes."""
    day: dt.date
    """Until when it was to be kept."""


def erase(desk: Desk, wanted: str, person: str, reason: Reason) -> Erased:
    """Erase a person's sealed block in a closed session.

    `wanted` is the session, by id or its start; `person` a pseudonym, a name, or `round` for the
    notes about the whole round. What has not been delivered of the session is given up, since it
    may tell of the person. Raises Problem; after one, nothing is half done that is not finished at
    the next start.
    """
    path = desk.session_path(wanted)
    session = path.stem
    owner = _owner(desk, session, desk.disk.read(path), person)
    gone = erasing.erase(desk.disk, desk.places.sessions, session, [owner], reason)
    stopped, left = _outbox(desk, session)
    return Erased(session, gone, stopped, left)


def _owner(desk: Desk, session: str, data: bytes, person: str) -> str:
    """Return the pseudonym of `person` in the file; raises Problem."""
    file = sessionfile.read(data, session)
    if person in file.private_ids or person in (ROUND, *file.people):
        return person
    found = desk.roster.find(person)
    names = {found.id} if found is not None else set()
    for owner, block in sessionfile.open_private(data, desk.keys, session).items():
        if str(block.get("name", "")).casefold() == person.casefold():
            names.add(owner)
    known = sorted(names & {*file.private_ids})
    if len(known) == 1:
        return known[0]
    raise Problem(
        _(
            "Nobody called {person} took part in {session}, so nothing was erased. Give the "
            "pseudonym; `debrief show {session}` lists them."
        ).format(person=person, session=session)
    )


def _outbox(desk: Desk, session: str) -> tuple[int, tuple[DeliveryReceipt, ...]]:
    """Give up what of a session has not arrived, and return what had arrived and names people."""
    if not desk.disk.exists(desk.places.outbox):
        return 0, ()
    from debrief.desk.sending import outbox

    with outbox(desk) as box:
        stopped = box.forget(session, "")
    return stopped, _left(desk, session)


class Part(msgspec.Struct, frozen=True):
    """What one session file holds of a person."""

    session: str
    opened: dt.datetime
    record: PersonRecord
    duties: tuple[DutyRecord, ...]
    private: Mapping[str, Any] | None
    """The opened block; None where there is none, or no key here opens it."""
    left: tuple[DeliveryReceipt, ...]
    """Summaries of the session that name people and have arrived."""


class Mine(msgspec.Struct, frozen=True):
    """All that is held here of one person."""

    id: str
    name: str
    in_roster: bool
    parts: tuple[Part, ...]
    unread: tuple[str, ...] = ()
    """Session files that could not be read, so that nobody knows."""


def mine(desk: Desk, person: str) -> Mine:
    """Return what is held of a person, by name or pseudonym, newest session first.

    Raises Problem when nobody of that name is known.
    """
    known = desk.roster.find(person)
    wanted = known.id if known is not None else person
    named = known.name if known is not None else ""
    parts, unread = [], []
    for one in desk.held():
        try:
            data = desk.disk.read(one.path)
            file = sessionfile.read(data, one.path.name)
        except Problem:
            unread.append(one.id)
            continue
        if wanted in file.people:
            part = _part(desk, data, file, wanted)
            parts.append(part)
            named = named or str((part.private or {}).get("name", ""))
    in_roster = any(each.id == wanted for each in desk.roster.people)
    if not parts and not in_roster:
        raise Problem(
            _(
                "Nobody called {person} is known here. Give the name as it is in the roster, or "
                "the pseudonym from a session file."
            ).format(person=person)
        )
    return Mine(wanted, named, in_roster, tuple(parts), tuple(unread))


def _part(desk: Desk, data: bytes, file: SessionFile, person: str) -> Part:
    about = file.session
    try:
        private = sessionfile.open_private(data, desk.keys, about.id, only=[person]).get(person)
    except Problem:
        private = None
    duties = tuple(duty for duty in file.duties if duty.holder == person)
    left = _left(desk, about.id)
    return Part(about.id, about.opened, file.people[person], duties, private, left)


def _left(desk: Desk, session: str) -> tuple[DeliveryReceipt, ...]:
    """Return the receipts of what named people and has arrived of a session."""
    if not desk.disk.exists(desk.places.outbox):
        return ()
    from debrief.desk.sending import outbox

    with outbox(desk) as box:
        receipts = (one for one in box.receipts() if one.session == session)
        return tuple(one for one in receipts if one.level in _PERSONAL)


def overdue(desk: Desk) -> tuple[Overdue, ...]:
    """Return what has had its time today; files that cannot be read are passed over."""
    today = desk.clock().astimezone().date()
    found: list[Overdue] = []
    for one in desk.held():
        found += _overdue(desk, one, today)
    return tuple(found)


def _overdue(desk: Desk, one: Held, today: dt.date) -> Iterator[Overdue]:
    try:
        data = desk.disk.read(one.path)
        file = sessionfile.read(data, one.path.name)
    except Problem:
        return
    about = file.session
    if about.retain_until < today:
        yield Overdue(about.id, (), about.retain_until)
    elif about.private_until < today:
        blocks = sessionfile.parts(data, one.path.name)
        private = {x.name[8:]: x.data for x in blocks if x.name.startswith("private.")}
        owners = tuple(who for who, text in private.items() if b"\nerased = " not in text[:200])
        if owners:
            yield Overdue(about.id, owners, about.private_until)


def expire(desk: Desk, what: Overdue) -> None:
    """Erase or remove what has had its time; raises Problem, and goes on at the next start."""
    folder = desk.places.sessions
    if what.owners:
        erasing.erase(desk.disk, folder, what.session, what.owners, "expired")
    else:
        erasing.remove(desk.disk, folder, what.session)
    _outbox(desk, what.session)


def finish(desk: Desk) -> int:
    """Carry out erasures that a stop interrupted; return how many. Raises Problem."""
    return erasing.finish(desk.disk, desk.places.sessions)


__all__ = ["Erased", "Mine", "Overdue", "Part", "erase", "expire", "finish", "mine", "overdue"]
