"""What leaves: shown before the close, queued with it, sent after it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from debrief import summary
from debrief.delivery.config import Destination, parse_destinations
from debrief.delivery.courier import Attempt, send_due
from debrief.delivery.documents import freeze
from debrief.delivery.outbox import Outbox
from debrief.delivery.rows import DeliveryReceipt, Plan, Row
from debrief.delivery.trust import Pins, Registry
from debrief.errors import Problem
from debrief.plugin import Document
from debrief.record import ledger
from debrief.session import State

if TYPE_CHECKING:
    from debrief.desk.desk import Desk
    from debrief.record.keys import Keys


class Preview(msgspec.Struct, frozen=True):
    """What would leave for one destination. Without a document, `problem` says why not."""

    destination: str
    exporter: str
    level: summary.Level
    fields: tuple[str, ...]
    approve: bool
    document: Document | None
    problem: str = ""


class _Cipher:
    """Seals waiting summaries to the supervisor's own key."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def encrypt(self, data: bytes) -> bytes:
        """Return `data` sealed."""
        return self._keys.seal(data).encode()

    def decrypt(self, data: bytes) -> bytes:
        """Return what was sealed; raises Problem when the key does not fit."""
        return self._keys.unseal(data.decode())


def destinations(desk: Desk) -> Mapping[str, Destination]:
    """Return the destinations of debrief.toml that can be used; `broken` returns the others."""
    return {name: one for name, one in _each(desk) if isinstance(one, Destination)}


def broken(desk: Desk) -> Mapping[str, str]:
    """Return the destinations of debrief.toml that can't be used: name -> why, for a person."""
    return {name: str(one) for name, one in _each(desk) if isinstance(one, Problem)}


def _each(desk: Desk) -> Iterator[tuple[str, Destination | Problem]]:
    """Check each destination by itself, so that a broken one stops no other."""
    for name, table in desk.config.destinations.items():
        try:
            found = parse_destinations({name: table}, desk.places.settings.name)
        except Problem as problem:
            yield name, problem
        else:
            yield name, found[name]


def registry(desk: Desk) -> Registry:
    """Return every exporter there is, as the plugins folder stands now."""
    pins = Pins(desk.places.config, desk.disk).read()
    return Registry(desk.places.plugins, pins, plugins=desk.plugins)


def previews(desk: Desk, state: State) -> tuple[Preview, ...]:
    """Return what would leave when `state` (a closed round) is queued."""
    zone = state.opened.astimezone().tzinfo or dt.UTC
    found = []
    for name, destination in _each(desk):
        if isinstance(destination, Problem):
            found.append(Preview(name, "?", "counts", (), True, None, str(destination)))
        elif destination.when == "on-close":
            found.append(_preview(desk.exporters, name, destination, state, zone))
    return tuple(found)


def _preview(
    exporters: Registry, name: str, destination: Destination, state: State, zone: dt.tzinfo
) -> Preview:
    document, problem = None, ""
    try:
        about = exporters.about(destination.exporter)
        language = state.setup.language
        view = summary.reduce(state, destination.level, destination.fields, language, zone=zone)
        document = freeze(view, name, destination, about, exporters.find(destination.exporter))
    except Problem as reason:
        problem = str(reason)
    return Preview(
        name,
        destination.exporter,
        destination.level,
        destination.fields,
        destination.approve,
        document,
        problem,
    )


@contextlib.contextmanager
def outbox(desk: Desk) -> Iterator[Outbox]:
    """Open the outbox for a while; raises Problem when it can't be used."""
    desk.disk.make_folder(desk.places.state)
    box = Outbox.open(desk.places.outbox, _Cipher(desk.keys))
    try:
        yield box
    finally:
        box.close()


def queue(desk: Desk, state: State, approved: frozenset[str] = frozenset()) -> int:
    """Put what leaves into the outbox, once; return how many summaries there are.

    `approved` are the sha256 of the documents that the supervisor has seen and let go. One that
    must be approved and was not waits in the outbox for it.
    """
    found = previews(desk, state)
    if not found:
        return 0
    plans = [
        Plan(
            state.id,
            one.destination,
            one.exporter,
            one.level,
            one.fields,
            one.document,
            one.approve,
            why=one.problem,
        )
        for one in found
    ]
    with outbox(desk) as box:
        ids = box.plan_all(plans, now=desk.clock())
        for row_id, one in zip(ids, found, strict=True):
            waits = box.row(row_id).state == "awaiting-approval"
            if waits and one.document is not None and one.document.sha256 in approved:
                box.approve(row_id, state.setup.supervisor)
    return len(found)


def send(
    desk: Desk, *, all_ready: bool = True, rows: frozenset[str] | None = None
) -> list[Attempt]:
    """Make one attempt for each summary that may go; return what came of each. Raises Problem."""
    if not desk.disk.exists(desk.places.outbox):
        return []
    with outbox(desk) as box:
        return send_due(
            box,
            destinations(desk),
            desk.clock(),
            registry=registry(desk),
            on_receipt=lambda receipt: _enter(desk, receipt),
            all_ready=all_ready,
            rows=rows,
        )


def _enter(desk: Desk, receipt: DeliveryReceipt) -> None:
    """Enter a receipt in the ledger: what left, how much of it, and that it arrived."""
    ledger.append(
        desk.disk,
        desk.places.sessions,
        {
            "event": "export",
            "session": receipt.session,
            "key": receipt.row,
            "destination": receipt.destination,
            "level": receipt.level,
            "digest": receipt.sha256,
        },
    )


__all__ = ["Preview", "Row", "destinations", "outbox", "previews", "queue", "registry", "send"]
