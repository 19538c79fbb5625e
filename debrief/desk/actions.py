"""Work on the work that was agreed: what is still open from the last sessions, and its end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.desk.desk import Desk
    from debrief.record.beside import Kept
    from debrief.record.shape import ActionOutcome
    from debrief.workspace.index import Index

LAST_DAYS: Final = 120
"""What was agreed longer ago is not asked about any more."""


class Agreed(msgspec.Struct, frozen=True):
    """One action of a session, by its number there (from 1), and what became of it."""

    session: str
    number: int
    text: str
    owner: str
    due: dt.date | None
    team: str
    opened: dt.datetime
    outcome: str = ""
    """`done`, `dropped`, or `open` where somebody said so; else empty."""

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.outcome in ("", "open")

    def late(self, today: dt.date) -> bool:
        """Tell whether its day has gone by and it is still open."""
        return self.open and self.due is not None and self.due < today


def actions(
    desk: Desk, found: Index, team: str | None = None, *, everything: bool = False
) -> tuple[Agreed, ...]:
    """Return the open actions of the last sessions (of one team), those due soonest first.

    With `everything` all there are, newest session first.
    """
    since = desk.clock().astimezone().date() - dt.timedelta(days=LAST_DAYS)
    became = _outcomes(found)
    rows = found.ask(
        "select a.session, a.number, a.text, a.owner, a.due, s.team, s.opened"
        " from actions a join sessions s on s.id = a.session"
        " where s.day >= ? order by s.opened desc, a.number",
        ["" if everything else since.isoformat()],
    )
    agreed = [
        Agreed(
            session,
            number,
            text,
            owner,
            dt.date.fromisoformat(day) if day else None,
            of_team,
            dt.datetime.fromisoformat(opened),
            became.get((session, number), ""),
        )
        for session, number, text, owner, day, of_team, opened in rows
        if team is None or of_team.casefold() == team.casefold()
    ]
    if everything:
        return tuple(agreed)
    return tuple(sorted((one for one in agreed if one.open), key=_due))


def _outcomes(found: Index) -> dict[tuple[str, int], str]:
    """Return the last word on each action."""
    from debrief.record.beside import number

    rows = found.ask("select session, action, outcome, id from followed where action > 0")
    return {(row[0], row[1]): row[2] for row in sorted(rows, key=lambda row: number(row[3]))}


def _due(one: Agreed) -> dt.date:
    return one.due or dt.date.max


def end(desk: Desk, session: str, number: int, outcome: ActionOutcome) -> Kept:
    """Keep what became of an action, sealed beside its session; raises Problem."""
    from debrief.record import following

    what = following.Work(
        session=session,
        number=number,
        outcome=outcome,
        supervisor=desk.roster.supervisor,
        at=desk.clock(),
    )
    return following.follow(desk.disk, desk.places.sessions, what, desk.keys)


def pick(desk: Desk, found: Index, wanted: str, number: int) -> Agreed:
    """Return an action by its session (id or its start) and number; raises Problem."""
    session = desk.session_path(wanted).stem
    for one in actions(desk, found, everything=True):
        if (one.session, one.number) == (session, number):
            return one
    sentence = _("There is no action {n} in {session}, so nothing was kept.")
    raise Problem(sentence.format(n=number, session=session), EXIT_INPUT)


__all__ = ["Agreed", "actions", "end", "pick"]
