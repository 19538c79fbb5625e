"""Settings on the screen: written at once, in force at once, never over somebody else's change."""

from __future__ import annotations

import stat
from pathlib import PurePath

import pytest

from debrief import i18n
from debrief.tui.screens.home import HomeScreen
from debrief.tui.screens.round import RoundScreen
from debrief.tui.screens.settings import SettingsList, SettingsScreen
from debrief.tui.wordings import NAMES, VALUES, path_rows
from debrief.workspace.config import parse
from debrief.workspace.editing import settings

FILE = "# ours\nteam = \"Nord\"  # the night team\n\n[destinations.x]\nexporter = 'folder'\n"


@pytest.fixture
def file(places):
    places.workspace.mkdir(parents=True)
    places.settings.write_text(FILE, "utf-8")
    return places.settings


def at(name: str) -> int:
    return [one.name for one in settings()].index(name)


async def go_to(screen, name: str) -> None:
    screen.app.screen.query_one(SettingsList).highlighted = at(name)
    await screen.settle()


def test_every_setting_has_a_name_and_a_sentence() -> None:
    assert {one.name for one in settings()} <= NAMES.keys()


async def test_f9_leads_there_and_escape_back(opened) -> None:
    async with opened() as screen:
        home = screen.app.screen
        await screen.press("f9")
        assert isinstance(screen.app.screen, SettingsScreen)
        await screen.press("f9")
        await screen.press("escape")
        assert screen.app.screen is home


async def test_f9_is_settings_in_a_round_too_and_changes_nothing_there(opened, start_round) -> None:
    live = start_round("Aisha", "Jonas")
    async with opened(live) as screen:
        await screen.press("f9")
        assert isinstance(screen.app.screen, SettingsScreen)
        await screen.press("escape", "alt+x")
        assert live.state.left == {"c-aisha"}
        told = [one.message for one in screen.app._notifications]
        assert told == ["Aisha has left. ^b takes it back."]


async def test_a_look_is_written_and_in_force_and_the_rest_stays(opened, file) -> None:
    async with opened() as screen:
        await screen.press("f9")
        await go_to(screen, "theme")
        await screen.press("right")
        assert screen.app.theme == parse(file.read_bytes()).theme != "dusk"
        assert "in force" in screen.text("#about-setting")
        assert file.read_text("utf-8").startswith('# ours\nteam = "Nord"  # the night team\n')
        await screen.press("left")
        assert screen.app.theme == parse(file.read_bytes()).theme == "dusk"
        await screen.press("right", "delete")
        assert screen.app.theme == "dusk"
        assert file.read_text("utf-8") == FILE


async def test_the_language_changes_while_one_looks(opened, file) -> None:
    async with opened() as screen:
        await screen.press("f9")
        await go_to(screen, "language")
        while parse(file.read_bytes()).language != "da":
            await screen.press("right")
        assert i18n.language() == "da"
        assert "Esc" in screen.shown()


async def test_a_text_is_asked_for_and_a_number_that_does_not_fit_again(opened, file) -> None:
    async with opened() as screen:
        await screen.press("f9")
        await go_to(screen, "team")
        await screen.press("enter")
        await screen.write("Syd Æ")
        await screen.press("enter")
        assert parse(file.read_bytes()).team == "Syd Æ"
        await go_to(screen, "retention.private_days")
        await screen.press("enter")
        await screen.write("0")
        await screen.press("enter")
        assert "1 to 3660" in screen.shown()
        await screen.press("backspace")
        await screen.write("30")
        await screen.press("enter")
        assert parse(file.read_bytes()).retention.private_days == 30


async def test_a_file_that_was_changed_meanwhile_is_not_written_over(opened, file) -> None:
    async with opened() as screen:
        await screen.press("f9")
        other = FILE + "# somebody else\n"
        file.write_text(other, "utf-8")
        await go_to(screen, "theme")
        await screen.press("right")
        assert file.read_text("utf-8") == other
        assert screen.app.theme == "dusk"
        assert "meanwhile" in screen.text("#about-setting")
        await screen.press("f5", "right")
        assert file.read_text("utf-8") != other
        assert "# somebody else" in file.read_text("utf-8")


async def test_a_file_is_made_where_there_is_none_and_for_its_owner_alone(opened, places) -> None:
    async with opened() as screen:
        await screen.press("f9")
        assert not places.settings.exists()
        await go_to(screen, "privacy")
        await screen.press("right")
        assert "whoever has a session file" in screen.shown()
        await screen.press("escape")
        assert not places.settings.exists()
        await screen.press("right", "enter")
        assert parse(places.settings.read_bytes()).privacy == "open"
        assert stat.S_IMODE(places.settings.stat().st_mode) == 0o600


async def test_a_file_that_cannot_be_used_is_told_and_left(opened, file) -> None:
    async with opened() as screen:
        file.write_text("team = \n", "utf-8")
        await screen.press("f9")
        assert "can't be read" in screen.text("#about-setting")
        await screen.press("right")
        assert file.read_text("utf-8") == "team = \n"


async def test_what_is_typed_is_never_markup(opened, file) -> None:
    async with opened() as screen:
        await screen.press("f9")
        await go_to(screen, "team")
        await screen.press("enter")
        screen.app.screen.query_one("Input").value = "[red]Nord[/red]"
        await screen.press("enter")
        assert "[red]Nord[/red]" in screen.shown()


@pytest.mark.parametrize("setting", settings(), ids=lambda one: one.name)
def test_no_value_is_shown_as_the_file_has_it(setting) -> None:
    coded = [one for one in setting.choices if not setting.name.endswith("language")]
    assert [one for one in coded if one not in VALUES[setting.name]] == []


async def test_a_protocol_stands_by_its_name_and_a_path_is_broken_at_a_folder(opened) -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.press("f9")
        assert "End-of-shift" in screen.shown()
        assert "shift-defuse" not in screen.shown()
        rows = [row.strip(" │") for row in screen.text("#about-setting").splitlines()]
        assert any(row.endswith("debrief.toml") for row in rows)


def test_a_path_is_broken_only_behind_its_folders() -> None:
    path = PurePath("/home/anna/helpline/debrief.toml")
    assert path_rows(path, 20) == ["/home/anna/helpline/", "debrief.toml"]
    assert path_rows(path, 80) == [str(path)]
    assert "".join(path_rows(path, 1)) == str(path)


async def test_an_untouched_round_is_left_for_the_first_screen(opened, start_round, desk) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.write("Et ord")
        found = {one.title: one for one in screen.app.get_system_commands(screen.app.screen)}
        await found["to the first screen"].callback()
        await screen.settle()
        assert isinstance(screen.app.screen, HomeScreen)
        assert screen.app.live is None
        await screen.press("r")
        assert isinstance(screen.app.screen, RoundScreen)
        assert screen.app.live.state.note("check-in", "c-aisha") == "Et ord"
