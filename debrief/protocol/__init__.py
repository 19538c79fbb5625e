"""What a round is: protocols as TOML files, strictly read, and the ground rules."""

from __future__ import annotations

from debrief.protocol.loading import load
from debrief.protocol.model import Lines, Phase, Protocol, Shift, Text
from debrief.protocol.rules import GROUND_RULES_VERSION, ground_rules
from debrief.protocol.shelf import BUNDLED, DEFAULT, available, bundled, find, library, merge

__all__ = [
    "BUNDLED",
    "DEFAULT",
    "GROUND_RULES_VERSION",
    "Lines",
    "Phase",
    "Protocol",
    "Shift",
    "Text",
    "available",
    "bundled",
    "find",
    "ground_rules",
    "library",
    "load",
    "merge",
]
