"""Take README's pictures from the app itself: `python -m tests.make_pictures`.

A test takes them again and compares, so that they can't go stale.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import msgspec

from debrief import demo
from debrief.tui.app import DebriefApp
from tests.tui.snapshots import EVENING, made_alike, settle

FOLDER = Path(__file__).with_name("pictures")


def plain_font(svg: str) -> str:
    """Return the picture without the web font, which a viewer would have to fetch."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "Menlo, Consolas, DejaVu Sans Mono")


async def take() -> dict[str, str]:
    """Return the pictures: name -> SVG."""
    desk, session_id = demo.prepare(Path(), lambda: EVENING)
    desk.config = msgspec.structs.replace(desk.config, glyphs="unicode")
    app = DebriefApp(desk)
    pictures = {}
    async with app.run_test(size=(120, 32)) as pilot:
        await settle(app, pilot)
        pictures["home"] = app.export_screenshot(title="debrief")
        await pilot.press("c")
        await settle(app, pilot)
        pictures["coverage"] = app.export_screenshot(title="debrief")
        await pilot.press("escape")
        app.resume_round(session_id)
        await settle(app, pilot)
        app.live._saved_at = EVENING
        app.redraw()
        await pilot.pause()
        pictures["round"] = app.export_screenshot(title="debrief")
        await pilot.press("f10", "1", "6", "down", "1")
        await settle(app, pilot)
        pictures["close"] = app.export_screenshot(title="debrief")
    app.let_go()
    return {name: plain_font(svg) for name, svg in pictures.items()}


def taken() -> dict[str, str]:
    """Return the pictures as they are taken in Denmark, in Danish."""
    with made_alike("da"):
        return asyncio.run(take())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, svg in taken().items():
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
        print(FOLDER / f"{name}.svg")
