"""Take README's pictures from the app itself: `python -m tests.make_pictures`.

A test takes them again and compares, so that they can't go stale.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import re
import tempfile
import time
from pathlib import Path

import msgspec
from textual.worker import WorkerCancelled

from debrief import demo, i18n
from debrief.tui.app import DebriefApp

FOLDER = Path(__file__).with_name("pictures")
EVENING = dt.datetime(2026, 11, 20, 20, 16, tzinfo=dt.UTC)
"""A Friday evening, 21:16 in Denmark."""


def plain_font(svg: str) -> str:
    """Return the picture without the web font, which a viewer would have to fetch."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "Menlo, Consolas, DejaVu Sans Mono")


async def take() -> dict[str, str]:
    """Return the pictures: name -> SVG."""
    with tempfile.TemporaryDirectory() as folder:
        desk, session_id = demo.prepare(Path(folder), lambda: EVENING)
        desk.config = msgspec.structs.replace(desk.config, glyphs="unicode")
        app = DebriefApp(desk)
        pictures = {}
        async with app.run_test(size=(120, 32)) as pilot:
            for _again in range(3):  # what is at work, what that starts, and what comes of it
                await pilot.pause(0.1)
                with contextlib.suppress(WorkerCancelled):
                    await app.workers.wait_for_complete()
            await pilot.pause(0.1)
            pictures["home"] = app.export_screenshot(title="debrief")
            app.resume_round(session_id)
            await pilot.pause(0.4)
            app.live._saved_at = EVENING
            app.redraw()
            await pilot.pause()
            pictures["round"] = app.export_screenshot(title="debrief")
        app.let_go()
    return {name: plain_font(svg) for name, svg in pictures.items()}


def taken() -> dict[str, str]:
    """Return the pictures as they are taken in Denmark, in Danish."""
    before, language = os.environ.get("TZ"), i18n.language()
    os.environ["TZ"] = "Europe/Copenhagen"
    time.tzset()
    i18n.use("da")
    try:
        return asyncio.run(take())
    finally:
        i18n.use(language)
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, svg in taken().items():
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
        print(FOLDER / f"{name}.svg")
