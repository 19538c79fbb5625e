"""Taking steps back and making them again, over every kind of step, in any order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from debrief.session import PATTERNS, ROUND, NoteKey, Refused, State, apply, replay
from debrief.session import events as ev
from debrief.session.duties import kind_of
from debrief.session.model import PLACES, SignKey
from debrief.session.rounds import sign_counts, waiting
from tests.builders import PHASES, Clock, Round, person, seen

AISHA, JONAS = "c-aisha", "c-jonas"
DATE = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)

STEPS: dict[str, tuple[Any, ...]] = {
    "phase": (ev.PhaseEntered, 1),
    "speaker": (ev.SpeakerChosen, JONAS),
    "turn": (ev.TurnEnded, "shift", AISHA, "passed"),
    "load": (ev.LoadGiven, AISHA, 3),
    "alone": (ev.AloneSaid, AISHA, True),
    "call": (ev.CallAsked, AISHA),
    "joined": (ev.PersonJoined, person("Tor")),
    "person": (ev.PersonChanged, person("Aisha", place="elsewhere")),
    "left": (ev.PersonLeft, AISHA),
    "order": (ev.OrderChanged, (JONAS, AISHA)),
    "sign": (ev.SignDecided, "shift", AISHA, "sleep", "sover ikke", "confirmed", "case", "acute"),
    "duty": (ev.DutyOpened, "d1", "violence", AISHA),
    "action": (ev.ActionAgreed, "a1", "To på vagt"),
    "follow-up": (ev.FollowUpAgreed, AISHA, "dated", DATE),
    "supervisor": (ev.SupervisorLoad, 4),
    "override": (ev.Overridden, "mixed-exposure"),
}


def begun() -> Round:
    held = Round("Aisha", "Jonas")
    held.do(ev.Wrote, "shift", AISHA, 0, 0, "sover ikke")
    held.sees(AISHA, seen("sover ikke"))
    return held


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_each_step_is_taken_back_and_made_again(step: tuple[Any, ...]) -> None:
    held = begun()
    before = held.state
    after = held.do(*step)
    assert after != before
    assert held.do(ev.Undone) == before
    assert held.do(ev.Redone) == after


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_what_is_written_after_a_step_outlives_it(step: tuple[Any, ...]) -> None:
    held = begun()
    held.do(*step)
    held.do(ev.Wrote, "shift", JONAS, 0, 0, "græd")
    held.do(ev.Undone)
    assert held.state.note("shift", JONAS) == "græd"
    held.do(ev.Wrote, "shift", JONAS, 4, 0, " længe")
    assert held.do(ev.Redone).note("shift", JONAS) == "græd længe"


def test_there_may_be_nothing_to_take_back_or_make_again() -> None:
    held = begun()
    for kind in (ev.Undone, ev.Redone):
        with pytest.raises(Refused, match="nothing"):
            held.do(kind)


def test_writing_and_seeing_are_no_steps() -> None:
    held = Round("Aisha")
    held.do(ev.LoadGiven, AISHA, 1)
    held.do(ev.Wrote, "shift", AISHA, 0, 0, "x")
    held.sees(AISHA, seen("x"))
    assert held.do(ev.Undone).loads == {}


def test_a_step_that_changes_nothing_is_no_step() -> None:
    held = Round("Aisha")
    held.do(ev.LoadGiven, AISHA, 1)
    held.do(ev.LoadGiven, AISHA, 1)
    held.do(ev.AloneSaid, AISHA, False)
    assert held.do(ev.Undone).loads == {}


def test_a_new_step_forgets_what_was_taken_back() -> None:
    held = Round("Aisha")
    held.do(ev.LoadGiven, AISHA, 1)
    held.do(ev.Undone)
    held.do(ev.AloneSaid, AISHA, True)
    with pytest.raises(Refused):
        held.do(ev.Redone)


def test_who_came_late_stays_while_there_is_a_note_about_them() -> None:
    held = begun()
    held.do(ev.PersonJoined, person("Tor"))
    joined = held.do(ev.Wrote, "shift", "c-tor", 0, 0, "ny i vagten")
    state = held.do(ev.Undone)
    assert state.person("c-tor") is not None
    assert state.note("shift", "c-tor") == "ny i vagten"
    assert held.do(ev.Redone) == joined


def test_a_decision_taken_back_leaves_the_sign_open_with_its_latest_reading() -> None:
    held = begun()
    key = SignKey("shift", AISHA, "sleep", "sover ikke")
    held.decides(key, "dismissed")
    held.sees(AISHA, seen("sover ikke", level="urgent"))
    sign = held.do(ev.Undone).signs[key]
    assert (sign.decision, sign.level) == ("open", "urgent")


def test_a_sign_seen_after_a_step_outlives_it() -> None:
    held = begun()
    held.do(ev.LoadGiven, AISHA, 3)
    held.sees(AISHA, seen("sover ikke"), seen("græd", "crying"))
    assert len(held.do(ev.Undone).signs) == 2


NAMES = ("Aisha", "Jonas")
WHO = st.sampled_from([*(f"c-{name.lower()}" for name in NAMES), "c-tor"])
PLANS = PHASES[1:3]
PHASE = st.sampled_from([plan.key for plan in PLANS])
DECISION = st.sampled_from(["open", "confirmed", "dismissed"])
SUBJECT = st.sampled_from(["counsellor", "case", "unsure"])
LEVEL = st.sampled_from(["acute", "urgent", "watch"])
CODE = st.sampled_from(["sleep", "suicidal_thoughts", "case_violence"])
SIGN = st.builds(
    seen,
    st.sampled_from(["sover ikke", "slog"]),
    CODE,
    subject=SUBJECT,
    level=LEVEL,
    band=st.sampled_from(["firm", "possible"]),
)
PATTERN = st.builds(
    seen,
    st.just(""),
    st.sampled_from(["heavy_run", "absence"]),
    subject=SUBJECT,
    level=st.sampled_from(["urgent", "watch"]),
)


class AnyRound(RuleBasedStateMachine):
    """A round in which everything happens; what is refused must leave it as it was."""

    @initialize()
    def opens(self) -> None:
        self.held = Round(*NAMES, clock=Clock(step_s=7), phases=PLANS)
        self.ended: set[str] = set()

    def let(self, kind: Any, *fields: Any) -> bool:
        """Let an event happen; return whether it was accepted."""
        before = self.held.session
        try:
            self.held.do(kind, *fields)
        except Refused:
            assert self.held.session is before
            return False
        return True

    @property
    def state(self) -> State:
        return self.held.state

    @rule(index=st.integers(-1, len(PLANS)))
    def phase(self, index: int) -> None:
        assert self.let(ev.PhaseEntered, index) == (0 <= index < len(PLANS))

    @rule(who=st.none() | WHO)
    def speaker(self, who: str | None) -> None:
        fits = who is None or (self.state.person(who) is not None and who not in self.state.left)
        assert self.let(ev.SpeakerChosen, who) == fits

    @rule(phase=PHASE, who=WHO, turn=st.sampled_from(["spoke", "passed", "left", None]))
    def turn(self, phase: str, who: str, turn: Any) -> None:
        self.let(ev.TurnEnded, phase, who, turn)

    @rule(turn=st.sampled_from(["spoke", "passed"]))
    def speaker_ends(self, turn: Any) -> None:
        if (who := self.state.speaker) is None:
            return
        assert self.let(ev.TurnEnded, self.state.plan.key, who, turn)
        assert self.state.turn(self.state.plan.key, who) == turn
        assert self.state.speaker != who

    @rule(who=WHO | st.just(ROUND), phase=PHASE, data=st.data())
    def write(self, who: str, phase: str, data: st.DataObject) -> None:
        size = len(self.state.note(phase, who))
        start = data.draw(st.integers(0, size))
        cut = data.draw(st.integers(0, size - start))
        text = data.draw(st.sampled_from(["", "sover ", "ikke", "æ\n"]))
        self.let(ev.Wrote, phase, who, start, cut, text)

    @rule(who=WHO, load=st.none() | st.integers(0, 10))
    def load(self, who: str, load: int | None) -> None:
        self.let(ev.LoadGiven, who, load)

    @rule(who=WHO, alone=st.booleans())
    def alone(self, who: str, alone: bool) -> None:
        self.let(ev.AloneSaid, who, alone)

    @rule(name=st.sampled_from(["Tor", "Aisha"]))
    def joins(self, name: str) -> None:
        self.let(ev.PersonJoined, person(name))

    @rule(name=st.sampled_from([*NAMES, "Tor"]), place=st.sampled_from(PLACES))
    def changes(self, name: str, place: Any) -> None:
        self.let(ev.PersonChanged, person(name, place=place))

    @rule(who=WHO, left=st.booleans())
    def leaves(self, who: str, left: bool) -> None:
        self.let(ev.PersonLeft, who, left)

    @rule(data=st.data())
    def order(self, data: st.DataObject) -> None:
        ids = [one.id for one in self.state.people]
        assert self.let(ev.OrderChanged, tuple(data.draw(st.permutations(ids))))

    @rule(phase=PHASE, who=WHO | st.just(ROUND), found=st.lists(SIGN, max_size=3))
    def sees(self, phase: str, who: str, found: list[Any]) -> None:
        self.let(ev.SignsSeen, phase, who, tuple(found))

    @rule(who=WHO, found=st.lists(PATTERN, max_size=2))
    def sees_patterns(self, who: str, found: list[Any]) -> None:
        assert self.let(ev.PatternsSeen, who, tuple(found)) == (self.state.person(who) is not None)

    @precondition(lambda self: self.state.signs)
    @rule(data=st.data(), decision=DECISION, subject=SUBJECT, level=LEVEL)
    def decides(self, data: st.DataObject, decision: Any, subject: Any, level: Any) -> None:
        key = data.draw(st.sampled_from(list(self.state.signs)))
        fits = key.phase != PATTERNS or subject == "counsellor"
        assert self.let(ev.SignDecided, *key, decision, subject, level) == fits

    @rule(number=st.integers(1, 3), who=WHO)
    def opens_duty(self, number: int, who: str) -> None:
        self.let(ev.DutyOpened, f"d{number}", "violence", who)

    @precondition(lambda self: self.state.duties)
    @rule(data=st.data(), outcome=st.sampled_from(["acted", "agreed", "not-a-duty", None]))
    def ends_duty(self, data: st.DataObject, outcome: Any) -> None:
        duty = data.draw(st.sampled_from(sorted(self.state.duties)))
        assert self.let(ev.DutyEnded, duty, outcome)
        self.ended.add(duty)

    @rule(number=st.integers(1, 2), text=st.sampled_from(["x", "y"]))
    def agrees_action(self, number: int, text: str) -> None:
        assert self.let(ev.ActionAgreed, f"a{number}", text)

    @rule(number=st.integers(1, 2))
    def drops_action(self, number: int) -> None:
        assert self.let(ev.ActionDropped, f"a{number}")

    @rule(who=WHO, outcome=st.sampled_from(["dated", "declined", "not-needed", None]))
    def agrees_follow_up(self, who: str, outcome: Any) -> None:
        self.let(ev.FollowUpAgreed, who, outcome, DATE if outcome == "dated" else None)

    @rule(load=st.none() | st.integers(0, 10))
    def own_load(self, load: int | None) -> None:
        assert self.let(ev.SupervisorLoad, load)

    @rule(code=st.sampled_from(["mixed-exposure", "duty-open:d1"]))
    def overrides(self, code: str) -> None:
        assert self.let(ev.Overridden, code)

    @rule(kind=st.sampled_from([ev.Undone, ev.Redone]), times=st.integers(1, 3))
    def moves_in_history(self, kind: Any, times: int) -> None:
        notes = self.state.notes
        for _time in range(times):
            self.let(kind)
        assert self.state.notes == notes

    @invariant()
    def undo_then_redo_is_nothing(self) -> None:
        session = self.held.session
        back = 0
        while session.past and back < 3:
            session = apply(session, ev.Undone(DATE))
            assert session.state.notes == self.state.notes
            back += 1
        for _step in range(back):
            session = apply(session, ev.Redone(DATE))
        assert session.state == self.state

    @invariant()
    def the_speaker_is_in_the_round(self) -> None:
        who = self.state.speaker
        assert who is None or self.state.person(who) is not None
        assert who not in self.state.left

    @invariant()
    def everything_is_about_known_people_and_phases(self) -> None:
        state = self.state
        ids = [one.id for one in state.people]
        phases = {plan.key for plan in state.setup.phases}
        assert len(set(ids)) == len(ids)
        for key in (*state.turns, *state.notes):
            assert key.phase in phases
        for key, sign in state.signs.items():
            assert key.phase in {*phases, PATTERNS}
            assert key.phase != PATTERNS or (key.words, sign.subject) == ("", "counsellor")
        assert {key.person for key in state.turns} <= set(ids)
        assert {key.person for key in (*state.notes, *state.signs)} <= {*ids, ROUND}
        assert {*state.loads, *state.follow_ups, *state.left, *state.alone} <= set(ids)
        assert {one.id for one in waiting(state)} <= set(ids) - state.left

    @invariant()
    def no_note_is_empty(self) -> None:
        assert all(self.state.notes.values())
        assert all(isinstance(key, NoteKey) for key in self.state.notes)

    @invariant()
    def a_sign_without_words_is_a_confirmed_one(self) -> None:
        for sign in self.state.signs.values():
            assert sign.stands or sign.decision == "confirmed"
        assert sign_counts(self.state)["shown"] == len(self.state.signs)

    @invariant()
    def every_duty_has_its_reason(self) -> None:
        asked = {
            (kind_of(key.code), key.person if key.person != ROUND else "s-4h2k")
            for key, sign in self.state.signs.items()
            if sign.decision == "confirmed" and sign.subject == "case"
        }
        standing = {(duty.kind, duty.holder) for duty in self.state.duties.values()}
        for duty in self.state.duties.values():
            reason = duty.by_hand or duty.id in self.ended or (duty.kind, duty.holder) in asked
            assert reason
            assert (duty.outcome is None) == (duty.ended is None)
        gated = {"violence", "suicide-risk"}
        assert {one for one in asked if one[0] in gated} <= standing

    def teardown(self) -> None:
        records = [ev.encode(event) for event in self.held.history]
        assert replay(ev.decode(record) for record in records) == self.held.session
        closed = apply(self.held.session, ev.Closed(self.held.clock())).state
        assert closed.speaker is None
        assert closed.notes == self.state.notes


AnyRound.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestAnyRound = AnyRound.TestCase
