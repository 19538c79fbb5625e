"""README shows the app as it is."""

from __future__ import annotations

import re

from tests.make_pictures import FOLDER, taken


def said(svg: str) -> list[str]:
    """Return the text of a picture, run by run."""
    return re.findall(r"<text[^>]*>(.*?)</text>", svg)


def test_the_pictures_in_readme_are_of_this_program() -> None:
    for name, svg in taken().items():
        stored = (FOLDER / f"{name}.svg").read_text("utf-8")
        assert said(stored) == said(svg), f"stale: python -m tests.make_pictures ({name})"
        assert "http" not in re.sub(r'xmlns="[^"]*"', "", stored).replace(
            "https://www.textualize", ""
        )
