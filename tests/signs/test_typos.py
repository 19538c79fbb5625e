"""Slips of the keyboard: read as what is meant, said so, and never at the cost of real words."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.signs.lexicon import LANGUAGES, lexicon
from debrief.signs.pattern import Matcher
from debrief.signs.scanning import EVERYTHING, Switches, scan_with
from debrief.signs.typos import Typos, slip
from debrief.signs.words import Words
from tests.signs.ruled import scan

BACKGROUND = Path(__file__).parents[3] / "shared" / "signs" / "background"


def typos(*lines: str, known: tuple[str, ...] = ()) -> Typos:
    return Typos(lines, lambda word: frozenset((word,)), frozenset(known))


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("selvmorstanker", "selvmordstanker"),
        ("selvmordsstanker", "selvmordstanker"),
        ("selvmrodstanker", "selvmordstanker"),
        ("selvmirdstanker", "selvmordstanker"),
        ("udbrændtt", "udbrændt"),
        ("udbrendt", "udbrændt"),
    ],
)
def test_one_slip_is_seen(key: str, word: str) -> None:
    assert slip(key, word)


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("glæder", "græder"),
        ("banker", "tanker"),
        ("græde", "græder"),
        ("græderne", "græder"),
        ("sælvmirdstanker", "selvmordstanker"),
        ("hulkede", "hulkede"),
        ("selvmaordstanker", "selvmordstanker"),
    ],
)
def test_another_word_is_no_slip(key: str, word: str) -> None:
    assert not slip(key, word)


def test_only_long_words_that_patterns_name_are_meant() -> None:
    found = typos("hulkede sover", "selvmord* <klasse>", "meningsløst", known=("hulkende",))
    assert found.meant("hulkedde") == "hulkede"
    assert found.meant("hulkende") is None
    assert found.meant("sovver") is None
    assert found.meant("selvmordd") is None
    assert found.meant("klaasse") is None
    assert found.meant("meninsgløst") == "meningsløst"
    assert found.meant("meningsløst") is None


def test_the_stem_of_a_wildcard_is_meant_unless_the_word_begins_with_a_real_one() -> None:
    found = typos("selvmords*", "flytning*", known=("flygtning",))
    assert found.meant("selvmrodsbrev") == "selvmordsbrev"
    assert found.meant("flyttningen") == "flytningen"
    assert found.meant("flygtningen") is None
    assert found.meant("selvmordsbrev") is None


def test_a_word_without_end_costs_no_more_than_reading_it() -> None:
    found = typos("selvmordstanker", "selvmords*")
    tracemalloc.start()
    assert found.meant("selvmrods" + "g" * 400_000) == "selvmords" + "g" * 400_000
    assert found.meant("s" * 400_000) is None
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5_000_000


@given(st.sampled_from(["selvmordstanker", "udbrændt", "meningsløst"]), st.integers(1, 30))
def test_every_missing_or_turned_letter_inside_is_found(word: str, at: int) -> None:
    at = 1 + at % (len(word) - 3)
    found = typos(*(["selvmordstanker", "udbrændt", "meningsløst"]))
    assert found.meant(word[:at] + word[at + 1 :]) in (word, None)
    turned = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if turned != word and at + 2 < len(word):
        assert found.meant(turned) == word


@pytest.mark.parametrize(
    ("language", "text", "name", "sign", "band"),
    [
        ("da", "Mette har selvmorstanker.", "Mette", "suicidal_thoughts", "firm"),
        ("da", "Mette har ikke selvmrodstanker.", "Mette", "suicidal_thoughts", "topic"),
        ("da", "Borgeren har selvmrodstanker.", "Mette", "case_suicide_risk", "firm"),
        ("da", "Mette hulekde bagefter.", "Mette", "crying", "possible"),
        ("nb", "Kari er utbrennt.", "Kari", "burnout", "possible"),
        ("en", "Priya feels sucidal.", "Priya", "suicidal_thoughts", "firm"),
    ],
)
def test_a_slip_is_read_as_meant_and_said(
    language: str, text: str, name: str, sign: str, band: str
) -> None:
    (found,) = (s for s in scan(text, language, name) if s.sign == sign)
    assert found.band == band
    assert found.why.endswith("A word was read as a misspelling.")
    off = Switches(typos=False)
    assert not [s for s in scan_with(lexicon(language), text, name, off) if s.sign == sign]


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("da", "Mette glæder sig til ferien.", "Mette"),
        ("da", "Mette har huller i sokkerne.", "Mette"),
        ("da", "Mette og Halken cykler.", "Mette"),
        ("en", "Priya started trying on scarves.", "Priya"),
    ],
)
def test_a_real_word_is_not_taken_for_another(language: str, text: str, name: str) -> None:
    assert scan(text, language, name) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_are_right_as_they_stand_are_never_mended(language: str) -> None:
    words_of = lexicon(language)
    assert words_of.real
    assert [w for w in words_of.real if words_of.typos.meant(w)] == []


def test_a_capital_inside_a_sentence_is_a_name() -> None:
    words_of = lexicon("da")
    for text, count in (("Han talte med Selvmorstanker", 0), ("han har selvmorstanker", 1)):
        matcher = Matcher(Words(text, words_of.short), words_of.fillers)
        matcher.mend(words_of.typos.meant)
        assert len(matcher.mended) == count


@pytest.mark.skipif(not BACKGROUND.is_dir(), reason="the background sentences are not here")
@pytest.mark.parametrize("language", ["da", "nb"])
def test_reading_slips_raises_no_alarm_on_ordinary_text(language: str) -> None:
    lines = (BACKGROUND / f"ud_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    words_of = lexicon(language)
    for line in lines:
        text = json.loads(line)["text"]
        firm = [
            {s.sign for s in scan_with(words_of, text, None, switches) if s.band == "firm"}
            for switches in (EVERYTHING, Switches(typos=False))
        ]
        assert firm[0] <= firm[1], text
