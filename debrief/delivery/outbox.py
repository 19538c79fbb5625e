"""The outbox: every delivery and its frozen body, in one SQLite file, until it has arrived.

Bodies are encrypted with the user's own key and are gone from the file once they are not needed.
Each change is one transaction that is on the disk before it is acted on, so that a crash at any
moment leaves a row in a state that says what may have happened.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Sequence

import msgspec

from debrief.delivery import series
from debrief.delivery.rows import (
    FINAL,
    DeliveryReceipt,
    Pause,
    Plan,
    Resolution,
    Row,
    RowState,
)
from debrief.delivery.series import Moved
from debrief.delivery.shelf import Cipher, Shelf, Tried, row_of
from debrief.errors import EXIT_DELIVERY, Problem
from debrief.i18n import _
from debrief.plugin import Document
from debrief.summary import Level

__all__ = ["Cipher", "Moved", "Outbox", "Tried", "receipt_of"]


class Outbox(Shelf):
    """All deliveries of one user. Safe to use from several threads and processes."""

    def plan(
        self,
        session: str,
        destination: str,
        exporter: str,
        level: Level,
        fields: Sequence[str],
        document: Document | None,
        approve: bool,
        *,
        revision: int = 1,
        why: str = "",
        now: dt.datetime | None = None,
    ) -> str:
        """Put one delivery in and return its id; what is planned already stays as it is."""
        plan = Plan(
            session, destination, exporter, level, tuple(fields), document, approve, revision, why
        )
        return self.plan_all([plan], now=now)[0]

    def plan_all(
        self, plans: Iterable[Plan], *, replace: bool = False, now: dt.datetime | None = None
    ) -> list[str]:
        """Put several deliveries in, all or none, and return their ids in the same order.

        There is one delivery for a session, destination and revision. Planned again, it stays as
        it is, except that one which was blocked for want of a document gets it; with `replace`,
        one that was blocked for any reason or given up makes room too. Raises Moved, and then
        nothing was put in, when the place of a document is not the one it says.
        """
        moment = now or dt.datetime.now(dt.UTC)
        prepared = [(plan, self._seal(plan)) for plan in plans]
        with self.change() as db:
            return [self._insert(db, plan, body, moment, replace) for plan, body in prepared]

    def _seal(self, plan: Plan) -> bytes | None:
        return self.cipher.encrypt(plan.document.body) if plan.document else None

    def _insert(
        self,
        db: sqlite3.Connection,
        plan: Plan,
        body: bytes | None,
        now: dt.datetime,
        replace: bool,
    ) -> str:
        where = (plan.session, plan.destination, plan.revision)
        found = db.execute(
            "SELECT row, body IS NULL FROM delivery"
            " WHERE session = ? AND destination = ? AND revision = ?",
            where,
        ).fetchone()
        if found is not None:
            old = row_of(found[0])
            empty = old.state == "blocked" and found[1] and plan.document is not None
            if not empty and not (replace and old.state in ("blocked", "abandoned")):
                return old.id
            db.execute("DELETE FROM delivery WHERE id = ?", (old.id,))
        row = _new_row(plan, now)
        if plan.document is not None and plan.place.sequence:
            series.enter(self.read, plan.destination, row.id, plan.place)
        db.execute(
            "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.id, *where, row.state, _text(row), body),
        )
        return row.id

    def approve(
        self, row_id: str, by: str, *, sha256: str | None = None, now: dt.datetime | None = None
    ) -> Row:
        """Let a delivery go, in the name of `by`; raises Problem if it does not wait for that.

        With `sha256`, only if its content is what was shown.
        """
        moment = now or dt.datetime.now(dt.UTC)

        def change(row: Row) -> Row:
            if row.state != "awaiting-approval" or (sha256 is not None and sha256 != row.sha256):
                raise _not_possible(row)
            return msgspec.structs.replace(row, state="ready", approved_by=by, approved=moment)

        return self.update(row_id, change)

    def resolve(
        self,
        row_id: str,
        decision: Resolution,
        by: str,
        why: str = "",
        *,
        now: dt.datetime | None = None,
    ) -> Row:
        """Do what a person decided about a delivery that is stuck; raises Problem if it is not.

        `send` makes it ready again under the same id; `arrived` writes a receipt in the person's
        name; `abandon` gives it up. The last two remove the content.
        """
        moment = now or dt.datetime.now(dt.UTC)
        row = self.row(row_id)
        if row.state in FINAL or row.state == "sending":
            raise _not_possible(row)
        if decision == "arrived":
            said = _receipt(row, moment, said=why, by=by)
            return self.settle(row_id, "delivered", said)
        if decision == "abandon":
            return self.settle(row_id, "abandoned", None, why=why or "abandoned", by=by)
        if row.state not in ("held", "rejected", "unknown", "blocked", "ready") or not row.sha256:
            raise _not_possible(row)

        def change(row: Row) -> Row:
            if row.state == "sending":
                raise _not_possible(row)
            approved = row.approved_by or by
            return msgspec.structs.replace(
                row, state="ready", next_at=None, why="", said="", approved_by=approved
            )

        return self.update(row_id, change)

    def forget(self, session: str, by: str) -> int:
        """Give up everything of a session that has not arrived, and return how much that was.

        For erasure: the bodies are removed, also of what may be on its way.
        """
        open_rows = [row for row in self.rows(session) if row.state not in FINAL]
        for row in open_rows:
            self.settle(row.id, "abandoned", None, why="erased", by=by)
        return len(open_rows)

    def pause(self, pause: Pause) -> None:
        """Let nothing go to a destination for now; one that is paused already stays as it is."""
        text = msgspec.json.encode(pause).decode()
        with self.change() as db:
            db.execute("INSERT OR IGNORE INTO pause VALUES (?, ?)", (pause.destination, text))

    def unpause(self, destination: str) -> bool:
        """Let things go to a destination again; tell whether it was paused."""
        with self.change() as db:
            return bool(
                db.execute("DELETE FROM pause WHERE destination = ?", (destination,)).rowcount
            )

    def told(self, receipt: DeliveryReceipt) -> None:
        """Note that a receipt has been passed on."""
        with self.change() as db:
            db.execute("UPDATE receipt SET told = 1 WHERE row = ?", (receipt.row,))

    def update(self, row_id: str, change: Callable[[Row], Row]) -> Row:
        """Change one row in one transaction; `change` gets it as it is at that moment."""
        with self.change() as db:
            found = db.execute("SELECT row FROM delivery WHERE id = ?", (row_id,)).fetchone()
            if found is None:
                raise Problem(
                    _("There is no delivery {id}, and nothing was changed.").format(id=row_id),
                    EXIT_DELIVERY,
                )
            row = change(row_of(found[0]))
            _store(db, row)
            return row

    def claim(self, row_id: str, now: dt.datetime, lease_s: float) -> Row | None:
        """Take a ready row for one attempt, on disk before the first byte; None if it was taken."""
        with self.change() as db:
            found = db.execute(
                "SELECT row FROM delivery WHERE id = ? AND state = 'ready'", (row_id,)
            ).fetchone()
            if found is None:
                return None
            until = now + dt.timedelta(seconds=lease_s)
            row = msgspec.structs.replace(row_of(found[0]), state="sending", lease_until=until)
            _store(db, row)
            db.execute(
                "INSERT INTO attempt (row, number, started)"
                " SELECT ?, count(*) + 1, ? FROM attempt WHERE row = ?",
                (row_id, now.isoformat(), row_id),
            )
            return row

    def ended(self, row_id: str, ending: str, why: str, now: dt.datetime) -> None:
        """Note how the running attempt of a row ended."""
        with self.change() as db:
            db.execute(
                "UPDATE attempt SET ended = ?, ending = ?, why = ? WHERE row = ? AND ended IS NULL",
                (now.isoformat(), ending, why, row_id),
            )

    def settle(
        self,
        row_id: str,
        state: RowState,
        receipt: DeliveryReceipt | None,
        *,
        why: str = "",
        by: str = "",
    ) -> Row:
        """End a row (delivered or abandoned), keep its receipt, and remove its body for good.

        A row that has ended stays as it ended; a receipt that comes late is kept all the same.
        """
        with self.change() as db:
            text = db.execute("SELECT row FROM delivery WHERE id = ?", (row_id,)).fetchone()[0]
            row = row_of(text)
            if row.state not in FINAL:
                said = by if state == "abandoned" else ""
                row = msgspec.structs.replace(
                    row, state=state, lease_until=None, next_at=None, why=why, said=said
                )
                _store(db, row)
                db.execute("UPDATE delivery SET body = NULL WHERE id = ?", (row_id,))
            if receipt is not None:
                db.execute(
                    "INSERT OR IGNORE INTO receipt (row, receipt) VALUES (?, ?)",
                    (row_id, _json(receipt)),
                )
        self.read("PRAGMA wal_checkpoint(TRUNCATE)")
        return row


def _new_row(plan: Plan, now: dt.datetime) -> Row:
    """Return the first row of a plan: waiting for approval, ready, or blocked."""
    document = plan.document
    state: RowState = "awaiting-approval" if plan.approve else "ready"
    return Row(
        id=document.id
        if document
        else f"blocked-{plan.session}-{plan.destination}-{plan.revision}",
        session=plan.session,
        destination=plan.destination,
        revision=plan.revision,
        exporter=plan.exporter,
        level=plan.level,
        fields=plan.fields,
        state=state if document else "blocked",
        sha256=document.sha256 if document else "",
        size=len(document.body) if document else 0,
        media_type=document.media_type if document else "",
        filename=document.filename if document else "",
        planned=now,
        why=plan.why,
    )


def receipt_of(
    row: Row, at: dt.datetime, *, reference: str, duplicate: bool, said: str
) -> DeliveryReceipt:
    """Return the receipt for a row that the receiver said had arrived."""
    return msgspec.structs.replace(
        _receipt(row, at, said=said, by=""), reference=reference, duplicate=duplicate
    )


def _receipt(row: Row, at: dt.datetime, *, said: str, by: str) -> DeliveryReceipt:
    return DeliveryReceipt(
        row=row.id,
        session=row.session,
        destination=row.destination,
        exporter=row.exporter,
        level=row.level,
        fields=row.fields,
        sha256=row.sha256,
        size=row.size,
        at=at,
        attempts=row.attempts,
        said=said,
        by=by,
    )


def _store(db: sqlite3.Connection, row: Row) -> None:
    db.execute(
        "UPDATE delivery SET state = ?, row = ? WHERE id = ?", (row.state, _text(row), row.id)
    )


def _text(row: Row) -> str:
    return _json(row)


def _json(value: Row | DeliveryReceipt) -> str:
    return msgspec.json.encode(value).decode()


def _not_possible(row: Row) -> Problem:
    return Problem(
        _("Delivery {id} is {state}, so this can't be done and nothing was changed.").format(
            id=row.id, state=row.state
        ),
        EXIT_DELIVERY,
    )
