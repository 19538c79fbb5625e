"""Looking things up line by line, without a change in the round."""

from __future__ import annotations

import pytest

from debrief import i18n
from tests.plain.conftest import Room


@pytest.fixture(autouse=True)
def english():
    before = i18n.language()
    i18n.use("en")
    yield
    i18n.use(before)


@pytest.fixture
def room(tmp_path) -> Room:
    return Room(tmp_path)


def test_an_id_shows_a_card_and_the_words_of_any_language_call_it(room: Room) -> None:
    held = room.hold("/kort sign-sleep", "/leave")
    assert "No night shift" in held.text


def test_words_find_cards_and_a_single_one_is_shown_whole(room: Room) -> None:
    held = room.hold("/cards sleep", "/cards quarter of an hour", "/cards qqq", "/leave")
    assert "sign-sleep: Sleep" in held.text
    assert "No driving." in held.text
    assert "Nothing fits. Try another word." in held.text


def test_alone_it_shows_what_belongs_to_the_round(room: Room) -> None:
    held = room.hold("/phase", "Jeg har ikke sovet i nat.", "/cards", "/leave")
    assert "No night shift." in held.text


def test_looking_leaves_no_word_in_the_notes(room: Room) -> None:
    held = room.hold("/phase", "/cards sleep", "/leave")
    assert all(not found.state.notes for found in held.desk.unfinished())
