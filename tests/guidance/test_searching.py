"""A search finds its card on any keyboard, best first."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief import guidance

TODAY = dt.date(2026, 11, 28)


def texts(country: str, language: str) -> dict[str, list[str]]:
    made, _problems = guidance.library(country)
    read = {ident: guidance.lines(made, ident, language, TODAY) for ident in made.ids}
    return {ident: [line.text for line in lines] for ident, lines in read.items()}


DANISH, BOKMAAL = texts("DK", "da"), texts("NO", "nb")


@pytest.mark.parametrize("query", ["søvn", "soevn", "sovn", "SØVN", " søvn ", "so\u0308vn"])
def test_a_letter_the_keyboard_lacks_may_be_spelled_or_bare(query: str) -> None:
    assert guidance.find(query, DANISH)[0] == "sign-sleep"


@pytest.mark.parametrize("query", ["påtrængende", "paatraengende", "patrangende", "patraengende"])
def test_aa_and_ae_are_found_in_either_spelling(query: str) -> None:
    assert guidance.find(query, DANISH)[0] == "sign-intrusion"


def test_a_number_is_found_with_or_without_its_spaces() -> None:
    assert "duty-child-at-risk" in guidance.find("116111", BOKMAAL)
    assert "duty-child-at-risk" in guidance.find("116 111", BOKMAAL)


def test_every_word_must_be_there_in_any_order() -> None:
    both = guidance.find("barn meldeplikt", BOKMAAL)
    assert both == guidance.find("meldeplikt barn", BOKMAAL)
    assert "duty-child-at-risk" in both
    assert guidance.find("barn qqq", BOKMAAL) == []


def test_what_is_named_so_stands_before_what_only_speaks_of_it() -> None:
    found = guidance.find("vold", DANISH)
    assert found[0] == "duty-violence"


def test_an_empty_search_finds_everything_in_order() -> None:
    assert guidance.find("  ", DANISH) == list(DANISH)


@given(st.text(max_size=30))
def test_any_search_gives_cards_that_are_there_each_once(query: str) -> None:
    found = guidance.find(query, DANISH)
    assert set(found) <= set(DANISH)
    assert len(set(found)) == len(found)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert guidance.fold(guidance.fold(text)) == guidance.fold(text)
