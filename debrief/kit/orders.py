"""What the bench asks of a worker process, and what it hears back from inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from debrief.delivery.job import Source

KEY: Final = "debrief-kit"
"""The setting under which the orders travel."""

Act = Literal["load", "send", "check"]
Kind = Literal["connect", "read", "write", "program", "print", "clock", "random"]


class Orders(msgspec.Struct, frozen=True):
    """What to do with the exporter."""

    source: Source
    act: Act = "send"
    report: str = ""
    """The file to write the report to; empty for none."""
    watch: bool = False
    """Follow every call, to see the clock being read and an exit before it happens."""
    count: bool = False
    """Count what touches the outside, from the first contact on."""
    die_at: int = -1
    """End the process by force at this point of contact, counted from 0."""
    room: int = 0
    """Most bytes that a file may get; 0 for no limit. Beyond it the disk is full."""
    zone: str = ""
    """The time zone to be in, and a foreign locale with it; empty for the machine's own."""
    folder: str = ""
    """The folder to stand in."""

    def among(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings with these orders among them."""
        return {**settings, KEY: msgspec.to_builtins(self)}


class Event(msgspec.Struct, frozen=True):
    """Something that the exporter did to the outside, and the line of its own that led there."""

    kind: Kind
    what: str
    line: str = ""
    guarded: bool = False
    """By way of `to.http`."""
    early: bool = False
    """While the file was being loaded."""


class Report(msgspec.Struct):
    """What was seen from inside. It holds what an exporter said before secrets were taken out."""

    ending: str = ""
    """`receipt`, the kind of outcome, or the name of an error."""
    why: str = ""
    said: str = ""
    reference: str = ""
    line: str = ""
    """Where it ended, when it did not end well."""
    duplicate: bool = False
    doc: str = ""
    """What the exporter says it is for."""
    peak_kb: int = 0
    points: int = 0
    """How often it touched the outside, before and after each time."""
    events: list[Event] = []
    body: bytes = b""
    media_type: str = ""
    suffix: str = ""
    sentences: list[str] = []
    """What `check` said."""
    date: str = ""
    """What time the receiver said it was."""

    def seen(self, *kinds: Kind) -> list[Event]:
        """Return the events of these kinds."""
        return [event for event in self.events if event.kind in kinds]
