"""The round by keyboard: voices, passes, loads, notes, signs - each step taken back."""

from __future__ import annotations

import pytest

from debrief.session import ROUND, SignKey
from debrief.tui.screens.close import CloseScreen
from debrief.tui.widgets.lists import LoadBar, SignsPane
from debrief.tui.widgets.notes import Notes

NAMES = ("Aisha", "Jonas", "Mette")


@pytest.fixture
def live(start_round):
    return start_round(*NAMES)


async def test_one_key_gives_the_word_on(opened, live) -> None:
    async with opened(live) as screen:
        assert live.state.speaker == "c-aisha"
        await screen.press("ctrl+n")
        assert live.state.turn("check-in", "c-aisha") == "spoke"
        assert live.state.speaker == "c-jonas"
        assert "▶ Jonas" in screen.shown()


async def test_one_key_passes_and_nothing_asks_why(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+t")
        assert live.state.turn("check-in", "c-aisha") == "passed"
        assert "said pass" in screen.shown()


async def test_two_keys_give_a_load_and_the_notes_have_the_focus_again(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+l", "8")
        assert live.state.loads == {"c-aisha": 8}
        assert isinstance(screen.app.focused, Notes)
        assert "[8]" in screen.shown()
        await screen.press("ctrl+l", "x")
        assert live.state.loads == {"c-aisha": 10}
        await screen.press("ctrl+l", "delete")
        assert live.state.loads == {}


async def test_a_note_is_kept_when_the_hands_rest(opened, live) -> None:
    async with opened(live) as screen:
        await screen.write("Rolig vagt")
        await screen.rest()
        assert live.state.note("check-in", "c-aisha") == "Rolig vagt"
        assert live.settle()
        assert "saved" in screen.shown()


async def test_moving_on_at_once_loses_no_word_and_mixes_no_notes(opened, live) -> None:
    async with opened(live) as screen:
        await screen.write("til Aisha")
        await screen.press("ctrl+n")
        await screen.write("til Jonas")
        await screen.press("ctrl+g")
        await screen.rest()
        assert live.state.note("check-in", "c-aisha") == "til Aisha"
        assert live.state.note("check-in", "c-jonas") == "til Jonas"
        assert live.state.note("shift", "c-aisha") == ""


async def test_every_step_is_taken_back_by_one_key_and_text_stays(opened, live) -> None:
    async with opened(live) as screen:
        await screen.write("ord")
        await screen.press("ctrl+l", "3", "ctrl+n", "ctrl+t", "ctrl+g")
        for _step in range(4):
            await screen.press("ctrl+b")
        assert live.state.plan.key == "check-in"
        assert live.state.speaker == "c-aisha"
        assert live.state.turns == {}
        assert live.state.loads == {}
        assert live.state.note("check-in", "c-aisha") == "ord"
        await screen.press("f8")
        assert live.state.loads == {"c-aisha": 3}


async def test_a_phase_for_the_group_has_a_note_of_its_own(opened, live) -> None:
    live.go_to_phase(0)
    async with opened(live) as screen:
        assert "Everyone" in screen.text("#prompt")
        await screen.write("alle klar")
        await screen.rest()
        assert live.state.note("frame", ROUND) == "alle klar"
        assert not screen.app.screen.query_one(LoadBar).display


async def test_the_rail_and_the_table_take_clicks(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+f", "down", "enter")
        assert live.state.speaker == "c-jonas"
        await screen.pilot.click("#rail", offset=(3, 0))
        await screen.settle()
        assert live.state.phase == 0


async def note_with_signs(screen) -> None:
    await screen.write("Borger ville tage sit eget liv. Aisha sov ikke i nat.")
    await screen.rest()


async def test_signs_stand_beside_the_notes_and_are_decided_by_one_key(opened, live) -> None:
    async with opened(live) as screen:
        await note_with_signs(screen)
        found = {(sign.seen.code, sign.subject) for sign in live.state.signs.values()}
        assert ("case_suicide_risk", "case") in found
        assert ("sleep", "counsellor") in found
        await screen.press("f2")
        assert isinstance(screen.app.focused, SignsPane)
        await screen.press("a")
        assert [duty.kind for duty in live.state.duties.values()] == ["suicide-risk"]
        assert [duty.holder for duty in live.state.duties.values()] == ["c-aisha"]
        await screen.press("escape", "ctrl+b")
        assert live.state.duties == {}


async def test_a_dismissed_sign_stays_away_while_its_words_stand(opened, live) -> None:
    async with opened(live) as screen:
        await note_with_signs(screen)
        await screen.press("f2", "d")
        dismissed = [k for k, s in live.state.signs.items() if s.decision == "dismissed"]
        assert len(dismissed) == 1
        await screen.press("escape")
        await screen.write(" Ellers ok.")
        await screen.rest()
        assert live.state.signs[dismissed[0]].decision == "dismissed"


async def test_a_sign_is_turned_to_the_other_and_its_level_changed(opened, live) -> None:
    async with opened(live) as screen:
        await note_with_signs(screen)
        await screen.press("f2")
        pane = screen.app.screen.query_one(SignsPane)
        key: SignKey = pane._views[pane.highlighted].key
        subject = live.state.signs[key].subject
        await screen.press("w")
        assert live.state.signs[key].subject != subject
        await screen.press("v")
        assert live.state.signs[key].level != "acute"


async def test_a_next_contact_is_agreed_in_two_keys(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f3", "1")
        agreed = live.state.follow_ups["c-aisha"]
        assert agreed.outcome == "dated"
        assert agreed.when is not None
        assert "Aisha" in screen.text("#agreed")


async def test_a_date_is_written_and_a_wrong_one_asked_again(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f3", "4")
        await screen.write("sometime")
        await screen.press("enter")
        assert live.state.follow_ups == {}
        screen.app.screen.query_one("Input").value = "2026-11-24 10:00"
        await screen.press("enter")
        when = live.state.follow_ups["c-aisha"].when.astimezone()
        assert (when.month, when.day, when.hour) == (11, 24, 10)


async def test_actions_late_arrivals_and_leaving_early(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("ctrl+o")
        await screen.write("To paa vagt")
        await screen.press("enter", "ctrl+r")
        await screen.write("Per")
        await screen.press("enter", "alt+x", "f6")
        assert [action.text for action in live.state.actions.values()] == ["To paa vagt"]
        assert [one.name for one in live.state.people] == [*NAMES, "Per"]
        assert live.state.left == {"c-aisha"}
        assert live.state.alone == {"c-jonas"}


async def test_a_narrow_window_folds_the_signs_into_one_row(opened, live) -> None:
    async with opened(live, size=(80, 24)) as screen:
        await note_with_signs(screen)
        assert "■" in screen.text("#strip")
        assert not screen.app.screen.query_one("#side").display
        assert screen.app.screen.query_one(Notes).size.height >= 12
        await screen.press("f2")
        assert screen.app.screen.query_one("#side").display
        await screen.press("escape")
        assert not screen.app.screen.query_one("#side").display


async def test_a_window_that_is_too_small_says_so_and_comes_back(opened, live) -> None:
    async with opened(live) as screen:
        await screen.pilot.resize_terminal(60, 20)
        await screen.settle()
        assert "80x24" in screen.shown()
        await screen.pilot.resize_terminal(100, 30)
        await screen.settle()
        assert screen.app.screen.query_one(Notes)


async def test_notes_are_never_read_as_markup(opened, live) -> None:
    async with opened(live) as screen:
        screen.app.screen.query_one(Notes).text = "[red]sov ikke i nat[/red]"
        await screen.rest()
        assert live.state.note("check-in", "c-aisha") == "[red]sov ikke i nat[/red]"
        assert "[red]sov ikke" in screen.shown()


async def test_f10_leads_to_the_close_and_escape_back(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f10")
        assert isinstance(screen.app.screen, CloseScreen)
        await screen.press("escape")
        assert screen.app.screen.query_one(Notes)


async def test_the_palette_offers_no_picture_of_the_screen(opened, live) -> None:
    async with opened(live) as screen:
        titles = [one.title for one in screen.app.get_system_commands(screen.app.screen)]
        assert any("next voice" in title for title in titles)
        assert not any("creenshot" in title for title in titles)


async def test_the_questions_step_through_the_languages_for_a_mixed_team(opened, live) -> None:
    async with opened(live) as screen:
        before = screen.text("#prompt")
        await screen.press("alt+l")
        assert screen.text("#prompt") != before
        await screen.press("alt+l", "alt+l")
        assert screen.text("#prompt") == before
