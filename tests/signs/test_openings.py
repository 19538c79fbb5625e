"""How sentences open: a colleague's name, a condition told by word order."""

from __future__ import annotations

import pytest

from debrief.signs import shown
from tests.signs.ruled import scan

COLLEAGUES = [
    ("da", "Lone brød sammen, Jens tog over.", "Jens"),
    ("da", "Lone græd efter opkaldet. Jens kørte hende hjem.", "Jens"),
    ("da", "Morten sover ikke.", "Jens"),
    ("da", "Rolig aften for Jens, Hanne kan ikke mere.", "Jens"),
    ("nb", "Torunn gråt etterpå, Kari tok over.", "Kari"),
    ("nb", "Mona får ikke sove.", "Kari"),
    ("en", "Alice cried after the call, Jim took over.", "Jim"),
    ("en", "James can't sleep.", "Jim"),
]

OWN = [
    ("da", "Sov ikke i nat.", "Jens"),
    ("da", "Græd bagefter, kan ikke mere.", "Jens"),
    ("da", "Bagefter brød Jens sammen.", "Jens"),
    ("da", "Kroppen er helt tom, kan ikke sove.", "Jens"),
    ("da", "Hænderne ryster stadig.", "Jens"),
    ("da", "Vagten var lang. Sover ikke.", "Jens"),
    ("da", "Jens græd efter vagten.", "Jens"),
    ("da", "Jns græd efter vagten.", "Jens"),
    ("da", "Trine græd efter vagten.", "Katrine Holm"),
    ("da", "Hjemme græd hun hele aftenen.", "Mette"),
    ("da", "Lone græd efter vagten.", None),
    ("nb", "Sov ikke i natt.", "Kari"),
    ("nb", "Etterpå gråt hun lenge.", "Kari"),
    ("nb", "Natta var lang, får ikke sove.", "Kari"),
    ("en", "Sleeping is impossible, can't sleep at all.", "Jim"),
    ("en", "Hands were shaking, can't stop crying.", "Jim"),
]


@pytest.mark.parametrize(("language", "text", "name"), COLLEAGUES)
def test_a_colleague_who_opens_a_sentence_is_not_the_counsellor(
    language: str, text: str, name: str
) -> None:
    signs = scan(text, language, name)
    assert signs, "the words are found"
    assert shown(signs) == ()


@pytest.mark.parametrize(("language", "text", "name"), OWN)
def test_what_only_looks_like_a_name_takes_no_sign_away(
    language: str, text: str, name: str | None
) -> None:
    assert [sign.subject for sign in shown(scan(text, language, name))][:1] == ["counsellor"]


@pytest.mark.parametrize(
    ("language", "text", "band"),
    [
        ("da", "Havde jeg sovet dårligt, kunne jeg ikke mere.", "possible"),
        ("da", "Havde Mette fået piller, ville hun tage livet af sig.", "possible"),
        ("da", "Men havde jeg haft piller, ville jeg tage livet af mig.", "possible"),
        ("nb", "Hadde jeg fått piller, ville jeg ta livet av meg.", "possible"),
        ("en", "Had I been alone, I would kill myself.", "possible"),
        ("da", "Da jeg kom hjem, havde jeg selvmordstanker.", "firm"),
        ("da", "Havde selvmordstanker i nat.", "firm"),
        ("da", "I nat havde jeg selvmordstanker.", "firm"),
        ("nb", "Da jeg kom hjem, hadde jeg selvmordstanker.", "firm"),
        ("da", "Havde jeg vidst det, havde jeg sagt nej, og nu har jeg selvmordstanker.", "firm"),
    ],
)
def test_a_condition_by_word_order_softens_itself_and_what_it_leads_to(
    language: str, text: str, band: str
) -> None:
    name = {"da": "Mette", "nb": "Kari", "en": "Priya"}[language]
    order = ("firm", "possible", "history", "topic", "masked")
    bands = [s.band for s in scan(text, language, name) if s.level == "acute"] or [
        {"topic": "possible"}.get(s.band, s.band) for s in scan(text, language, name)
    ]
    assert min(bands, key=order.index) == band
