"""What leaves: shown before the close, queued with it, sent after it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from debrief import summary
from debrief.delivery import series
from debrief.delivery.config import About, Destination, parse_destinations
from debrief.delivery.courier import Attempt, send_due
from debrief.delivery.documents import document_id, freeze
from debrief.delivery.outbox import Moved, Outbox
from debrief.delivery.rows import DeliveryReceipt, Place, Plan, Row
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
    place: Place = Place()
    """What the document says of its place; another round that is queued before may take it."""


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
            found.append(_preview(desk, name, destination, state, zone))
    return tuple(found)


def _preview(
    desk: Desk, name: str, destination: Destination, state: State, zone: dt.tzinfo
) -> Preview:
    document, problem, place = None, "", Place()
    try:
        about = desk.exporters.about(destination.exporter)
        source = desk.exporters.find(destination.exporter)
        language = state.setup.language
        view = summary.reduce(state, destination.level, destination.fields, language, zone=zone)
        place = _place(desk, about, name, document_id(view, name))
        document = freeze(view, name, destination, about, source, place)
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
        place,
    )


def _place(desk: Desk, about: About, name: str, document: str) -> Place:
    """Return the place of a document whose page can tell it; makes no outbox. Raises Problem."""
    if about.renders != "own":
        return Place()
    if not desk.disk.exists(desk.places.outbox):
        return series.first(document)
    with outbox(desk) as box:
        return box.place(name, document)


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
    with outbox(desk) as box:
        for row_id in _put_in(desk, box, state, found):
            row = box.row(row_id)
            if row.state == "awaiting-approval" and row.sha256 in approved:
                box.approve(row_id, state.setup.supervisor, sha256=row.sha256)
    return len(found)


def _put_in(desk: Desk, box: Outbox, state: State, found: tuple[Preview, ...]) -> list[str]:
    """Put everything in, and return the ids; what another round overtook is made anew."""
    while True:
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
                place=one.place,
            )
            for one in found
        ]
        try:
            return box.plan_all(plans, now=desk.clock())
        except Moved:  # only when somebody else has put something in
            found = previews(desk, state)


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
