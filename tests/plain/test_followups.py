"""Plain mode: several contacts at the close, and what was agreed last time, line by line."""

from __future__ import annotations

import datetime as dt

from debrief.desk import actions, following, past
from debrief.desk.following import Due
from debrief.errors import EXIT_INPUT
from debrief.plain.followups import ask
from debrief.plain.talk import Talk
from tests.plain.conftest import Room

FIRST = ("/handling To på vagt; Ida; i morgen", "/handling Nyt headset")


def contacts(room: Room) -> list[Due]:
    desk = room.desk()
    return [*following.due(desk, past.index(desk), everything=True)]


def test_a_heavy_load_is_offered_the_series(room: Room) -> None:
    done = room.hold("/belastning 8 Mette", "/luk", "serie", "ingen", "", "", "ja")
    assert done.status == 0, done.text
    assert "To be followed closely" in done.text
    made = contacts(room)
    assert [one.number for one in made] == [1, 2, 3]
    assert {one.name for one in made} == {"Mette"}
    assert made[0].when < made[1].when < made[2].when


def test_who_asks_for_a_call_is_offered_it_too_and_times_may_be_several(room: Room) -> None:
    done = room.hold("/luk", "ring", "i morgen 9 + 5d", "ingen", "", "", "ja")
    assert done.status == 0, done.text
    assert "To be followed closely" in done.text
    assert [one.when.astimezone().hour for one in contacts(room)] == [9, 10]


def test_a_time_among_several_that_is_none_keeps_nothing(room: Room) -> None:
    done = room.hold("/luk", "i morgen + aldrig", "ingen", "ingen", "", "", "ja")
    assert done.status == 0, done.text
    assert contacts(room) == []


def test_the_supervisor_is_asked_what_only_they_hear(room: Room) -> None:
    done = room.hold("/luk", "i morgen", "ingen", "", "4", "ja")
    assert "Who backs me up?" in done.text
    assert "Handed over tonight" in done.text


def test_a_teams_next_round_asks_after_what_was_agreed(room: Room) -> None:
    assert room.hold(*FIRST, "/luk", "ingen", "ingen", "", "", "ja").status == 0
    done = room.hold("1, droppet 2", "/luk", "ingen", "ingen", "", "", "ja")
    assert done.status == 0, done.text
    assert "From last time, still open:" in done.text
    desk = room.desk()
    became = actions.actions(desk, past.index(desk), everything=True)
    assert [one.outcome for one in became] == ["done", "dropped"]
    third = room.hold("/luk", "ingen", "ingen", "", "", "ja")
    assert "From last time" not in third.text


def test_an_answer_that_is_none_is_asked_again_and_keeps_nothing(room: Room) -> None:
    assert room.hold(*FIRST, "/luk", "ingen", "ingen", "", "", "ja").status == 0
    done = room.hold("1 7", "måske", "", "/luk", "ingen", "ingen", "", "", "ja")
    assert done.status == 0, done.text
    desk = room.desk()
    assert len(actions.actions(desk, past.index(desk))) == 2


def test_the_input_may_end_there_and_the_round_is_kept(room: Room) -> None:
    assert room.hold(*FIRST, "/luk", "ingen", "ingen", "", "", "ja").status == 0
    done = room.hold()
    assert done.status == EXIT_INPUT
    assert len(room.desk().unfinished()) == 1


def test_the_questions_take_a_new_time_and_pass_over(room: Room) -> None:
    assert room.hold("/luk", "i morgen", "i morgen", "", "", "ja").status == 0
    room.clock.now += dt.timedelta(days=1)
    said: list[str] = []
    answers = iter(["hvornår", "3d", ""])
    ask(room.desk(), Talk(lambda _prompt: next(answers), said.append))
    names = [(one.name, one.number, one.outcome) for one in contacts(room)]
    assert sorted(names) == [("Mette", 1, "moved"), ("Mette", 2, ""), ("Per", 1, "")]
