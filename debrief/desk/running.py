"""The journal of a round: begun, and gone on with, also where another computer wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.errors import EXIT_DISK, Problem
from debrief.i18n import _
from debrief.live import Live
from debrief.record.journal import Journal, discard
from debrief.record.lock import session_lock
from debrief.record.reserve import Reserve

if TYPE_CHECKING:
    from debrief.desk.desk import Desk
    from debrief.session import State


def begin(desk: Desk, session_id: str, opened: bytes) -> tuple[Journal, int]:
    """Return a new journal with the opening record in it, durably, and that record's number.

    Raises Problem.
    """
    desk.disk.make_folder(desk.places.live)
    path = desk.places.live / f"{session_id}.journal"
    reserve = Reserve(desk.disk, desk.places.live)
    journal = Journal.create(desk.disk, path, session_id, desk.keys, reserve=reserve)
    first = journal.append(opened)
    if not journal.wait(first, 10.0):
        raise Problem(_("The disk does not answer, so no round was opened. Try again."), EXIT_DISK)
    return journal, first


def resume(desk: Desk, session_id: str, *, take_over: bool) -> Live:
    """Go on with a round, whose lock is held; raises Problem when it can't be.

    A round that another computer was closing when it stopped is carried to its end instead.
    """
    recovered, journal = Journal.reopen(
        desk.disk,
        desk.places.live / f"{session_id}.journal",
        desk.keys,
        take_over=take_over,
        reserve=Reserve(desk.disk, desk.places.live),
    )
    try:
        session = desk.replayed(recovered.payloads)
        _refuse_closed(desk, session.state, journal)
    except BaseException:
        journal.close()
        raise
    return Live(session, journal, desk.clock, len(recovered.payloads))


def _refuse_closed(desk: Desk, state: State, journal: Journal) -> None:
    if state.closed is None:
        return
    journal.close()
    desk.finish(state)
    raise Problem(
        _(
            "This round had been closed on the other computer, so there is nothing to go on with. "
            "It is sealed here now, with everything that was in its journal."
        )
    )


def put_away(desk: Desk, session_id: str) -> None:
    """Remove the journal of a round in which nothing was said.

    Raises Problem for any other round, and where another window has it; it is left as it is.
    """
    desk.disk.make_folder(desk.places.locks)
    lock = session_lock(desk.places.locks / f"{session_id}.lock")
    try:
        one = next((one for one in desk.unfinished() if one.id == session_id), None)
        if one is not None and not one.only_set_up:
            raise Problem(
                _("Something was said in this round, so it is kept: go on with it, and close it.")
            )
        if one is not None:
            discard(desk.disk, session_id, [desk.places.live], desk.keys)
    finally:
        lock.release()
