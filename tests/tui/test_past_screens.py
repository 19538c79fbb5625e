"""Sessions and coverage: what was held is found and shown, the sealed part only when asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from debrief import i18n
from debrief.desk import Desk, past, telling
from debrief.desk.correcting import correct
from debrief.session import events as ev
from debrief.tui.screens.coverage import CoverageScreen
from debrief.tui.screens.home import HomeScreen
from debrief.tui.screens.past import SessionsScreen
from tests.builders import Clock, people

NOTES = {"Ada": "Opkaldet blev ved med at køre i hovedet.", "Bo": "Sov godt."}


def hold(desk: Desk, clock: Clock, days: int, team: str, names: tuple[str, ...]) -> str:
    now, clock.now = clock.now, clock.now - dt.timedelta(days=days)
    live = desk.start(desk.setup(desk.protocol("shift-defuse"), people(*names), "da", team=team))
    key = live.state.setup.phases[1].key
    for one in live.state.people:
        live.write(key, one.id, NOTES.get(one.name, "Rolig vagt."))
        live.do(ev.FollowUpAgreed(clock(), one.id, "not-needed"))
    sealed = desk.close(live, desk.draft(live))
    clock.now = now
    return sealed.path.stem


@pytest.fixture
def season(desk: Desk, clock: Clock) -> list[str]:
    """Three sessions of two teams, the newest last."""
    return [
        hold(desk, clock, 21, "Nord", ("Ada", "Bo", "Cy", "Di", "Eli")),
        hold(desk, clock, 14, "Syd", ("Gry", "Ib")),
        hold(desk, clock, 1, "Nord", ("Ada", "Bo")),
    ]


async def test_sessions_are_listed_and_the_chosen_one_is_told(opened, season) -> None:
    async with opened() as screen:
        await screen.press("l")
        assert isinstance(screen.app.screen, SessionsScreen)
        await screen.settle()
        shown = screen.shown()
        assert shown.index("Syd") > shown.index("Nord")
        assert season[2] in screen.text("#lines")
        assert "It is whole" in screen.text("#lines")
        await screen.press("down")
        assert season[1] in screen.text("#lines")
        await screen.press("escape")
        assert isinstance(screen.app.screen, HomeScreen)


async def test_the_sealed_part_opens_and_closes_by_one_key(opened, season, desk) -> None:
    correct(desk, season[2], "Ada", "Jeg sov faktisk godt.")
    async with opened() as screen:
        await screen.press("l")
        await screen.settle()
        assert "hovedet" not in screen.text("#lines")
        assert "faktisk" not in screen.text("#lines")
        await screen.press("p")
        assert "hovedet" in screen.text("#lines")
        assert "faktisk" in screen.text("#lines")
        await screen.press("p")
        assert "hovedet" not in screen.text("#lines")
        await screen.press("p", "down", "up")
        assert "hovedet" not in screen.text("#lines"), "another one begins closed"


async def test_sessions_are_found_by_words_and_by_person(opened, season) -> None:
    async with opened() as screen:
        await screen.press("l")
        await screen.settle()
        await screen.press("slash")
        await screen.write("syd")
        assert len(screen.app.screen._shown) == 1
        for _letter in "syd":
            await screen.press("backspace")
        await screen.write("Gry")
        assert [one.id for one in screen.app.screen._shown] == [season[1]]
        await screen.press("escape", "escape")
        assert isinstance(screen.app.screen, HomeScreen)


async def test_words_are_looked_for_in_what_is_sealed(opened, season) -> None:
    async with opened() as screen:
        await screen.press("l")
        await screen.settle()
        await screen.press("w")
        await screen.write("hovedet")
        await screen.press("enter")
        lines = screen.text("#lines").splitlines()
        assert [line.split()[0] for line in lines] == [season[2], season[0]]
        await screen.press("w")
        await screen.write("nowhere")
        await screen.press("enter")
        assert screen.text("#lines") == "Nothing was found."


async def test_a_changed_session_says_so(opened, season, desk) -> None:
    path = desk.places.sessions / "2026" / f"{season[2]}.toml"
    path.write_bytes(path.read_bytes().replace(b"used_s = ", b"used_s = 1", 1))
    async with opened() as screen:
        await screen.press("l")
        await screen.settle()
        assert "was changed after the session was sealed" in screen.text("#lines")


async def test_weeks_without_a_session_show(opened, season) -> None:
    for size in ((120, 40), (80, 24)):
        async with opened(size=size) as screen:
            await screen.press("c")
            assert isinstance(screen.app.screen, CoverageScreen)
            await screen.settle()
            weeks = screen.text("#weeks").splitlines()
            assert [line.split()[0] for line in weeks] == ["week", "Nord", "Syd"]
            assert weeks[1].count("·") > 1
            assert max(map(len, weeks)) < size[0]
            assert "2026-11" in screen.text("#months")
            await screen.press("escape")
            assert isinstance(screen.app.screen, HomeScreen)


async def test_with_nothing_held_both_are_calm(opened) -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.press("l")
        await screen.settle()
        assert "No session yet." in screen.shown()
        await screen.press("p", "enter", "slash", "x", "escape", "escape", "c")
        await screen.settle()
        assert "No session was held" in screen.text("#weeks")


async def test_while_one_types_the_bar_offers_no_letters_and_no_old_session_stands(
    opened, season
) -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.press("l")
        await screen.settle()
        assert "sealed part" in screen.text("KeyBar")
        await screen.press("slash")
        assert "sealed part" not in screen.text("KeyBar")
        await screen.write("zzz")
        assert screen.text("#lines") == ""
        assert not screen.app.screen.query_one("#told").border_title


async def test_the_sealed_part_comes_into_sight(opened, season) -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.press("l")
        await screen.settle()
        before = screen.shown()
        assert "Tab reads on here" in before
        await screen.press("p")
        assert "hovedet" in screen.shown()
        assert "the sealed part" in screen.shown()
        await screen.press("p")
        assert screen.shown() == before


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_table_of_months_keeps_to_the_room_there_is(language: str) -> None:
    i18n.use(language)
    months = [past.Month("2026-11", 12, 10, 44, 11, 10, 2, 3, 10), past.Month("2026-12", 1)]
    whole = [*telling.month_lines(months)]
    narrow = [*telling.month_lines(months, 71)]
    assert max(map(len, narrow[:-1])) <= 71
    assert [line.split() for line in narrow[2:]] == [line.split() for line in whole[1:]]
    assert sorted(" ".join(narrow[:2]).split()) == sorted(whole[0].split())
    assert [*telling.month_lines(months, 200)] == whole


async def test_who_has_no_team_is_not_called_a_dash(opened, desk, clock) -> None:
    hold(desk, clock, 8, "", ("Ada", "Bo"))
    async with opened(size=(80, 24)) as screen:
        await screen.press("c")
        assert "no team" in screen.text("#weeks")
        assert not any(row.startswith("-") for row in screen.text("#weeks").splitlines())
        await screen.press("escape", "h", "1")
        await screen.settle()
        (said,) = [one.message for one in screen.app._notifications]
        assert said.startswith("Kept in the record: no round was held")
