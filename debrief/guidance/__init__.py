"""What a supervisor looks up: duty cards by country, sign cards, the hand-over chain, the words."""

from __future__ import annotations

from debrief.guidance.loading import load
from debrief.guidance.model import COUNTRIES, STALE_DAYS, Book, Card, Country, Number, Step, Word
from debrief.guidance.pages import Line, chain_line, lines
from debrief.guidance.searching import find, fold
from debrief.guidance.shelf import (
    CHAIN,
    WORDS,
    Library,
    country_for,
    duty_card,
    library,
    sign_card,
)

__all__ = [
    "CHAIN",
    "COUNTRIES",
    "STALE_DAYS",
    "WORDS",
    "Book",
    "Card",
    "Country",
    "Library",
    "Line",
    "Number",
    "Step",
    "Word",
    "chain_line",
    "country_for",
    "duty_card",
    "find",
    "fold",
    "library",
    "lines",
    "load",
    "sign_card",
]
