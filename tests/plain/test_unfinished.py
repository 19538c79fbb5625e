"""What a plain session tells of rounds that were not closed, and asks before taking one over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from debrief.plain import Asked, Talk
from debrief.plain.context import Context
from debrief.plain.round import RoundTalk
from debrief.record import owner as owners
from debrief.record.owner import Owner
from tests.plain.conftest import Room

ANYTHING = Asked("shift-defuse", "da", "Nord")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def move(host: str) -> None:
        known = Owner("", host, f"boot of {host}", f"machine of {host}")
        monkeypatch.setattr(
            owners, "this_owner", lambda session: msgspec.structs.replace(known, session=session)
        )

    move("first")
    return move


def test_a_forgotten_round_is_called_to_mind(room: Room) -> None:
    room.hold("Alle er her.", "/leave")
    room.clock.now += dt.timedelta(hours=50)
    done = room.hold("ja", "/leave", asked=ANYTHING)
    assert done.text.count("resume it and close it") == 1
    assert done.text.index("resume it and close it") < done.text.index("Go on with it?")


def test_another_computers_round_is_taken_over_after_one_question(
    room: Room, at: Callable[[str], None]
) -> None:
    room.hold("Alle er her.", "/leave")
    at("second")
    (one,) = room.desk().unfinished()
    done = room.resume(one.id, "ja", "Vi går videre her.", "/leave")
    assert done.text.count("(yes or no)") == 1
    assert "another computer, first" in done.text
    assert done.status == 0
    (one,) = room.desk().unfinished()
    assert one.elsewhere == ""
    assert one.state is not None
    assert one.state.note("frame", "round") == "Alle er her.\nVi går videre her."


def test_a_no_leaves_it_there(room: Room, at: Callable[[str], None]) -> None:
    room.hold("Alle er her.", "/leave")
    at("second")
    before = {path.name: path.read_bytes() for path in room.places.live.iterdir()}
    (one,) = room.desk().unfinished()
    assert room.resume(one.id, "nej").status == 0
    assert {path.name: path.read_bytes() for path in room.places.live.iterdir()} == before
    done = room.hold("nej", "Mette, hjemme, video", "", "", "/leave", asked=ANYTHING)
    assert "Round 2026" in done.text
    assert len(room.desk().unfinished()) == 2


def test_what_stands_is_told_once_until_saves_come_without_it(room: Room) -> None:
    desk = room.desk()
    room.hold("/leave")
    (one,) = desk.unfinished()
    live = desk.resume(one.id)
    told: list[str] = []
    talk = Talk(lambda prompt: "", lambda line: told.append(line.strip()))
    face = RoundTalk(Context(desk, live, talk))
    for word in ("full", "", "full", "", "full", "other", "", "full", "other"):
        face.heard(word)
    face._tell_changes()
    assert [line for line in told if line in ("full", "other")] == ["full", "other"]
    for word in ("", "", "full"):
        face.heard(word)
    told.clear()
    face._tell_changes()
    assert told[0] == "full"
    desk.pause(live)


def test_a_round_that_was_only_set_up_can_be_put_away(room: Room) -> None:
    room.hold("/leave")
    done = room.hold("nej", "nej", asked=ANYTHING)
    assert "Nothing was said in the round of" in done.text
    assert len(room.desk().unfinished()) == 1
    room.hold("nej", "ja", asked=ANYTHING)
    assert room.desk().unfinished() == ()


def test_a_round_in_which_something_was_said_is_not_offered_to_be_put_away(room: Room) -> None:
    room.hold("Alle er her.", "/leave")
    done = room.hold("nej", asked=ANYTHING)
    assert "Put it away" not in done.text
    assert len(room.desk().unfinished()) == 1
