"""The courier: makes one attempt for everything that is due."""

from __future__ import annotations

import datetime as dt
import hashlib
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from debrief.delivery.config import About, Destination, check_exporter, hosts_in
from debrief.delivery.job import Ending, Job, Operation, Way
from debrief.delivery.outbox import Outbox
from debrief.delivery.rows import DeliveryReceipt, Pause, Row, RowState
from debrief.delivery.runner import Noise, Ran, run
from debrief.delivery.secretrefs import SecretRef, resolve
from debrief.delivery.settling import SHUT, Settler
from debrief.delivery.trust import Registry
from debrief.errors import EXIT_DELIVERY, Problem
from debrief.i18n import _
from debrief.summary import LEVELS

_LEASE_EXTRA_S: Final = 60.0
_STOPS: Final[frozenset[str]] = frozenset(
    {"connect", "tls", "no-tls", "door", "timeout", "ca-file", "moved"}
)
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
    """A code; `debrief.delivery.words.why` has its sentence."""
    said: str = ""
    problem: str = ""
    receipt: DeliveryReceipt | None = None
    noise: Noise = Noise()
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
    `on_receipt` is called for each receipt once the row has ended; if it raises Problem, or the
    program ends before it returns, it is called again in a later round. Raises Problem only when
    the outbox itself fails.
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
        self._settler = Settler(outbox)
        self._stopped: set[str] = set()

    def round(
        self, now: dt.datetime, all_ready: bool, rows: frozenset[str] | None
    ) -> list[Attempt]:
        """Sort out what was cut off, then send what is due; a row is tried once in a round."""
        self._tell()
        self._sweep(now)
        self._stopped |= self._paused(rows)
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
                self._pause(attempt, now)
                done.append(attempt)

    def _paused(self, rows: frozenset[str] | None) -> set[str]:
        """Return the destinations that nothing goes to; a pause whose cause is gone is ended.

        What a person sends by name is tried in spite of a pause.
        """
        paused = set()
        for name, pause in self._outbox.pauses().items():
            destination = self._config.get(name)
            if destination is not None and mark(destination) != pause.mark:
                self._outbox.unpause(name)
            elif rows is None:
                paused.add(name)
        return paused

    def _pause(self, attempt: Attempt, now: dt.datetime) -> None:
        """Pause a destination that lets nothing in; go on with one that did let something in."""
        if attempt.ending == "receipt":
            self._outbox.unpause(attempt.destination)
        elif attempt.why == SHUT:
            shut = mark(self._config[attempt.destination])
            pause = Pause(attempt.destination, now, attempt.why, attempt.said, shut)
            self._outbox.pause(pause)

    def _sweep(self, now: dt.datetime) -> None:
        """Turn attempts that were cut off into unknown ones, and unknown into ready or held."""
        for row in self._outbox.lapsed(now):
            self._outbox.ended(row.id, "unknown", "cut-off", now)
            self._settler.cut_off(row, now)
        for row in self._outbox.waiting():
            if row.state == "unknown":
                self._ask(row, now)

    def _ask(self, row: Row, now: dt.datetime) -> None:
        """Decide about an unknown row; a receiver that can be asked is asked."""
        try:
            about = self._registry.about(row.exporter)
            if about.dedupe != "verify":
                self._settler.decide(row, about, now)
                return
            job, about = self._job(row, "verify")
        except (Problem, _Block):
            return
        self._settler.verified(row, self._start(job).result, now)

    def _tell(self) -> str:
        """Pass on the receipts that have not been; return what hindered it, or nothing."""
        if self._on_receipt is None:
            return ""
        try:
            for receipt in self._outbox.untold():
                self._on_receipt(receipt)
                self._outbox.told(receipt)
        except Problem as problem:
            return str(problem)
        return ""

    def _try(self, row: Row, now: dt.datetime) -> Attempt | None:
        """Prepare and make one attempt; without what it needs, the row waits as it is."""
        try:
            job, about = self._job(row, "send")
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
        row, receipt = self._settler.settle(claimed, ran.result, about, now)
        return Attempt(
            row.id,
            row.session,
            row.destination,
            ran.result.ending,
            row.state,
            why=ran.result.why,
            said=ran.result.said,
            problem=self._tell() if receipt else "",
            receipt=receipt,
            noise=ran.noise,
        )

    def _job(self, row: Row, operation: Operation) -> tuple[Job, About]:
        """Return all that a worker needs for this row; raises Problem or _Block."""
        destination = self._config.get(row.destination)
        if destination is None:
            raise Problem(
                _(
                    "There is no destination “{name}” that can be used in the configuration, so"
                    " this waits; mend it or put it back, or give the delivery up."
                ).format(name=row.destination),
                EXIT_DELIVERY,
            )
        _check_still_allowed(row, destination)
        source = self._registry.find(row.exporter)
        about = self._registry.about(row.exporter)
        check_exporter(row.destination, destination, about, "debrief.toml")
        settings, secrets = _values(row.destination, destination, about)
        job = Job(
            operation,
            source,
            self._outbox.document(row.id),
            settings=settings,
            secrets=secrets,
            way=_way(destination, secrets),
        )
        return job, about

    def _waiting(self, row: Row, problem: str) -> Attempt:
        return Attempt(row.id, row.session, row.destination, "waiting", row.state, problem=problem)

    def _blocked(self, row: Row, block: _Block) -> Attempt:
        def change(row: Row) -> Row:
            return msgspec.structs.replace(row, state="blocked", why=block.why)

        row = self._outbox.update(row.id, change)
        attempt = self._waiting(row, str(block))
        return msgspec.structs.replace(attempt, why=block.why)


def mark(destination: Destination) -> str:
    """Return a digest of how a destination is configured; where its secrets are, not what."""
    return hashlib.sha256(msgspec.json.encode(destination)).hexdigest()


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
                " sent; allow it there again and send it once more, or give it up."
            ).format(name=row.destination),
            "level",
        )
    if row.exporter != destination.exporter:
        raise _Block(
            _(
                "The destination {name} now uses another exporter, so this delivery is not sent;"
                " put the old one back and send it once more, or give it up."
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


def _way(destination: Destination, secrets: Mapping[str, str]) -> Way:
    """Return the network as this destination may use it."""
    network = destination.network
    proxy = network.proxy
    if proxy == "system":
        proxy = urllib.request.getproxies().get("https", "")
    elif proxy == "none":
        proxy = ""
    hosts = destination.hosts
    if not network.hosts:
        hosts += hosts_in(secrets.values())
    return Way(hosts, proxy, network.ca_file, float(network.deadline_s))
