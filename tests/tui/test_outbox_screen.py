"""The outbox on the screen: nothing leaves unseen, and a person decides what is stuck."""

from __future__ import annotations

from pathlib import Path

import pytest

from debrief.delivery.rows import Pause, Row
from debrief.desk import Desk, outgoing
from debrief.desk.sending import outbox, queue
from debrief.session import events as ev
from debrief.tui.dialogs import LineDialog, PreviewDialog
from debrief.tui.screens.home import HomeScreen
from debrief.tui.screens.outbox import OutboxScreen
from debrief.workspace.places import Places
from tests.builders import Clock, people


@pytest.fixture
def out(places: Places) -> Path:
    folder = places.workspace.parent / "out"
    folder.mkdir()
    places.workspace.mkdir(parents=True)
    places.settings.write_text(
        f"""version = 1
[destinations.board]
exporter = "folder"
level = "record"
fields = ["team", "minutes", "actions"]
[destinations.board.settings]
path = "{folder}"
""",
        "utf-8",
    )
    return folder


@pytest.fixture
def desk(out: Path, places: Places, clock: Clock) -> Desk:
    return Desk(places, clock)


@pytest.fixture
def waiting(desk: Desk, clock: Clock) -> Desk:
    """A desk at which one closed round waits for approval."""
    live = desk.start(
        desk.setup(desk.protocol("shift-defuse"), people("Ada", "Bo"), "da", team="Nord")
    )
    live.do(ev.ActionAgreed(clock(), "a1", "To på vagt fredag", "koordinator"))
    for one in live.state.people:
        live.do(ev.FollowUpAgreed(clock(), one.id, "not-needed"))
    live.do(ev.Closed(clock()))
    queue(desk, live.state)
    desk.pause(live)
    return desk


def row(desk: Desk) -> Row:
    with outbox(desk) as box:
        return box.rows()[0]


def change(desk: Desk, state: str) -> None:
    import msgspec

    with outbox(desk) as box:
        box.update(row(desk).id, lambda old: msgspec.structs.replace(old, state=state))


async def opened_outbox(screen) -> None:  # type: ignore[no-untyped-def]
    await screen.press("o")
    assert isinstance(screen.app.screen, OutboxScreen)
    await screen.settle()


async def test_what_waits_is_shown_to_the_byte_and_goes_on_a_yes(
    opened, desk, waiting, out
) -> None:
    async with opened() as screen:
        assert "1 summary has not left" in screen.text("#past")
        await opened_outbox(screen)
        assert "Waiting for your approval" in screen.text("#about")
        with outbox(desk) as box:
            assert screen.text("#body").split() == box.body(row(desk).id).decode().split()
        assert [*out.iterdir()] == []
        await screen.press("s")
        assert [*out.iterdir()] == [], "sending sends nothing that was not approved"
        await screen.press("a")
        assert row(desk).state == "delivered"
        assert len([*out.iterdir()]) == 1
        assert "Nothing waits to be sent." in screen.shown()
        assert "✓ board" in screen.shown()
        await screen.press("escape")
        assert isinstance(screen.app.screen, HomeScreen)


async def test_one_that_is_stuck_is_decided_by_a_person(opened, desk, waiting, out) -> None:
    change(desk, "held")
    async with opened() as screen:
        await opened_outbox(screen)
        assert "Held until you decide" in screen.text("#about")
        await screen.press("y")
        assert isinstance(screen.app.screen, LineDialog)
        await screen.press("escape")
        assert row(desk).state == "held"
        await screen.press("y")
        await screen.write("They called")
        await screen.press("enter")
        assert row(desk).state == "delivered"
        with outbox(desk) as box:
            [receipt] = box.receipts()
        assert (receipt.said, receipt.by) == ("They called", desk.roster.supervisor)


async def test_one_may_be_given_up_and_its_content_is_gone(opened, desk, waiting, out) -> None:
    async with opened() as screen:
        await opened_outbox(screen)
        await screen.press("x")
        await screen.press("enter")
        assert row(desk).state == "awaiting-approval", "an empty line gives nothing up"
        await screen.press("x")
        await screen.write("wrong team")
        await screen.press("enter")
    assert row(desk).state == "abandoned"
    assert outgoing.look(desk).items == ()
    assert [*out.iterdir()] == []


async def test_one_that_may_have_arrived_goes_again_only_when_asked(
    opened, desk, waiting, out
) -> None:
    change(desk, "held")
    async with opened() as screen:
        await opened_outbox(screen)
        await screen.press("s")
        assert row(desk).state == "held"
        await screen.press("g")
        assert row(desk).state == "delivered"


async def test_a_destination_that_let_nothing_in_says_so_and_goes_on(
    opened, desk, waiting, out
) -> None:
    with outbox(desk) as box:
        box.approve(row(desk).id, "me")
        from debrief.delivery.courier import mark
        from debrief.desk.sending import destinations

        shut = mark(destinations(desk)["board"])
        box.pause(Pause("board", desk.clock(), "door", "403", shut))
    async with opened() as screen:
        await opened_outbox(screen)
        assert "did not let us in" in screen.shown()
        await screen.press("s")
        assert row(desk).state == "ready"
        await screen.press("u")
        assert row(desk).state == "delivered"


async def test_the_whole_page_and_small_windows(opened, desk, waiting, out) -> None:
    async with opened(size=(80, 24)) as screen:
        await opened_outbox(screen)
        await screen.press("f2")
        assert isinstance(screen.app.screen, PreviewDialog)
        await screen.press("escape")
        assert "To på vagt" in screen.shown()
        await screen.press("escape")
        assert isinstance(screen.app.screen, HomeScreen)


async def test_an_empty_outbox_is_calm(opened, desk) -> None:
    async with opened() as screen:
        await opened_outbox(screen)
        assert "Nothing waits to be sent." in screen.shown()
        await screen.press("a", "g", "y", "x", "u", "f2", "enter")
        assert isinstance(screen.app.screen, OutboxScreen)
    assert not desk.places.outbox.exists()


async def test_home_sends_what_waits_and_may_go(opened, waiting, out) -> None:
    async with opened() as screen:
        assert "1 summary has not left" in screen.text("#past")
        await screen.press("s")
        assert [*out.iterdir()] == []
        outgoing.approve(waiting, row(waiting))
        await screen.press("s")
        assert "has not left" not in screen.text("#past")
    assert [one.suffix for one in out.iterdir()] == [".md"]
