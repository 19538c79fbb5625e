"""What is kept no longer: erased, or its time was up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from debrief.desk import past
from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import beside, erasing, sessionfile
from debrief.record.erasing import Reason
from debrief.session.model import ROUND

if TYPE_CHECKING:
    from debrief.delivery.rows import DeliveryReceipt
    from debrief.desk.desk import Desk

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
    owner = owner_of(desk, session, desk.disk.read(path), person)
    gone = erasing.erase(desk.disk, desk.places.sessions, session, [owner], reason)
    stopped, left = _outbox(desk, session)
    return Erased(session, gone, stopped, left)


class Forgotten(msgspec.Struct, frozen=True):
    """What was erased of a person everywhere here, and where nothing could be."""

    erased: tuple[Erased, ...]
    refused: tuple[tuple[str, str], ...] = ()
    """Sessions from which nothing was erased, each with the reason."""
    unfinished: tuple[str, ...] = ()
    """Rounds not closed yet that the person is in: there nothing can be erased before."""


def everywhere(desk: Desk, person: str) -> tuple[str, tuple[str, ...]]:
    """Return the pseudonym of a person, by name or pseudonym, and the sessions they were in.

    Raises Problem when nobody of that name is known.
    """
    known = desk.roster.find(person)
    wanted = known.id if known is not None else person
    sessions = tuple(one.id for one in past.held(past.index(desk), past.Where(person=wanted)))
    if not sessions and all(each.id != wanted for each in desk.roster.people):
        raise nobody(person)
    return wanted, sessions


def nobody(person: str) -> Problem:
    """Return what is told where nobody of a name is known."""
    return Problem(
        _(
            "Nobody called {person} is known here. Give the name as it is in the roster, or the "
            "pseudonym from a session file."
        ).format(person=person)
    )


def forget(desk: Desk, person: str, reason: Reason) -> Forgotten:
    """Erase what is sealed about a person in every session, and take them out of the roster.

    A session that is not whole is passed over and told. The roster comes last, so that the name
    still finds the person should this be broken off. Raises Problem.
    """
    wanted, sessions = everywhere(desk, person)
    erased, refused = [], []
    for session in sessions:
        try:
            erased.append(erase(desk, session, wanted, reason))
        except Problem as problem:
            refused.append((session, str(problem)))
    open_rounds = [
        one.id for one in desk.unfinished() if one.state is None or one.state.person(wanted)
    ]
    if any(one.id == wanted for one in desk.roster.people):
        desk.keep(desk.roster.without(wanted))
    return Forgotten(tuple(erased), tuple(refused), tuple(open_rounds))


def owner_of(desk: Desk, session: str, data: bytes, person: str) -> str:
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
            "Nobody called {person} took part in {session}, so nothing was changed. Give the "
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
    return stopped, left_of(desk, session)


def left_of(desk: Desk, session: str) -> tuple[DeliveryReceipt, ...]:
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
    index = past.index(desk)
    found: list[Overdue] = []
    for path in past.private_over(index, today):
        found += _overdue(desk, path, today)
    rows = index.ask("select id, retain_until from not_held order by id")
    kept = [(name, dt.date.fromisoformat(day)) for name, day in rows]
    return (*found, *(Overdue(name, (), day) for name, day in kept if day < today))


def _overdue(desk: Desk, path: Path, today: dt.date) -> Iterator[Overdue]:
    try:
        about = sessionfile.read(desk.disk.read(path), path.name).session
        if about.retain_until < today:
            yield Overdue(about.id, (), about.retain_until)
        elif about.private_until < today and (owners := _sealed(desk, about.id)):
            yield Overdue(about.id, owners, about.private_until)
    except Problem:
        return


def _sealed(desk: Desk, session: str) -> tuple[str, ...]:
    """Return of whom something private is still there, in the session or beside it."""
    folder = desk.places.sessions
    owners: dict[str, None] = {}
    for name in (session, *beside.of(desk.disk, folder, session)):
        path = sessionfile.path_for(folder, name)
        for block in sessionfile.parts(desk.disk.read(path), path.name):
            if block.name.startswith("private.") and b"\nerased = " not in block.data[:200]:
                owners[block.name.removeprefix("private.")] = None
    return tuple(owners)


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


__all__ = [
    "Erased", "Forgotten", "Overdue", "erase", "everywhere", "expire", "finish", "forget",
    "left_of", "nobody", "overdue", "owner_of",
]  # fmt: skip
