"""A workspace and the command line on it, in this process."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from debrief import i18n
from debrief.__main__ import main
from debrief.demo import ShiftClock, held_sessions
from debrief.desk import Desk
from debrief.workspace.places import Places


class Said(msgspec.Struct, frozen=True):
    """What a command gave."""

    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    found = Places(tmp_path / "workspace", tmp_path / "config", tmp_path / "state")
    monkeypatch.setenv("DEBRIEF_WORKSPACE", str(found.workspace))
    monkeypatch.setenv("DEBRIEF_CONFIG", str(found.config))
    monkeypatch.setenv("DEBRIEF_STATE", str(found.state))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    found.workspace.mkdir()
    from debrief.workspace.places import find

    return find()


@pytest.fixture
def desk(places: Places) -> Desk:
    return Desk(places, ShiftClock())


@pytest.fixture
def held(desk: Desk) -> Desk:
    """A desk at which three fictional sessions were held."""
    clock = desk.clock
    assert isinstance(clock, ShiftClock)
    held_sessions(desk, clock)
    return desk


@pytest.fixture
def run(
    places: Places, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook

    def running(*arguments: str, given: str = "") -> Said:
        raw = io.BytesIO(given.encode("utf-8"))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw, encoding="utf-8"))
        capsys.readouterr()
        status = main(list(arguments))
        shown = capsys.readouterr()
        return Said(status, shown.out, shown.err)

    yield running
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    i18n.use("en")
