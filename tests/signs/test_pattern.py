"""How patterns are written, and what they match."""

from __future__ import annotations

import pytest

from debrief.signs.index import Index, anchor
from debrief.signs.pattern import Matcher, PatternError, Spelling, read
from debrief.signs.words import Words

SPELLING = Spelling(
    {"not": ("ikke", "aldrig")}, frozenset(("fire", "fem")), frozenset(("få", "får"))
)
FILLERS = frozenset(("jeg", "bare", "altså", "hun"))


def spans(pattern: str, text: str) -> list[str]:
    words = Words(text, frozenset())
    index: Index[str] = Index([(pattern, pattern)], SPELLING)
    found = index.matches(Matcher(words, FILLERS))
    return [" ".join(words.keys[start:end]) for _kept, start, end in found]


@pytest.mark.parametrize(
    ("pattern", "text", "match"),
    [
        ("orker ikke mere", "Orker ikke mere", "orker ikke mere"),
        ("orker ikke mere", "orker jeg bare ikke mere", "orker jeg bare ikke mere"),
        ("orker ikke mere", "orker jeg bare altså ikke mere", None),
        ("orker ikke mere", "orker slet ikke mere", None),
        ("orker ~1 ikke mere", "orker slet ikke mere", "orker slet ikke mere"),
        ("orker_ikke mere", "orker bare ikke mere", None),
        ("{vil ikke} leve", "at hun ikke vil leve", "ikke vil leve"),
        ("{vil ikke} leve", "vil hun ikke leve", "vil hun ikke leve"),
        ("selvmord*", "om selvmordstanker", "selvmordstanker"),
        ("*tanker", "mørke tanker", "tanker"),
        ("sover|sov dårligt", "hun sov dårligt", "sov dårligt"),
        ("sover|har_sovet dårligt", "har sovet dårligt", "har sovet dårligt"),
        ("(i nat|i går) sov", "i nat sov hun", "i nat sov"),
        ("sov (meget)? dårligt", "sov dårligt", "sov dårligt"),
        ("sov (meget)? dårligt", "sov meget dårligt", "sov meget dårligt"),
        ("sov meget? dårligt", "sov meget dårligt", "sov meget dårligt"),
        ("<not> sovet", "aldrig sovet", "aldrig sovet"),
        ("# timer", "fire timer", "fire timer"),
        ("# timer", "4 timer", "4 timer"),
        ("#10 piller", "9 piller", None),
        ("#10 piller", "40 piller", "40 piller"),
        ("dø !af", "hun vil dø af grin", None),
        ("dø !af", "hun vil dø", "dø"),
        ("!ikke sover", "hun ikke sover", None),
        ("!ikke sover", "hun sover", "sover"),
        ("^ tom", "T: tom.", "tom"),
        ("^ tom", "huset er tom", None),
        ("tom $", "hun er tom, siger hun", "tom"),
        ("tom $", "tom flaske", None),
        ("orker ikke", "Hun orker. Ikke mere", None),
        ("græd", "hun graed", "graed"),
        ("græd", "hun grad", "grad"),
        ("får", "min far", None),
        ("får", "hun faar", "faar"),
    ],
)
def test_what_a_pattern_matches(pattern: str, text: str, match: str | None) -> None:
    assert spans(pattern, text) == ([match] if match else [])


@pytest.mark.parametrize(
    "pattern", ["", "(a", "a)", "{a b c}", "{a}", "a|", "()", "<none>", "self-harm", "_a", "!"]
)
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        read(pattern, SPELLING)


@pytest.mark.parametrize("pattern", ["a?", "~3", "(a b)?", "^ $"])
def test_a_pattern_of_which_everything_may_be_missing_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        anchor(pattern, SPELLING)


def test_a_pattern_is_looked_for_by_its_rarest_word() -> None:
    spelling = Spelling({}, frozenset(), frozenset(), common=frozenset({"ikke", "aldri"}))
    assert anchor("ikke orker|klarer", spelling).slot.exact == {"orker", "klarer"}
    assert anchor("ikke_så_nøye", spelling).slot.exact >= {"nøye"}
    assert anchor("aldri", spelling).slot.exact == {"aldri"}
