"""A round as it is walked through: keys that come at once, a small window, what stays in sight."""

from __future__ import annotations

import pytest
from textual import events

from debrief import i18n, words
from debrief.tui.dialogs import DutyDialog
from debrief.tui.screens.home import HomeScreen
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


DANGER = "Aisha siger: jeg vil ikke leve mere."


async def confirm_danger(screen, live) -> None:
    """Let the speaker be in danger now, with the sign in hand confirmed and the card open."""
    await screen.write(DANGER)
    await screen.rest()
    await screen.press("f2")
    (key,) = [key for key, one in live.state.signs.items() if one.level == "acute"]
    live.decide(key, subject="counsellor")
    await screen.press("a")


async def test_danger_stays_in_sight_after_it_was_gone_on_from(opened, live) -> None:
    async with opened(live, size=SMALL) as screen:
        await confirm_danger(screen, live)
        await screen.press("o", "escape")
        assert "Aisha: danger now" in screen.text("#strip")
        assert "Who takes over" in screen.text("#agreed")
        await screen.press("f10")
        assert "Aisha: danger now" in screen.text("#standing")


async def test_the_strip_says_whose_words_it_shows(opened, live) -> None:
    async with opened(live, size=SMALL) as screen:
        await screen.write("Borger ville tage sit eget liv.")
        await screen.rest()
        assert "Citizen (Aisha): “" in screen.text("#strip")


async def test_the_level_goes_down_one_step_at_a_time_and_is_said(opened, live) -> None:
    async with opened(live) as screen:
        await screen.write("Borger ville tage sit eget liv.")
        await screen.rest()
        await screen.press("f2")
        pane = screen.app.screen.query_one(SignsPane)
        assert "v level" in f"{pane.border_title} {pane.border_subtitle}"
        (key,) = live.state.signs
        for level, said in (("urgent", "soon"), ("watch", "note"), ("acute", "now")):
            await screen.press("v")
            assert live.state.signs[key].level == level
            assert [one.message for one in screen.app._notifications][-1] == said


@pytest.mark.parametrize("key", ["ctrl+l", "f6", "alt+x", "f3", "alt+c", "alt+b"])
async def test_a_key_about_nobody_says_so(opened, live, key: str) -> None:
    live.choose(None)
    async with opened(live) as screen:
        await screen.press(key)
        assert "Nobody has the word. Choose a person with ^f first." in said(screen)


async def test_once_all_have_spoken_the_way_on_is_told(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+n", "ctrl+n", "ctrl+n")
        assert said(screen) == []
        await screen.press("ctrl+n")
        assert said(screen) == ["Everyone has had the word in this phase. ^g goes on to the next."]


def said(screen) -> list[str]:
    """Return what was told in passing."""
    return [one.message for one in screen.app._notifications]


async def test_signs_that_come_after_the_focus_are_decided_at_once(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f2")
        live.write(live.state.plan.key, "c-aisha", "Borger ville tage sit eget liv.")
        live.look(live.state.plan.key, "c-aisha")
        screen.app.screen.redraw()
        await screen.press("a")
        assert [one.decision for one in live.state.signs.values()] == ["confirmed"]


async def test_the_palette_decides_no_sign_that_is_not_in_hand(opened, live) -> None:
    def offered() -> set[str]:
        return {one.help for one in screen.app.get_system_commands(screen.app.screen)}

    deciding = "Yes, this is a sign; again: undecided"
    async with opened(live) as screen:
        await screen.write("Borger ville tage sit eget liv.")
        await screen.rest()
        assert deciding not in offered()
        await screen.press("f2")
        assert deciding in offered()


async def test_a_round_is_left_for_the_first_screen_and_is_kept(opened, desk, live) -> None:
    async with opened(live) as screen:
        await screen.write("Lang")
        found = {one.title: one for one in screen.app.get_system_commands(screen.app.screen)}
        await found["to the first screen"].callback()
        await screen.settle()
        assert isinstance(screen.app.screen, HomeScreen)
        assert screen.app.live is None
        (kept,) = desk.unfinished()
        assert kept.state.note("check-in", "c-aisha") == "Lang"
        await screen.press("r")
        assert screen.app.live.state.note("check-in", "c-aisha") == "Lang"


async def test_an_open_duty_has_a_key_back(opened, live) -> None:
    async with opened(live) as screen:
        await screen.write("Borger ville tage sit eget liv.")
        await screen.rest()
        await screen.press("f2", "a", "escape", "escape")
        assert "(Alt d when it ended)" in screen.text("#agreed")
        await screen.press("alt+d")
        assert isinstance(screen.app.screen, DutyDialog)
        await screen.press("1")
        assert [one.outcome for one in live.state.duties.values()] == ["acted"]
        await screen.press("alt+d")
        assert "No duty stands open." in said(screen)


async def test_a_long_question_pushes_nothing_out_of_a_small_window(opened, live) -> None:
    live.make_groups()
    async with opened(live, size=SMALL) as screen:
        await screen.press("alt+t")
        lines = screen.app.screen._protocol.phase(live.state.plan.key).prompts
        shown = screen.shown()
        assert lines.da[0][:20] in shown
        assert lines.nb[0][:20] in shown
        assert words.groups(live.state)[:20] in shown


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_the_load_says_its_key_whole(opened, live, size) -> None:
    i18n.use("da")
    async with opened(live, size=size) as screen:
        bar = screen.app.screen.query_one(LoadBar)
        assert bar.asked
        for keys in ((), ("ctrl+l",)):
            await screen.press(*keys)
            row = bar.render()
            assert row.cell_length <= bar.content_size.width
        await screen.press("escape")
        assert "^l" in bar.render().plain


async def test_the_marks_of_the_table_are_told_in_its_help(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+f", "f1")
        assert "› is to be called" in screen.shown()


async def test_a_sign_says_once_to_read_again_and_keeps_its_indent(opened, live) -> None:
    async with opened(live) as screen:
        await screen.write("Hun er alene og ked af det, måske.")
        await screen.rest()
        pane = screen.app.screen.query_one(SignsPane)
        for view in pane._views:
            card = pane._card(view, "Aisha").plain
            assert card.count("read") <= 1 + ("Reads" in card)
            assert all(row.startswith("  ") for row in card.split("\n")[1:])
