"""One delivery as the outbox keeps it, and the states it goes through.

```
planned -> AWAITING_APPROVAL -> READY -> SENDING -> DELIVERED
       |-> BLOCKED                ^         |-> READY later, when nothing was sent
                                  |         |-> REJECTED
                                  |         v
                                  +----- UNKNOWN, where a repeat does no harm; otherwise HELD
```
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

import msgspec

from debrief.plugin import Document
from debrief.summary import Level

RowState = Literal[
    "awaiting-approval",
    "ready",
    "sending",
    "delivered",
    "unknown",
    "rejected",
    "held",
    "blocked",
    "abandoned",
]
FINAL: Final[frozenset[RowState]] = frozenset({"delivered", "abandoned"})
"""Nothing more happens to these; their bodies are gone."""

Resolution = Literal["send", "arrived", "abandon"]
"""What a person decides: send it (again, same id), it did arrive, or give it up."""


class Place(msgspec.Struct, frozen=True):
    """Where a document stands among those of this computer for its destination.

    `debrief.plugin.RenderContext` says what each is; without a sequence it is not numbered.
    """

    sequence: int = 0
    previous: str = ""
    series: str = ""
    given_up: tuple[int, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """One delivery to be. Without a document it is blocked, and `why` says what is wrong."""

    session: str
    destination: str
    exporter: str
    level: Level
    fields: tuple[str, ...]
    document: Document | None
    approve: bool = True
    """A person must approve it before it goes."""
    revision: int = 1
    why: str = ""
    place: Place = Place()
    """What the document says of its place; it must be the right one when it is put in."""


class Row(msgspec.Struct, frozen=True):
    """One delivery, without its body. Times are aware, UTC."""

    id: str
    session: str
    destination: str
    revision: int
    exporter: str
    level: Level
    fields: tuple[str, ...]
    state: RowState
    sha256: str
    size: int
    media_type: str
    filename: str
    planned: dt.datetime
    approved_by: str = ""
    approved: dt.datetime | None = None
    attempts: int = 0
    """Attempts in which something may have left."""
    misses: int = 0
    """Attempts since then in which nothing did."""
    first_try: dt.datetime | None = None
    next_at: dt.datetime | None = None
    lease_until: dt.datetime | None = None
    why: str = ""
    """A code for the last thing that went wrong."""
    said: str = ""
    """The exporter's own short word on it."""


class DeliveryReceipt(msgspec.Struct, frozen=True):
    """That a delivery arrived: what was sent, where to, when, and who said so."""

    row: str
    session: str
    destination: str
    exporter: str
    level: Level
    fields: tuple[str, ...]
    sha256: str
    size: int
    at: dt.datetime
    attempts: int
    reference: str = ""
    duplicate: bool = False
    said: str = ""
    by: str = ""
    """The person who said that it arrived; empty when the receiver did."""


class Pause(msgspec.Struct, frozen=True):
    """That a receiver did not let us in: nothing goes there until a person has looked at it.

    It ends when the destination is configured otherwise than it was then (`mark`), when a person
    says so, or when one delivery that a person sent by name arrives.
    """

    destination: str
    since: dt.datetime
    why: str
    said: str
    mark: str
    """Digest of the destination's configuration as it was."""
