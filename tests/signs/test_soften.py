"""A softened sign moves to another band, with a reason, and never disappears."""

from __future__ import annotations

import pytest

from tests.signs.ruled import scan

BANDS = [
    ("da", "Mette er ikke udbrændt.", "topic"),
    ("da", "Mette har ikke grædt.", "topic"),
    ("da", "Mette græder ikke.", "topic"),
    ("da", "Mette benægter selvmordstanker.", "topic"),
    ("da", "Ingen selvmordstanker.", "topic"),
    ("da", "Spurgte Mette om selvmordstanker. Nej.", "topic"),
    ("da", "Spurgte Mette om selvmordstanker. Ja.", "firm"),
    ("da", "Det er ikke sådan at Mette ikke sover.", "topic"),
    ("da", "Mette sover ikke.", "firm"),
    ("da", "Mette kan ikke mere.", "firm"),
    ("da", "For fem år siden havde Mette selvmordstanker.", "history"),
    ("da", "Mette græd, men det er gået over.", "history"),
    ("da", "Bange for at Mette får selvmordstanker.", "possible"),
    ("da", "Rollespil: Mette har selvmordstanker.", "topic"),
    ("da", "Mette græd af grin.", "masked"),
    ("da", "Mette græd på grund af høfeber.", "topic"),
    ("nb", "Kari er ikke utbrent.", "topic"),
    ("nb", "Kari benekter selvmordstanker.", "topic"),
    ("nb", "Kari kan ikke mer.", "firm"),
    ("nb", "For fem år siden hadde Kari selvmordstanker.", "history"),
    ("nb", "Øvelse: Kari har selvmordstanker.", "topic"),
    ("en", "Priya is not burnt out.", "topic"),
    ("en", "Priya denies suicidal thoughts.", "topic"),
    ("en", "No tears, no drama from Priya.", "topic"),
    ("en", "Priya can't sleep.", "firm"),
    ("en", "Five years ago Priya had suicidal thoughts.", "history"),
    ("en", "Role play: Priya is suicidal.", "topic"),
    ("en", "Priya used to have flashbacks.", "history"),
]


@pytest.mark.parametrize(("language", "text", "band"), BANDS)
def test_the_surest_band_of_a_note(language: str, text: str, band: str) -> None:
    name = {"da": "Mette", "nb": "Kari", "en": "Priya"}[language]
    order = ("firm", "possible", "history", "topic", "masked")
    bands = [sign.band for sign in scan(text, language, name)]
    assert bands, "a softened sign stays in the list"
    assert min(bands, key=order.index) == band


def test_a_threat_against_the_counsellor_is_never_softened_by_another_person() -> None:
    (sign,) = scan("Borgeren sagde ikke ret meget, men han truede mig.", "da", "Mette")
    assert (sign.sign, sign.subject, sign.band) == ("threatened", "counsellor", "firm")


def test_each_reason_is_a_sentence_without_the_words_of_the_note() -> None:
    for language, text, _band in BANDS:
        for sign in scan(text, language, "Mette"):
            assert sign.why.endswith(".")
            assert "{" not in sign.why
            assert "Mette" not in sign.why
