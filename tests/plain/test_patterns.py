"""What earlier rounds show, told in lines of text at the person's first voice."""

from __future__ import annotations

import re

from debrief.live import PATTERNS
from tests.plain.conftest import Held, Room
from tests.plain.test_sitting import CLOSING, kept


def evening(room: Room, load: int, *more: str) -> Held:
    """Hold and close a round in which Mette gives this load."""
    return room.hold("", f"/belastning {load}", *more, *CLOSING)


def past(room: Room, *loads: int) -> None:
    for load in loads:
        assert evening(room, load).status == 0


def test_it_is_told_when_the_person_first_has_the_word(room: Room) -> None:
    past(room, 7, 8, 8)
    held = room.hold("", "/forlad")
    before, _name, after = held.text.partition("Mette · run of heavy shifts")
    assert after
    assert "Mette:" not in before.rpartition("Phase")[2]
    assert held.text.count("run of heavy shifts") == 1
    line = next(one for one in held.text.splitlines() if "run of heavy shifts" in one)
    assert "Load 7, 8, 8: heavy three times in a row." in line
    assert "“”" not in line


def test_tonights_load_makes_it_and_takes_it_back(room: Room) -> None:
    past(room, 7, 8)
    held = room.hold("", "/belastning 9", "/belastning 3", "/tegn", "/forlad")
    assert "▲ 1: Mette · run of heavy shifts (soon) - Load 7, 8, 9" in held.text
    assert "No signs so far." in held.after("load 3")


def test_a_load_changed_out_of_turn_is_read_again(room: Room) -> None:
    past(room, 7, 8)
    held = room.hold("", "/belastning 9", "", "/belastning 3 Mette", "/tegn", "/forlad")
    assert "No signs so far." in held.after("load 3")


def test_it_is_confirmed_and_is_never_the_citizens(room: Room) -> None:
    past(room, 7, 8)
    held = room.hold("", "/belastning 8", "/hvis 1", "/bekræft 1", "/forlad")
    assert "so it is the counsellor's own" in held.text
    (key,) = kept(room).signs
    sign = kept(room).signs[key]
    assert (key.phase, key.code) == (PATTERNS, "heavy_run")
    assert (sign.decision, sign.subject) == ("confirmed", "counsellor")
    assert re.search(r"run of heavy shifts \(note\).*\[confirmed\]", held.text)
