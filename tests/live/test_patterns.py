"""Patterns in a running round: noted, re-read when tonight's load changes, decided, recorded."""

from __future__ import annotations

import datetime as dt

from debrief.live import PATTERNS, Live
from debrief.session import SignKey, replay, start
from debrief.session import events as ev
from debrief.signs import Earlier, PatternSign
from tests.builders import Clock, Memory, opened

AISHA = "c-aisha"
HEAVY = SignKey(PATTERNS, AISHA, "heavy_run", "")
DAY = dt.date(2026, 11, 1)


def begin(*loads: int) -> tuple[Live, Memory]:
    memory, first = Memory(), opened()
    live = Live(start(first), memory, Clock(), memory.append(ev.encode(first)))
    live.earlier = {AISHA: tuple(Earlier(DAY, True, load) for load in loads)}
    return live, memory


def give(live: Live, load: int | None) -> None:
    live.do(ev.LoadGiven(live.clock(), AISHA, load))
    live.look_back(AISHA)


def test_patterns_come_and_go_with_tonights_load() -> None:
    live, memory = begin(8, 7)
    live.look_back(AISHA)
    assert live.signs_of(AISHA) == ()
    give(live, 8)
    (view,) = live.signs_of(AISHA)
    assert (view.key, view.state.level, view.start, view.end) == (HEAVY, "watch", 0, 0)
    assert "8, 7, 8" in view.why
    give(live, 9)
    assert [one.state.level for one in live.signs_of(AISHA)] == ["urgent"]
    give(live, 4)
    assert live.signs_of(AISHA) == ()
    assert replay(memory.events()) == live.session


def test_looking_back_again_records_nothing_new() -> None:
    live, memory = begin(7, 7, 7)
    live.look_back(AISHA)
    before = len(memory.records)
    live.look_back(AISHA)
    live.look_back("c-jonas")
    live.look_back("c-nobody")
    assert len(memory.records) == before


def test_a_load_changed_out_of_turn_is_read_again() -> None:
    live, _memory = begin(7, 7)
    give(live, 8)
    live.do(ev.LoadGiven(live.clock(), AISHA, 2))
    live.look_back("c-jonas")
    assert live.signs_of(AISHA) == ()
    live.do(ev.LoadGiven(live.clock(), AISHA, 9))
    live.look_back("c-jonas")
    assert [one.key for one in live.signs_of(AISHA)] == [HEAVY]


def test_a_load_taken_back_takes_its_pattern_along() -> None:
    live, _memory = begin(7, 7)
    give(live, 8)
    live.undo()
    live.look_back(AISHA)
    assert live.signs_of(AISHA) == ()
    live.redo()
    live.look_back(AISHA)
    assert [one.key for one in live.signs_of(AISHA)] == [HEAVY]


def test_a_confirmed_pattern_stays_and_says_that_it_is_no_longer_shown() -> None:
    live, _memory = begin(7, 7)
    give(live, 8)
    live.decide(HEAVY, "confirmed")
    give(live, 1)
    (view,) = live.signs_of(AISHA)
    assert (view.state.decision, view.state.stands) == ("confirmed", False)
    assert view.why


def test_a_resumed_round_has_its_patterns_before_the_past_is_read() -> None:
    live, memory = begin(7, 7, 7)
    live.look_back(AISHA)
    again = Live(replay(memory.events()), Memory(), Clock())
    again.look_back(AISHA)
    assert [(one.key, one.why) for one in again.signs_of(AISHA)] == [(HEAVY, "")]


def test_danger_now_stands_first_then_patterns_then_the_rest() -> None:
    live, _memory = begin()
    live.write("shift", AISHA, "Hun sover ikke. Jeg vil ikke leve mere.")
    live.look("shift", AISHA)
    live.note_patterns(AISHA, (PatternSign("absence", "watch", "hvorfor"),))
    levels = [(one.key.phase == PATTERNS, one.state.level) for one in live.signs_of(AISHA)]
    assert levels[0] == (False, "acute")
    assert levels[1] == (True, "watch")
    assert all(level != "acute" for _pattern, level in levels[1:])


def test_a_closed_round_notes_no_more() -> None:
    live, memory = begin(7, 7, 7)
    live.do(ev.Closed(live.clock()))
    live.look_back(AISHA)
    assert type(memory.events()[-1]) is ev.Closed
