"""What was held: listed and counted from the index of closed sessions.

Numbers about people are given only where they come from FEWEST people or more.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from debrief.errors import Problem

if TYPE_CHECKING:
    from debrief.desk.desk import Desk
    from debrief.record.atonce import Progress
    from debrief.record.keys import Keys
    from debrief.workspace.index import Index

FEWEST: Final = 5
"""A number about fewer people than this could be about one of them, and is not given."""


class Held(msgspec.Struct, frozen=True):
    """A closed session, from the clear part of its file."""

    id: str
    folder: Path
    name: str
    """Where it is in `folder`, the sessions folder."""
    protocol: str = ""
    team: str = ""
    opened: dt.datetime | None = None
    closed: dt.datetime | None = None
    supervisor: str = ""
    people: int = 0
    corrections: int = 0
    problem: str = ""

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / self.name


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Which sessions are wanted; what is empty does not matter. Days are local ones."""

    team: str = ""
    protocol: str = ""
    place: str = ""
    person: str = ""
    """A pseudonym."""
    since: dt.date | None = None
    until: dt.date | None = None


class Turn(msgspec.Struct, frozen=True):
    """One session of a person's: what they were, and in how many phases they spoke or passed."""

    session: str
    opened: dt.datetime
    protocol: str
    team: str
    role: str
    place: str
    channel: str
    spoke: int
    passed: int
    left: int
    follow_up: str


class Week(msgspec.Struct, frozen=True):
    """One team's calendar week: its Monday, how many sessions, and how many places in them.

    `people` counts somebody once for each session, and is None where that is a small number.
    """

    team: str
    monday: dt.date
    sessions: int
    people: int | None
    known: bool = True
    """Whether the team had held a session by then: before that, no week is a gap."""
    not_held: str = ""
    """Why there was none, where somebody said so."""


class Month(msgspec.Struct, frozen=True):
    """One month (YYYY-MM): how many sessions; the rest is None where the people are too few.

    `people` are different ones; `spoke` and `passed` are turns, `dated` and `declined` follow-ups.
    """

    month: str
    sessions: int
    people: int | None = None
    spoke: int | None = None
    passed: int | None = None
    dated: int | None = None
    declined: int | None = None
    signs_confirmed: int | None = None
    duties: int | None = None


def index(desk: Desk, progress: Progress | None = None) -> Index:
    """Return the index of the sessions, brought up to date, and keep it where it changed."""
    from debrief.workspace import index as indexes

    keys = keys_here(desk)
    path = desk.places.index
    found = indexes.load(desk.disk, path, desk.places.sessions, keys)
    found.refresh(progress)
    with suppress(Problem):  # it is only made anew next time
        indexes.save(desk.disk, path, found, keys)
    return found


def keys_here(desk: Desk) -> Keys | None:
    """Return the keys where there are some that can be used now: looking makes and asks nothing."""
    from debrief.desk.locked import locked, made

    if not made(desk) or locked(desk):
        return None
    try:
        return desk.keys
    except Problem:
        return None


_LISTED: Final = """
    select s.id, s.name, s.protocol, s.team, s.opened, s.closed, s.supervisor, s.people
    from sessions s
"""


def held(found: Index, where: Where = Where(), most: int | None = None) -> tuple[Held, ...]:
    """Return the sessions wanted, newest first; those that cannot be read come last.

    A file that cannot be read is told only where nothing is asked for in particular.
    """
    clauses, values = _conditions(where)
    limit = "" if most is None else f" limit {int(most)}"
    rows = found.ask(f"{_LISTED}{clauses} order by s.opened desc, s.id desc{limit}", values)
    corrected = dict(found.ask("select session, count(*) from corrections group by session"))
    moment, folder = dt.datetime.fromisoformat, found.folder
    sessions = [
        Held(
            id, folder, name, protocol, team, moment(a), moment(z), lead, people,
            corrected.get(id, 0),
        )
        for id, name, protocol, team, a, z, lead, people in rows
    ]  # fmt: skip
    if where == Where() and most is None:
        unread = found.ask("select name, problem from files where problem != '' order by name")
        sessions += [
            Held(Path(name).stem, folder, name, problem=problem) for name, problem in unread
        ]
    return tuple(sessions)


def private_over(found: Index, today: dt.date) -> tuple[Path, ...]:
    """Return the files of the sessions whose private part has had its time, newest first."""
    rows = found.ask(
        "select name from sessions where private_until < ? order by opened desc, id desc",
        [today.isoformat()],
    )
    return tuple(found.folder / name for (name,) in rows)


def count(found: Index) -> int:
    """Return how many sessions there are, those that cannot be read too."""
    kept = found.ask("select count(*) from sessions")[0][0]
    unread = found.ask("select count(*) from files where problem != ''")[0][0]
    return int(kept + unread)


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _conditions(where: Where) -> tuple[str, list[str]]:
    """Return the SQL for `where`, and its values."""
    parts: list[tuple[str, str]] = []
    for column in ("team", "protocol", "place"):
        if value := getattr(where, column):
            parts.append((f"s.{column} = ? collate nocase", value))
    if where.person:
        parts.append(("s.id in (select session from people where person = ?)", where.person))
    if where.since is not None:
        parts.append(("s.day >= ?", where.since.isoformat()))
    if where.until is not None:
        parts.append(("s.day <= ?", where.until.isoformat()))
    text = " and ".join(condition for condition, _value in parts)
    return (f" where {text}" if parts else ""), [value for _condition, value in parts]


def history(found: Index, person: str) -> tuple[Turn, ...]:
    """Return the sessions that `person` (a pseudonym) was in, newest first."""
    rows = found.ask(
        "select s.id, s.opened, s.protocol, s.team, p.role, p.place, p.channel, p.spoke, p.passed,"
        " p.left, p.follow_up from people p join sessions s on s.id = p.session"
        " where p.person = ? order by s.opened desc",
        [person],
    )
    return tuple(Turn(row[0], _time(row[1]), *row[2:]) for row in rows)


def coverage(found: Index, today: dt.date, weeks: int) -> tuple[Week, ...]:
    """Return each team's last `weeks` calendar weeks, this one last; a week without a session too.

    A team is there when it held one in that time.
    """
    monday = _monday(today)
    mondays = [monday - dt.timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    rows = found.ask(
        "select team, day, id, people from sessions where day >= ? and day <= ?",
        [mondays[0].isoformat(), today.isoformat()],
    )
    sessions: dict[tuple[str, dt.date], list[int]] = {}
    for team, day, _id, people in rows:
        week = _monday(dt.date.fromisoformat(day))
        sessions.setdefault((team, week), []).append(people)
    teams = sorted({team for team, _week in sessions}, key=str.casefold)
    said = _not_held(found)
    first = {
        team: dt.date.fromisoformat(day)
        for team, day in found.ask("select team, min(day) from sessions group by team")
    }
    return tuple(
        Week(
            team,
            day,
            len(counts),
            sum(counts) if sum(counts) >= FEWEST else None,
            first[team] < day + dt.timedelta(weeks=1),
            "" if counts else said.get((team, day), ""),
        )
        for team in teams
        for day in mondays
        for counts in [sessions.get((team, day), [])]
    )


def _not_held(found: Index) -> dict[tuple[str, dt.date], str]:
    """Return why a team had no round, by team and Monday."""
    rows = found.ask("select team, day, reason from not_held order by day, id")
    return {(team, _monday(dt.date.fromisoformat(day))): reason for team, day, reason in rows}


def gaps(found: Index, today: dt.date, weeks: int = 4) -> tuple[Week, ...]:
    """Return the full weeks before this one, newest first, in which a team's round is missing.

    One for which somebody said why it was not held is none.
    """
    covered = coverage(found, today, weeks + 1)
    missing = [one for one in covered if one.known and not (one.sessions or one.not_held)]
    return tuple(sorted((one for one in missing if one.monday != _monday(today)), key=_newest))


def _newest(week: Week) -> tuple[int, str]:
    return -week.monday.toordinal(), week.team.casefold()


class Leads(msgspec.Struct, frozen=True):
    """Who led a team's last round, and whose turn it would be: pseudonyms of supervisors."""

    last: str
    following: str
    team: str = ""


def leads(found: Index, team: str, since: dt.date) -> Leads | None:
    """Return who led last, and of those who led since then the one who did longest ago.

    None where fewer than two did: then there is no turn to suggest.
    """
    rows = found.ask(
        "select supervisor, max(opened) from sessions where supervisor != '' and day >= ?"
        " and team = ? collate nocase group by supervisor order by 2, 1",
        [since.isoformat(), team],
    )
    return Leads(rows[-1][0], rows[0][0], team) if len(rows) > 1 else None


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def trend(found: Index) -> tuple[Month, ...]:
    """Return every month there was a session in, oldest first."""
    sessions = {
        row[0]: row
        for row in found.ask(
            "select substr(day, 1, 7), count(*), sum(confirmed), sum(duties)"
            " from sessions group by 1 order by 1"
        )
    }
    people = {
        row[0]: row
        for row in found.ask(
            "select substr(s.day, 1, 7), count(distinct p.person), sum(p.spoke), sum(p.passed),"
            " sum(p.follow_up = 'dated'), sum(p.follow_up = 'declined')"
            " from people p join sessions s on s.id = p.session group by 1"
        )
    }
    return tuple(_month(row, people.get(month)) for month, row in sessions.items())


def _month(row: tuple[Any, ...], people: tuple[Any, ...] | None) -> Month:
    month, sessions, confirmed, duties = row
    if people is None or people[1] < FEWEST:
        return Month(month, sessions)
    _month, different, spoke, passed, dated, declined = people
    return Month(month, sessions, different, spoke, passed, dated, declined, confirmed, duties)
