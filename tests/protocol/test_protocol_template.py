"""The file that a house's own protocol begins as."""

from __future__ import annotations

import tomllib

import pytest

from debrief.i18n import LANGUAGES
from debrief.protocol import Phase, Protocol, load
from debrief.protocol.template import template

OPTIONAL = {"guardrail"}
"""Keys that stand in the template only in what is told of them."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_valid_as_it_stands_and_shows_every_key(language: str) -> None:
    data = template("our-round", language)
    protocol = load(data, "our-round.toml")
    table = tomllib.loads(data.decode())
    assert set(Protocol.__struct_fields__) - set(table) == OPTIONAL
    shown = {key for phase in table["phases"] for key in phase}
    assert shown == set(Phase.__struct_fields__)
    assert b"[guardrail]" in data
    assert protocol.id == "our-round"
    assert not protocol.locked


def test_it_is_told_in_one_language_only() -> None:
    told = {one: template("x", one).decode() for one in (*LANGUAGES, "sv")}
    assert told["sv"] == told["en"]
    lines = {
        one: {line for line in text.splitlines() if line.startswith("#")}
        for one, text in told.items()
    }
    assert len({len(lines[one]) for one in LANGUAGES}) == 1
    assert not lines["da"] & lines["nb"]
    assert not lines["da"] & lines["en"]
    for text in told.values():
        assert "|" not in text
        assert all(len(line) <= 120 for line in text.splitlines())
