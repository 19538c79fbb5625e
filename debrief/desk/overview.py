"""What is open, and what has been held: read from journals, session files and the outbox."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from debrief.desk import past
from debrief.desk.past import Held, Leads, Week
from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import journal as journals
from debrief.record import parts, sessionfile
from debrief.record.disk import is_file
from debrief.session import State
from debrief.session import events as ev
from debrief.session.rounds import nothing_said
from debrief.text import is_id

if TYPE_CHECKING:
    from debrief.desk.actions import Agreed
    from debrief.desk.desk import Desk
    from debrief.desk.following import Due

LEADS_DAYS = 120
"""Who led within so many days is taken to lead still."""
FORGOTTEN_HOURS = 48
"""After so long without a word written in it, a round that was not closed is called to mind."""


class Unfinished(msgspec.Struct, frozen=True):
    """A round that was not closed. `problem` says why it can't be resumed, if it can't.

    A damaged copy of which the round is no longer here is one that can't be resumed.
    """

    id: str
    state: State | None
    damage: str = ""
    problem: str = ""
    elsewhere: str = ""
    """The name of the computer it was last written on, where that is another one."""
    written: dt.datetime | None = None
    """When something last happened in it."""
    forgotten: bool = False
    """Whether that is more than FORGOTTEN_HOURS ago."""
    apart: tuple[Path, ...] = ()
    """Journals of this round that hold what this one does not: two computers wrote on."""
    copies: tuple[Path, ...] = ()
    """Copies of its journal as it was before damage was cut out of it."""

    @property
    def only_set_up(self) -> bool:
        """Whether nothing was said in it, and nothing is odd about its journal: it may go."""
        odd = self.elsewhere or self.apart or self.copies or self.damage
        return self.state is not None and not odd and nothing_said(self.state)


class Overview(msgspec.Struct, frozen=True):
    """What Home shows."""

    unfinished: tuple[Unfinished, ...] = ()
    due: tuple[Due, ...] = ()
    """Contacts that are open, soonest first."""
    last: Held | None = None
    waiting: int = 0
    """Summaries that have not left."""
    held: int = 0
    only_here: bool = False
    """Whether nobody could open what was sealed if this computer were lost."""
    actions: tuple[Agreed, ...] = ()
    """Agreed work that is open, due soonest first."""
    gaps: tuple[Week, ...] = ()
    """Weeks in which a team's round is missing, newest first."""
    leads: Leads | None = None
    """Who led the last team's last round, and whose turn it would be."""
    you: str = ""
    """The pseudonym of the supervisor here."""


def overview(desk: Desk) -> Overview:
    """Return what is open in the workspace; an erasure that was broken off is carried out first."""
    _carry_out(desk)
    open_rounds = unfinished(desk)  # a close that was broken off becomes a session here
    if not desk.disk.exists(desk.places.sessions):  # a first start has no use for an index
        return Overview(open_rounds, waiting=waiting(desk))
    return _with_past(desk, open_rounds)


def _with_past(desk: Desk, open_rounds: tuple[Unfinished, ...]) -> Overview:
    """Return what is open where rounds were held before."""
    from debrief.desk import actions, following, keyring  # a first start has no use for them

    found = past.index(desk)
    last = past.held(found, most=1)
    today = desk.clock().astimezone().date()
    since = today - dt.timedelta(days=LEADS_DAYS)
    return Overview(
        open_rounds,
        following.due(desk, found),
        last[0] if last else None,
        waiting(desk),
        past.count(found),
        keyring.only_here(desk),
        actions.actions(desk, found),
        past.gaps(found, today),
        past.leads(found, desk.config.team or last[0].team, since) if last else None,
        desk.roster.supervisor,
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
    copies = parts.damaged_copies(desk.disk, desk.places.live)
    found = []
    for path in sorted(journals.list_journals(desk.disk, desk.places.live), reverse=True):
        session_id = path.name.split(".")[0]
        try:
            one = _unfinished(desk, path, copies.pop(session_id, ()))
        except Problem as problem:
            found.append(Unfinished(session_id, None, problem=str(problem)))
            continue
        if one.state is not None and one.state.closed is not None and not one.elsewhere:
            desk.finish(one.state)
        else:
            found.append(one)
    found += [_left(session_id, copies[session_id]) for session_id in sorted(copies, reverse=True)]
    return tuple(found)


def _unfinished(desk: Desk, path: Path, copies: tuple[Path, ...]) -> Unfinished:
    """Return the round whose newest journal is at `path`; raises Problem."""
    recovered = journals.Journal.recover(desk.disk, path, desk.keys)
    state = desk.replayed(recovered.payloads).state
    written = ev.decode(recovered.payloads[-1]).at
    every = parts.parts(desk.disk, recovered.session_id, desk.places.live)
    return Unfinished(
        path.name.split(".")[0],
        state,
        recovered.damage or "",
        elsewhere=recovered.elsewhere,
        written=written,
        forgotten=desk.clock() - written > dt.timedelta(hours=FORGOTTEN_HOURS),
        apart=parts.apart(desk.disk, every, path, desk.keys),
        copies=copies,
    )


def _left(session_id: str, copies: tuple[Path, ...]) -> Unfinished:
    sentence = _(
        "A damaged copy of the journal of this round, which is no longer open, lies in {path}. "
        "Remove the file once you know that nothing is missing."
    )
    return Unfinished(session_id, None, problem=sentence.format(path=copies[0]), copies=copies)


def held(desk: Desk) -> tuple[Held, ...]:
    """Return the closed sessions, newest first, and last the files that can't be read."""
    return past.held(past.index(desk))


def waiting(desk: Desk) -> int:
    """Return how many summaries have not left; 0 without opening an outbox that is not there."""
    if not desk.places.outbox.exists():
        return 0
    from debrief.desk.sending import outbox  # a first start has no use for it

    with outbox(desk) as box:
        return box.unended()


def session_path(desk: Desk, wanted: str) -> Path:
    """Return the file of a session by id, by the start of its id, or by path; raises Problem."""
    if is_file(path := Path(wanted)):
        return path
    if re.match(r"[0-9]{4}-", wanted) and is_id(wanted):
        path = sessionfile.path_for(desk.places.sessions, wanted)
        if is_file(path):
            return path
    found = [one.path for one in held(desk) if one.path.stem.startswith(wanted)]
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
