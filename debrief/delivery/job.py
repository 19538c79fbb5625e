"""What goes between the program and a worker process: one job in, a few lines and a result out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from debrief import i18n
from debrief.delivery.config import About
from debrief.delivery.rows import Place
from debrief.plugin import Document
from debrief.summary import View

Operation = Literal["send", "verify", "render", "describe", "signs"]
Ending = Literal[
    "receipt", "not-sent", "retry-later", "unknown", "rejected", "broken", "found", "absent"
]
"""How an attempt ended. `broken`: the plugin failed before anything can have left."""

LOADED: Final = b"loaded\n"
"""The worker has the exporter and is about to call it."""
TOUCHED: Final = b"touched\n"
"""From here on, something may have left the process."""


class Source(msgspec.Struct, frozen=True):
    """Where the exporter is: `built-in` and `package` by `module:name`, `file` by path."""

    kind: Literal["built-in", "file", "package"]
    name: str
    where: str
    sha256: str = ""
    """Of the file that was trusted; the worker runs no other bytes."""


class Way(msgspec.Struct, frozen=True):
    """The network as one attempt may use it."""

    hosts: tuple[str, ...] = ()
    proxy: str = ""
    """An address, or empty for none."""
    ca_file: str = ""
    deadline_s: float = 20.0


class Job(msgspec.Struct, frozen=True):
    """All that a worker gets."""

    operation: Operation
    source: Source
    document: Document | None = None
    view: View | None = None
    settings: Mapping[str, Any] = {}
    secrets: Mapping[str, str] = {}
    way: Way = Way()
    place: Place = Place()
    """For `render`."""
    language: str = msgspec.field(default_factory=i18n.language)
    """The one that sentences are in which the exporter says: that of the person who is here."""

    def __repr__(self) -> str:
        return f"<job {self.operation} by {self.source.name}>"


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that comes back. `why` is a code (see `words`), `said` the exporter's own short word."""

    ending: Ending
    why: str = ""
    said: str = ""
    reference: str = ""
    duplicate: bool = False
    after: float | None = None
    about: About | None = None
    body: bytes = b""
    media_type: str = ""
    suffix: str = ""
    paths: tuple[str, ...] = ()
    """The word lists that a package offers."""


RESULT_LIMIT: Final = 8_000_000
"""Most bytes a worker may hand back: a rendered page."""
