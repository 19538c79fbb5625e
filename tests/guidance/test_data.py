"""What comes along is complete: each duty and sign, country, language, number and source."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from debrief import guidance, i18n
from debrief.guidance import COUNTRIES, STALE_DAYS, Library
from debrief.guidance.model import Step, is_stale
from debrief.guidance.pages import unsure
from debrief.i18n import LANGUAGES
from debrief.protocol.model import Lines, Text
from debrief.session.duties import kind_of
from debrief.session.model import DUTY_CODES
from debrief.signs import CODES

TODAY = dt.date(2026, 11, 28)
RANK = ("emergency", "leader", "psychologist", "doctor", "colleague", "environment", "next-of-kin")


@pytest.fixture(autouse=True)
def english():
    before = i18n.language()
    i18n.use("en")
    yield
    i18n.use(before)


@pytest.fixture(params=COUNTRIES)
def made(request) -> Library:
    found, problems = guidance.library(request.param)
    assert problems == ()
    return found


def test_every_duty_has_a_card_with_law_holder_deadline_and_numbers(made: Library) -> None:
    for code in DUTY_CODES:
        card = made.cards[guidance.duty_card(kind_of(code))]
        law = made.law_of(card)
        assert law is not None
        assert law.sources
        assert made.numbers_of(card), card.id
        for language in LANGUAGES:
            assert law.holder.to(language)
            assert law.deadline.to(language)
            assert law.text.to(language)
            assert card.tonight.to(language)
            assert card.never.to(language)


def test_every_sign_has_a_card_that_says_tonight_next_whom_and_never(made: Library) -> None:
    for code, about in CODES.items():
        if about.duty:
            assert guidance.duty_card(kind_of(code)) in made.cards
            continue
        card = made.cards[guidance.sign_card(code)]
        for part in (card.say, card.tonight, card.next, card.hand_over, card.never):
            assert all(part.to(language) for language in LANGUAGES), card.id


def test_every_number_says_where_it_is_from_and_when_it_was_read(made: Library) -> None:
    for number in made.numbers.values():
        assert number.source
        if number.verified_on is None:
            doubts = dict(unsure(made, "en", TODAY))
            what = f"{number.name.to('en')}: {number.number or '-'}"
            assert "never confirmed" in doubts[what]
        else:
            assert not is_stale(number.verified_on, TODAY)


def test_the_chain_goes_from_the_emergency_number_to_the_next_of_kin(made: Library) -> None:
    assert tuple(made.chain) == RANK
    assert made.number_of(made.chain["emergency"])[0] in ("112", "113", "999")
    assert guidance.chain_line(made, "en").startswith("Emergency number ")


def _texts(value: object):
    if isinstance(value, Text | Lines):
        yield value
    elif isinstance(value, msgspec.Struct):
        for key in value.__struct_fields__:
            yield from _texts(getattr(value, key))


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_danish_stands_where_norwegian_should(country) -> None:
    made, _problems = guidance.library(country)
    tables = (made.cards, made.laws, made.numbers, made.chain, made.words)
    only_danish = (" hvad ", " noget ", " efter ", " jeres ", " af ", " uge ", " mig ", " dig ")
    for table in tables:
        for item in table.values():
            for text in _texts(item):
                if item.id == "page-ground-rules":
                    continue
                said = text.to("nb")
                rows = (said,) if isinstance(said, str) else said
                for row in rows:
                    low = f" {row.lower()} "
                    assert not any(word in low for word in only_danish), (item.id, row)


def test_a_number_says_check_this_after_half_a_year_and_not_before(made: Library) -> None:
    number = made.numbers["emergency"]
    assert number.verified_on is not None
    fresh = number.verified_on + dt.timedelta(days=STALE_DAYS)
    for day, stale in ((fresh, False), (fresh + dt.timedelta(days=1), True)):
        read = guidance.lines(made, "duty-overdose", "en", day)
        doubts = [line.text for line in read if "check it again" in line.text]
        assert bool(doubts) is stale


def test_a_check_dated_in_the_future_is_no_check() -> None:
    assert is_stale(TODAY + dt.timedelta(days=1), TODAY)
    assert not is_stale(TODAY, TODAY)


def test_what_was_never_confirmed_stands_as_a_question(made: Library) -> None:
    read = guidance.lines(made, "duty-child-at-risk", "en", TODAY)
    heads = [line.text for line in read if line.kind == "head"]
    at = read.index(next(line for line in read if line.text == "Check with your house"))
    assert heads[0] == "Tonight"
    assert read[at + 1].kind == "warn"


def test_norwegian_law_sends_a_suicide_risk_to_the_duty_to_help() -> None:
    made, _problems = guidance.library("NO")
    law = made.law_of(made.cards["duty-suicide-risk"])
    assert law is not None
    assert "287" in law.name.to("nb")


def test_every_card_can_be_read_in_every_language(made: Library) -> None:
    for language in LANGUAGES:
        i18n.use(language)
        for ident in made.ids:
            read = guidance.lines(made, ident, language, TODAY)
            assert read[0].kind == "title"
            assert len(read) > 1
    assert len(set(made.ids)) == len(made.ids)
    assert {"chain", "words", *made.cards} == set(made.ids)


def test_ground_rules_are_those_that_the_round_hears(made: Library) -> None:
    from debrief.protocol import ground_rules

    read = guidance.lines(made, "page-ground-rules", "da", TODAY)
    assert tuple(line.text for line in read if line.kind == "text") == ground_rules("da")


def test_an_empty_step_is_told_and_a_step_per_person_is_not(made: Library) -> None:
    doubts = dict(unsure(made, "en", TODAY))
    assert "not filled in" in doubts["On-call leader"]
    assert not any("Next of kin" in what for what in doubts)
    assert isinstance(made.chain["leader"], Step)


@pytest.mark.parametrize(
    ("chosen", "language", "country"),
    [(None, "da", "DK"), (None, "nb", "NO"), (None, "en", "other"), ("NO", "da", "NO")],
)
def test_the_country_is_the_one_set_else_that_of_the_language(chosen, language, country) -> None:
    assert guidance.country_for(chosen, language) == country
