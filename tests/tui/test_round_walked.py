"""A round as it is walked through: keys that come at once, a small window, what stays in sight."""

from __future__ import annotations

import pytest
from textual import events

from debrief.tui.screens.round import RoundScreen
from debrief.tui.widgets.lists import LoadBar, SignsPane
from debrief.tui.widgets.notes import Notes

SMALL = (80, 24)


@pytest.fixture
def live(start_round):
    return start_round("Aisha", "Jonas", "Mette")


async def at_once(screen, *keys: str) -> None:
    """Press keys as a paste or a slow machine gives them: all there before the first is read."""
    for key in keys:
        letter = {"space": " "}.get(key, key if len(key) == 1 else None)
        screen.app.post_message(events.Key(key, letter))
    await screen.settle()
    await screen.rest()


class TestKeysAtOnce:
    async def test_a_key_after_f2_goes_to_the_signs(self, opened, live) -> None:
        async with opened(live) as screen:
            await screen.write("Borger ville tage sit eget liv.")
            await screen.rest()
            await at_once(screen, "f2", "a")
            assert [one.decision for one in live.state.signs.values()] == ["confirmed"]
            assert live.state.note("check-in", "c-aisha").endswith("liv.")

    async def test_a_load_and_what_follows_belong_to_whom_they_were_given(
        self, opened, live
    ) -> None:
        async with opened(live) as screen:
            await at_once(screen, "a", "ctrl+l", "8", "b", "ctrl+n", "x", "y", "z")
            assert live.state.loads == {"c-aisha": 8}
            assert live.state.note("check-in", "c-aisha") == "ab"
            assert live.state.note("check-in", "c-jonas") == "xyz"

    async def test_a_load_right_before_the_next_voice_is_the_speaker_s(self, opened, live) -> None:
        async with opened(live) as screen:
            await at_once(screen, "ctrl+l", "8", "ctrl+n", "x", "ctrl+n", "y", "alt+1", "z")
            assert live.state.loads == {"c-aisha": 8}
            assert live.state.note("check-in", "c-jonas") == "x"
            assert live.state.note("check-in", "c-mette") == "y"
            assert live.state.note("check-in", "c-aisha") == "z"

    async def test_a_line_that_is_asked_for_takes_the_very_next_letter(self, opened, live) -> None:
        async with opened(live) as screen:
            await at_once(screen, "ctrl+o", "n", "y", "enter", "z")
            assert [one.text for one in live.state.actions.values()] == ["ny"]
            assert live.state.note("check-in", "c-aisha") == "z"


@pytest.mark.parametrize(
    "keys",
    [
        ("ctrl+n",),
        ("ctrl+t",),
        ("ctrl+g",),
        ("f5",),
        ("ctrl+l",),
        ("h",),
        ("enter",),
        ("alt+2",),
        ("alt+g",),
        ("ctrl+f", "2"),
        ("escape",),
    ],
)
async def test_nobody_writes_blind_in_a_small_window(opened, live, keys: tuple[str, ...]) -> None:
    async with opened(live, size=SMALL) as screen:
        await screen.write("Borger ville tage sit eget liv.")
        await screen.rest()
        await screen.press("f2", *keys)
        focused = screen.app.focused
        assert isinstance(screen.app.screen, RoundScreen)
        assert isinstance(focused, LoadBar if keys == ("ctrl+l",) else Notes)
        assert focused.region.area > 0
        assert not screen.app.screen.query_one(SignsPane).region.area
