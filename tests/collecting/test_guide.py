"""What plugins/README.md says of collecting is so."""

from __future__ import annotations

import re
from pathlib import Path

from debrief.cli.tree import build
from debrief.collecting.drop import Retraction, read
from debrief.collecting.numbers import MEASURES
from debrief.collecting.run import MINIMUM

GUIDE = (Path(__file__).parents[2] / "plugins" / "README.md").read_text("utf-8")
SECTION = GUIDE.partition("\n## Many sites\n")[2].partition("\n## ")[0]


def test_the_retraction_that_is_shown_is_one() -> None:
    [text] = re.findall(r"```json\n(.*?)\n```", SECTION)
    found = read(text.encode(), "back-2026-11-21-k7q2m9")
    assert isinstance(found, Retraction)


def test_every_measure_and_every_option_is_told() -> None:
    for measure in MEASURES:
        assert f"`{measure}`" in SECTION
    for option in build().commands["collect"].params:
        if option.opts[0].startswith("--"):
            assert option.opts[0] in SECTION
    assert f"the smallest number that shows ({MINIMUM})" in SECTION
