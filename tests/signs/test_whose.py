"""Whose a sign is: the table of who says what about whom."""

from __future__ import annotations

import pytest

from debrief.signs import shown
from tests.signs.ruled import scan

BELONGS = [
    ("da", "Mette sover ikke.", "Mette", ("sleep", "counsellor")),
    ("da", "Sover ikke.", "Mette", ("sleep", "counsellor")),
    ("da", "Mette: kan ikke mere", "Mette", ("burnout", "counsellor")),
    ("da", "Borgeren sagde at hun ville dø.", "Mette", ("case_suicide_risk", "case")),
    ("da", "Mette sagde at hun ville dø.", "Mette", ("suicidal_thoughts", "counsellor")),
    ("da", "Mette talte med en mand. Han vil ikke leve.", "Mette", ("case_suicide_risk", "case")),
    ("da", "Borger: jeg vil ikke leve mere.", "Mette", ("case_suicide_risk", "case")),
    ("da", '"Jeg vil dø," sagde borgeren til Mette.', "Mette", ("case_suicide_risk", "case")),
    ("da", '"Jeg vil dø," sagde Mette.', "Mette Holm", ("suicidal_thoughts", "counsellor")),
    ("da", '"Jeg vil dø" (Mette)', "Mette Holm", ("suicidal_thoughts", "counsellor")),
    ("da", "MH græd efter vagten.", "Mette Holm", ("crying", "counsellor")),
    ("da", "M græd efter vagten.", "Mette Holm", ("crying", "counsellor")),
    ("da", "Opkald fra kvinde, 40. Har skåret sig i armen.", "Bo", ("case_self_harm", "case")),
    ("da", "I nat drømte hun om opkaldet.", "Mette", ("intrusion", "counsellor")),
    ("da", "Manden slog hende. Mette ryster stadig.", "Mette", ("acute_stress", "counsellor")),
    ("da", "Borgeren truede mig.", "Mette", ("threatened", "counsellor")),
    ("nb", "Kari får ikke sove.", "Kari", ("sleep", "counsellor")),
    ("nb", "Mann 50 sa at han ikke orker å leve.", "Kari", ("case_suicide_risk", "case")),
    ("nb", "Kari snakket med gutten. Hun gråt etterpå.", "Kari", ("crying", "counsellor")),
    ("nb", '"Jeg vil dø," sa innringeren.', "Kari", ("case_suicide_risk", "case")),
    ("en", "The caller said she wanted to die.", "Priya", ("case_suicide_risk", "case")),
    ("en", "Priya says she wants to die.", "Priya", ("suicidal_thoughts", "counsellor")),
    ("en", "Priya's not sleeping.", "Priya", ("sleep", "counsellor")),
    ("en", '"I want to die," the caller said.', "Priya", ("case_suicide_risk", "case")),
    ("en", "Suicidal caller, long talk, Priya steady.", "Priya", ("case_suicide_risk", "case")),
    ("en", "Still hears the caller's voice.", "Priya", ("intrusion", "counsellor")),
    ("da", "Jeg kan ikke få de ord ud af hovedet.", "Mette", ("intrusion", "counsellor")),
    ("en", "Caller says I want to die.", "Priya", ("case_suicide_risk", "case")),
    ("en", "Priya cried after the call.", "Priya Shah", ("crying", "counsellor")),
]

NOT_THEIRS = [
    ("da", "Borgeren sover ikke.", "Mette"),
    ("da", "Mette fortalte at borgeren ikke sover.", "Mette"),
    ("da", "Mettes mor græder meget.", "Mette"),
    ("da", "Jens' kone sover ikke.", "Jens"),
    ("da", "Chefen er udbrændt.", "Mette"),
    ("nb", "Innringeren får ikke sove.", "Kari"),
    ("nb", "Moren til Kari gråter.", "Kari"),
    ("en", "Priya's caller can't sleep.", "Priya"),
    ("en", "Priya listened to a man cry.", "Priya"),
]


@pytest.mark.parametrize(("language", "text", "name", "sign"), BELONGS)
def test_a_sign_belongs_to_the_right_person(
    language: str, text: str, name: str, sign: tuple[str, str]
) -> None:
    signs = shown(scan(text, language, name))
    assert sign in [(s.sign, s.subject) for s in signs]
    other = "case" if sign[1] == "counsellor" else "counsellor"
    twins = {"crying", "sleep", "suicidal_thoughts", "case_suicide_risk", "burnout"}
    assert not [s for s in signs if s.subject == other and s.sign in twins]


@pytest.mark.parametrize(
    ("text", "name", "subject"),
    [
        ("anna de vries sover ikke", "Anna de Vries", "counsellor"),
        ("Bo sover ikke.", "Bo", "counsellor"),
        ("Lie sover ikke.", "Karin Lie", "counsellor"),
        ("Karins nætter: sover ikke.", "Karin Lie", "counsellor"),
        ("Odd-Arne sover ikke.", "Odd-Arne", "counsellor"),
    ],
)
def test_a_name_is_known_in_its_forms(text: str, name: str, subject: str) -> None:
    assert [(s.sign, s.subject) for s in shown(scan(text, "da", name))] == [("sleep", subject)]


def test_a_particle_or_a_small_word_is_not_the_name() -> None:
    assert (
        shown(scan("Mette talte med borgeren. De vil ikke leve.", "da", "Anna de Vries"))[0].subject
        == "case"
    )
    (sign,) = scan("Borgeren kan ikke bo alene og sover ikke.", "da", "Bo")
    assert (sign.subject, sign.band) == ("case", "topic")


@pytest.mark.parametrize(("language", "text", "name"), NOT_THEIRS)
def test_what_is_told_of_others_is_set_aside(language: str, text: str, name: str) -> None:
    signs = scan(text, language, name)
    assert signs, "the words are found"
    assert shown(signs) == ()


def test_two_people_behind_one_pronoun_make_it_a_question() -> None:
    (sign,) = shown(scan("Mette talte med en ung mand. Han vil ikke leve mere.", "da", "Mette"))
    assert sign.band == "possible"
    assert "either of two" in sign.why


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "Hun sagde at hun ikke vil leve længere."),
        ("nb", "Hun sa at hun ikke vil leve lenger."),
        ("en", "She said that she does not want to live any more."),
    ],
)
def test_a_pronoun_that_retells_a_pronoun_is_asked_about(language: str, text: str) -> None:
    (sign,) = shown(scan(text, language, "Kari"))
    assert (sign.level, sign.band) == ("acute", "possible")
    assert "either of two" in sign.why
    named = text.replace("Hun", "Kari", 1).replace("She", "Kari", 1)
    (sign,) = shown(scan(named, language, "Kari"))
    assert (sign.subject, sign.band) == ("counsellor", "firm")


def test_an_age_is_no_number_of_pills() -> None:
    text = "Mand på 38 har taget panodiler."
    found = [text[s.start : s.end] for s in scan(text, "da", "Bo") if s.sign == "case_overdose"]
    assert found == ["taget panodiler"]


def test_without_a_name_a_text_must_say_whose_it_is() -> None:
    alone = scan("Ministeren mødte pressen, og senere på dagen græd han.", "da")
    assert [s.band for s in alone] == ["possible"]
    assert [s.band for s in scan("Jeg kan ikke sove.", "da")] == ["firm"]
    told = scan("Opkald: hun blev slået i går.", "da")
    assert [(s.sign, s.band) for s in told] == [("case_violence", "firm")]
