"""Help for what has the focus, letters to go by, and a palette that offers all that can be done."""

from __future__ import annotations

import os
import stat

import pytest
from textual.widgets import Input

from debrief import i18n
from debrief.tui import commands, offers
from debrief.tui.help import PANES, HelpDialog, about, found, glossary, told
from debrief.tui.jumping import LETTERS, JumpScreen, targets
from debrief.tui.outside import PREFIX, places
from debrief.tui.palette import offered
from debrief.tui.screens.close import CloseScreen
from debrief.tui.screens.round import RoundScreen
from debrief.tui.screens.setup import SetupScreen
from debrief.tui.widgets.lists import LoadBar, RoundTable, SignsPane
from debrief.tui.widgets.notes import Notes
from tests.tui.test_round_screen import note_with_signs

NAMES = ("Aisha", "Jonas", "Mette")


@pytest.fixture
def live(start_round):
    return start_round(*NAMES)


# Help


async def test_help_begins_with_what_has_the_focus(opened, live) -> None:
    async with opened(live) as screen:
        for go, word, key in (
            ((), "The note of the one", ""),
            (("f2",), "each a question to you", "a  Yes, this is a sign"),
            (("escape", "ctrl+f"), "in speaking order", ""),
        ):
            await screen.press(*go)
            if go == ("f2",):
                assert isinstance(screen.app.focused, SignsPane)
            first = told(about(screen.app.screen), 90).plain.split("This screen")[0]
            assert word in first
            assert key in first


async def test_then_come_the_screen_s_keys_and_the_words_used(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f1")
        assert isinstance(screen.app.screen, HelpDialog)
        text = told(screen.app.screen._chapters, 90).plain
        order = ["Notes", "This screen", "^n  The turn", "your own ear", "Words", "Ledger"]
        places = [text.index(part) for part in order]
        assert places == sorted(places)
        assert all(word in text for word, _meaning in glossary())


async def test_help_is_searched_by_typing(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f1")
        await screen.write("take back")
        shown = screen.shown()
        assert "Take back the last step" in shown
        assert "late: add them" not in shown
        await screen.write(" zzz")
        assert "Nothing here has those words" in screen.shown()
        await screen.press("escape")
        assert isinstance(screen.app.screen, RoundScreen)
        assert screen.app.screen.query_one(Notes).text == ""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_help_is_read_to_its_end_with_the_arrows(opened, live, size) -> None:
    async with opened(live, size=size) as screen:
        await screen.press("f1")
        for _page in range(12):
            await screen.press("pagedown")
        assert "Destination" in screen.shown()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_no_row_of_help_is_cut(opened, live, language) -> None:
    i18n.use(language)
    async with opened(live) as screen:
        for width in (40, 62, 86):
            text = told(about(screen.app.screen), width)
            assert max(line.cell_length for line in text.split("\n")) <= width


async def test_every_pane_one_can_stand_in_tells_what_it_is_for(opened, live) -> None:
    async with opened() as screen:
        seen = set()

        def look() -> None:
            for widget in screen.app.screen.focus_chain:
                seen.add(widget.id)
                assert widget.id in PANES or hasattr(widget, "about"), widget

        look()
        for keys in (("n",), ("escape", "l"), ("escape", "c"), ("escape", "o"), ("escape", "f9")):
            await screen.press(*keys)
            look()
        await screen.press("escape")
        screen.app.open_round(live)
        await screen.settle()
        look()
        await screen.press("f10")
        look()
        assert seen >= {"notes", "table", "name", "accounts", "choices", "coverage"}


def test_search_takes_every_word_in_any_order() -> None:
    from debrief.tui.help import Chapter

    chapters = [Chapter("A", ("one two", "two three"), (("x", "three one"),)), Chapter("B", ("z",))]
    assert found(chapters, "THREE one")[0].rows == (("x", "three one"),)
    assert [one.title for one in found(chapters, "two")] == ["A"]
    assert found(chapters, "") == chapters


# Letters


def letter_to(screen, wanted: object) -> str:
    """The letter that stands where something begins."""
    found_now = targets(screen.app.screen)
    place = wanted if isinstance(wanted, tuple) else (wanted.region.x + 1, wanted.region.y)
    return next(
        letter for letter, one in zip(LETTERS, found_now, strict=False) if (one.x, one.y) == place
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_letter_goes_to_a_pane(opened, live, size) -> None:
    async with opened(live, size=size) as screen:
        letter = letter_to(screen, screen.app.screen.query_one(RoundTable))
        await screen.press("f7")
        assert isinstance(screen.app.screen, JumpScreen)
        await screen.press(letter)
        assert isinstance(screen.app.focused, RoundTable)
        letter = letter_to(screen, screen.app.screen.query_one(LoadBar))
        await screen.press("f7", letter)
        assert isinstance(screen.app.focused, LoadBar)


async def test_a_letter_gives_a_person_the_word(opened, live) -> None:
    async with opened(live) as screen:
        table = screen.app.screen.query_one(RoundTable)
        letter = letter_to(screen, (table.content_region.x, table.content_region.y + 2))
        await screen.write("til Aisha")
        await screen.press("f7", letter)
        assert live.state.speaker == "c-mette"
        assert live.state.note("check-in", "c-aisha") == "til Aisha"


async def test_a_letter_goes_to_a_phase(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f7", LETTERS[2])
        assert live.state.phase == 2


async def test_each_letter_is_seen_where_it_goes(opened, live) -> None:
    async with opened(live) as screen:
        found_now = targets(screen.app.screen)
        await screen.press("f7")
        rows = screen.shown().split("\n")
        for letter, one in zip(LETTERS, found_now, strict=False):
            assert rows[one.y][one.x] == letter
        assert "Aisha" in screen.shown()


async def test_any_other_key_goes_back_and_does_nothing(opened, live) -> None:
    async with opened(live) as screen:
        for key in ("escape", "f7", "enter", "1"):
            before = live.state
            await screen.press("f7", key)
            assert isinstance(screen.app.screen, RoundScreen)
            assert live.state == before
            assert screen.app.screen.query_one(Notes).text == ""


async def test_letters_work_on_the_other_screens_too(opened) -> None:
    async with opened() as screen:
        await screen.press("n")
        assert isinstance(screen.app.screen, SetupScreen)
        letter = letter_to(screen, screen.app.screen.query_one("#team"))
        await screen.press("f7", letter)
        assert screen.app.focused.id == "team"


# Palette


async def test_the_palette_has_every_command_of_the_screen_its_pane_and_the_app(
    opened, live
) -> None:
    """Those of the signs only while one stands there: they are about the sign in hand."""
    async with opened(live) as screen:
        await note_with_signs(screen)
        titles = [one.title for one in screen.app.get_system_commands(screen.app.screen)]
        assert not any(one.startswith("dismiss") for one in titles)
        await screen.press("f2")
        titles = [one.title for one in screen.app.get_system_commands(screen.app.screen)]
        for scope in ("round", "signs", "app"):
            for command in commands.of(scope):
                assert any(one.startswith(command.label()) for one in titles), command.id
        assert len(titles) == len(set(titles))
        assert not any("creenshot" in one for one in titles)


async def test_a_pane_s_command_is_given_from_the_palette(opened, live) -> None:
    async with opened(live) as screen:
        await note_with_signs(screen)
        await screen.press("f2")
        found_now = {one.title: one for one in screen.app.get_system_commands(screen.app.screen)}
        await found_now["dismiss  d"].callback()
        await screen.settle()
        assert [one.decision for one in live.state.signs.values()].count("dismissed") == 1


async def test_in_a_dialog_the_palette_has_the_commands_of_the_screen_below(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f3")
        found_now = {one.title: one for one in offered(screen.app, screen.app.screen)}
        assert "next voice  ^n" in found_now
        await found_now["close  F10"].callback()
        await screen.settle()
        assert isinstance(screen.app.screen, CloseScreen)
        assert live.state.follow_ups == {}


async def test_where_nothing_fits_the_palette_says_so_in_the_interface_language(
    opened, live, monkeypatch
) -> None:
    monkeypatch.setattr(offers, "_", str.upper)
    async with opened(live) as screen:
        app = screen.app
        found = offers.Offers(app.screen)
        found._post_init()
        (only,) = [hit async for hit in found._search("qqqq")]
        assert str(only.prompt) == "NOTHING HERE IS CALLED THAT. TRY ANOTHER WORD."
        fit = [hit async for hit in found._search("close")]
        assert fit
        assert not any("NOTHING" in str(hit.prompt) for hit in fit)
        await screen.press("ctrl+p", *"close", "enter")
        assert isinstance(app.screen, CloseScreen)


# The end


# An editor of one's own


@pytest.fixture
def own_editor(tmp_path, monkeypatch):
    """An editor called nano that does what it is told in a shell script."""

    def make(script: str) -> None:
        path = tmp_path / "bin" / "nano"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\nshift\n{script}\n", "utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("VISUAL", str(path))
        monkeypatch.setenv("XDG_RUNTIME_DIR", "")

    return make


@pytest.fixture
def given_away(monkeypatch):
    """Let the terminal of a test be given to another program."""
    from contextlib import nullcontext

    from debrief.tui.app import DebriefApp

    monkeypatch.setattr(DebriefApp, "suspend", lambda self: nullcontext())


async def give_to_editor(screen) -> None:
    found_now = {one.title: one for one in screen.app.get_system_commands(screen.app.screen)}
    await found_now["own editor"].callback()
    await screen.settle()


async def test_a_note_comes_back_from_the_editor_and_is_kept(
    opened, live, own_editor, given_away
) -> None:
    own_editor('printf "fra egen editor: æøå" >> "$1"')
    async with opened(live) as screen:
        await screen.write("her")
        await give_to_editor(screen)
        assert live.state.note("check-in", "c-aisha") == "her\nfra egen editor: æøå"
        assert screen.app.screen.query_one(Notes).text == "her\nfra egen editor: æøå"
        assert live.settle()
        await screen.press("ctrl+z")
        assert screen.app.screen.query_one(Notes).text == "her"


async def test_an_editor_that_fails_is_told_and_the_note_stays(
    opened, live, own_editor, given_away
) -> None:
    own_editor('printf "halvt" > "$1"; exit 3')
    async with opened(live) as screen:
        await screen.write("her")
        await give_to_editor(screen)
        assert "as it was" in screen.shown()
        await screen.press("enter")
        assert live.state.note("check-in", "c-aisha") == "her"


async def test_where_a_terminal_cannot_be_given_away_it_is_said(opened, live, own_editor) -> None:
    own_editor("true")
    async with opened(live) as screen:
        await give_to_editor(screen)
        assert isinstance(screen.app.screen, RoundScreen)


def test_nothing_of_a_note_was_left_in_memory() -> None:
    for place in places():
        assert list(place.glob(f"{PREFIX}{os.getpid()}-*")) == []


async def test_the_search_line_of_help_takes_the_keys_and_the_round_does_not(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f1")
        await screen.write("pas")
        assert screen.app.screen.query_one(Input).value == "pas"
        assert live.state.turns == {}
