"""The library: over whatever is shown, with its card first, and back to the same cursor."""

from __future__ import annotations

import pytest
from textual.widgets import Input, OptionList

from debrief import guidance, i18n
from debrief.desk import guiding
from debrief.session import SignKey
from debrief.session import events as ev
from debrief.signs import CODES
from debrief.tui.dialogs import DutyDialog
from debrief.tui.screens.close import CloseScreen
from debrief.tui.screens.home import HomeScreen
from debrief.tui.screens.library import LibraryScreen
from debrief.tui.screens.round import RoundScreen
from debrief.tui.widgets.notes import Notes

AISHA = "c-aisha"


@pytest.fixture
def live(start_round):
    return start_round("Aisha", "Jonas")


def card(screen) -> str:
    return " ".join(screen.text("#card-text").split())


def listed(screen) -> list[str]:
    pane = screen.app.screen.query_one("#cards", OptionList)
    return [str(option.prompt).strip() for option in pane.options]


async def test_one_key_opens_it_from_the_first_screen_and_closes_it_again(opened) -> None:
    async with opened() as screen:
        await screen.press("f4")
        assert isinstance(screen.app.screen, LibraryScreen)
        assert "On the screen now" not in listed(screen)
        assert listed(screen)[0] == "Duties"
        await screen.press("f4")
        assert isinstance(screen.app.screen, HomeScreen)
        await screen.press("f4", "escape")
        assert isinstance(screen.app.screen, HomeScreen)


async def test_the_round_goes_on_where_the_cursor_stood(opened, live) -> None:
    async with opened(live) as screen:
        await screen.write("Lang vagt")
        await screen.press("left", "left")
        notes = screen.app.screen.query_one(Notes)
        before, at = live.state, notes.cursor_location
        await screen.press("f4")
        await screen.write("soevn")
        await screen.press("down", "up", "pagedown", "escape")
        assert isinstance(screen.app.screen, RoundScreen)
        assert screen.app.focused is notes
        assert notes.cursor_location == at
        assert live.state.note("check-in", AISHA) == "Lang vagt"
        assert (live.state.speaker, live.state.phase) == (before.speaker, before.phase)
        await screen.write("x")
        await screen.rest()
        assert live.state.note("check-in", AISHA) == "Lang vaxgt"


async def test_the_card_of_the_sign_in_hand_stands_first(opened, live) -> None:
    live.write("check-in", AISHA, "Jeg har ikke sovet i nat.")
    live.look("check-in", AISHA)
    async with opened(live) as screen:
        await screen.press("f2", "f4")
        assert listed(screen)[:2] == ["On the screen now", "● Sleep"]
        assert "No night shift" in card(screen)


async def test_a_dismissed_sign_brings_no_card(opened, live) -> None:
    live.write("check-in", AISHA, "Jeg har ikke sovet i nat.")
    live.look("check-in", AISHA)
    key = next(iter(live.state.signs))
    live.decide(key, "dismissed")
    async with opened(live) as screen:
        await screen.press("f4")
        assert "On the screen now" not in listed(screen)


async def test_a_duty_that_opens_has_its_card_one_key_away(opened, live) -> None:
    live.write("check-in", AISHA, "Drengen på 8 år bliver slået derhjemme.")
    live.look("check-in", AISHA)
    key = next(one for one in live.state.signs if one.code == "case_child_at_risk")
    live.decide(key, subject="case")
    for other in live.state.signs:
        if other != key:
            live.decide(other, "dismissed")
    async with opened(live) as screen:
        await screen.press("f2", "a")
        assert isinstance(screen.app.screen, DutyDialog)
        assert "F4 the card" in screen.shown()
        await screen.press("f4")
        assert listed(screen)[1] == "● Child at risk"
        assert "Do not investigate it yourself" in card(screen)
        await screen.press("escape")
        assert isinstance(screen.app.screen, DutyDialog)
        await screen.press("1")
        assert [one.outcome for one in live.state.duties.values()] == ["acted"]


async def test_the_close_shows_the_card_of_the_duty_in_hand(opened, live) -> None:
    now = live.clock()
    live.do(ev.DutyOpened(now, "d1", "missing", AISHA))
    live.do(ev.FollowUpAgreed(now, AISHA, "not-needed"))
    live.do(ev.FollowUpAgreed(now, "c-jonas", "not-needed"))
    async with opened(live) as screen:
        await screen.press("f10")
        assert isinstance(screen.app.screen, CloseScreen)
        assert "F4 the card" in screen.text("#legend")
        await screen.press("f4")
        assert listed(screen)[1] == "● Missing, or cut off"
        await screen.press("escape", "1")
        assert live.state.duties["d1"].outcome == "acted"


async def test_danger_now_says_who_takes_over_and_puts_the_chain_first(
    opened, live, places
) -> None:
    places.guidance.mkdir(parents=True)
    house = places.guidance / "house.toml"
    house.write_text(
        'format = "debrief-guidance/1"\n[[chain]]\nid = "leader"\nname = "Kirsten"\n'
        'number = "12 34 56 78"\nverified_on = 2026-11-20\n',
        "utf-8",
    )
    live.write("check-in", AISHA, "Jeg orker ikke at være her mere.")
    live.look("check-in", AISHA)
    key = next(one for one in live.state.signs if one.code == "suicidal_thoughts")
    live.decide(key, "confirmed", subject="counsellor")
    async with opened(live) as screen:
        agreed = screen.text("#agreed")
        assert "Who takes over, from the top: Emergency number 999 → Kirsten 12 34 56 78" in agreed
        await screen.press("f4")
        assert listed(screen)[1:4] == ["● Hand-over chain", "● Danger now", "● Suicidal thoughts"]
        assert "12 34 56 78" in card(screen)


async def test_typing_finds_while_the_arrows_move(opened) -> None:
    async with opened() as screen:
        await screen.press("f4")
        await screen.write("sleep")
        assert listed(screen)[0] == "Sleep"
        first = card(screen)
        await screen.press("down")
        assert card(screen) != first
        assert screen.app.screen.query_one(Input).value == "sleep"
        await screen.write("qq")
        assert listed(screen) == ["Nothing fits. Try another word."]
        assert card(screen) == ""


async def test_a_key_goes_from_section_to_section_and_round(opened) -> None:
    async with opened() as screen:
        await screen.press("f4")
        library = screen.app.screen
        seen = [library.chosen]
        for _again in range(4):
            await screen.press("ctrl+g")
            seen.append(library.chosen)
        assert seen[0] == seen[4] == "duty-suicide-risk"
        assert len(set(seen)) == 4


async def test_the_language_key_turns_the_card_that_is_read(opened) -> None:
    async with opened() as screen:
        await screen.press("f4", "down", "down", "down")
        library = screen.app.screen
        assert library.chosen == "duty-child-at-risk"
        while i18n.language() != "nb":
            await screen.press("f12")
        assert library.chosen == "duty-child-at-risk"
        assert "Ikke still barnet ledende spørsmål" in card(screen)
        assert "barnevernsloven" in card(screen)


async def test_the_country_that_is_set_stands_whatever_the_language(opened, desk, places) -> None:
    from msgspec.structs import replace

    desk.config = replace(desk.config, country="NO")
    async with opened() as screen:
        await screen.press("f4")
        assert "Penal Code" in card(screen)
        assert "NO" in screen.shown().splitlines()[0]


async def test_a_bad_house_file_is_told_and_the_rest_stands(opened, places) -> None:
    places.guidance.mkdir(parents=True)
    (places.guidance / "house.toml").write_text("format =", "utf-8")
    async with opened() as screen:
        await screen.press("f4")
        assert "house.toml is not valid TOML" in card(screen)
        assert "Ask the counsellor" in card(screen)


async def test_a_text_of_the_house_is_never_markup(opened, places) -> None:
    places.guidance.mkdir(parents=True)
    (places.guidance / "house.toml").write_text(
        'format = "debrief-guidance/1"\n[[cards]]\nid = "duty-suicide-risk"\nkind = "duty"\n'
        'name = "[red]A[/red]"\ntonight = ["[b]ring[/b] [@click=app.leave]her[/]"]\n',
        "utf-8",
    )
    async with opened() as screen:
        await screen.press("f4")
        assert "[b]ring[/b] [@click=app.leave]her[/]" in card(screen)
        assert listed(screen)[1] == "[red]A[/red]"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_size_shows_list_and_card_and_no_line_is_cut(opened, live, size) -> None:
    async with opened(live, size=size) as screen:
        await screen.press("f4")
        library = screen.app.screen
        pane = library.query_one("#card")
        assert pane.size.width >= 40
        assert pane.size.height >= 15
        widest = max(len(row) for row in screen.text("#card-text").splitlines())
        assert widest <= pane.scrollable_content_region.width
        assert "F4" in screen.shown().splitlines()[-1]


async def test_enter_goes_to_the_card_and_the_arrows_read_it(opened) -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.press("f4", "enter")
        pane = screen.app.screen.query_one("#card")
        assert screen.app.focused is pane
        await screen.press("down", "down")
        assert pane.scroll_offset.y == 2
        await screen.press("escape")
        assert isinstance(screen.app.screen, HomeScreen)


def test_a_sign_of_the_citizens_has_the_duty_card(live) -> None:
    assert guiding.card_of("suicidal_thoughts", "case") == "duty-suicide-risk"
    assert guiding.card_of("suicidal_thoughts", "counsellor") == "sign-suicidal-thoughts"
    assert guiding.card_of("case_coercion", "case") == "sign-case-coercion"
    assert guiding.card_of("case_suicide_risk", "counsellor") == "sign-suicidal-thoughts"
    assert guiding.of_sign(live.state, SignKey("x", AISHA, "sleep", "")) == ()


@pytest.mark.parametrize("subject", ["case", "counsellor", "unsure"])
@pytest.mark.parametrize("code", CODES)
def test_every_sign_has_a_card_whoever_it_belongs_to(code, subject) -> None:
    made, _problems = guidance.library("other")
    assert guiding.card_of(code, subject) in made.cards


async def test_a_long_card_is_read_on_and_back(opened) -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.press("f4")
        first = screen.shown()
        await screen.press("pagedown")
        assert screen.shown() != first
        await screen.press("pageup")
        assert screen.shown() == first
