"""The outbox as a supervisor sees it: what needs a decision, what waits, what has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from debrief.delivery.rows import FINAL, DeliveryReceipt, Pause, Resolution, Row
from debrief.delivery.shelf import Tried
from debrief.desk.sending import outbox
from debrief.errors import Problem

if TYPE_CHECKING:
    from debrief.delivery.outbox import Outbox
    from debrief.desk.desk import Desk

_DECIDE: Final = ("awaiting-approval", "held", "rejected", "blocked", "unknown")
"""States in which a person is waited for, what needs them most first."""
ARRIVED: Final = 20
"""So many receipts are shown, the newest."""


class Item(msgspec.Struct, frozen=True):
    """One delivery that has not ended: what would be sent, and what was tried."""

    row: Row
    body: bytes | None
    """None where there is none, or no key here opens it; then `problem` says why."""
    tried: tuple[Tried, ...] = ()
    pause: Pause | None = None
    problem: str = ""

    @property
    def decide(self) -> bool:
        """Whether it waits for a person."""
        return self.row.state in _DECIDE or self.pause is not None


class Outgoing(msgspec.Struct, frozen=True):
    """The whole outbox: what has not ended, what needs a person first, and what has arrived."""

    items: tuple[Item, ...] = ()
    arrived: tuple[DeliveryReceipt, ...] = ()


def look(desk: Desk) -> Outgoing:
    """Return what is in the outbox; makes none. Raises Problem."""
    if not desk.disk.exists(desk.places.outbox):
        return Outgoing()
    with outbox(desk) as box:
        pauses = box.pauses()
        rows = [row for row in box.rows() if row.state not in FINAL]
        items = [_item(box, row, pauses.get(row.destination)) for row in rows]
        arrived = tuple(reversed(box.receipts()[-ARRIVED:]))
    items.sort(key=lambda item: (not item.decide, item.row.planned))
    return Outgoing(tuple(items), arrived)


def _item(box: Outbox, row: Row, pause: Pause | None) -> Item:
    tried = tuple(box.attempts(row.id))
    try:
        return Item(row, box.body(row.id) if row.sha256 else None, tried, pause)
    except Problem as problem:
        return Item(row, None, tried, pause, str(problem))


def approve(desk: Desk, row: Row) -> None:
    """Let exactly what was shown go at the next sending; raises Problem."""
    with outbox(desk) as box:
        box.approve(row.id, desk.roster.supervisor, sha256=row.sha256)


def resolve(desk: Desk, row: Row, decision: Resolution, why: str = "") -> None:
    """Do what the supervisor decided about a delivery that is stuck; raises Problem."""
    with outbox(desk) as box:
        box.resolve(row.id, decision, desk.roster.supervisor, why)


def resume(desk: Desk, destination: str) -> None:
    """Let things go again to a destination that did not let us in; raises Problem."""
    with outbox(desk) as box:
        box.unpause(destination)


__all__ = ["ARRIVED", "Item", "Outgoing", "approve", "look", "resolve", "resume"]
