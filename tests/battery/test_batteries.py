"""A sample of each battery, and the proof that it sees the faults meant for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .__main__ import ALL
from .pace import Battery, Bug, Pace

MEMORY = Path("/dev/shm")
SHARE = 0.2


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as made:
        yield Path(made)


def by_name(battery: Battery) -> str:
    return battery.name


@pytest.mark.parametrize("battery", ALL, ids=by_name)
def test_no_state_is_wrong(battery: Battery, folder: Path) -> None:
    if why := battery.missing():
        pytest.skip(why)
    states = list(battery.states(Pace(folder, share=SHARE)))
    assert states
    assert [wrong for wrong in states if wrong] == []


PLANTED = [(battery, bug) for battery in ALL for bug in battery.bugs]


@pytest.mark.parametrize(
    ("battery", "bug"), PLANTED, ids=[f"{battery.name}: {bug.name}" for battery, bug in PLANTED]
)
def test_a_planted_fault_is_seen(battery: Battery, bug: Bug, folder: Path) -> None:
    if why := battery.missing():
        pytest.skip(why)
    with bug.plant():
        assert any(battery.states(Pace(folder)))
