"""The ground rules read out before a round: seven, the same whatever the protocol."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec

from debrief.protocol.model import Lines

GROUND_RULES_VERSION: Final = "2026-1"
"""Written in each session file, so that it shows which rules the round heard."""

_FILE: Final = Path(__file__).parent / "texts" / "ground-rules.toml"


class _GroundRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal["2026-1"]
    rules: Lines


@cache
def _read() -> Lines:
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), _GroundRules).rules


def ground_rules(language: str) -> tuple[str, ...]:
    """Return the seven ground rules in `language`, one of da, nb, en; English for any other."""
    return _read().to(language)
