"""What may be in a text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.text import clean, clean_line, is_id, token

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u180e\u200b\u200c\u2060\u2061\u2062\u2063\u2064\ufeff"
LINES = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
DEPRECATED = "\u206a\u206b\u206c\u206d\u206e\u206f\ufff9\ufffa\ufffb"
ANY = st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Mn", "Zl", "Zp", "Lu"]))


@given(ANY)
def test_clean_holds_nothing_that_can_steer_a_terminal(text: str) -> None:
    cleaned = clean(text)
    assert not set(cleaned) & set(BIDI + ZERO_WIDTH + LINES + DEPRECATED)
    for sign in cleaned:
        assert sign in "\t\n" or unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp")
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode()


@given(ANY)
def test_clean_twice_is_clean_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_no_letter_is_lost(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)


@given(ANY)
def test_a_clean_line_is_one_line_without_space_at_the_ends(text: str) -> None:
    line = clean_line(text)
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert "\t" not in line


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("\ttab", "\ttab"),
        ("\x1b[2J", "\ufffd[2J"),
        ("\x9b31m", "\ufffd31m"),
        ("\x00\x7f", "\ufffd\ufffd"),
        ("\ud800x", "\ufffdx"),
        ("abc\u202efdp.exe", "abc\ufffdfdp.exe"),
        ("a\u030a", "å"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("Søren Ærø Åse", "Søren Ærø Åse"),
    ],
    ids=ascii,
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_clean_line_joins_what_stood_on_several() -> None:
    assert clean_line("  Anne\n\tMarie \u00a0 Vig\u3000") == "Anne Marie Vig"


@pytest.mark.parametrize("text", ["a", "c-7k2m", "2026-11-21-7k2m", "a" * 64])
def test_an_id(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize(
    "text", ["", "-", "a-", "-a", "a--b", "A", "æ", "a b", "a_b", "a/b", "..", "a\n", "a" * 65, "١"]
)
def test_no_id(text: str) -> None:
    assert not is_id(text)


@given(st.integers(1, 32))
def test_a_token_is_an_id_that_can_be_read_aloud(length: int) -> None:
    made = token(length)
    assert len(made) == length
    assert is_id(made)
    assert not set(made) & set("01loi")


def test_a_token_is_as_its_source_chooses() -> None:
    assert token(4, choose=lambda letters: letters[0]) == "2222"
