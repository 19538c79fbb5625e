"""What is open, and what has been held: read from journals, session files and the outbox."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import journal as journals
from debrief.record import sessionfile
from debrief.session import State

if TYPE_CHECKING:
    from debrief.desk.desk import Desk

RECENT_DAYS = 45
"""How far back follow-ups are looked for: the last contact of a chain comes after a month."""


class Unfinished(msgspec.Struct, frozen=True):
    """A round that was not closed. `problem` says why it can't be resumed, if it can't."""

    id: str
    state: State | None
    damage: str = ""
    problem: str = ""


class Held(msgspec.Struct, frozen=True):
    """A closed session, from the clear part of its file."""

    id: str
    path: Path
    protocol: str = ""
    team: str = ""
    opened: dt.datetime | None = None
    closed: dt.datetime | None = None
    supervisor: str = ""
    people: int = 0
    problem: str = ""


class Due(msgspec.Struct, frozen=True):
    """A dated follow-up that is agreed and lies ahead, or was due lately."""

    session: str
    person: str
    name: str
    when: dt.datetime
    by: str = ""


class Overview(msgspec.Struct, frozen=True):
    """What Home shows."""

    unfinished: tuple[Unfinished, ...] = ()
    due: tuple[Due, ...] = ()
    last: Held | None = None
    waiting: int = 0
    """Summaries that have not left."""
    held: int = 0


def overview(desk: Desk) -> Overview:
    """Return what is open in the workspace; an erasure that was broken off is carried out first."""
    _carry_out(desk)
    past = held(desk)
    return Overview(
        unfinished(desk),
        due(desk, past),
        past[0] if past else None,
        waiting(desk),
        len(past),
    )


def _carry_out(desk: Desk) -> None:
    if not desk.disk.exists(desk.places.sessions / "ledger.txt"):
        return
    from debrief.desk import keeping  # a first start has no use for it

    with suppress(Problem):  # it is tried again at the next look
        keeping.finish(desk)


def unfinished(desk: Desk) -> tuple[Unfinished, ...]:
    """Return the rounds that were not closed, newest first.

    A round whose closing was broken off is carried to its end here, and not returned.
    """
    found = []
    for path in sorted(journals.list_journals(desk.disk, desk.places.live), reverse=True):
        session_id = path.name.split(".")[0]
        try:
            recovered = journals.Journal.recover(desk.disk, path, desk.keys)
            state = desk.replayed(recovered.payloads).state
        except Problem as problem:
            found.append(Unfinished(session_id, None, problem=str(problem)))
            continue
        if state.closed is not None:
            desk.finish(state)
        else:
            found.append(Unfinished(session_id, state, recovered.damage or ""))
    return tuple(found)


def held(desk: Desk) -> tuple[Held, ...]:
    """Return the closed sessions, newest first; a file that can't be read says so."""
    folder = desk.places.sessions
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]/*.toml"), key=lambda f: f.name, reverse=True)
    return tuple(_held(desk, path) for path in files)


def _held(desk: Desk, path: Path) -> Held:
    try:
        file = sessionfile.read(desk.disk.read(path), path.name)
    except Problem as problem:
        return Held(path.stem, path, problem=str(problem))
    about = file.session
    return Held(
        about.id,
        path,
        about.protocol,
        about.team,
        about.opened,
        about.closed,
        about.supervisor,
        len(file.people),
    )


def due(desk: Desk, past: tuple[Held, ...]) -> tuple[Due, ...]:
    """Return the dated follow-ups of the last weeks, soonest first, that this key can read."""
    now = desk.clock()
    found: list[Due] = []
    for session in past:
        if session.closed is None or (now - session.closed).days > RECENT_DAYS:
            continue
        try:
            private = sessionfile.open_private(desk.disk.read(session.path), desk.keys)
        except Problem:
            continue
        found.extend(_dues(session.id, private))
    return tuple(sorted((one for one in found if one.when > now - dt.timedelta(days=3)), key=_when))


def _dues(session_id: str, private: Any) -> list[Due]:
    dues = []
    for person, block in private.items():
        agreed = block.get("follow_up", {})
        when = agreed.get("when") if isinstance(agreed, dict) else None
        if isinstance(when, dt.datetime):
            name = str(block.get("name", person))
            dues.append(Due(session_id, person, name, when, str(agreed.get("by", ""))))
    return dues


def _when(one: Due) -> dt.datetime:
    return one.when


def waiting(desk: Desk) -> int:
    """Return how many summaries have not left; 0 without opening an outbox that is not there."""
    if not desk.places.outbox.exists():
        return 0
    from debrief.delivery.rows import FINAL  # SQLite: a first start has no use for it
    from debrief.desk.sending import outbox

    with outbox(desk) as box:
        return sum(1 for row in box.rows() if row.state not in FINAL)


def session_path(desk: Desk, wanted: str) -> Path:
    """Return the file of a session by id, by the start of its id, or by path; raises Problem."""
    if (path := Path(wanted)).is_file():
        return path
    found = [path for path in (one.path for one in held(desk)) if path.stem.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Problem(
            _("There is no session {id} in {folder}. `debrief list` shows those there are.").format(
                id=wanted, folder=desk.places.sessions
            )
        )
    raise Problem(
        _("{id} is the beginning of {n} sessions. Write more of it.").format(
            id=wanted, n=len(found)
        )
    )
