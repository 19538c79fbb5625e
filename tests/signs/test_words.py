"""Words and their places, whatever the text is made of."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from debrief.signs.words import STOP, Words
from tests.signs.ruled import scan

ANY = st.text() | st.text("abæøåÆØÅ'\"“”.,:- \n\u0301\u200b\u202eİßﬁ①", max_size=60)
NONE: frozenset[str] = frozenset()


@given(ANY)
def test_every_word_lies_in_the_text_in_order(text: str) -> None:
    words = Words(text, NONE)
    places = list(zip(words.starts, words.ends, strict=True))
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert words.starts == sorted(words.starts)
    assert all(words.first[i] <= i < words.limit[i] for i in range(len(words)))


@given(ANY, st.sampled_from(["da", "nb", "en", "auto"]), st.none() | st.text(max_size=12))
def test_any_text_is_scanned_and_spans_lie_within_it(
    text: str, language: str, name: str | None
) -> None:
    for sign in scan(text, language, name):
        assert 0 <= sign.start < sign.end <= len(text)
        assert text[sign.start : sign.end].strip()


@given(st.text("\u200b\u00ad\u202e ①ﬁﬃ🙂é", max_size=20), st.sampled_from(["NFC", "NFD"]))
def test_evidence_is_exact_behind_any_preamble(before: str, form: str) -> None:
    evidence = unicodedata.normalize(form, "selvmordstanker")
    name = unicodedata.normalize(form, "Åse")
    text = f"{before}. {name} har {evidence}"
    (sign,) = (s for s in scan(text, "da", "Åse") if s.sign == "suicidal_thoughts")
    assert text[sign.start : sign.end] == evidence
    assert sign.band == "firm"


def test_a_decomposed_letter_reads_as_the_composed_one_and_its_mark_is_in_the_span() -> None:
    text = unicodedata.normalize("NFD", "Åse sov dårligt i nat")
    (sign,) = scan(text, "da", "Åse")
    assert unicodedata.normalize("NFC", text[sign.start : sign.end]) == "sov dårligt"


def test_a_zero_width_character_inside_a_word_does_not_hide_it() -> None:
    text = "Mette har selv\u200bmordstanker."
    (sign,) = scan(text, "da", "Mette")
    assert text[sign.start : sign.end] == "selv\u200bmordstanker"


def test_lost_letters_are_read() -> None:
    for text in ("Mette graed", "Mette graeder", "Mette grader", "Mette gräder"):
        assert [s.sign for s in scan(text, "da", "Mette")] == ["crying"], text


def test_sentences_end_at_full_stops_but_not_at_abbreviations_or_times() -> None:
    words = Words("Kl. 23.10 ringede hun. Mette sov", frozenset(("kl",)))
    starts = [words.keys[i] for i in range(len(words)) if words.breaks[i] == STOP]
    assert starts == ["kl", "mette"]


def test_clitics_stand_apart_and_negated_verbs_are_one_word() -> None:
    assert Words("She's fine, can’t stop", NONE).keys == ["she", "'s", "fine", "cant", "stop"]
