"""What earlier rounds show, what a half-typed word does not, and the duty a sign opens."""

from __future__ import annotations

import pytest

from debrief import i18n, words
from debrief.live import PATTERNS
from debrief.record import sessionfile
from debrief.session import SignKey
from debrief.session import events as ev
from debrief.tui.dialogs import DutyDialog
from debrief.tui.screens.close import CloseScreen
from debrief.tui.widgets.lists import SignsPane
from debrief.tui.widgets.notes import REST, Notes
from tests.builders import person
from tests.desk.evenings import hold

AISHA, METTE = "c-aisha", "c-mette"
HEAVY = SignKey(PATTERNS, AISHA, "heavy_run", "")


@pytest.fixture
def past(desk, clock):
    """Two heavy evenings of Aisha's; Mette was at the one before them only."""
    hold(desk, clock, 9, {"Aisha": None, "Mette": 8})
    hold(desk, clock, 6, {"Aisha": 7})
    hold(desk, clock, 3, {"Aisha": 8})


@pytest.fixture
def live(past, start_round):
    return start_round("Aisha", "Mette")


def cards(screen) -> str:
    pane = screen.app.screen.query_one(SignsPane)
    return "\n".join(str(option.prompt) for option in pane.options)


async def test_a_pattern_shows_once_tonights_load_makes_it(opened, live) -> None:
    async with opened(live) as screen:
        assert "heavy" not in cards(screen)
        await screen.press("ctrl+l", "7")
        assert "· Aisha · run of heavy shifts\n  Load 7, 8, 7: heavy" in cards(screen)
        assert "run of heavy shifts" in screen.shown()
        await screen.press("ctrl+l", "9")
        assert "▲ Aisha · run of heavy shifts" in cards(screen)
        await screen.press("ctrl+l", "2")
        assert "heavy" not in cards(screen)
        await screen.press("ctrl+b")
        assert "▲ Aisha · run of heavy shifts" in cards(screen)


async def test_it_is_shown_of_the_one_who_has_the_word_above_their_notes(opened, live) -> None:
    live.write("check-in", METTE, "Sov ikke i nat.")
    async with opened(live) as screen:
        await screen.press("ctrl+n")
        first, second = (line for line in cards(screen).splitlines() if "Mette · " in line)
        assert first == "▲ Mette · absence"
        assert second == "· Mette · sleep"
        told = " ".join(cards(screen).split())
        assert "last 2 debriefs, after one with load 8" in told
        assert words.quoted("") not in cards(screen)


async def test_it_is_decided_like_any_sign_and_stays_with_its_person(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+l", "8", "f2", "w")
        assert live.state.signs[HEAVY].subject == "counsellor"
        await screen.press("h", "enter")
        assert live.state.plan.key == "check-in"
        await screen.press("v", "v")
        assert live.state.signs[HEAVY].level == "urgent"
        await screen.press("a")
        assert live.state.signs[HEAVY].decision == "confirmed"
        assert not isinstance(screen.app.screen, DutyDialog)
        await screen.press("escape", "ctrl+l", "1")
        assert "The loads no longer show it." in cards(screen)
        assert "confirmed" in cards(screen)


async def test_a_narrow_window_names_it_in_its_row(opened, live) -> None:
    async with opened(live, size=(80, 24)) as screen:
        await screen.press("ctrl+l", "8")
        assert "· 1  Aisha: “run of heavy shifts”" in screen.text("#strip")


async def test_it_speaks_the_language_of_the_interface(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+l", "8")
        i18n.use("da")
        screen.app.redraw()
        assert "· Aisha · tunge vagter på stribe" in cards(screen)


async def test_who_comes_late_brings_their_past(opened, past, start_round, desk) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        live.do(ev.PersonJoined(live.clock(), person("Mette")))
        screen.app.redraw()
        await screen.settle()
        assert len(live.earlier[METTE]) == 3
        await screen.press("ctrl+n")
        assert "Mette · absence" in cards(screen)


async def test_it_is_sealed_with_the_persons_other_signs(opened, live, desk) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+l", "8", "f2", "a", "escape", "f10")
        assert isinstance(screen.app.screen, CloseScreen)
        await screen.press("1", "6", "f10", "enter")
    data = desk.held()[0].path.read_bytes()
    private = sessionfile.open_private(data, desk.keys)[AISHA]
    assert list(private["signs"].values()) == [
        {
            "code": "heavy_run",
            "subject": "counsellor",
            "level": "watch",
            "decision": "confirmed",
        }
    ]
    assert b"heavy" not in data
    assert sessionfile.read(data, "x").counts.signs_confirmed == 1


# Half-typed words


async def test_a_sign_waits_for_its_last_word(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.write("Aisha sov ikke")
        await screen.rest()
        assert live.state.note("check-in", AISHA) == "Aisha sov ikke"
        assert live.state.signs == {}
        await screen.write(".")
        await screen.rest()
        assert "sleep" in {key.code for key in live.state.signs}


async def test_a_longer_rest_shows_it(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.write("Aisha sov ikke")
        await screen.pilot.pause(REST + 0.1)
        await screen.settle()
        assert "Aisha · sleep" in cards(screen)


async def test_moving_on_shows_it_at_once(opened, start_round) -> None:
    live = start_round("Aisha", "Mette")
    async with opened(live) as screen:
        await screen.write("Aisha sov ikke")
        await screen.rest()
        assert live.state.signs == {}
        await screen.press("ctrl+n")
        assert [key.code for key in live.state.signs] == ["sleep"]


async def test_the_cursor_tells_which_word_is_half_typed(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        notes = screen.app.screen.query_one(Notes)
        await screen.write("Rolig.\n. Ellers godt")
        notes.move_cursor((1, 0))
        await screen.write("Aisha sov ikke")
        await screen.rest()
        assert live.state.signs == {}
        notes.move_cursor((0, 6))
        await screen.write("!")
        await screen.rest()
        assert [key.code for key in live.state.signs] == ["sleep"]


async def test_a_redraw_between_two_keys_loses_none_of_them(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        notes = screen.app.screen.query_one(Notes)
        notes.insert("Rolig ")
        screen.app.redraw()
        notes.insert("vagt")
        await screen.rest()
        assert notes.text == "Rolig vagt"
        assert live.state.note("check-in", AISHA) == "Rolig vagt"


# Duties


async def duty_opened(screen) -> None:
    await screen.write("Borger ville tage sit eget liv.")
    await screen.rest()
    await screen.press("f2", "a")


async def test_a_confirmed_case_sign_puts_its_duty_before_the_supervisor(
    opened, start_round
) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await duty_opened(screen)
        assert isinstance(screen.app.screen, DutyDialog)
        shown = screen.shown()
        for words in ("Life in danger: suicide", "stays with Aisha", "emergency number"):
            assert words in shown
        for answer in ("1 acted now", "2 agreed who acts, and when", "3 not a duty case"):
            assert answer in shown
        await screen.press("escape")
        assert [duty.outcome for duty in live.state.duties.values()] == [None]
        assert screen.text("#agreed").startswith("○ Life in danger: suicide -> Aisha")


@pytest.mark.parametrize(("key", "outcome"), [("1", "acted"), ("2", "agreed"), ("3", "not-a-duty")])
async def test_one_key_ends_it_and_one_takes_that_back(opened, start_round, key, outcome) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await duty_opened(screen)
        await screen.press(key)
        assert [duty.outcome for duty in live.state.duties.values()] == [outcome]
        assert not isinstance(screen.app.screen, DutyDialog)
        await screen.press("ctrl+b")
        assert [duty.outcome for duty in live.state.duties.values()] == [None]


async def test_a_click_ends_it_too(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await duty_opened(screen)
        await screen.pilot.click(screen.app.screen.query("LinkRow")[1], offset=(2, 0))
        await screen.settle()
        assert [duty.outcome for duty in live.state.duties.values()] == ["agreed"]


async def test_a_sign_turned_to_the_citizen_after_it_was_confirmed_opens_it_too(
    opened, start_round
) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.write("Aisha vil tage sit eget liv.")
        await screen.rest()
        (key,) = live.state.signs
        live.decide(key, "confirmed", subject="counsellor")
        screen.app.redraw()
        await screen.press("f2", "w")
        assert isinstance(screen.app.screen, DutyDialog)
        assert [duty.kind for duty in live.state.duties.values()] == ["suicide-risk"]


async def test_what_the_whole_round_told_is_the_supervisors_own(opened, start_round) -> None:
    live = start_round("Aisha")
    live.go_to_phase(0)
    async with opened(live) as screen:
        await duty_opened(screen)
        assert "it is yours" in screen.shown()


async def test_an_open_duty_is_in_sight_above_every_warning(opened, start_round) -> None:
    live = start_round("Aisha")
    live.write("check-in", AISHA, "Jeg vil ikke leve mere. Borger ville tage sit eget liv.")
    for view in live.look("check-in", AISHA):
        live.decide(view.key, "confirmed")
    assert live.state.duties
    async with opened(live, size=(80, 24)) as screen:
        await screen.press("f2")
        assert "Life in danger: suicide -> Aisha" in screen.shown()
