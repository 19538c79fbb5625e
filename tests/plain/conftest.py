"""A desk in a folder of its own, and a way to hold a plain round at it by feeding lines."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from debrief.desk import Desk
from debrief.plain import Asked, Talk, go_on, start
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.workspace.places import Places

SATURDAY = dt.datetime(2026, 11, 21, 20, 4, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = SATURDAY

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


class Held(msgspec.Struct):
    """What a plain session gave: status, transcript, and the desk it was held at."""

    status: int
    text: str
    desk: Desk

    def after(self, mark: str) -> str:
        """Return the transcript after the first `mark`."""
        assert mark in self.text, self.text
        return self.text.split(mark, 1)[1]


class Room:
    """A workspace that plain sessions are held in."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.places = Places(folder / "workspace", folder / "config", folder / "state")
        self.clock = Clock()
        self.disk = disk

    def configure(self, text: str) -> None:
        self.places.workspace.mkdir(parents=True, exist_ok=True)
        self.places.settings.write_text(text, "utf-8")

    def desk(self) -> Desk:
        return Desk(self.places, self.clock, self.disk)

    def hold(self, *lines: str, asked: Asked | None = None) -> Held:
        """Start a round and feed it lines; without `asked` the questions are answered for Mette
        and Per, in Danish.
        """
        desk, out = self.desk(), io.StringIO()
        opening = () if asked else ("Mette, hjemme, video", "Per, på stedet", "", "")
        given = asked or Asked("shift-defuse", "da", "Nord")
        talk = Talk.over(io.StringIO("".join(f"{line}\n" for line in (*opening, *lines))), out)
        return Held(start(desk, talk, given), out.getvalue(), desk)

    def resume(self, wanted: str, *lines: str) -> Held:
        desk, out = self.desk(), io.StringIO()
        talk = Talk.over(io.StringIO("".join(f"{line}\n" for line in lines)), out)
        return Held(go_on(desk, wanted, talk), out.getvalue(), desk)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.fixture
def make_room(tmp_path: Path) -> Callable[[Disk], Room]:
    return lambda disk: Room(tmp_path, disk)


@pytest.fixture
def keys_of() -> Callable[[Room], Keys]:
    return lambda room: Keys.load_or_create(Disk(), room.places.config)
