"""A desk in a throw-away workspace, and the app over it, driven by keys."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static
from textual.worker import WorkerCancelled

from debrief import i18n
from debrief.desk import Desk
from debrief.live import Live
from debrief.tui.app import DebriefApp
from debrief.workspace.places import Places
from tests.builders import Clock, people


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a modern terminal, wherever the tests run."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English, whatever the machine speaks."""
    before = i18n.language()
    i18n.use("en")
    yield
    i18n.use(before)


@pytest.fixture
def clock() -> Clock:
    return Clock(step_s=0)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "workspace", tmp_path / "config", tmp_path / "state")


@pytest.fixture
def desk(places: Places, clock: Clock) -> Desk:
    return Desk(places, clock)


@pytest.fixture
def start_round(desk: Desk) -> Callable[..., Live]:
    """Open a round in Danish with these people, past its framing."""

    def start(*names: str, protocol: str = "shift-defuse") -> Live:
        chosen = desk.protocol(protocol)
        live = desk.start(desk.setup(chosen, people(*names), "da", team="Nord"))
        live.go_to_phase(1)
        return live

    return start


class Screen:
    """The app under test, and what a person would read on it."""

    def __init__(self, app: DebriefApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def write(self, text: str) -> None:
        """Type a text, key by key."""
        names = {" ": "space", "\n": "enter"}
        await self.pilot.press(*(names.get(letter, letter) for letter in text))
        await self.settle()

    async def settle(self) -> None:
        """Wait for what is at work, for what that starts, and for what comes of it."""
        for _again in range(3):
            await self.pilot.pause()
            with contextlib.suppress(WorkerCancelled):
                await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def rest(self) -> None:
        """Wait until the hands have rested long enough for the note to be kept."""
        await self.pilot.pause(0.25)
        await self.settle()

    def text(self, selector: str) -> str:
        """Return what a static widget says."""
        return str(self.app.screen.query_one(selector, Static).render())

    def shown(self) -> str:
        """Return the whole screen as rows of text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)


@pytest.fixture
def opened(desk: Desk) -> Callable[..., object]:
    """Run the app at a size, and give its Screen."""

    @asynccontextmanager
    async def run(
        live: Live | None = None, size: tuple[int, int] = (120, 40)
    ) -> AsyncIterator[Screen]:
        app = DebriefApp(desk)
        async with app.run_test(size=size) as pilot:
            screen = Screen(app, pilot)
            await screen.settle()
            if live is not None:
                app.open_round(live)
                await screen.settle()
            yield screen
        if app.live is not None:
            desk.pause(app.live)

    return run


@pytest.fixture
def opened_at() -> Callable[..., object]:
    """Run the app over a desk made by the test, with a round open."""

    @asynccontextmanager
    async def run(desk: Desk, *names: str) -> AsyncIterator[Screen]:
        live = desk.start(desk.setup(desk.protocol("shift-defuse"), people(*names), "da"))
        app = DebriefApp(desk)
        async with app.run_test(size=(120, 40)) as pilot:
            screen = Screen(app, pilot)
            await screen.settle()
            app.open_round(live)
            await screen.settle()
            yield screen
        app.let_go()

    return run
