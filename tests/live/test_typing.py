"""What is half typed: no sign comes of it, and none goes because of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief import live as live_room
from debrief import signs
from debrief.live import Live, word_at
from debrief.session import start
from tests.builders import Clock, Memory, opened

AISHA = "c-aisha"
Codes = list[tuple[str, str]]


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        ("hun sov", 7, (4, 7)),
        ("hun sov ", 8, None),
        ("hun sov.", 8, None),
        ("hun sov\n", 8, None),
        ("hun sov", 3, (0, 3)),
        ("hun sov", 4, None),
        ("hun sover", 6, (4, 9)),
        ("can't", 5, (0, 5)),
        ("can'", 4, (0, 4)),
        (" - ", 2, None),
        ("", 0, None),
        ("sov", 99, (0, 3)),
    ],
)
def test_the_word_being_typed_ends_at_the_cursor(
    text: str, at: int, word: tuple[int, int] | None
) -> None:
    assert word_at(text, at) == word


@given(st.text("aå -'.\n", max_size=12), st.integers(0, 14))
def test_the_word_being_typed_holds_letters_only_and_touches_the_cursor(text: str, at: int) -> None:
    word = word_at(text, at)
    if word is not None:
        start_at, end = word
        assert start_at < min(at, len(text)) <= end
        assert not set(text[start_at:end]) & {" ", ".", "\n"}


class Typing:
    """A note typed bit by bit, with a scanner that knows a few words."""

    def __init__(self) -> None:
        first = opened()
        self.live = Live(start(first), Memory(), Clock())

    def types(self, text: str) -> Codes:
        """The hands rest a moment at the end of `text`."""
        return self._look(text, len(text))

    def rests(self, text: str) -> Codes:
        """The hands rest long, or move on."""
        return self._look(text, None)

    def _look(self, text: str, at: int | None) -> Codes:
        self.live.write("shift", AISHA, text)
        views = self.live.look("shift", AISHA, at)
        note = self.live.state.note("shift", AISHA)
        standing = [view for view in views if view.state.stands]
        assert all(note[view.start : view.end] == view.key.words for view in standing)
        assert {view.key for view in views} == set(self.live.state.signs)
        return [(view.key.code, view.key.words) for view in views]


RULES: tuple[tuple[str, str, signs.Level], ...] = (
    ("suicidal_thoughts", r"vil dø\b", "acute"),
    ("sleep", r"\bsover(?: ikke)?\b", "watch"),
    ("crying", r"\bgræd\w*", "watch"),
)
"""`vil dø` and `sover` as whole words, `græd` also with more letters behind it."""


def scan(text: str, language: str, name: str | None) -> tuple[signs.Sign, ...]:
    """Stand in for the scanner."""
    del language, name
    return tuple(
        signs.Sign(code, "counsellor", level, "firm", found.start(), found.end(), "hvorfor")
        for code, rule, level in RULES
        for found in re.finditer(rule, text)
    )


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Typing:
    monkeypatch.setattr(live_room.signs, "scan", scan)
    return Typing()


def test_a_new_sign_waits_until_its_last_word_is_ended(typing: Typing) -> None:
    assert typing.types("jeg vil dø") == []
    assert typing.types("jeg vil døje") == []
    assert typing.types("jeg vil døje det ") == []
    typing = Typing()
    assert typing.types("jeg vil dø") == []
    assert typing.types("jeg vil dø.") == [("suicidal_thoughts", "vil dø")]


def test_a_long_rest_or_moving_on_shows_it_as_it_is(typing: Typing) -> None:
    typing.types("jeg vil dø")
    assert typing.rests("jeg vil dø") == [("suicidal_thoughts", "vil dø")]


def test_a_sign_that_is_shown_stays_while_its_words_go_on(typing: Typing) -> None:
    typing.rests("hun vil dø")
    assert typing.types("hun vil døj") == [("suicidal_thoughts", "vil dø")]
    assert typing.types("hun vil døje") == [("suicidal_thoughts", "vil dø")]
    assert typing.types("hun vil døje ") == []


def test_a_longer_reading_takes_over_once_the_word_is_ended(typing: Typing) -> None:
    typing.rests("hun græd")
    assert typing.types("hun grædende") == [("crying", "græd")]
    assert typing.types("hun grædende ") == [("crying", "grædende")]


def test_signs_elsewhere_in_the_note_come_and_go_as_before(typing: Typing) -> None:
    assert typing.types("hun sover og vi") == [("sleep", "sover")]
    assert typing.types("hun sove og vi") == []


def test_words_that_are_taken_out_take_their_sign_along(typing: Typing) -> None:
    typing.rests("hun vil dø")
    assert typing.types("hun vil d") == []


def test_a_sign_that_was_decided_is_not_held_back(typing: Typing) -> None:
    typing.rests("hun vil dø")
    (key,) = typing.live.state.signs
    typing.live.decide(key, "confirmed")
    typing.rests("hun vil")
    assert [one.stands for one in typing.live.state.signs.values()] == [False]
    assert typing.types("hun vil dø") == [("suicidal_thoughts", "vil dø")]
    assert [one.stands for one in typing.live.state.signs.values()] == [True]


def test_gravest_first_also_while_typing(typing: Typing) -> None:
    typing.rests("sover. vil dø")
    assert [code for code, _words in typing.types("sover. vil døj")] == [
        "suicidal_thoughts",
        "sleep",
    ]


PIECES = st.lists(st.sampled_from(["vil ", "dø", "je", " ", ".", "sover", "græd", "ende"]))


@given(PIECES)
def test_typing_ends_where_a_look_at_the_whole_would(pieces: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_room.signs, "scan", scan)
        whole, bit_by_bit = Typing(), Typing()
        text = ""
        for piece in pieces:
            text += piece
            bit_by_bit.types(text)
        assert bit_by_bit.rests(text) == whole.rests(text)
