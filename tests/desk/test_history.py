"""What has been: who was at the team's earlier debriefs, and with what load."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from debrief.desk import Desk
from debrief.desk.history import DAYS, histories
from debrief.record import sessionfile
from debrief.record.keys import Keys
from debrief.signs import Earlier
from debrief.workspace.places import Places
from tests.builders import Clock, people
from tests.desk.evenings import hold

AISHA, JONAS, METTE = "c-aisha", "c-jonas", "c-mette"
Hold = Callable[..., Path]


@pytest.fixture
def clock() -> Clock:
    return Clock(step_s=0)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "workspace", tmp_path / "config", tmp_path / "state")


@pytest.fixture
def desk(places: Places, clock: Clock) -> Desk:
    return Desk(places, clock)


@pytest.fixture
def held(desk: Desk, clock: Clock) -> Hold:
    def held_one(days_ago: int, team: str = "Nord", **loads: int | None) -> Path:
        return hold(desk, clock, days_ago, loads, team)

    return held_one


@pytest.fixture
def day(clock: Clock) -> Callable[[int], dt.date]:
    return lambda ago: (clock.now - dt.timedelta(days=ago)).astimezone().date()


def test_each_persons_part_in_the_teams_debriefs_newest_last(
    desk: Desk, held: Hold, day: Callable[[int], dt.date]
) -> None:
    held(9, Aisha=7, Jonas=2)
    held(3, Aisha=None, Mette=4)
    held(6, Aisha=8)
    found = histories(desk, people("Aisha", "Jonas", "Mette", "Tor"), "Nord")
    assert found == {
        AISHA: (Earlier(day(9), True, 7), Earlier(day(6), True, 8), Earlier(day(3), True)),
        JONAS: (Earlier(day(9), True, 2), Earlier(day(6), False), Earlier(day(3), False)),
        METTE: (Earlier(day(3), True, 4),),
        "c-tor": (),
    }


def test_an_empty_workspace_has_no_past(desk: Desk) -> None:
    assert histories(desk, people("Aisha"), "Nord") == {AISHA: ()}
    assert not desk.places.workspace.exists()


def test_other_teams_and_older_seasons_are_left_alone(desk: Desk, held: Hold) -> None:
    held(DAYS + 1, Aisha=9)
    held(DAYS - 1, Aisha=3)
    held(2, "Syd", Aisha=9)
    held(1, "nord ", Aisha=4)
    rows = histories(desk, people("Aisha"), "Nord")[AISHA]
    assert [one.load for one in rows] == [3, 4]


def test_tonights_open_round_is_no_past(desk: Desk, held: Hold) -> None:
    held(1, Aisha=5)
    live = desk.start(desk.setup(desk.protocol("shift-defuse"), people("Aisha"), "da", team="Nord"))
    assert len(histories(desk, live.state.people, "Nord")[AISHA]) == 1
    desk.pause(live)


def test_what_another_key_sealed_leaves_the_person_here_without_a_load(
    desk: Desk, held: Hold, places: Places, clock: Clock
) -> None:
    held(2, Aisha=9)
    other = Desk(Places(places.workspace, places.config.with_name("other"), places.state), clock)
    (row,) = histories(other, people("Aisha"), "Nord")[AISHA]
    assert (row.here, row.load) == (True, None)


def test_a_file_that_cannot_be_read_is_passed_over(desk: Desk, held: Hold) -> None:
    held(3, Aisha=2)
    held(2, Aisha=5).write_bytes(b"not a session file")
    held(1, Aisha=6).write_bytes(b"")
    assert [one.load for one in histories(desk, people("Aisha"), "Nord")[AISHA]] == [2]


def test_only_the_newest_loads_of_those_asked_for_are_opened(
    desk: Desk, held: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ago in range(6, 0, -1):
        held(ago, Aisha=ago, Jonas=ago, Mette=None if ago < 3 else ago)
    opened: list[str] = []
    unseal = Keys.unseal
    monkeypatch.setattr(Keys, "unseal", lambda keys, text: opened.append("") or unseal(keys, text))
    loads = [one.load for one in histories(desk, people("Aisha"), "Nord")[AISHA]]
    assert loads == [None, None, None, 3, 2, 1]
    assert len(opened) == 3
    opened.clear()
    loads = [one.load for one in histories(desk, people("Mette"), "Nord")[METTE]]
    assert loads == [None, 5, 4, 3, None, None]
    assert len(opened) == 5


def test_only_the_blocks_asked_for_are_opened(desk: Desk, held: Hold) -> None:
    data = held(1, Aisha=6, Jonas=7).read_bytes()
    every = sessionfile.open_private(data, desk.keys)

    def some(*owners: str) -> dict[str, Any]:
        wanted: Collection[str] = owners
        return dict(sessionfile.open_private(data, desk.keys, only=wanted))

    assert set(every) == {AISHA, JONAS, "round"}
    assert some(AISHA) == {AISHA: every[AISHA]}
    assert some("c-nobody") == {}
    assert some() == {}


def test_it_may_be_asked_for_in_a_thread(desk: Desk, held: Hold) -> None:
    held(1, Aisha=6)
    found: list[Any] = []
    asked = threading.Thread(
        target=lambda: found.append(histories(desk, people("Aisha"), "Nord")[AISHA][0].load)
    )
    asked.start()
    asked.join(10)
    assert found == [6]
