"""Pairs, a phase passed as a whole, who is to be called, who comes late; what keeps nothing."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.session import Refused, apply, replay
from debrief.session import events as ev
from debrief.session.guardrails import at_the_start, to_settle, to_tell
from debrief.session.model import Circumstances, PhasePlan
from debrief.session.rounds import passed_on_everything
from debrief.session.together import groups_now, split
from tests.builders import OPENED, PHASES, Round, person

AISHA, JONAS, MAJA, TOR = "c-aisha", "c-jonas", "c-maja", "c-tor"
NAMES = ("Aisha", "Jonas", "Maja", "Tor")
TOMORROW = OPENED + dt.timedelta(days=1)
PAIRED = (PhasePlan("frame", 60), PhasePlan("pairs", 300, groups=2), PhasePlan("close", 60))


class TestSplitting:
    @given(st.integers(2, 40), st.sampled_from([2, 3]))
    def test_everyone_is_in_one_group_and_nobody_alone(self, count: int, size: int) -> None:
        ids = [f"c-{number}" for number in range(count)]
        groups = split(ids, size)
        assert [one for group in groups for one in group] == ids
        assert all(2 <= len(group) <= 3 for group in groups)
        assert len({len(group) for group in groups} - {size}) <= 1

    def test_one_person_is_a_group_and_nobody_is_none(self) -> None:
        assert split(["a"], 2) == (("a",),)
        assert split([], 3) == ()


class TestGroups:
    def held(self) -> Round:
        held = Round(*NAMES, phases=PAIRED)
        held.do(ev.PhaseEntered, 1, ((AISHA, JONAS), (MAJA, TOR)))
        return held

    def test_they_are_made_on_the_way_in_and_go_with_the_step_back(self) -> None:
        held = self.held()
        assert groups_now(held.state) == ((AISHA, JONAS), (MAJA, TOR))
        held.do(ev.GroupsMade, "pairs", ((AISHA, TOR), (MAJA, JONAS)))
        assert groups_now(held.state) == ((AISHA, TOR), (MAJA, JONAS))
        held.do(ev.Undone)
        assert groups_now(held.state) == ((AISHA, JONAS), (MAJA, TOR))
        held.do(ev.Undone)
        assert held.state.groups == {}
        assert groups_now(held.state) == ()

    def test_who_leaves_and_who_comes_is_never_alone(self) -> None:
        held = self.held()
        held.do(ev.PersonLeft, JONAS)
        assert groups_now(held.state) == ((MAJA, TOR, AISHA),)
        held.do(ev.PersonJoined, person("Bo"))
        assert sorted(map(len, groups_now(held.state))) == [2, 2]

    def test_only_people_of_the_round_and_each_once(self) -> None:
        held = self.held()
        for wrong in (((AISHA, AISHA),), ((AISHA, "c-nobody"),)):
            with pytest.raises(Refused, match="each of them once"):
                held.do(ev.GroupsMade, "pairs", wrong)
        with pytest.raises(Refused, match="no phase called"):
            held.do(ev.GroupsMade, "no-such", ())

    def test_a_phase_that_asks_for_none_has_none_until_they_are_made(self) -> None:
        held = Round(*NAMES).in_phase("shift")
        assert groups_now(held.state) == ()
        held.do(ev.GroupsMade, "shift", ((AISHA, MAJA), (JONAS, TOR)))
        assert groups_now(held.state) == ((AISHA, MAJA), (JONAS, TOR))


class TestAPassedPhase:
    def test_it_is_marked_the_next_follows_and_nobody_passed(self) -> None:
        held = Round(*NAMES).in_phase("check-in")
        held.do(ev.PhasePassed, "check-in")
        assert held.state.plan.key == "shift"
        assert held.state.passed == {"check-in"}
        assert held.state.turns == {}
        assert not passed_on_everything(held.state, AISHA)
        held.do(ev.Undone)
        assert (held.state.plan.key, held.state.passed) == ("check-in", frozenset())

    def test_going_back_into_it_takes_the_mark_away(self) -> None:
        held = Round(*NAMES).in_phase("check-in")
        held.do(ev.PhasePassed, "check-in")
        held.in_phase("check-in")
        assert held.state.passed == frozenset()

    def test_the_last_phase_is_marked_and_stays(self) -> None:
        held = Round(*NAMES).in_phase("close")
        held.do(ev.PhasePassed, "close")
        assert held.state.plan.key == "close"
        assert held.state.passed == {"close"}

    def test_only_the_running_phase_can_be_passed(self) -> None:
        with pytest.raises(Refused, match="the phase the round is in"):
            Round(*NAMES).do(ev.PhasePassed, "shift")


class TestCalls:
    def test_whoever_is_to_be_called_is_not_closed_over_without_a_word(self) -> None:
        held = Round("Aisha")
        held.do(ev.CallAsked, AISHA, True)
        held.do(ev.FollowUpAgreed, AISHA, "not-needed")
        assert [one.key for one in to_settle(held.state)] == [f"call-without-date:{AISHA}"]
        held.do(ev.CallAsked, AISHA, False)
        assert to_settle(held.state) == ()
        held.do(ev.Undone)
        held.do(ev.FollowUpAgreed, AISHA, "dated", TOMORROW)
        assert to_settle(held.state) == ()

    def test_only_somebody_in_the_round(self) -> None:
        with pytest.raises(Refused, match="nobody in the round"):
            Round("Aisha").do(ev.CallAsked, TOR, True)


class TestLate:
    def test_who_comes_late_is_awaited_then_there_like_the_others(self) -> None:
        people = (person("Aisha"), person("Jonas", stay="late"), person("Maja", stay="early"))
        held = Round(people=people)
        assert held.state.left == {JONAS}
        held.in_phase("check-in")
        held.do(ev.TurnEnded, "check-in", AISHA, "spoke")
        assert held.state.speaker == MAJA
        held.do(ev.PersonLeft, JONAS, False)
        assert held.state.left == frozenset()
        assert [one.stay for one in held.state.people] == ["whole", "whole", "early"]
        held.do(ev.TurnEnded, "check-in", MAJA, "spoke")
        assert held.state.speaker == JONAS
        held.do(ev.PersonLeft, JONAS)
        assert held.state.turn("check-in", JONAS) == "left"


class TestNothingKept:
    def test_no_note_and_no_load_is_taken(self) -> None:
        held = Round("Aisha", keep="nothing").in_phase("check-in")
        for kind, fields in (
            (ev.Wrote, ("check-in", AISHA, 0, 0, "x")),
            (ev.LoadGiven, (AISHA, 5)),
        ):
            with pytest.raises(Refused, match="keeps nothing of what is said"):
                held.do(kind, *fields)
        held.do(ev.ActionAgreed, "a1", "To på vagt")
        held.do(ev.FollowUpAgreed, AISHA, "dated", TOMORROW)
        held.do(ev.CallAsked, AISHA, True)
        assert (held.state.notes, held.state.loads) == ({}, {})


class TestLocked:
    def test_that_it_was_confirmed_is_on_record_and_cannot_be_taken_back(self) -> None:
        held = Round("Aisha", locked=True)
        assert held.state.overridden == ("locked",)
        with pytest.raises(Refused, match="nothing to take back"):
            held.do(ev.Undone)

    def test_each_next_contact_is_dated_or_declined(self) -> None:
        held = Round("Aisha", locked=True)
        held.do(ev.FollowUpAgreed, AISHA, "not-needed")
        (found,) = to_settle(held.state)
        assert (found.code, found.weight) == ("locked-without-date", "blocks")
        held.do(ev.Overridden, found.key)
        assert to_settle(held.state) == (found,)
        held.do(ev.FollowUpAgreed, AISHA, "declined")
        assert to_settle(held.state) == ()


class TestTheStart:
    AROUND = Circumstances(True, True, True, 2.0)

    def test_each_circumstance_speaks_against_beginning(self) -> None:
        setup = Round(
            "Aisha", earliest_hours=24, min_people=3, circumstances=self.AROUND
        ).state.setup
        assert [one.code for one in at_the_start(setup)] == [
            *("too-early", "mixed-exposure", "supervisor-involved", "line-manager-leads"),
            "too-few",
        ]
        many = Round(*NAMES, max_people=3, protocol_kind="supervision").state.setup
        assert [one.code for one in at_the_start(many)] == ["too-many"]

    def test_what_was_gone_on_from_is_on_record_but_two_go_on_being_shown(self) -> None:
        codes = ("too-early", "mixed-exposure", "supervisor-involved", "line-manager-leads")
        around = msgspec.structs.replace(self.AROUND, went_on=codes)
        held = Round("Aisha", earliest_hours=24, circumstances=around)
        assert held.state.overridden == codes
        assert [one.code for one in to_tell(held.state)] == [
            "supervisor-involved",
            "line-manager-leads",
        ]


def test_everything_new_survives_the_journal() -> None:
    held = Round(*NAMES, phases=PAIRED, keep="nothing", locked=True, min_people=2)
    held.do(ev.CallAsked, AISHA, True)
    held.do(ev.PersonChanged, person("Maja", buddy=TOR, needs="pauser", supporter="Per"))
    held.do(ev.PhaseEntered, 1, ((AISHA, JONAS), (MAJA, TOR)))
    held.do(ev.GroupsMade, "pairs", ((AISHA, TOR), (MAJA, JONAS)))
    held.do(ev.PhasePassed, "pairs")
    again = replay(ev.decode(ev.encode(event)) for event in held.history)
    assert again.state == held.state


def test_a_journal_from_before_reads_as_it_did() -> None:
    held = Round("Aisha")
    table = msgspec.json.decode(ev.encode(held.history[0]))
    for key in ("keep", "locked", "min_people"):
        del table["setup"][key]
    for key in ("lock_confirmed", "went_on"):
        del table["setup"]["circumstances"][key]
    for plan in table["setup"]["phases"]:
        del plan["silent_s"], plan["groups"]
    for one in table["setup"]["people"]:
        del one["stay"], one["buddy"], one["supporter"], one["needs"]
    old = msgspec.json.encode(table)
    assert replay([ev.decode(old)]).state == held.state
    entered = b'{"event":"phase","at":"2026-11-21T21:05:00Z","index":1}'
    state = apply(replay([ev.decode(old)]), ev.decode(entered)).state
    assert state.plan == PHASES[1]
