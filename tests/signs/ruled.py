"""What the rules alone see, for the tests that are about rules and context."""

from __future__ import annotations

from debrief.signs import Sign
from debrief.signs.guess import guess
from debrief.signs.own import current
from debrief.signs.scanning import RULES, scan_with


def scan(text: str, language: str, counsellor: str | None = None) -> tuple[Sign, ...]:
    """Return the signs in `text` by the rules of its language."""
    return scan_with(
        current(guess(text) if language == "auto" else language), text, counsellor, RULES
    )
