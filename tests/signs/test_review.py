"""What becomes of a rule's sign once its whole sentence has been read."""

from __future__ import annotations

from typing import Any

import pytest

from debrief.signs import Sign
from debrief.signs.reading.review import reviewed


class Said:
    """A reading that says what a test lets it say."""

    def __init__(self, counsellor: float, case: float, acute: float = 0.0, **codes: float) -> None:
        self.owners = [counsellor, case]
        self.acute = acute
        self._codes = codes

    def chances(self, owner: int) -> dict[str, float]:
        return self._codes


def sign(code: str, level: str = "watch", band: str = "firm", **more: Any) -> Sign:
    subject = "case" if code.startswith("case_") else "counsellor"
    return Sign(code, subject, level, band, 0, 5, "why")._replace(**more)


def test_a_sign_that_its_sentence_bears_out_stands_as_it_is() -> None:
    one = sign("sleep")
    assert reviewed(one, Said(0.8, 0.1, sleep=0.7), short=False) is one


@pytest.mark.parametrize("band", ["history", "topic", "masked"])
def test_what_is_set_aside_stays_so(band: str) -> None:
    one = sign("sleep", band=band)
    assert reviewed(one, Said(0.9, 0.0, sleep=0.9), short=False) is one


@pytest.mark.parametrize(
    ("band", "short", "wanted"),
    [("firm", False, "possible"), ("firm", True, "firm"), ("possible", False, "topic")],
)
def test_an_unlikely_sign_goes_down_one_band_and_says_why(
    band: str, short: bool, wanted: str
) -> None:
    one = sign("sleep", band=band)
    found = reviewed(one, Said(0.1, 0.1, sleep=0.1), short)
    assert (found.sign, found.subject, found.band) == ("sleep", "counsellor", wanted)
    assert (found.why != "why") == (wanted != "firm")


def test_a_sentence_of_another_sign_lowers_this_one() -> None:
    found = reviewed(sign("sleep"), Said(0.9, 0.1, sleep=0.01, crying=0.8), short=False)
    assert found.band == "possible"


def test_words_for_danger_now_are_doubted_only_where_nothing_reads_so() -> None:
    one = sign("case_suicide_risk", "acute")
    assert reviewed(one, Said(0.0, 0.03), short=False) is one
    assert reviewed(one, Said(0.0, 0.0, acute=0.1), short=False) is one
    assert reviewed(one, Said(0.0, 0.0), short=True) is one
    doubted = reviewed(one, Said(0.0, 0.0), short=False)
    assert (doubted.level, doubted.band) == ("acute", "possible")
    assert reviewed(doubted, Said(0.0, 0.0), short=False) is doubted


@pytest.mark.parametrize(
    ("code", "reading", "wanted"),
    [
        ("suicidal_thoughts", Said(0.1, 0.9), ("case_suicide_risk", "case")),
        ("case_suicide_risk", Said(0.9, 0.1), ("suicidal_thoughts", "counsellor")),
        ("case_overdose", Said(0.9, 0.1), ("suicidal_thoughts", "counsellor")),
    ],
)
def test_a_sign_either_may_have_is_asked_about_as_the_other_ones(
    code: str, reading: Said, wanted: tuple[str, str]
) -> None:
    found = reviewed(sign(code, "acute"), reading, short=True)
    assert (found.sign, found.subject) == wanted
    assert (found.level, found.band) == ("acute", "possible")


def test_a_sign_only_one_can_have_is_set_aside_where_the_other_is_told_of() -> None:
    found = reviewed(sign("crying"), Said(0.1, 0.9, crying=0.1), short=True)
    assert (found.sign, found.subject, found.band) == ("crying", "counsellor", "topic")
    child = reviewed(sign("case_child_at_risk", "acute"), Said(0.9, 0.1), short=False)
    assert (child.sign, child.band) == ("case_child_at_risk", "possible")


@pytest.mark.parametrize(
    ("reading", "subject", "band"),
    [
        (Said(0.1, 0.8), "case", "possible"),
        (Said(0.8, 0.1), "unsure", "topic"),
        (Said(0.3, 0.3), "unsure", "possible"),
    ],
)
def test_nobodys_sign_is_placed_by_its_sentence(reading: Said, subject: str, band: str) -> None:
    one = sign("case_psychosis", "urgent", "possible", subject="unsure")
    found = reviewed(one, reading, short=False)
    assert (found.subject, found.band) == (subject, band)
