"""Setup: what is agreed about each person, the lock, the time, and how the round begins."""

from __future__ import annotations

import pytest

from debrief.tui.cards import GuardCard, LockCard
from debrief.tui.dialogs import LineDialog
from debrief.tui.screens.round import RoundScreen
from debrief.tui.screens.setup import SetupScreen
from debrief.tui.widgets.roll import Roll


@pytest.fixture
def chosen():
    """Choose a protocol on the setup screen."""

    async def choose(screen, protocol: str, names: str = "Aisha, Jonas, Mette") -> None:
        await screen.press("enter")
        await screen.write(names)
        await screen.press("enter")
        listed = screen.app.screen.query_one("#protocols")
        ids = [option.id for option in listed.options]
        listed.highlighted = ids.index(protocol)
        await screen.settle()

    return choose


async def roll(screen) -> Roll:
    await screen.press("enter", "enter")
    screen.app.screen.query_one(Roll).focus()
    await screen.settle()
    return screen.app.screen.query_one(Roll)


async def test_one_key_each_for_buddy_stay_consideration_and_supporter(opened, desk) -> None:
    async with opened() as screen:
        await screen.press("enter")
        await screen.write("Aisha, Jonas, Mette")
        await screen.press("enter", "enter")
        found = screen.app.screen.query_one(Roll)
        found.highlighted = 0
        await screen.press("b", "e")
        jonas = found.here[1].id
        assert (found.here[0].buddy, found.here[0].stay) == (jonas, "late")
        await screen.press("n")
        await screen.write("pauser [b]")
        await screen.press("enter", "k")
        await screen.write("Per")
        await screen.press("enter")
        assert "late · calls Jonas first · supported by Per" in screen.text("#person-told")
        assert "considerate: pauser [b]" in screen.text("#person-told")
        await screen.press("b", "b", "e", "e", "n")
        await screen.write("-")
        await screen.press("ctrl+a", "ctrl+k")
        await screen.write("-")
        await screen.press("enter")
        aisha = found.here[0]
        assert (aisha.buddy, aisha.stay, aisha.needs, aisha.supporter) == ("", "whole", "", "Per")


async def test_lots_are_drawn_among_those_who_are_here(opened) -> None:
    async with opened() as screen:
        await screen.press("enter")
        await screen.write("A, B, C, D, E, F, G, H")
        await screen.press("enter", "enter")
        found = screen.app.screen.query_one(Roll)
        found.highlighted = 0
        await screen.press("space")
        before = [one.name for one in found.here]
        orders = set()
        for _time in range(12):
            await screen.press("s")
            orders.add(tuple(one.name for one in found.here))
            assert sorted(one.name for one in found.here) == before
            assert not found.entries[-1].here
        assert len(orders) > 1


async def test_a_locked_protocol_begins_only_once_all_three_are_confirmed(
    opened, chosen, desk
) -> None:
    async with opened() as screen:
        await chosen(screen, "cisd")
        assert "locked" in screen.shown()
        await screen.press("f10")
        assert isinstance(screen.app.screen, LockCard)
        await screen.press("1", "2", "enter")
        assert isinstance(screen.app.screen, LockCard)
        assert "Confirm all three first" in screen.text("#hint")
        await screen.press("3", "2", "2", "enter")
        assert isinstance(screen.app.screen, LineDialog)
        await screen.write("30")
        await screen.press("enter")
        assert isinstance(screen.app.screen, RoundScreen)
        assert screen.app.live.state.overridden == ("locked",)
        assert screen.app.live.state.setup.keep == "nothing"


async def test_the_lock_offers_what_is_held_instead_by_one_key(opened, chosen) -> None:
    async with opened() as screen:
        await chosen(screen, "cisd")
        await screen.press("f10", "escape")
        assert isinstance(screen.app.screen, SetupScreen)
        await screen.press("f10", "a")
        assert screen.app.live.state.setup.protocol == "shift-defuse"
        assert screen.app.live.state.overridden == ()


async def test_a_locked_protocol_is_never_held_by_a_mixed_group(opened, chosen, desk) -> None:
    async with opened() as screen:
        await chosen(screen, "cisd")
        screen.app.screen.query_one("#mixed").focus()
        await screen.press("space", "f10")
        await screen.write("30")
        await screen.press("enter")
        assert isinstance(screen.app.screen, SetupScreen)
        assert "never held with those who were part of it" in screen.text("#advice")
        assert not desk.places.live.exists()


@pytest.mark.parametrize(
    ("key", "protocol", "overridden"),
    [("a", "shift-defuse", ()), ("o", "pi-ops", ("too-early",))],
)
async def test_too_early_offers_another_by_one_key_and_going_on_is_on_record(
    opened, chosen, key, protocol, overridden
) -> None:
    async with opened() as screen:
        await chosen(screen, "pi-ops")
        await screen.press("f10")
        await screen.write("5")
        await screen.press("enter")
        assert isinstance(screen.app.screen, GuardCard)
        assert "It is early for this protocol" in screen.shown()
        await screen.press("escape", "f10")
        await screen.write("5")
        await screen.press("enter", key)
        state = screen.app.live.state
        assert state.setup.protocol == protocol
        assert state.overridden == overridden


async def test_what_stands_at_the_start_is_told_and_going_on_is_on_record(opened, chosen) -> None:
    async with opened() as screen:
        await chosen(screen, "shift-defuse")
        for ident in ("#involved", "#mixed", "#manager"):
            screen.app.screen.query_one(ident).focus()
            await screen.press("space")
        told = screen.text("#advice")
        assert "Take them in a short talk of their own first" in told
        assert "nobody is being assessed" in told
        await screen.press("f10")
        assert screen.app.live.state.overridden == (
            "mixed-exposure",
            "supervisor-involved",
            "line-manager-leads",
        )
        assert "You were part of it yourself" in screen.shown()


async def test_too_few_and_too_many_are_told(opened, chosen) -> None:
    async with opened() as screen:
        await chosen(screen, "balint", "A, B")
        assert "There are few of you" in screen.text("#advice")
        screen.app.screen.query_one("#name").focus()
        await screen.write("C, D, E, F, G, H, I, J, K")
        await screen.press("enter")
        assert "More than 10: two rounds are better" in screen.text("#advice")


async def test_the_shift_begins_with_three_phases_and_a_silent_minute(opened, chosen) -> None:
    async with opened() as screen:
        await chosen(screen, "shift-defuse")
        assert not screen.app.screen.query_one("#shift-start").display
        listed = screen.app.screen.query_one("#protocols")
        listed.highlighted = [one.id for one in listed.options].index("home-checkin")
        await screen.settle()
        for ident in ("#shift-start", "#silence"):
            screen.app.screen.query_one(ident).focus()
            await screen.press("space")
        await screen.press("f10")
        plans = screen.app.live.state.setup.phases
        assert [plan.key for plan in plans] == ["arrive", "ready", "buddy"]
        assert [plan.silent_s for plan in plans] == [60, 0, 0]
        assert plans[0].planned_s == 120
        assert "quiet, 60 s left" in screen.shown()
