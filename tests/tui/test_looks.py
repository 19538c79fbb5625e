"""Themes and glyphs: plain letters where they are wanted, and every state without colour."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from debrief.tui import looks
from debrief.tui.glyphs import PLAIN, plain, wants_ascii
from debrief.tui.widgets.notes import Notes
from tests.tui.test_round_screen import note_with_signs


@pytest.fixture
def with_config(desk):
    """Change the desk's configuration."""

    def change(**values: object) -> None:
        desk.config = msgspec.structs.replace(desk.config, **values)

    return change


@pytest.mark.parametrize(
    ("setting", "environment", "ascii_wanted"),
    [
        ("ascii", {"LANG": "da_DK.UTF-8", "TERM": "xterm"}, True),
        ("unicode", {"LANG": "C.ISO8859-1", "TERM": "linux"}, False),
        ("auto", {"LANG": "da_DK.UTF-8", "TERM": "xterm-256color"}, False),
        ("auto", {"LANG": "da_DK.utf8@euro", "TERM": "tmux"}, False),
        ("auto", {"LANG": "da_DK.ISO-8859-1", "TERM": "xterm"}, True),
        ("auto", {"LC_ALL": "nb_NO.ISO-8859-1", "LANG": "da_DK.UTF-8", "TERM": "xterm"}, True),
        ("auto", {"LANG": "da_DK.UTF-8", "TERM": "linux"}, True),
        ("auto", {"LANG": "da_DK.UTF-8", "TERM": "vt220"}, True),
    ],
)
def test_plain_letters_where_they_are_wanted_or_needed(
    setting: str, environment: dict[str, str], ascii_wanted: bool
) -> None:
    assert wants_ascii(setting, environment) is ascii_wanted


def test_every_sign_of_ours_has_one_of_its_own() -> None:
    ours = {*looks.LEVEL_GLYPHS.values(), *looks.TURN_GLYPHS.values()}
    ours |= {looks.SPEAKS, looks.DONE, looks.NOW, looks.AHEAD}
    assert ours <= PLAIN.keys()
    for group in (
        looks.LEVEL_GLYPHS.values(),
        looks.TURN_GLYPHS.values(),
        (looks.DONE, looks.NOW, looks.AHEAD),
    ):
        assert len({plain(one) for one in group}) == len(group)
    assert all(one.isascii() and len(one) == 1 for one in PLAIN.values())


@given(st.text())
def test_nothing_moves_and_letters_stay(text: str) -> None:
    made = plain(text)
    assert cell_len(made) == cell_len(text)
    assert made == "".join(one if one.isalpha() else plain(one) for one in text)


def test_what_one_types_in_danish_stays() -> None:
    assert plain("Øret på fået: „æøå“ … 50 €") == 'Øret på fået: "æøå" ~ 50 ?'


def signs_left(shown: str) -> set[str]:
    return {one for one in shown if not one.isascii() and not one.isalnum()}


@pytest.mark.parametrize("size", [pytest.param((120, 40), marks=pytest.mark.slow), (80, 24)])
async def test_no_sign_of_ours_reaches_the_screen_in_ascii(
    opened, with_config, start_round, size
) -> None:
    with_config(glyphs="ascii")
    live = start_round("Aisha", "Jonas")
    async with opened(live, size=size) as screen:
        await note_with_signs(screen)
        await screen.press("ctrl+t", "f3", "1")
        seen = [screen.shown()]
        for keys in (["f1"], ["escape", "f10"], ["f2"], ["escape", "f9"], ["escape", "ctrl+p"]):
            await screen.press(*keys)
            seen.append(screen.shown())
        await screen.press("escape", "escape", "f7")
        seen.append(screen.shown())
        assert [signs_left(shown) for shown in seen] == [set()] * len(seen)
        assert any("- Aisha" in shown for shown in seen)  # said pass


async def test_with_signs_the_same_screens_hold_them(opened, with_config, start_round) -> None:
    """What the test above looks for is there to be found."""
    with_config(glyphs="unicode")
    async with opened(start_round("Aisha")) as screen:
        assert {"╭", "▶", "✓", "●"} <= signs_left(screen.shown())


async def test_the_look_steps_through_all_and_back(opened) -> None:
    async with opened() as screen:
        seen = [screen.app.theme]
        for _step in looks.THEMES:
            await screen.press("f11")
            seen.append(screen.app.theme)
        assert seen[0] == seen[-1] == "dusk"
        assert set(seen) == {theme.name for theme in looks.THEMES}


async def test_without_colour_the_terminal_s_own_are_left_out(
    opened, with_config, monkeypatch
) -> None:
    """They would come out black on black."""
    monkeypatch.setenv("NO_COLOR", "1")
    with_config(theme="ansi")
    async with opened() as screen:
        seen = {screen.app.theme}
        for _step in looks.THEMES:
            await screen.press("f11")
            seen.add(screen.app.theme)
        assert seen == {"dusk", "day", "high-contrast"}


async def test_the_terminal_s_own_colours_are_sent_as_such(
    opened, with_config, start_round
) -> None:
    with_config(theme="ansi")
    async with opened(start_round("Aisha")) as screen:
        await note_with_signs(screen)
        assert screen.app.screen.query_one(Notes).marks
        colours = set()
        for strip in screen.app.screen._compositor.render_strips():
            for segment in strip:
                if segment.style is not None:
                    colours |= {segment.style.color, segment.style.bgcolor}
        assert {one.type.name for one in colours if one} <= {"DEFAULT", "STANDARD"}


@pytest.mark.parametrize("theme", [one.name for one in looks.THEMES])
async def test_what_is_chosen_differs_from_the_rest(opened, with_config, theme) -> None:
    with_config(theme=theme)
    async with opened() as screen:
        await screen.press("f9")
        row, other = screen.app.screen._compositor.render_strips()[3:5]
        first = next(segment for segment in row if "Language" in segment.text)
        second = next(segment for segment in other if "Language" in segment.text)
        assert first.style.bgcolor != second.style.bgcolor


@pytest.mark.parametrize("theme", [one.name for one in looks.THEMES if not one.ansi])
async def test_without_colour_text_never_vanishes_on_its_ground(
    opened, with_config, start_round, monkeypatch, theme
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with_config(theme=theme)
    async with opened(start_round("Aisha", "Jonas")) as screen:
        await note_with_signs(screen)
        await screen.press("ctrl+l", "8")
        for strip in screen.app.screen._compositor.render_strips():
            for segment in strip:
                style = segment.style
                if segment.text.strip() and style and style.color and style.bgcolor:
                    assert style.color != style.bgcolor, segment.text
        shown = screen.shown()
        assert "[8]" in shown
        assert "■" in shown
        assert "▶ Aisha" in shown
