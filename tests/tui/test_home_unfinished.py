"""What Home tells of rounds that were not closed, and asks before taking one over."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from debrief.desk import running
from debrief.errors import Problem
from debrief.record import owner as owners
from debrief.record.owner import Owner
from debrief.session import events as ev
from debrief.tui.screens.home import HomeScreen
from debrief.tui.screens.round import RoundScreen
from debrief.tui.sure import SureDialog


@pytest.fixture
def at(monkeypatch):
    def move(host: str) -> None:
        known = Owner("", host, f"boot of {host}", f"machine of {host}")
        monkeypatch.setattr(
            owners, "this_owner", lambda session: msgspec.structs.replace(known, session=session)
        )

    move("first")
    return move


async def test_a_forgotten_round_is_called_to_mind(opened, desk, clock, start_round) -> None:
    desk.pause(start_round("Aisha"))
    clock.now += dt.timedelta(hours=50)
    async with opened() as screen:
        said = screen.text("#open")
        assert said.count("Nobody has gone on with it since") == 1
        assert "resume it and close it" in said


async def test_a_damaged_copy_without_its_round_is_told(opened, desk, start_round) -> None:
    live = start_round("Aisha")
    desk.pause(live)
    path = desk.places.live / f"{live.state.id}.journal"
    path.rename(path.with_name(path.name + ".corrupt"))
    async with opened() as screen:
        assert "damaged copy" in screen.text("#open")
        await screen.press("r")
        assert isinstance(screen.app.screen, HomeScreen)


async def test_another_computers_round_is_taken_over_after_one_question(
    opened, desk, at, start_round
) -> None:
    live = start_round("Aisha")
    live.write("check-in", "c-aisha", "Træt, men rolig.")
    desk.pause(live)
    at("second")
    async with opened() as screen:
        assert "another computer, first" in screen.text("#open")
        await screen.press("r")
        assert isinstance(screen.app.screen, SureDialog)
        await screen.press("escape")
        assert isinstance(screen.app.screen, HomeScreen)
        assert desk.unfinished()[0].elsewhere == "first"
        await screen.press("r", "enter")
        assert isinstance(screen.app.screen, RoundScreen)
        assert screen.app.live.state.note("check-in", "c-aisha") == "Træt, men rolig."
    assert desk.unfinished()[0].elsewhere == ""


async def test_a_round_that_was_only_set_up_is_put_away_after_one_question(
    opened, desk, start_round
) -> None:
    desk.pause(start_round("Aisha"))
    async with opened() as screen:
        assert "Del puts it away" in screen.text("#open")
        await screen.press("delete", "escape")
        assert len(desk.unfinished()) == 1
        await screen.press("delete", "enter")
        await screen.settle()
        assert not screen.text("#open").strip()
    assert desk.unfinished() == ()
    assert [*desk.places.live.glob("*.journal")] == []


@pytest.mark.parametrize("said", ["note", "load", "passed", "left"])
async def test_a_round_in_which_something_was_said_stays(said, opened, desk, start_round) -> None:
    live = start_round("Aisha")
    {
        "note": lambda: live.write("check-in", "c-aisha", "Træt."),
        "load": lambda: live.do(ev.LoadGiven(live.clock(), "c-aisha", 4)),
        "passed": lambda: live.end_turn("passed"),
        "left": lambda: live.do(ev.PersonLeft(live.clock(), "c-aisha")),
    }[said]()
    desk.pause(live)
    async with opened() as screen:
        assert "puts it away" not in screen.text("#open")
        await screen.press("delete")
        assert isinstance(screen.app.screen, HomeScreen)
    with pytest.raises(Problem, match="go on with it"):
        running.put_away(desk, live.state.id)
    assert len(desk.unfinished()) == 1
