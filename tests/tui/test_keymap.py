"""Keys of one's own: what is taken, what is refused, and that every place shows the same key."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding
from textual.widgets import TextArea

from debrief.errors import Problem
from debrief.tui import commands, keymap
from debrief.tui.app import DebriefApp
from debrief.tui.help import about, told
from debrief.tui.screens.home import HomeScreen
from debrief.tui.widgets.bars import KeyBar
from debrief.workspace.config import parse


def refusal(table: dict[str, object]) -> str:
    with pytest.raises(Problem) as caught:
        keymap.read(table)
    return str(caught.value)


def test_both_spellings_of_an_id_and_people_s_spelling_of_a_key() -> None:
    config = parse(b'[keys]\nround.question = "^]"\n"home.send" = "F8, W"\nhome.resume = "?"\n')
    assert keymap.read(config.keys) == {
        "round.question": "ctrl+]",
        "home.send": "f8,W",
        "home.resume": "question_mark",
    }


def test_two_commands_may_change_places() -> None:
    table = {"round": {"next-voice": "ctrl+g", "next-phase": "ctrl+n"}}
    assert keymap.read(table) == {"round.next-voice": "ctrl+g", "round.next-phase": "ctrl+n"}


@pytest.mark.parametrize(
    ("ident", "near"),
    [
        ("round.next-voise", "round.next-voice"),
        ("next-voice", "round.next-voice"),
        ("round.nextphase", "round.next-phase"),
    ],
)
def test_an_unknown_id_is_told_the_nearest(ident: str, near: str) -> None:
    assert f"Did you mean {near}?" in refusal({ident: "f5"})


def test_an_id_like_no_other_is_told_where_all_are() -> None:
    assert "`debrief keymap` lists them all" in refusal({"zzz": "f5"})


@pytest.mark.parametrize("key", ["ctrl+h", "ctrl+i", "^j", "ctrl+m", "ctrl+["])
def test_a_key_that_comes_as_another_is_refused(key: str) -> None:
    assert "a terminal sends it as" in refusal({"round.next-voice": key})


@pytest.mark.parametrize("key", ["alt+n", "ctrl+shift+n", "super+x", "ctrl+alt+f4"])
def test_a_key_that_terminals_swallow_is_refused(key: str) -> None:
    assert "swallow" in refusal({"round.next-voice": key})


@pytest.mark.parametrize("key", ["", "f13", "f24", "ctrl+", "page", "ab", "ctrl+enterr", "f1,"])
def test_what_is_no_key_is_refused(key: str) -> None:
    assert "that is no key" in refusal({"round.next-voice": key})


@pytest.mark.parametrize("key", ["n", "æ", "space", "enter", "ctrl+a", "shift+up", "ctrl+z", "?"])
def test_a_key_that_writing_needs_is_refused_where_people_write(key: str) -> None:
    assert "writing needs that key" in refusal({"round.next-voice": key})


def test_a_letter_is_fine_where_nobody_writes() -> None:
    assert keymap.read({"home.start": "x"}) == {"home.start": "x"}


@pytest.mark.parametrize(
    ("table", "other"),
    [
        ({"round.next-voice": "ctrl+g"}, "round.next-phase"),
        ({"home.start": "s"}, "home.send"),
        ({"home.send": "f1"}, "app.help"),
        ({"signs.confirm": "f3"}, "round.follow-up"),
        ({"round.question": "f8", "round.again": "f8"}, "round."),
    ],
)
def test_no_key_stands_for_two_commands(table: dict[str, str], other: str) -> None:
    assert other in refusal(table)


def test_the_keys_that_come_along_meet_their_own_rules() -> None:
    """All but those the screens take from the editor on purpose, and Alt beside other ways.

    Some terminals keep Alt for themselves; there the palette gives the same commands.
    """
    for command in commands.COMMANDS:
        for key in command.keys:
            if not key.startswith("alt+"):
                keymap.check(command, key)


def test_what_the_editor_owns_is_all_known() -> None:
    """F5 to F7 only select in the editor, which shift and the arrows do as well."""
    owned = {
        key.strip()
        for one in TextArea.BINDINGS
        if isinstance(one, Binding)
        for key in one.key.split(",")
    }
    plain = {k for k in owned if not k.startswith(("alt+", "super+", "shift+", "ctrl+shift+"))}
    assert plain - {"f5", "f6", "f7", "ctrl+backspace"} <= keymap.EDITORS | keymap.KEPT


@given(
    st.dictionaries(
        st.sampled_from([one.id for one in commands.COMMANDS]) | st.text(max_size=12),
        st.sampled_from(["f4", "ctrl+g", "ctrl+n", "n", "^b", "", ",", "+", "ctrl++"])
        | st.text(max_size=8),
        max_size=4,
    )
)
def test_any_table_gives_keys_or_one_sentence(table: dict[str, str]) -> None:
    try:
        said = " ".join(["[keys]", *keymap.read(table)])
    except Problem as problem:
        said = str(problem)
    assert said.startswith("[keys]")
    assert "\n" not in said


@pytest.fixture
def with_keys(desk):
    """The desk's configuration with these keys."""

    def use(keys: dict[str, str]) -> None:
        desk.config = msgspec.structs.replace(desk.config, keys=keys)

    return use


async def test_the_key_of_one_s_own_acts_and_the_old_one_does_not(
    opened, with_keys, start_round
) -> None:
    with_keys(
        {"round.next-voice": "ctrl+g", "round.next-phase": "f8", "round.again": "f5"}
        | {"round.previous-phase": "ctrl+n"}
    )
    live = start_round("Aisha", "Jonas")
    async with opened(live) as screen:
        await screen.press("ctrl+g")
        assert live.state.speaker == "c-jonas"
        at = live.state.phase
        await screen.press("f8")
        assert live.state.phase == at + 1
        await screen.press("ctrl+n")
        assert live.state.phase == at


async def test_every_place_shows_the_key_of_one_s_own(opened, with_keys, start_round) -> None:
    with_keys({"round.next-voice": "f8", "round.again": "ctrl+n"})
    async with opened(start_round("Aisha")) as screen:
        app = screen.app
        assert "F8 next voice" in str(app.screen.query_one(KeyBar).render())
        help_text = str(told(about(app.screen), 90))
        assert "F8  The turn is over" in help_text
        assert "^n  Make the step again" in help_text
        titles = [one.title for one in app.get_system_commands(app.screen)]
        assert "next voice  F8" in titles
        assert "F8" in app.screen.purpose()
        assert "^n" not in app.screen.purpose()


async def test_keys_that_cannot_be_used_are_told_and_the_round_goes_on(
    opened, with_keys, start_round
) -> None:
    with_keys({"round.next-voice": "ctrl+h"})
    live = start_round("Aisha", "Jonas")
    async with opened() as screen:
        assert "Backspace; choose another" in " ".join(screen.shown().replace("│", "").split())
        await screen.press("enter")
        assert isinstance(screen.app.screen, HomeScreen)
        screen.app.open_round(live)
        await screen.settle()
        await screen.press("ctrl+n")
        assert live.state.speaker == "c-jonas"


def test_the_next_app_has_its_own_keys(desk, with_keys) -> None:
    with_keys({"home.start": "x"})
    DebriefApp(desk)
    assert commands.shown_key("home.start") == "x"
    with_keys({})
    DebriefApp(desk)
    assert commands.shown_key("home.start") == "Enter"
