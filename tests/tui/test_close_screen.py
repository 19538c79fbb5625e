"""The close: nobody left out, what leaves shown as it is, one sealed file."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from debrief.desk import Desk
from debrief.record import verify
from debrief.session import ROUND
from debrief.tui.close_dialogs import DangerDialog
from debrief.tui.dialogs import MessageDialog, PreviewDialog
from debrief.tui.screens.close import CloseScreen
from debrief.tui.screens.home import HomeScreen
from debrief.workspace.places import Places

NAMES = ("Aisha", "Jonas")


@pytest.fixture
def out(places: Places) -> Path:
    """Set up one destination: a folder that may have the record."""
    folder = places.workspace.parent / "out"
    places.workspace.mkdir(parents=True)
    places.settings.write_text(
        f"""version = 1
[destinations.board]
exporter = "folder"
level = "record"
fields = ["team", "minutes", "phases", "duties", "actions"]
[destinations.board.settings]
path = "{folder}"
""",
        "utf-8",
    )
    folder.mkdir()
    return folder


async def test_nothing_closes_over_a_person_without_an_agreement(opened, start_round, desk) -> None:
    live = start_round(*NAMES)
    async with opened(live) as screen:
        await screen.press("f10", "1", "f10")
        assert isinstance(screen.app.screen, CloseScreen)
        assert live.state.closed is None
        assert "Jonas has no next contact yet" in screen.text("#standing")
    assert not desk.places.sessions.exists()


@pytest.mark.parametrize(("key", "days"), [("1", 1), ("2", 3), ("3", 30)])
async def test_a_date_is_agreed_by_one_key(key, days, opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.press("f10", key)
        agreed = live.state.follow_ups["c-aisha"]
        assert agreed.when is not None
        there = agreed.when.astimezone().date() - live.state.opened.astimezone().date()
        assert there.days == days


async def test_keys_settle_everyone_and_the_file_verifies(opened, start_round, desk) -> None:
    live = start_round(*NAMES)
    live.write("check-in", "c-aisha", "Tung aften med Jonas ved siden af.")
    async with opened(live) as screen:
        await screen.press("f10", "1", "6")
        assert "Everyone is accounted for" in screen.text("#standing")
        await screen.press("f10")
        assert isinstance(screen.app.screen, MessageDialog)
        await screen.press("enter")
        assert isinstance(screen.app.screen, HomeScreen)
        assert "Aisha" in screen.text("#due")
    held = desk.held()
    assert len(held) == 1
    data = held[0].path.read_bytes()
    assert b"Aisha" not in data
    assert b"Tung" not in data
    people = tomllib.loads(data.decode())["people"]
    assert {one["follow_up"] for one in people.values()} == {"dated", "not-needed"}
    assert all(one.ok for one in verify.verify_folder(desk.disk, desk.places.sessions))
    assert desk.unfinished() == ()


async def test_enter_seals_nothing_while_something_is_open(opened, start_round, desk) -> None:
    live = start_round(*NAMES)
    async with opened(live) as screen:
        await screen.press("f10", "1", "enter")
        assert live.state.closed is None
        await screen.press("6", "enter")
        assert isinstance(screen.app.screen, MessageDialog)
    assert len(desk.held()) == 1


async def test_a_click_on_a_row_seals_nothing(opened, start_round, desk) -> None:
    live = start_round(*NAMES)
    async with opened(live) as screen:
        await screen.press("f10", "1", "6")
        await screen.pilot.click("#accounts", offset=(3, 1))
        await screen.pilot.pause()
        assert live.state.closed is None
    assert desk.held() == ()


async def test_settling_is_taken_back(opened, start_round) -> None:
    live = start_round(*NAMES)
    async with opened(live) as screen:
        await screen.press("f10", "5", "ctrl+b")
        assert live.state.follow_ups == {}


async def test_an_open_duty_blocks_and_is_ended_by_one_key(opened, start_round) -> None:
    live = start_round("Aisha")
    live.write("check-in", "c-aisha", "Borger ville tage sit eget liv.")
    key = live.look("check-in", "c-aisha")[0].key
    live.decide(key, "confirmed")
    async with opened(live) as screen:
        await screen.press("f10", "1")
        assert "Life in danger" in screen.text("#standing")
        await screen.press("f10")
        assert live.state.closed is None
        await screen.press("1")
        assert [duty.outcome for duty in live.state.duties.values()] == ["acted"]
        assert "Everyone is accounted for" in screen.text("#standing")


async def test_going_on_anyway_is_on_record(opened, start_round, desk) -> None:
    live = start_round("Aisha")
    for phase in (1, 2):
        live.go_to_phase(phase)
        live.end_turn("passed")
    async with opened(live) as screen:
        await screen.press("f10", "6")
        assert "passed on everything" in screen.text("#standing")
        (row,) = screen.app.screen.rows
        assert not row.done, "what still stands open is not ticked"
        await screen.press("o", "f10", "enter")
    record = tomllib.loads(desk.held()[0].path.read_text("utf-8"))["counts"]
    assert record["guardrails_overridden"] == 1


async def test_what_is_shown_is_what_leaves(out, places, clock, opened_at) -> None:
    desk = Desk(places, clock)
    async with opened_at(desk, *NAMES) as screen:
        await screen.press("f10", "1", "6", "f2")
        assert isinstance(screen.app.screen, PreviewDialog)
        shown = screen.app.screen.query(".paper").last().render()
        await screen.press("escape", "f10")
        await screen.settle()
    files = list(out.iterdir())
    assert len(files) == 1
    assert files[0].read_text("utf-8") == str(shown)
    ledger = (desk.places.sessions / "ledger.txt").read_text("utf-8")
    assert hashlib.sha256(files[0].read_bytes()).hexdigest() in ledger


async def test_a_supervisor_gives_their_own_load(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.press("f10")
        screen.app.screen.query_one("#own-load").focus()
        await screen.press("4")
        assert live.state.supervisor_load == 4


async def test_a_wish_for_a_call_shows_in_the_row_and_speaks_against_declined(
    opened, start_round
) -> None:
    live = start_round("Aisha")
    async with opened(live, size=(80, 24)) as screen:
        await screen.press("f10", "w")
        assert "asked for a call" in screen.shown()
        await screen.press("5")
        assert "Aisha was to be called and has no date" in screen.text("#standing")
        await screen.press("f10")
        assert live.state.closed is None
        await screen.press("o")
        assert live.state.overridden == ("call-without-date:c-aisha",)
        await screen.press("w")
        assert "asked for a call" not in screen.shown()


@pytest.mark.parametrize("key", ["enter", "f10"])
async def test_danger_now_is_asked_about_before_anything_is_sealed(
    opened, start_round, desk, key
) -> None:
    live = start_round("Aisha")
    live.write("check-in", "c-aisha", "Aisha siger: jeg vil ikke leve mere.")
    sign = next(one.key for one in live.look("check-in", "c-aisha"))
    live.decide(sign, "confirmed", subject="counsellor")
    async with opened(live) as screen:
        await screen.press("f10", "1")
        await screen.press(*(["1"] * len(live.state.duties)))
        await screen.press(key)
        assert isinstance(screen.app.screen, DangerDialog)
        assert "danger now" in screen.shown()
        await screen.press("enter", "escape")
        assert live.state.closed is None
        assert isinstance(screen.app.screen, CloseScreen)
        await screen.press(key, "f10")
        assert isinstance(screen.app.screen, MessageDialog)
    assert len(desk.held()) == 1


async def test_the_days_to_a_contact_stand_behind_its_date(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.press("f10", "m")
        assert "in 3 days" in screen.text("#dates")


async def test_your_own_evening_fits_a_small_window(opened, start_round) -> None:
    live = start_round(*NAMES)
    async with opened(live, size=(80, 24)) as screen:
        await screen.press("f10", "f6")
        assert "Del for none" in screen.shown()
        assert "Enter or Esc" in screen.shown()
        await screen.press("pagedown", "7", "enter")
        assert live.state.supervisor_load == 7


async def test_what_leaves_says_how_to_go_back(out, places, clock, opened, opened_at) -> None:
    async with opened_at(Desk(places, clock), *NAMES) as screen:
        await screen.pilot.resize_terminal(80, 24)
        await screen.press("f10", "1", "6", "f2")
        assert isinstance(screen.app.screen, PreviewDialog)
        assert "Esc goes back" in screen.shown()
        before = screen.shown()
        await screen.press("pagedown")
        assert screen.shown() != before
        assert "Esc goes back" in screen.shown()


async def test_one_thing_is_said_at_a_time_and_the_keys_stay_in_sight(opened, start_round) -> None:
    live = start_round(*NAMES)
    async with opened(live, size=(80, 24)) as screen:
        await screen.press("f10")
        keys = screen.shown().splitlines()[-2:]
        await screen.press("f10", "f10", "ctrl+b", "ctrl+b", "ctrl+b", "ctrl+b", "f10")
        assert len(screen.app._notifications) == 1
        assert screen.shown().splitlines()[-2:] == keys


async def test_a_duty_of_a_long_name_keeps_its_ending_together(opened, start_round) -> None:
    live = start_round("Aisha")
    live.write("check-in", "c-aisha", "Borger ville tage sit eget liv.")
    live.decide(live.look("check-in", "c-aisha")[0].key, "confirmed")
    async with opened(live, size=(80, 24)) as screen:
        await screen.press("f10", "1", "1")
        rows = [row.split("│")[1].strip() for row in screen.shown().splitlines()[2:6]]
        assert rows[1:3] == ["✓ Life in danger: suicide -> Aisha", "acted now"]


async def test_danger_of_nobody_named_is_asked_about_before_sealing(opened, start_round) -> None:
    live = start_round("Aisha")
    phase = live.state.plan.key
    live.write(phase, ROUND, "Hun sagde at hun ikke vil leve længere.")
    (view,) = live.look(phase, ROUND)
    live.decide(view.key, "confirmed")
    async with opened(live) as screen:
        await screen.press("f10", "6", "f10")
        assert isinstance(screen.app.screen, DangerDialog)
        assert "nobody is named" in " ".join(screen.shown().split())
        await screen.press("escape")
        assert live.state.closed is None
