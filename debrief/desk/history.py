"""Who was at the team's earlier debriefs, and what load they gave: read from closed sessions.

It reads files and opens what is sealed, so a screen asks for it in a thread of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.errors import Problem
from debrief.record import sessionfile
from debrief.session import Person
from debrief.signs import Earlier
from debrief.text import clean_line

if TYPE_CHECKING:
    from debrief.desk.desk import Desk

DAYS: Final = 120
"""How far back sessions are read: a season, and well within what is kept."""
LOADS: Final = 3
"""So many loads of each person are opened, the newest: no pattern asks for more."""


def histories(desk: Desk, people: Iterable[Person], team: str) -> Mapping[str, tuple[Earlier, ...]]:
    """Return each person's part in the closed debriefs of `team`, by person id, newest last.

    A person's row begins with the first debrief they were at: before it they were not known here.
    Loads stand in private blocks; of these only the newest few of the people asked for are opened,
    and one that this key cannot open leaves the person here, without a load. A file that cannot be
    read is passed over. Raises nothing; reads at most DAYS back.
    """
    told: dict[str, list[Earlier]] = {one.id: [] for one in people}
    known = dict.fromkeys(told, 0)
    for data, file in _newest_first(desk, team):
        asked = {one for one in told if one in file.people}
        loads = _loads(desk, data, {one for one in asked if known[one] < LOADS})
        day = file.session.opened.astimezone().date()
        for one, row in told.items():
            row.append(Earlier(day, one in asked, loads.get(one)))
            known[one] += one in loads
    return {one: _since_first(row) for one, row in told.items()}


def _newest_first(desk: Desk, team: str) -> Iterator[tuple[bytes, sessionfile.SessionFile]]:
    wanted = clean_line(team).casefold()
    since = (desk.clock() - dt.timedelta(days=DAYS)).astimezone().date().isoformat()
    try:
        paths = [*desk.places.sessions.glob("[0-9][0-9][0-9][0-9]/*.toml")]
    except OSError:
        paths = []
    read = (_read(desk, path) for path in paths if path.name >= since)
    found = [one for one in read if one is not None]
    found.sort(key=lambda one: one[1].session.opened, reverse=True)
    return (one for one in found if clean_line(one[1].session.team).casefold() == wanted)


def _read(desk: Desk, path: Path) -> tuple[bytes, sessionfile.SessionFile] | None:
    try:
        data = desk.disk.read(path)
        return data, sessionfile.read(data, path.name, whole=False)
    except Problem:
        return None


def _loads(desk: Desk, data: bytes, owners: Collection[str]) -> dict[str, int]:
    """Return the loads that the private blocks of `owners` hold, as far as the key opens them."""
    if not owners:
        return {}
    try:
        blocks = sessionfile.open_private(data, desk.keys, only=owners)
    except Problem:
        return {}
    loads = {owner: block.get("load") for owner, block in blocks.items()}
    return {one: load for one, load in loads.items() if type(load) is int and 0 <= load <= 10}


def _since_first(newest_first: list[Earlier]) -> tuple[Earlier, ...]:
    rows = newest_first[::-1]
    first = next((at for at, one in enumerate(rows) if one.here), len(rows))
    return tuple(rows[first:])


__all__ = ["histories"]
