"""The courier: one attempt for everything that is due, and what each ending means for its row."""

from __future__ import annotations

import datetime as dt
import random
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from debrief.delivery.config import About, Destination, SecretRef, check_exporter
from debrief.delivery.job import Ending, Job, Result, Way
from debrief.delivery.outbox import Outbox, receipt_of
from debrief.delivery.rows import DeliveryReceipt, Row, RowState
from debrief.delivery.runner import Ran, run
from debrief.delivery.secretrefs import resolve
from debrief.delivery.trust import Registry
from debrief.errors import EXIT_DELIVERY, Problem
from debrief.i18n import _
from debrief.summary import LEVELS

_FIRST_WAIT_S: Final = 30.0
_LONGEST_MISS_S: Final = 15 * 60.0
"""Longest wait after an attempt in which nothing left: the network may be back any moment."""
_LONGEST_WAIT_S: Final = 6 * 3600.0
_LEASE_EXTRA_S: Final = 60.0
_STOPS: Final[frozenset[str]] = frozenset({"connect", "tls", "door", "timeout", "ca-file", "moved"})
"""After one of these, the destination's other rows wait for the next time."""


class Attempt(msgspec.Struct, frozen=True):
    """What came of one row that was due.

    `ending` is `waiting` when no attempt was made; then `problem` is the sentence that says why.
    """

    row: str
    session: str
    destination: str
    ending: Ending | str
    state: RowState
    why: str = ""
    said: str = ""
    problem: str = ""
    receipt: DeliveryReceipt | None = None
    noise: bytes = b""
    """What the exporter printed, cut short: to show, never to keep."""


OnReceipt = Callable[[DeliveryReceipt], None]


def send_due(
    outbox: Outbox,
    config: Mapping[str, Destination],
    now: dt.datetime,
    *,
    registry: Registry | None = None,
    on_receipt: OnReceipt | None = None,
    all_ready: bool = False,
    rows: frozenset[str] | None = None,
    start: Callable[[Job], Ran] = run,
) -> list[Attempt]:
    """Make one attempt for each delivery that is due at `now`, in order, and return them all.

    `all_ready` ignores the times that rows wait for; `rows` names the only ones to send.
    `on_receipt` is called for each receipt before the row is ended, so that a crash between the two
    repeats the call and never skips it. Raises Problem only when the outbox itself fails.
    """
    courier = _Courier(outbox, config, registry or Registry(), on_receipt, start)
    return courier.round(now, all_ready, rows)


class _Courier:
    """One round of sending."""

    def __init__(
        self,
        outbox: Outbox,
        config: Mapping[str, Destination],
        registry: Registry,
        on_receipt: OnReceipt | None,
        start: Callable[[Job], Ran],
    ) -> None:
        self._outbox = outbox
        self._config = config
        self._registry = registry
        self._on_receipt = on_receipt
        self._start = start
        self._stopped: set[str] = set()

    def round(
        self, now: dt.datetime, all_ready: bool, rows: frozenset[str] | None
    ) -> list[Attempt]:
        """Sort out what was cut off, then send what is due; a row is tried once in a round."""
        self._sweep(now)
        done: list[Attempt] = []
        tried: set[str] = set()
        while True:
            due = [
                row
                for row in self._outbox.due(now, all_ready=all_ready)
                if row.id not in tried
                and row.destination not in self._stopped
                and (rows is None or row.id in rows)
            ]
            if not due:
                return done
            tried.add(due[0].id)
            attempt = self._try(due[0], now)
            if attempt is not None:
                done.append(attempt)

    def _sweep(self, now: dt.datetime) -> None:
        """Turn attempts that were cut off into unknown ones, and unknown into ready or held."""
        for row in self._outbox.lapsed(now):
            self._outbox.ended(row.id, "unknown", "cut-off", now)
            self._unknown(row, now, "cut-off", "")
        for row in self._outbox.rows():
            if row.state == "unknown":
                self._unknown(row, now, row.why, row.said)

    def _try(self, row: Row, now: dt.datetime) -> Attempt | None:
        """Prepare and make one attempt; without what it needs, the row waits as it is."""
        try:
            job, about = self._job(row)
        except _Block as block:
            return self._blocked(row, block)
        except Problem as problem:
            return self._waiting(row, str(problem))
        claimed = self._outbox.claim(row.id, now, job.way.deadline_s + _LEASE_EXTRA_S)
        if claimed is None:
            return None
        ran = self._start(job)
        if ran.result.why in _STOPS:
            self._stopped.add(row.destination)
        self._outbox.ended(row.id, ran.result.ending, ran.result.why, now)
        return self._settle(claimed, ran, about, now)

    def _job(self, row: Row) -> tuple[Job, About]:
        destination = self._config.get(row.destination)
        if destination is None:
            raise Problem(
                _(
                    "There is no destination “{name}” in the configuration any more, so this waits;"
                    " put it back, or give the delivery up."
                ).format(name=row.destination),
                EXIT_DELIVERY,
            )
        _check_still_allowed(row, destination)
        source = self._registry.find(row.exporter)
        about = self._registry.about(row.exporter)
        check_exporter(row.destination, destination, about, "debrief.toml")
        settings, secrets = _values(row.destination, destination, about)
        job = Job(
            "send",
            source,
            self._outbox.document(row.id),
            settings=settings,
            secrets=secrets,
            way=_way(destination),
        )
        return job, about

    def _waiting(self, row: Row, problem: str) -> Attempt:
        self._stopped.add(row.destination)
        return Attempt(row.id, row.session, row.destination, "waiting", row.state, problem=problem)

    def _blocked(self, row: Row, block: _Block) -> Attempt:
        def change(row: Row) -> Row:
            return msgspec.structs.replace(row, state="blocked", why=block.why)

        row = self._outbox.update(row.id, change)
        return Attempt(
            row.id,
            row.session,
            row.destination,
            "waiting",
            row.state,
            why=block.why,
            problem=str(block),
        )

    def _settle(self, row: Row, ran: Ran, about: About, now: dt.datetime) -> Attempt:
        """Put the row where the ending of its attempt takes it."""
        result = ran.result
        receipt: DeliveryReceipt | None = None
        if result.ending == "receipt":
            row, receipt = self._delivered(row, result, now)
        elif result.ending in ("not-sent", "broken"):
            row = self._again(row, now, result, miss=True)
        elif result.ending == "retry-later":
            row = self._again(row, now, result, miss=False)
        elif result.ending == "rejected":
            row = self._put(row, "rejected", result, now)
        else:
            row = self._put(row, "unknown", result, now)
            row = self._decide(row, about, now)
        return Attempt(
            row.id,
            row.session,
            row.destination,
            result.ending,
            row.state,
            why=result.why,
            said=result.said,
            receipt=receipt,
            noise=ran.noise,
        )

    def _delivered(self, row: Row, result: Result, now: dt.datetime) -> tuple[Row, DeliveryReceipt]:
        counted = msgspec.structs.replace(row, attempts=row.attempts + 1)
        receipt = receipt_of(
            counted,
            now,
            reference=result.reference,
            duplicate=result.duplicate,
            said=result.said,
        )
        self._outbox.update(row.id, lambda _row: counted)
        if self._on_receipt is not None:
            self._on_receipt(receipt)
        return self._outbox.settle(row.id, "delivered", receipt), receipt

    def _again(self, row: Row, now: dt.datetime, result: Result, *, miss: bool) -> Row:
        """Make the row ready for a later attempt; what never left burns no attempt."""
        misses = row.misses + 1 if miss else 0
        attempts = row.attempts if miss else row.attempts + 1
        wait = _wait(misses or attempts, _LONGEST_MISS_S if miss else _LONGEST_WAIT_S)
        if result.after is not None:
            wait = max(wait, result.after)
        return self._outbox.update(
            row.id,
            lambda row: msgspec.structs.replace(
                row,
                state="ready",
                misses=misses,
                attempts=attempts,
                next_at=now + dt.timedelta(seconds=wait),
                lease_until=None,
                why=result.why,
                said=result.said,
            ),
        )

    def _put(self, row: Row, state: RowState, result: Result, now: dt.datetime) -> Row:
        return self._outbox.update(
            row.id,
            lambda row: msgspec.structs.replace(
                row,
                state=state,
                attempts=row.attempts + 1,
                misses=0,
                first_try=row.first_try or now,
                lease_until=None,
                why=result.why,
                said=result.said,
            ),
        )

    def _unknown(self, row: Row, now: dt.datetime, why: str, said: str) -> None:
        """Sort out a row of which nobody knows whether it arrived, if its exporter is there."""
        if row.state == "sending":
            row = self._put(row, "unknown", Result("unknown", why=why, said=said), now)
        try:
            about = self._registry.about(row.exporter)
        except Problem:
            return
        self._decide(row, about, now)

    def _decide(self, row: Row, about: About, now: dt.datetime) -> Row:
        """Let an unknown row be repeated with the same id where that does no harm, or hold it."""
        first = row.first_try or now
        window = about.window_hours
        inside = window is None or now - first < dt.timedelta(hours=window)
        if about.dedupe in ("key", "name") and inside:
            wait = dt.timedelta(seconds=_wait(row.attempts, _LONGEST_WAIT_S))
            return self._outbox.update(
                row.id,
                lambda row: msgspec.structs.replace(row, state="ready", next_at=now + wait),
            )
        return self._outbox.update(
            row.id, lambda row: msgspec.structs.replace(row, state="held", next_at=None)
        )


class _Block(Exception):
    """The row may not go any more; `why` is the code, the text a sentence."""

    def __init__(self, sentence: str, why: str) -> None:
        super().__init__(sentence)
        self.why = why


def _check_still_allowed(row: Row, destination: Destination) -> None:
    """Raise when the destination has been given less since the row was planned."""
    lower = LEVELS.index(row.level) > LEVELS.index(destination.level)
    if lower or not set(row.fields) <= set(destination.fields):
        raise _Block(
            _(
                "The destination {name} may now have less than this delivery holds, so it is not"
                " sent; give it up, and plan it again from the session file."
            ).format(name=row.destination),
            "level",
        )
    if row.exporter != destination.exporter:
        raise _Block(
            _(
                "The destination {name} now uses another exporter, so this delivery is not sent;"
                " give it up, and plan it again from the session file."
            ).format(name=row.destination),
            "exporter",
        )


def _values(
    name: str, destination: Destination, about: About
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the settings and the resolved secrets of a destination; raises Problem."""
    settings: dict[str, Any] = {
        setting.name: getattr(setting, "default", "") for setting in about.settings
    }
    secrets: dict[str, str] = {}
    for key, value in destination.settings.items():
        if isinstance(value, SecretRef):
            secrets[key] = resolve(value, key, name)
            settings.pop(key, None)
        else:
            settings[key] = value
    return settings, secrets


def _way(destination: Destination) -> Way:
    network = destination.network
    proxy = network.proxy
    if proxy == "system":
        proxy = urllib.request.getproxies().get("https", "")
    elif proxy == "none":
        proxy = ""
    return Way(destination.hosts, proxy, network.ca_file, float(network.deadline_s))


def _wait(times: int, longest: float) -> float:
    """Return the seconds before the next attempt: doubling, with up to a quarter on top at random,
    so that many machines that lost the same server do not come back at once.
    """
    base = min(longest, _FIRST_WAIT_S * 2 ** min(max(times - 1, 0), 20))
    return base * random.uniform(1.0, 1.25)  # noqa: S311 - spread, not secrecy
