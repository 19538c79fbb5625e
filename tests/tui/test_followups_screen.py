"""Follow-ups, Home and the close by key: who is called, what came of it, nobody forgotten."""

from __future__ import annotations

import datetime as dt

import pytest

from debrief.desk import Desk, actions, following, past
from debrief.record.following import Said
from debrief.record.verify import verify_folder
from debrief.session import events as ev
from debrief.tui.close_dialogs import OwnDialog, SeriesDialog
from debrief.tui.contact_dialog import ContactDialog
from debrief.tui.screens.followups import FollowUpsScreen
from debrief.tui.screens.home import HomeScreen
from tests.builders import Clock, people

DAY = 86_400


def hold(desk: Desk, *names: str, team: str = "Nord", work: tuple[str, ...] = ()) -> str:
    """Hold a round in which all these people get the series, and return its id."""
    live = desk.start(desk.setup(desk.protocol("shift-defuse"), people(*names), "da", team=team))
    for one in live.state.people:
        first, *further = following.series(desk.clock())
        agreed = ev.FollowUpAgreed(
            desk.clock(), one.id, "dated", first, "Ida", further=tuple(further)
        )
        live.do(agreed)
    for number, text in enumerate(work, 1):
        live.do(ev.ActionAgreed(desk.clock(), f"a{number}", text, "Ida", dt.date(2026, 11, 22)))
    return desk.close(live, desk.draft(live)).path.stem


@pytest.fixture
def evening(desk: Desk, clock: Clock) -> str:
    """Aisha has three contacts, the first of which was due yesterday; one action is late."""
    session = hold(desk, "Aisha", work=("To på vagt",))
    clock.skip(2 * DAY)
    return session


def contacts(desk: Desk) -> dict[int, following.Due]:
    found = following.due(desk, past.index(desk), everything=True)
    return {one.number: one for one in found}


async def test_home_says_what_is_due_and_one_key_leads_there(opened, evening) -> None:
    async with opened() as screen:
        due = screen.text("#due")
        assert "Aisha" in due
        assert "1 day late" in due
        assert "To på vagt" in screen.text("#agreed-work")
        await screen.press("f")
        assert isinstance(screen.app.screen, FollowUpsScreen)
        assert "contact 3" in screen.shown()
        assert "To på vagt" in screen.shown()
        await screen.press("escape")
        assert isinstance(screen.app.screen, HomeScreen)


async def test_home_is_quiet_where_there_is_nothing(opened) -> None:
    async with opened() as screen:
        assert "No follow-ups are waiting" in screen.shown()
        for ident in ("#agreed-work", "#past", "#open"):
            assert not screen.app.screen.query_one(ident).display
        assert "follow-ups" not in screen.shown().splitlines()[-1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_home_stays_on_one_screen(opened, desk, clock, size) -> None:
    for team in ("Nord", "Syd", "Vest"):
        hold(desk, "Aisha", "Jonas", "Mette", team=team, work=("Et", "To", "Tre", "Fire"))
    clock.skip(16 * DAY)
    async with opened(size=size) as screen:
        home = screen.app.screen.query_one("#home")
        assert home.max_scroll_y == 0
        shown = screen.shown()
        for text in ("Set up tonight's round", "Aisha", "From last time", "no round in week"):
            assert text in shown
        assert shown.count(" more") == 2
        assert "Last round" in shown


@pytest.mark.parametrize(
    ("key", "direction"), [("1", "better"), ("2", "same"), ("3", "worse"), ("4", "")]
)
async def test_one_key_says_how_it_goes_and_enter_keeps_it(
    opened, desk, evening, key, direction
) -> None:
    async with opened() as screen:
        await screen.press("f", key)
        assert isinstance(screen.app.screen, ContactDialog)
        assert contacts(desk)[1].open
        await screen.press("enter")
        assert isinstance(screen.app.screen, FollowUpsScreen)
        assert "contact 1" not in screen.shown()
    kept = contacts(desk)
    assert (kept[1].outcome, kept[1].direction) == ("done", direction)
    assert len(kept) == (4 if direction == "worse" else 3)
    assert all(one.ok for one in verify_folder(desk.disk, desk.places.sessions))


async def test_worse_offers_a_professional_and_a_next_contact(opened, desk, evening) -> None:
    async with opened() as screen:
        await screen.press("f", "3")
        assert "Offer a professional assessment" in screen.shown()
        await screen.press("m", "r", "1", "enter")
    kept = contacts(desk)
    assert (kept[1].wants, kept[1].referral) == ("more", True)
    assert kept[4].open
    assert kept[4].before == "worse"
    assert kept[4].when.astimezone().hour == 10


async def test_better_offers_nothing(opened, evening) -> None:
    async with opened() as screen:
        await screen.press("f", "1")
        assert "professional" not in screen.shown()


async def test_escape_keeps_nothing(opened, desk, evening) -> None:
    async with opened() as screen:
        await screen.press("f", "3", "escape")
        assert isinstance(screen.app.screen, FollowUpsScreen)
    assert contacts(desk)[1].open


async def test_not_reached_declined_and_moved(opened, desk, evening) -> None:
    async with opened() as screen:
        await screen.press("f", "5", "enter")
        assert "not reached 1 time" in screen.shown()
        await screen.press("6", "enter", "7")
        await screen.write("3d")
        await screen.press("enter")
    kept = contacts(desk)
    assert [kept[n].outcome for n in (1, 2, 3)] == ["declined", "moved", ""]
    assert kept[1].tries == 1
    assert kept[4].open


async def test_agreed_work_ends_and_opens_again(opened, desk, evening) -> None:
    async with opened() as screen:
        await screen.press("f", "end", "1")  # a contact's key does nothing here
        assert isinstance(screen.app.screen, FollowUpsScreen)
        await screen.press("d")
        assert "To på vagt" not in screen.shown()
        await screen.press("a", "end")
        assert "done" in screen.shown()
        await screen.press("4")
    assert [one.outcome for one in actions.actions(desk, past.index(desk))] == ["open"]


async def test_agreed_work_is_dropped(opened, desk, evening) -> None:
    async with opened() as screen:
        await screen.press("f", "end", "x")
        assert "To på vagt" not in screen.shown()
    assert [one.outcome for one in actions.actions(desk, past.index(desk))] == []
    ended = [one.outcome for one in actions.actions(desk, past.index(desk), everything=True)]
    assert ended == ["dropped"]


async def test_a_problem_is_told_and_nothing_is_kept(opened, desk, evening) -> None:
    path = desk.session_path(evening)
    async with opened() as screen:
        await screen.press("f")
        path.write_bytes(path.read_bytes().replace(b"used_s = ", b"used_s = 1", 1))
        await screen.press("1", "enter")
        assert "is not as it was sealed" in screen.shown()
    assert [*path.parent.glob("*-*-*-*-f*.toml")] == []


async def test_a_round_that_was_not_held_is_said_by_two_keys(opened, desk, evening) -> None:
    async with opened() as screen:
        await screen.press("h")
        assert "Nord" in screen.shown()
        await screen.press("3")
    rows = past.index(desk).ask("select team, reason from not_held")
    assert rows == [("Nord", "no-time")]


async def test_a_week_that_had_no_round_is_explained_too(opened, desk, clock) -> None:
    hold(desk, "Aisha", team="Nord")
    hold(desk, "Jonas", team="Syd")
    clock.skip(14 * DAY)
    async with opened() as screen:
        assert "Nord: no round in week 48" in screen.text("#past")
        await screen.press("h", "w")
        assert "No round in week 48 with Nord" in screen.text("#which-round")
        await screen.press("4")
        assert "Nord: no round" not in screen.text("#past")
        assert "Syd: no round in week 48" in screen.text("#past")
    [row] = past.index(desk).ask("select team, day, reason from not_held")
    assert row == ("Nord", "2026-11-23", "other-support")


async def test_the_setup_asks_after_what_was_agreed(opened, desk, evening) -> None:
    async with opened() as screen:
        await screen.press("enter")
        assert "still open: To på vagt (Ida)" in screen.text("#last-time")
        screen.app.screen.query_one("#team").value = "Syd"
        await screen.settle()
        assert not screen.app.screen.query_one("#last-time").display


# The close


async def test_a_flagged_person_is_offered_the_series(opened, start_round, desk) -> None:
    live = start_round("Aisha", "Jonas")
    live.do(ev.LoadGiven(live.clock(), "c-aisha", 7))
    live.do(ev.LoadGiven(live.clock(), "c-jonas", 6))
    async with opened(live) as screen:
        await screen.press("f10")
        assert screen.shown().count("m offers three dates") == 1
        await screen.press("m")
        assert isinstance(screen.app.screen, SeriesDialog)
        await screen.press("enter", "6", "f10", "enter")
    [held] = [one for one in desk.held() if not one.problem]
    data = held.path.read_text("utf-8")
    assert "contacts = 3" in data
    offered = following.series(live.clock())
    assert [one.when for one in contacts(desk).values()] == [*offered]


async def test_each_date_is_left_out_or_added_by_a_key(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.press("f10", "m", "2", "t")
        await screen.write("5d")
        await screen.press("enter", "enter")
    agreed = live.state.follow_ups["c-aisha"]
    first, _left_out, last = following.series(live.clock())
    assert agreed.dates[0] == first
    assert agreed.dates[2] == last
    assert (agreed.dates[1] - first).days == 4


async def test_what_is_agreed_comes_back_in_the_dialog(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.press("f10", "1", "home", "m", "3", "enter")
    first, _middle, last = following.series(live.clock())
    assert live.state.follow_ups["c-aisha"].dates == (first, last)


async def test_who_asks_for_a_call_is_flagged(opened, start_round, desk) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.press("f10")
        assert "m offers" not in screen.shown()
        await screen.press("w")
        assert "m offers three dates" in screen.shown()
        await screen.press("w")
        assert "m offers" not in screen.shown()
        await screen.press("w", "1", "f10", "enter")
    [held] = desk.held()
    from debrief.record.sessionfile import open_private

    assert open_private(held.path.read_bytes(), desk.keys)["c-aisha"]["wants_call"] is True
    assert b"wants_call" not in held.path.read_bytes()


async def test_the_supervisors_own_evening(opened, start_round) -> None:
    live = start_round("Aisha")
    async with opened(live) as screen:
        await screen.press("f10", "1", "f6")
        assert isinstance(screen.app.screen, OwnDialog)
        shown = screen.shown()
        assert "Who backs me up?" in shown
        assert "What am I taking home that is not mine?" in shown
        assert "Aisha: " in shown
        await screen.press("4", "enter")
        assert live.state.supervisor_load == 4


async def test_what_was_said_before_stands_at_the_next_contact(opened, desk, evening) -> None:
    one = contacts(desk)[1]
    following.end(desk, one, "done", Said("worse", "more"))
    async with opened() as screen:
        await screen.press("f")
        assert "contact 2, last time worse, wants more" in screen.shown()


async def test_what_is_to_be_asked_is_whole_in_a_small_window(opened, desk, clock) -> None:
    hold(desk, "Aisha", team="Et hold med et temmelig langt navn")
    hold(desk, "Jonas", team="")
    clock.skip(2 * DAY)
    async with opened(size=(80, 24)) as screen:
        await screen.press("f")
        for _either in range(2):
            assert "the same or worse?" in screen.shown()
            assert ", -" not in screen.text("#one-contact")
            await screen.press("down")
