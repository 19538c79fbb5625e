"""The passphrase before Home, and a spare key on the screen."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from debrief.desk import Desk, keyring
from debrief.record import recovery
from debrief.tui.app import DebriefApp
from debrief.tui.dialogs import MessageDialog
from debrief.tui.help import HelpDialog
from debrief.tui.keys import SpareDialog, UnlockScreen
from debrief.tui.screens.home import HomeScreen
from debrief.tui.screens.setup import SetupScreen
from tests.record import cheap
from tests.tui.conftest import Screen

WORDS = "fire heste"


@pytest.fixture
def locked(desk: Desk) -> Desk:
    """A desk whose key is protected and closed."""
    keyring.protect(desk, cheap.sealed(WORDS, keyring.plain_identity(desk)))
    desk.__dict__.pop("keys")
    return desk


async def until_it_rests(screen: Screen) -> None:
    """Wait until nothing is at work on the passphrase."""
    while isinstance(screen.app.screen, UnlockScreen) and screen.app.screen._work is not None:
        await screen.pilot.pause(0.02)
    await screen.settle()


async def test_the_passphrase_is_asked_before_home(locked: Desk, opened) -> None:
    async with opened() as screen:
        assert isinstance(screen.app.screen, UnlockScreen)
        await screen.write(WORDS)
        assert WORDS not in screen.shown()
        await screen.pilot.press("enter")
        await until_it_rests(screen)
        assert isinstance(screen.app.screen, HomeScreen)
        assert "Set up tonight's round" in screen.shown()
        assert not keyring.locked(locked)
        await screen.press("enter")
        assert isinstance(screen.app.screen, SetupScreen)


async def test_a_wrong_one_is_told_and_asked_again(locked: Desk, opened) -> None:
    async with opened(size=(80, 24)) as screen:
        for wrong in ("a", "b", "c", "d"):
            await screen.press(wrong, "enter")
            await until_it_rests(screen)
            assert isinstance(screen.app.screen, UnlockScreen)
            assert "does not open the key" in screen.text("#hint")
            assert screen.app.screen.query_one(Input).value == ""
        await screen.write(WORDS)
        await screen.pilot.press("enter")
        await until_it_rests(screen)
        assert isinstance(screen.app.screen, HomeScreen)


async def test_the_screen_lives_while_it_opens_and_can_stop_it(desk: Desk, opened) -> None:
    keyring.protect(desk, cheap.sealed(WORDS, keyring.plain_identity(desk), 19))
    desk.__dict__.pop("keys")
    async with opened() as screen:
        await screen.write(WORDS)
        await screen.pilot.press("enter")
        await screen.pilot.pause()
        work = screen.app.screen._work
        assert work is not None
        assert "Esc stops it" in screen.text("#hint")
        await screen.pilot.press("f1")
        await screen.pilot.pause()
        assert isinstance(screen.app.screen, HelpDialog)
        assert "protected by a passphrase" in screen.shown()
        await screen.pilot.press("escape")
        await screen.pilot.pause()
        assert screen.app.screen._work is work
        await screen.press("escape")
        assert work._process.returncode is not None
        assert screen.app.screen._work is None
        assert "Enter opens it" in screen.text("#hint")


async def test_leaving_leaves_nothing_at_work(desk: Desk) -> None:
    keyring.protect(desk, cheap.sealed(WORDS, keyring.plain_identity(desk), 19))
    desk.__dict__.pop("keys")
    app = DebriefApp(desk, setup=True)
    async with app.run_test() as pilot:
        await pilot.press("a", "enter")
        await pilot.pause()
        work = app.screen._work
        assert work is not None
        await pilot.press("ctrl+q")
    assert work._process.returncode is not None


async def test_where_the_command_line_led_is_where_one_comes_afterwards(locked: Desk) -> None:
    app = DebriefApp(locked, setup=True)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        assert isinstance(app.screen, UnlockScreen)
        await screen.write(WORDS)
        await pilot.press("enter")
        await until_it_rests(screen)
        assert isinstance(app.screen, SetupScreen)


def end(dialog: SpareDialog) -> str:
    return "".join(dialog._making.lines()).replace(" ", "")[-6:]


async def test_a_spare_is_kept_once_it_was_typed_back(desk: Desk, opened) -> None:
    async with opened(size=(80, 24)) as screen:
        dialog, answers = SpareDialog(), []
        screen.app.push_screen(dialog, answers.append)
        await screen.settle()
        assert all(line in screen.shown() for line in dialog._making.lines())
        await screen.write("nonono")
        await screen.press("enter")
        assert "not how it ends" in screen.text("#hint")
        await screen.write(end(dialog).lower())
        await screen.press("enter")
        assert answers == [True]
    kept = recovery.read(desk.disk, desk.places.config)
    assert kept is not None
    assert kept.recipient == desk.keys.spare


async def test_a_spare_that_is_not_typed_back_is_not_kept(desk: Desk, opened) -> None:
    async with opened() as screen:
        answers: list[bool] = []
        screen.app.push_screen(SpareDialog(), answers.append)
        await screen.settle()
        for _again in range(recovery.TRIES):
            await screen.write("nonono")
            await screen.press("enter")
        assert answers == [False]
        assert isinstance(screen.app.screen, MessageDialog)
        assert "no recovery key was kept" in " ".join(screen.shown().split())
        await screen.press("enter")
        screen.app.push_screen(SpareDialog(), answers.append)
        await screen.settle()
        await screen.press("escape")
        assert answers == [False, False]
    assert recovery.read(desk.disk, desk.places.config) is None


async def test_home_offers_a_spare_key_until_there_is_one(desk: Desk, opened) -> None:
    async with opened() as screen:
        await screen.press("k")
        assert isinstance(screen.app.screen, SpareDialog)
        await screen.write(end(screen.app.screen))
        await screen.press("enter")
    kept = recovery.read(desk.disk, desk.places.config)
    assert kept is not None
    assert kept.recipient == desk.keys.spare
