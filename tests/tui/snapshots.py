"""What every screen says, as rows of text: `python -m tests.tui.snapshots` writes them anew.

A scene is one line in SCENES. Each is taken in three languages and two sizes, from the fictional
evening of `debrief demo`, and kept in tests/tui/snapshots/SCENE.LANGUAGE.txt. Colours are not kept
here; a test holds that no look changes a word.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import difflib
import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from debrief import demo, i18n, text
from debrief.tui.app import DebriefApp

FOLDER = Path(__file__).with_name("snapshots")
SIZES = ((80, 24), (120, 40))
EVENING = dt.datetime(2026, 11, 20, 20, 16, tzinfo=dt.UTC)
"""A Friday evening, 21:16 in Denmark."""


class Scene(msgspec.Struct, frozen=True):
    """A screen to take: from Home or from the open round, by these keys."""

    name: str
    start: Literal["home", "round"]
    keys: tuple[str, ...] = ()


SCENES = (
    Scene("home", "home"),
    Scene("sessions", "home", ("l",)),
    Scene("coverage", "home", ("c",)),
    Scene("outbox", "home", ("o",)),
    Scene("settings", "home", ("f9",)),
    Scene("followups", "home", ("f",)),
    Scene("not-held", "home", ("h",)),
    Scene("setup", "home", ("n",)),
    Scene("round", "round"),
    Scene("round-signs", "round", ("f2",)),
    Scene("next-contact", "round", ("f3",)),
    Scene("help", "round", ("f1",)),
    Scene("palette", "round", ("ctrl+p",)),
    Scene("letters", "round", ("f7",)),
    Scene("library", "round", ("f4",)),
    Scene("close", "round", ("f10",)),
    Scene("more-dates", "round", ("f10", "down", "down", "m")),
    Scene("own-evening", "round", ("f10", "f6")),
)


class Taken(msgspec.Struct, frozen=True):
    """One screen as it was taken: its rows, its key bar, and what the bar should say."""

    rows: tuple[str, ...]
    bar: str = ""
    bar_wanted: tuple[str, ...] = ()
    bar_cut: bool = False


@contextlib.contextmanager
def made_alike(language: str) -> Iterator[None]:
    """Let the evening be the same each time: place, time zone, language, and what is drawn."""
    before, zone, spoken = Path.cwd(), os.environ.get("TZ"), i18n.language()
    drawn = text.token.__defaults__
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # so that a path on the screen is as long anywhere
        os.environ["TZ"] = "Europe/Copenhagen"
        time.tzset()
        i18n.use(language)
        text.token.__defaults__ = (random.Random(7).choice,)
        try:
            yield
        finally:
            text.token.__defaults__ = drawn
            i18n.use(spoken)
            os.environ.pop("TZ")
            if zone is not None:
                os.environ["TZ"] = zone
            time.tzset()
            os.chdir(before)


async def settle(app: DebriefApp, pilot: Pilot[int]) -> None:
    """Wait for what is at work, for what that starts, and for what comes of it."""
    for _again in range(3):
        await pilot.pause()
        with contextlib.suppress(WorkerCancelled):
            await app.workers.wait_for_complete()
    await pilot.pause()


async def _take(size: tuple[int, int], theme: str, scenes: tuple[Scene, ...]) -> dict[str, Taken]:
    desk, session_id = demo.prepare(Path(), lambda: EVENING)
    desk.config = msgspec.structs.replace(desk.config, theme=theme, glyphs="unicode")
    app = DebriefApp(desk)
    found = {}
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        for scene in scenes:
            if scene.start == "round" and app.live is None:
                app.resume_round(session_id)
                await settle(app, pilot)
                app.live._saved_at = EVENING
                app.redraw()
            base = len(app.screen_stack)
            await settle(app, pilot)
            for key in scene.keys:
                await pilot.press(key)
                await settle(app, pilot)
            await pilot.pause(0.1)
            await settle(app, pilot)
            found[scene.name] = _look(app)
            while len(app.screen_stack) > base:
                app.pop_screen()
                await settle(app, pilot)
            if scene.start == "round":
                app.screen.action_leave()  # to the notes, where a round begins
    app.let_go()
    return found


def _look(app: DebriefApp) -> Taken:
    from debrief.tui.widgets.bars import KeyBar

    strips = app.screen._compositor.render_strips()
    rows = tuple(strip.text.rstrip() for strip in strips)
    bars = list(app.screen.query(KeyBar))
    if not bars:
        return Taken(rows)
    bar = bars[0]
    said = str(bar.render())
    wanted = tuple(link.text.plain for link in bar._links)
    cut = said.count("\n") + 1 > bar.content_size.height
    return Taken(rows, said, wanted, cut)


def take(
    language: str,
    size: tuple[int, int],
    theme: str = "dusk",
    scenes: tuple[Scene, ...] = SCENES,
) -> dict[str, Taken]:
    """Return the scenes in a language, at a size, with a look: name -> what was taken."""
    with made_alike(language):
        return asyncio.run(_take(size, theme, scenes))


def stored(name: str, language: str) -> str:
    """Return a scene as it is kept, both sizes; empty where it is not."""
    path = FOLDER / f"{name}.{language}.txt"
    return path.read_text("utf-8") if path.exists() else ""


def part(kept: str, size: tuple[int, int]) -> list[str]:
    """Return the rows of one size in what is kept."""
    _before, _head, rest = kept.partition(_head_of(size))
    return rest.partition("\f")[0].strip("\n").split("\n") if rest else []


def difference(taken: Taken, kept: str, size: tuple[int, int]) -> str:
    """Return how a screen differs from what is kept; empty where it does not."""
    now = "\n".join(taken.rows).strip("\n").split("\n")
    return "\n".join(difflib.unified_diff(part(kept, size), now, "kept", "now", lineterm=""))


def _head_of(size: tuple[int, int]) -> str:
    return f"== {size[0]}x{size[1]}\n"


def write(every: Mapping[tuple[str, tuple[int, int]], Mapping[str, Taken]]) -> None:
    """Keep what was taken, (language, size) -> name -> screen."""
    FOLDER.mkdir(exist_ok=True)
    for language in i18n.LANGUAGES:
        for scene in SCENES:
            parts = [
                _head_of(size) + "\n".join(every[language, size][scene.name].rows).strip("\n")
                for size in SIZES
            ]
            path = FOLDER / f"{scene.name}.{language}.txt"
            path.write_text("\n\f\n".join(parts) + "\n", "utf-8")


if __name__ == "__main__":
    write({(one, size): take(one, size) for one in i18n.LANGUAGES for size in SIZES})
    print(*sorted(path.name for path in FOLDER.glob("*.txt")), sep="\n")
