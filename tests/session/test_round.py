"""Voices, turns, phases and time."""

from __future__ import annotations

import datetime as dt
from typing import get_args

import pytest

from debrief.session import ROUND, Refused, apply, replay, start
from debrief.session import events as ev
from debrief.session.model import FollowUp, SignKey
from debrief.session.rounds import passed_on_everything, phase_done, waiting
from tests.builders import OPENED, Clock, Round, opened, person

AISHA, JONAS, MAJA = "c-aisha", "c-jonas", "c-maja"


def three() -> Round:
    return Round("Aisha", "Jonas", "Maja").in_phase("check-in")


def ids(found: object) -> list[str]:
    return [one.id for one in found]  # type: ignore[attr-defined]


def test_a_round_opens_in_its_first_phase_with_nobody_speaking() -> None:
    state = Round("Aisha", "Jonas").state
    assert (state.plan.key, state.speaker, state.closed) == ("ground-rules", None, None)
    assert ids(state.people) == [AISHA, JONAS]


def test_a_phase_with_turns_gives_the_word_to_the_first_in_order() -> None:
    state = three().state
    assert state.speaker == AISHA
    assert ids(waiting(state)) == [AISHA, JONAS, MAJA]


def test_a_protocol_without_phases_is_refused() -> None:
    with pytest.raises(Refused, match="no phases"):
        start(opened(phases=()))


def test_a_history_must_begin_with_the_opening() -> None:
    for history in ([], [ev.Undone(OPENED)]):
        with pytest.raises(Refused, match="does not begin"):
            replay(history)


def test_a_round_is_opened_once() -> None:
    held = three()
    with pytest.raises(Refused, match="opened already"):
        apply(held.session, opened())


@pytest.mark.parametrize("turn", ["spoke", "passed"])
def test_the_word_goes_on_round_the_table(turn: str) -> None:
    held = three()
    voices = []
    while (speaker := held.state.speaker) is not None:
        voices.append(speaker)
        held.do(ev.TurnEnded, "check-in", speaker, turn)
    assert voices == [AISHA, JONAS, MAJA]
    assert [held.state.turn("check-in", one) for one in voices] == [turn] * 3
    assert waiting(held.state) == ()


def test_the_word_comes_back_to_those_skipped() -> None:
    held = three()
    held.do(ev.SpeakerChosen, MAJA)
    held.do(ev.TurnEnded, "check-in", MAJA, "spoke")
    assert held.state.speaker == AISHA


def test_somebody_elses_turn_leaves_the_word_where_it_is() -> None:
    held = three()
    held.do(ev.TurnEnded, "check-in", MAJA, "passed")
    assert held.state.speaker == AISHA
    held.do(ev.TurnEnded, "shift", AISHA, "passed")
    assert held.state.speaker == AISHA


def test_a_turn_taken_back_gives_the_word_back() -> None:
    held = three()
    held.do(ev.TurnEnded, "check-in", AISHA, "passed")
    held.do(ev.TurnEnded, "check-in", AISHA, None)
    assert held.state.speaker == AISHA
    assert held.state.turn("check-in", AISHA) is None


def test_a_turn_taken_back_of_somebody_who_left_gives_the_word_to_nobody_who_is_gone() -> None:
    held = three()
    held.do(ev.PersonLeft, JONAS)
    held.do(ev.TurnEnded, "check-in", JONAS, None)
    assert held.state.speaker == AISHA


def test_a_turn_can_change_from_passed_to_spoke() -> None:
    held = three()
    held.do(ev.TurnEnded, "check-in", AISHA, "passed")
    held.do(ev.TurnEnded, "check-in", AISHA, "spoke")
    assert (held.state.turn("check-in", AISHA), held.state.speaker) == ("spoke", JONAS)


@pytest.mark.parametrize(
    ("phase", "who"), [("check-in", "c-nobody"), ("nowhere", AISHA), ("check-in", ROUND)]
)
def test_turns_are_for_known_people_and_phases(phase: str, who: str) -> None:
    held = three()
    before = held.session
    with pytest.raises(Refused):
        held.do(ev.TurnEnded, phase, who, "spoke")
    assert held.session is before


def test_the_round_as_a_whole_may_have_the_word() -> None:
    held = three()
    assert held.do(ev.SpeakerChosen, None).speaker is None
    with pytest.raises(Refused, match="nobody in the round"):
        held.do(ev.SpeakerChosen, "c-nobody")


class TestLeaving:
    def test_leaving_ends_the_turn_and_passes_the_word_on(self) -> None:
        held = three()
        state = held.do(ev.PersonLeft, AISHA)
        assert (state.speaker, state.turn("check-in", AISHA)) == (JONAS, "left")
        assert ids(waiting(state)) == [JONAS, MAJA]

    def test_who_left_has_no_turn_in_later_phases_but_stays_in_the_round(self) -> None:
        held = three()
        held.do(ev.PersonLeft, AISHA)
        state = held.in_phase("shift").state
        assert state.speaker == JONAS
        assert AISHA in ids(state.people)

    def test_a_turn_already_taken_stays_as_it_was(self) -> None:
        held = three()
        held.do(ev.TurnEnded, "check-in", AISHA, "spoke")
        assert held.do(ev.PersonLeft, AISHA).turn("check-in", AISHA) == "spoke"

    def test_coming_back_gives_the_turn_again(self) -> None:
        held = three()
        held.do(ev.PersonLeft, JONAS)
        state = held.do(ev.PersonLeft, JONAS, False)
        assert state.turn("check-in", JONAS) is None
        assert ids(waiting(state)) == [AISHA, JONAS, MAJA]

    def test_coming_back_later_keeps_the_earlier_phase_as_left(self) -> None:
        held = three()
        held.do(ev.PersonLeft, JONAS)
        held.in_phase("shift")
        state = held.do(ev.PersonLeft, JONAS, False)
        assert state.turn("check-in", JONAS) == "left"
        assert JONAS in ids(waiting(state))

    def test_who_left_is_not_given_the_word(self) -> None:
        held = three()
        held.do(ev.PersonLeft, JONAS)
        with pytest.raises(Refused, match="left the round"):
            held.do(ev.SpeakerChosen, JONAS)

    def test_when_the_last_voice_leaves_nobody_speaks(self) -> None:
        held = Round("Aisha").in_phase("check-in")
        assert held.do(ev.PersonLeft, AISHA).speaker is None

    def test_only_the_known_can_leave(self) -> None:
        with pytest.raises(Refused):
            three().do(ev.PersonLeft, "c-nobody")


class TestPeople:
    def test_late_arrival_speaks_last(self) -> None:
        held = three()
        held.do(ev.PersonJoined, person("Tor"))
        for _turn in range(3):
            held.do(ev.TurnEnded, "check-in", held.state.speaker, "spoke")
        assert held.state.speaker == "c-tor"

    @pytest.mark.parametrize("who", [AISHA, ROUND])
    def test_nobody_joins_twice_and_nobody_is_the_round(self, who: str) -> None:
        with pytest.raises(Refused, match=r"^X is in the round already\.$"):
            three().do(ev.PersonJoined, person("X", id=who))

    def test_a_person_can_be_corrected(self) -> None:
        held = three()
        state = held.do(ev.PersonChanged, person("Jonas", place="on-site", channel="phone"))
        assert state.person(JONAS) == person("Jonas", place="on-site", channel="phone")
        assert ids(state.people) == [AISHA, JONAS, MAJA]
        with pytest.raises(Refused):
            held.do(ev.PersonChanged, person("Nobody"))

    def test_the_speaking_order_can_change(self) -> None:
        held = three()
        held.do(ev.OrderChanged, (MAJA, AISHA, JONAS))
        held.do(ev.TurnEnded, "check-in", AISHA, "spoke")
        assert held.state.speaker == JONAS

    @pytest.mark.parametrize(
        "order", [(AISHA, JONAS), (AISHA, JONAS, JONAS), (AISHA, JONAS, "c-x"), ()]
    )
    def test_a_speaking_order_names_everyone_once(self, order: tuple[str, ...]) -> None:
        with pytest.raises(Refused, match="everyone"):
            three().do(ev.OrderChanged, order)

    def test_load_and_being_alone_can_be_said_and_taken_back(self) -> None:
        held = three()
        held.do(ev.LoadGiven, AISHA, 7)
        held.do(ev.AloneSaid, AISHA, True)
        assert (held.state.loads, held.state.alone) == ({AISHA: 7}, {AISHA})
        held.do(ev.LoadGiven, AISHA, None)
        held.do(ev.AloneSaid, AISHA, False)
        assert (held.state.loads, held.state.alone) == ({}, frozenset())
        for kind, value in ((ev.LoadGiven, 3), (ev.AloneSaid, True)):
            with pytest.raises(Refused):
                held.do(kind, "c-nobody", value)

    def test_the_supervisors_own_load(self) -> None:
        held = three()
        assert held.do(ev.SupervisorLoad, 6).supervisor_load == 6
        assert held.do(ev.SupervisorLoad, None).supervisor_load is None


class TestPassedOnEverything:
    def test_a_person_without_turns_did_not_pass(self) -> None:
        assert not passed_on_everything(three().state, AISHA)

    def test_every_turn_passed(self) -> None:
        held = three()
        held.do(ev.TurnEnded, "check-in", AISHA, "passed")
        assert passed_on_everything(held.state, AISHA)
        held.do(ev.TurnEnded, "shift", AISHA, "spoke")
        assert not passed_on_everything(held.state, AISHA)

    def test_leaving_early_is_no_turn(self) -> None:
        held = three()
        held.do(ev.TurnEnded, "check-in", AISHA, "passed")
        held.in_phase("shift").do(ev.PersonLeft, AISHA)
        held.do(ev.PersonLeft, JONAS)
        assert passed_on_everything(held.state, AISHA)
        assert not passed_on_everything(held.state, JONAS)


class TestTime:
    def test_time_runs_in_the_phase_and_is_kept_when_it_is_left(self) -> None:
        held = Round("Aisha", clock=Clock(step_s=0))
        held.clock.skip(100)
        held.in_phase("check-in")
        held.clock.skip(250)
        now = held.clock()
        assert held.state.used_at("ground-rules", now) == 100
        assert held.state.used_at("check-in", now) == 250
        assert held.state.used_at("shift", now) == 0

    def test_going_back_adds_to_what_was_used(self) -> None:
        held = Round("Aisha", clock=Clock(step_s=0))
        for key, stay in (("check-in", 60), ("shift", 30), ("check-in", 5), ("shift", 0)):
            held.in_phase(key)
            held.clock.skip(stay)
        now = held.clock()
        assert held.state.used_at("check-in", now) == 65
        assert held.state.used_at("shift", now) == 30

    def test_a_clock_set_back_uses_no_negative_time(self) -> None:
        held = Round("Aisha", clock=Clock(step_s=0))
        held.clock.skip(-500)
        assert held.in_phase("check-in").state.used_at("ground-rules", held.clock()) == 0

    def test_closing_stops_the_time(self) -> None:
        held = Round("Aisha", clock=Clock(step_s=0))
        held.clock.skip(40)
        state = held.do(ev.Closed)
        later = state.closed + dt.timedelta(hours=1)
        assert state.used_at("ground-rules", later) == 40

    def test_taking_a_phase_back_gives_its_time_to_the_one_before(self) -> None:
        held = Round("Aisha", clock=Clock(step_s=0))
        held.clock.skip(10)
        held.in_phase("check-in")
        held.clock.skip(20)
        held.do(ev.Undone)
        assert held.state.used_at("ground-rules", held.clock()) == 30

    @pytest.mark.parametrize("index", [-1, 4, 99])
    def test_there_is_no_phase_outside_the_protocol(self, index: int) -> None:
        with pytest.raises(Refused, match="phase number"):
            Round("Aisha").do(ev.PhaseEntered, index)

    def test_a_phase_is_done_once_the_round_is_past_it(self) -> None:
        held = Round("Aisha").in_phase("check-in")
        assert [phase_done(held.state, n) for n in range(4)] == [True, False, False, False]
        state = held.do(ev.Closed)
        assert all(phase_done(state, n) for n in range(4))

    def test_coming_back_to_a_phase_gives_the_word_to_who_still_waits(self) -> None:
        held = three()
        held.do(ev.TurnEnded, "check-in", AISHA, "spoke")
        held.in_phase("shift").in_phase("check-in")
        assert held.state.speaker == JONAS
        assert held.in_phase("close").state.speaker is None


class TestNotes:
    def test_a_note_is_spliced(self) -> None:
        held = three()
        held.do(ev.Wrote, "shift", AISHA, 0, 0, "sover dårligt")
        held.do(ev.Wrote, "shift", AISHA, 6, 7, "godt igen")
        assert held.state.note("shift", AISHA) == "sover godt igen"
        held.do(ev.Wrote, "shift", AISHA, 0, 15, "")
        assert held.state.notes == {}

    def test_the_round_has_notes_of_its_own(self) -> None:
        assert three().do(ev.Wrote, "shift", ROUND, 0, 0, "x").note("shift", ROUND) == "x"

    @pytest.mark.parametrize(
        ("phase", "who", "start", "cut"),
        [
            ("shift", AISHA, 5, 0),
            ("shift", AISHA, 0, 5),
            ("shift", AISHA, -1, 1),
            ("shift", AISHA, 3, -2),
            ("nowhere", AISHA, 0, 0),
            ("shift", "c-nobody", 0, 0),
        ],
    )
    def test_what_does_not_fit_is_refused(self, phase: str, who: str, start: int, cut: int) -> None:
        held = three()
        held.do(ev.Wrote, "shift", AISHA, 0, 0, "abc")
        with pytest.raises(Refused):
            held.do(ev.Wrote, phase, who, start, cut, "hemmeligt")
        assert held.state.note("shift", AISHA) == "abc"

    def test_a_refusal_never_tells_what_was_written(self) -> None:
        held = three()
        with pytest.raises(Refused) as caught:
            held.do(ev.Wrote, "shift", AISHA, 9, 9, "hemmeligt")
        assert "hemmeligt" not in str(caught.value)


class TestAgreements:
    def test_actions_are_agreed_changed_and_dropped(self) -> None:
        held = three()
        held.do(ev.ActionAgreed, "a1", "To på vagt", "coordinator", dt.date(2026, 12, 1))
        held.do(ev.ActionAgreed, "a1", "Tre på vagt")
        assert held.state.actions["a1"].text == "Tre på vagt"
        assert held.do(ev.ActionDropped, "a1").actions == {}

    def test_a_follow_up_is_settled_and_taken_back(self) -> None:
        held = three()
        when = OPENED + dt.timedelta(days=1)
        held.do(ev.FollowUpAgreed, AISHA, "dated", when, "s-4h2k")
        assert held.state.follow_ups == {AISHA: FollowUp("dated", when, "s-4h2k")}
        assert held.do(ev.FollowUpAgreed, AISHA, None).follow_ups == {}

    def test_a_date_needs_a_date_and_a_person(self) -> None:
        held = three()
        with pytest.raises(Refused, match="needs a date"):
            held.do(ev.FollowUpAgreed, AISHA, "dated")
        with pytest.raises(Refused):
            held.do(ev.FollowUpAgreed, "c-nobody", "declined")


CLOSED_TO = [
    opened(),
    ev.PhaseEntered(OPENED, 1),
    ev.SpeakerChosen(OPENED, AISHA),
    ev.TurnEnded(OPENED, "shift", AISHA, "spoke"),
    ev.Wrote(OPENED, "shift", AISHA, 0, 0, "x"),
    ev.LoadGiven(OPENED, AISHA, 1),
    ev.CallAsked(OPENED, AISHA),
    ev.AloneSaid(OPENED, AISHA, True),
    ev.PersonJoined(OPENED, person("Tor")),
    ev.PersonChanged(OPENED, person("Aisha")),
    ev.PersonLeft(OPENED, AISHA),
    ev.OrderChanged(OPENED, (JONAS, AISHA)),
    ev.SignsSeen(OPENED, "shift", AISHA, ()),
    ev.PatternsSeen(OPENED, AISHA, ()),
    ev.SignDecided(OPENED, *SignKey("shift", AISHA, "sleep", "x"), "open", "case", "watch"),
    ev.PhasePassed(OPENED, "check-in"),
    ev.GroupsMade(OPENED, "check-in", ()),
    ev.CallAsked(OPENED, AISHA, True),
    ev.DutyOpened(OPENED, "d1", "violence", AISHA),
    ev.DutyEnded(OPENED, "d1", "acted"),
    ev.ActionAgreed(OPENED, "a1", "x"),
    ev.ActionDropped(OPENED, "a1"),
    ev.FollowUpAgreed(OPENED, AISHA, "declined"),
    ev.SupervisorLoad(OPENED, 1),
    ev.Overridden(OPENED, "x"),
    ev.Undone(OPENED),
    ev.Redone(OPENED),
    ev.Closed(OPENED),
]


@pytest.mark.parametrize("event", CLOSED_TO, ids=lambda event: type(event).__name__)
def test_a_closed_round_refuses_everything(event: ev.AnyEvent) -> None:
    held = three()
    held.do(ev.Undone)
    held.do(ev.Closed)
    with pytest.raises(Refused, match="closed"):
        apply(held.session, event)


def test_every_kind_of_event_is_in_the_table_above() -> None:
    assert {type(event) for event in CLOSED_TO} == set(get_args(ev.AnyEvent))
