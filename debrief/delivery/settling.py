"""What the ending of an attempt means for its row."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

import msgspec

from debrief.delivery.config import About
from debrief.delivery.job import Result
from debrief.delivery.outbox import Outbox, receipt_of
from debrief.delivery.rows import DeliveryReceipt, Row, RowState

FIRST_WAIT_S: Final = 30.0
LONGEST_MISS_S: Final = 15 * 60.0
"""Longest wait after an attempt in which nothing left: the network may be back any moment."""
LONGEST_WAIT_S: Final = 6 * 3600.0
SHUT: Final = "door"
"""Why a receiver refused when it lets nothing of ours in: the destination is wrong, not the row."""


class Settler:
    """Puts rows where the endings of their attempts take them."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def settle(
        self, row: Row, result: Result, about: About, now: dt.datetime
    ) -> tuple[Row, DeliveryReceipt | None]:
        """Return the row after an attempt at `now`, and the receipt if there is one.

        A row that was given up while its attempt ran stays so, but a receipt is kept.
        """
        if result.ending == "receipt":
            return self._delivered(row, result, now)
        if result.ending in ("not-sent", "broken"):
            return self._again(row, result, now, miss=True), None
        if result.ending == "retry-later":
            return self._again(row, result, now, miss=False), None
        if result.ending == "rejected" and result.why == SHUT:
            return self._put(row, "ready", result, now), None
        if result.ending == "rejected":
            return self._put(row, "rejected", result, now), None
        row = self._put(row, "unknown", result, now)
        if about.dedupe == "verify":
            return row, None
        return self.decide(row, about, now), None

    def cut_off(self, row: Row, now: dt.datetime) -> Row:
        """Return the row of an attempt that nobody heard the end of: unknown."""
        return self._put(row, "unknown", Result("unknown", why="cut-off"), now)

    def decide(self, row: Row, about: About, now: dt.datetime) -> Row:
        """Let an unknown row be repeated with the same id where that does no harm, or hold it."""
        first = row.first_try or now
        window = about.window_hours
        inside = window is None or now - first < dt.timedelta(hours=window)
        if about.dedupe in ("key", "name") and inside:
            next_at = now + _wait(row.attempts, LONGEST_WAIT_S)
            return self._change(row, "unknown", state="ready", next_at=next_at)
        return self._change(row, "unknown", state="held", next_at=None)

    def verified(self, row: Row, result: Result, now: dt.datetime) -> Row:
        """Return an unknown row after its receiver was asked: there, not there, or held."""
        if result.ending == "found":
            receipt = receipt_of(
                row, now, reference=result.reference, duplicate=True, said=result.said
            )
            return self._outbox.settle(row.id, "delivered", receipt)
        if result.ending == "absent":
            return self._change(row, "unknown", state="ready", next_at=None)
        if result.ending in ("not-sent", "retry-later"):
            return row
        return self._change(row, "unknown", state="held", next_at=None)

    def _delivered(self, row: Row, result: Result, now: dt.datetime) -> tuple[Row, DeliveryReceipt]:
        row = self._change(row, "sending", attempts=row.attempts + 1)
        receipt = receipt_of(
            msgspec.structs.replace(row, attempts=max(row.attempts, 1)),
            now,
            reference=result.reference,
            duplicate=result.duplicate,
            said=result.said,
        )
        return self._outbox.settle(row.id, "delivered", receipt), receipt

    def _again(self, row: Row, result: Result, now: dt.datetime, *, miss: bool) -> Row:
        """Make the row ready for a later attempt; what never left burns no attempt."""
        misses = row.misses + 1 if miss else 0
        attempts = row.attempts if miss else row.attempts + 1
        wait = _wait(misses or attempts, LONGEST_MISS_S if miss else LONGEST_WAIT_S)
        if result.after is not None:
            wait = max(wait, dt.timedelta(seconds=result.after))
        return self._change(
            row,
            "sending",
            state="ready",
            misses=misses,
            attempts=attempts,
            next_at=now + wait,
            lease_until=None,
            why=result.why,
            said=result.said,
        )

    def _put(self, row: Row, state: RowState, result: Result, now: dt.datetime) -> Row:
        return self._change(
            row,
            "sending",
            state=state,
            attempts=row.attempts + 1,
            misses=0,
            first_try=row.first_try or now,
            next_at=None,
            lease_until=None,
            why=result.why,
            said=result.said,
        )

    def _change(self, row: Row, expected: RowState, **changes: object) -> Row:
        """Change the row, provided that it is still in the state it is expected in."""

        def change(row: Row) -> Row:
            return msgspec.structs.replace(row, **changes) if row.state == expected else row

        return self._outbox.update(row.id, change)


def _wait(times: int, longest: float) -> dt.timedelta:
    """Return the time before the next attempt: doubling, with up to a quarter on top at random,
    so that many machines that lost the same server do not come back at once.
    """
    base: float = min(longest, FIRST_WAIT_S * 2.0 ** min(max(times - 1, 0), 20))
    return dt.timedelta(seconds=base * random.uniform(1.0, 1.25))  # noqa: S311 - not for secrecy
