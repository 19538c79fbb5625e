"""Closing a round: a chain of steps, each of which may be done again, that rolls forward.

The closing record in the journal decides. After it: the session file, its ledger line, the outbox
rows, the roster; then the journal goes. A machine that stops anywhere carries the chain on at the
next start.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from debrief.desk import keyring, sending
from debrief.desk.sending import Preview
from debrief.errors import EXIT_DISK, Problem
from debrief.i18n import _
from debrief.live import Live
from debrief.record import closing as record
from debrief.record import journal as journals
from debrief.record import sessionfile
from debrief.session import State, apply
from debrief.session import events as ev
from debrief.session.guardrails import to_settle

if TYPE_CHECKING:
    from debrief.desk.desk import Desk

__all__ = ["Draft", "Preview", "Sealed", "close", "draft", "finish"]


class Draft(msgspec.Struct, frozen=True):
    """The round as it would be closed at this moment, and byte for byte what would leave."""

    event: ev.Closed
    state: State
    previews: tuple[Preview, ...]


class Sealed(msgspec.Struct, frozen=True):
    """A closed session: its file, the digest of its blocks (hex), its ledger line, what is queued.

    `root` is what the signature and the ledger line stand for; `receipt` is the ledger in one line,
    for the minutes.
    """

    path: Path
    root: str
    ledger_line: int
    queued: int
    receipt: str
    only_here: bool = False
    """Whether nobody could open what was sealed if this computer were lost."""


def draft(desk: Desk, live: Live) -> Draft:
    """Return the round as it would be closed now. Nothing is changed."""
    if live.state.closed is not None:
        event, state = ev.Closed(live.state.closed), live.state
    else:
        event = ev.Closed(desk.clock())
        state = apply(live.session, event).state
    return Draft(event, state, sending.previews(desk, state))


def close(desk: Desk, live: Live, made: Draft) -> Sealed:
    """Close the round exactly as drafted; raises Problem, and then it may be closed again.

    What was written is made durable first, so that a disk which refuses leaves the round open.
    """
    if live.state.closed is None:
        if to_settle(live.state):
            raise Problem(_("Something is still open, so the round was not closed."))
        if apply(live.session, made.event).state != made.state:
            raise Problem(_("The round has changed since the preview. Look at it once more."))
        _make_durable(live)
        live.do(made.event)
    _make_durable(live)
    live.journal.close()
    seen = {one.document.sha256 for one in made.previews if one.document is not None}
    return finish(desk, made.state, frozenset(seen))


def _make_durable(live: Live) -> None:
    if not live.settle(20.0):
        raise Problem(
            _(
                "The disk does not confirm that the round is kept, so it was not sealed. "
                "What you wrote is in memory; make room on the disk and close again."
            ),
            EXIT_DISK,
        )


def finish(desk: Desk, state: State, approved: frozenset[str] = frozenset()) -> Sealed:
    """Carry a closed round's last steps to the end; each may have been done before.

    `approved` are the sha256 of the documents that the supervisor has seen and let go.
    """
    config = desk.config
    sealed = record.seal(
        desk.disk,
        desk.places.sessions,
        state,
        desk.keys,
        recipients=keyring.sealed_for(desk),
        privacy=config.privacy,
        retention=sessionfile.Retention(
            private_days=config.retention.private_days,
            record_days=config.retention.record_days,
        ),
    )
    queued = sending.queue(desk, state, approved)
    desk.remember(state.people, state.setup.team)
    journals.discard(desk.disk, state.id, [desk.places.live], desk.keys)
    alone = keyring.only_here(desk)
    return Sealed(sealed.path, sealed.root, sealed.ledger_line, queued, sealed.receipt, alone)
