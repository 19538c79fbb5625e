"""From an empty machine to an open round."""

from __future__ import annotations

import msgspec
import pytest

from debrief import i18n
from debrief.tui import commands
from debrief.tui.screens.home import HomeScreen
from debrief.tui.screens.round import RoundScreen
from debrief.tui.screens.setup import SetupScreen
from debrief.tui.widgets.roll import Roll


async def test_an_empty_machine_shows_one_way_on(opened) -> None:
    async with opened() as screen:
        assert isinstance(screen.app.screen, HomeScreen)
        assert "Set up tonight's round" in screen.shown()
        assert "No follow-ups are waiting" in screen.shown()
        assert "resume" not in screen.shown()


async def test_names_and_one_key_open_a_round(opened, desk) -> None:
    async with opened() as screen:
        await screen.press("enter")
        assert isinstance(screen.app.screen, SetupScreen)
        await screen.write("Aisha, Jonas")
        await screen.press("enter")
        await screen.write("Mette")
        await screen.press("f10")
        assert isinstance(screen.app.screen, RoundScreen)
        assert [one.name for one in screen.app.live.state.people] == ["Aisha", "Jonas", "Mette"]
        assert screen.app.live.saved.everything
        assert (desk.places.live / f"{screen.app.live.state.id}.journal").exists()


async def test_without_people_a_sentence_and_no_round(opened, desk) -> None:
    async with opened() as screen:
        await screen.press("enter", "f10")
        assert isinstance(screen.app.screen, SetupScreen)
        assert "Nobody is in the round yet" in screen.text("#advice")
        assert not desk.places.live.exists()


async def test_people_change_role_place_channel_and_order(opened) -> None:
    async with opened() as screen:
        await screen.press("enter")
        await screen.write("Aisha, Jonas")
        await screen.press("enter", "enter")
        roll = screen.app.screen.query_one(Roll)
        await screen.press("up", "r", "p", "c", "ctrl+down")
        first, second = roll.here
        assert (first.name, second.name) == ("Jonas", "Aisha")
        assert (second.role, second.place, second.channel) == ("employee", "on-site", "phone")
        await screen.press("ctrl+up")
        assert [one.name for one in roll.here] == ["Aisha", "Jonas"]
        await screen.press("space")
        assert [one.name for one in roll.here] == ["Jonas"]


async def test_people_are_offered_next_time_under_the_same_pseudonym(opened, desk) -> None:
    async with opened() as screen:
        await screen.press("enter")
        await screen.write("Aisha")
        await screen.press("f10")
        known = screen.app.live.state.people[0]
        screen.app.let_go()
    clear = desk.places.roster.read_bytes()
    assert b"Aisha" not in clear
    assert known.id.encode() in clear
    async with opened() as screen:
        await screen.press("n")
        roll = screen.app.screen.query_one(Roll)
        assert [(entry.person.id, entry.here) for entry in roll.entries] == [(known.id, False)]


async def test_names_are_shown_as_typed_never_as_markup(opened) -> None:
    async with opened() as screen:
        await screen.press("enter")
        screen.app.screen.query_one("#name").value = "[red]x[/], a\x1b[31mb"
        screen.app.screen.query_one("#name").focus()
        await screen.press("enter")
        shown = screen.shown()
        assert "[red]x[/]" in shown
        assert "\x1b" not in shown
        await screen.press("f10")
        assert "[red]x[/]" in screen.shown()


async def test_one_key_steps_through_the_languages(opened) -> None:
    async with opened() as screen:
        before = screen.shown()
        await screen.press("f12")
        assert i18n.language() == "da"
        assert screen.shown() != before
        await screen.press("f12", "f12")
        assert i18n.language() == "en"
        assert screen.shown() == before


async def test_the_circumstances_give_advice(opened) -> None:
    async with opened() as screen:
        await screen.press("enter")
        screen.app.screen.query_one("#involved").focus()
        await screen.press("space")
        assert "Let somebody else lead" in screen.text("#advice")


async def test_escape_goes_back_and_opens_nothing(opened, desk) -> None:
    async with opened() as screen:
        await screen.press("enter")
        await screen.write("Aisha")
        await screen.press("escape")
        assert isinstance(screen.app.screen, HomeScreen)
        assert not desk.places.live.exists()


async def test_an_unfinished_round_is_offered_and_resumed(opened, desk, start_round) -> None:
    live = start_round("Aisha", "Jonas")
    live.write("check-in", "c-aisha", "Træt, men rolig.")
    desk.pause(live)
    async with opened() as screen:
        assert "Not closed" in screen.shown()
        await screen.press("r")
        assert isinstance(screen.app.screen, RoundScreen)
        assert screen.app.live.state.note("check-in", "c-aisha") == "Træt, men rolig."


async def test_help_names_the_keys_of_the_screen(opened) -> None:
    async with opened() as screen:
        await screen.press("f1")
        assert "Enter  Set up tonight's round" in screen.shown()
        assert "your own ear comes first" in screen.shown()
        await screen.press("escape")
        assert isinstance(screen.app.screen, HomeScreen)


async def test_an_empty_name_leaves_the_hands_where_names_are_written(opened) -> None:
    async with opened() as screen:
        await screen.press("enter")
        await screen.write(" , ,")
        await screen.press("enter")
        await screen.write("Bodil")
        await screen.press("f10")
        assert [one.name for one in screen.app.live.state.people] == ["Bodil"]


async def test_a_protocol_that_comes_later_asks_how_long_ago_it_was(opened, desk) -> None:
    from debrief.tui.dialogs import LineDialog
    from debrief.tui.screens.round import RoundScreen

    desk.config = msgspec.structs.replace(desk.config, protocol="aar")
    async with opened() as screen:
        await screen.press("enter")
        await screen.write("Ada\n")
        await screen.press("f10")
        assert isinstance(screen.app.screen, LineDialog)
        await screen.write("soon")
        await screen.press("enter")
        assert "no number of hours" in screen.text("#hint")
        for _letter in "soon":
            await screen.press("backspace")
        await screen.write("30,5")
        await screen.press("enter")
        assert isinstance(screen.app.screen, RoundScreen)
        assert screen.app.live.state.setup.circumstances.hours_since == 30.5


async def test_keys_of_a_person_stand_at_the_foot_only_where_they_act(opened) -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.press("enter")
        assert "channel" not in screen.text("KeyBar")
        await screen.write("Aisha")
        await screen.press("enter", "enter")
        shown = screen.shown()
        for one in commands.of("people"):
            assert f"{one.shown_key} {one.label()}" in shown
        await screen.press("shift+tab")
        assert "channel" not in screen.text("KeyBar")


async def test_the_time_told_is_the_time_the_round_counts_to(opened) -> None:
    async with opened() as screen:
        await screen.press("enter")
        await screen.write("Aisha, Jonas, Mette, Tor, Ida")
        await screen.press("enter")
        told = screen.text("#about")
        await screen.press("f10")
        planned = sum(phase.planned_s for phase in screen.app.live.state.setup.phases)
        assert f"about {round(planned / 60)} minutes" in told


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_protocols_stand_by_the_name_that_is_shown(opened, desk, language) -> None:
    i18n.use("en")
    async with opened() as screen:
        await screen.press("enter")
        await screen.press(*["f12"] * {"en": 0, "da": 1, "nb": 2}[language])
        assert i18n.language() == language
        listed = [one.name.to(language) for one in screen.app.screen._protocols if not one.locked]
        assert listed[0] == desk.protocol("shift-defuse").name.to(language)
        assert listed[1:] == sorted(listed[1:], key=str.casefold)
        assert screen.app.screen.protocol.id == "shift-defuse"


async def test_a_person_with_much_agreed_keeps_to_one_row(opened) -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.press("enter")
        await screen.write("Marie-Antoinette, Bo")
        await screen.press("enter", "enter", "up", "p", "c", "c", "c", "b")
        roll = screen.app.screen.query_one(Roll)
        assert roll.here[0].buddy
        rows = [row for row in screen.shown().splitlines() if "[x]" in row]
        assert "+" in rows[0]
        assert "in the" in rows[0]
        assert "Bo" in rows[1]
