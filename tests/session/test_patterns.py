"""Signs that earlier sessions show: kept, decided, counted and taken back like those in notes."""

from __future__ import annotations

import pytest

from debrief.session import PATTERNS, Refused, SignKey
from debrief.session import events as ev
from debrief.session.model import SeenSign
from debrief.session.rounds import confirmed, gravest, sign_counts
from debrief.text import is_id
from tests.builders import Round, person, seen

AISHA, TOR = "c-aisha", "c-tor"
HEAVY, ABSENT = seen("", "heavy_run"), seen("", "absence", level="urgent")
KEY = SignKey(PATTERNS, AISHA, "heavy_run", "")


def test_no_phase_can_be_called_what_stands_for_patterns() -> None:
    assert not is_id(PATTERNS)


def test_patterns_stand_beside_the_signs_in_notes() -> None:
    held = Round("Aisha", "Jonas")
    held.sees(AISHA, seen("sover ikke"))
    held.do(ev.PatternsSeen, AISHA, (HEAVY, ABSENT))
    held.do(ev.PatternsSeen, "c-jonas", (HEAVY,))
    held.sees(AISHA)
    codes = [sign.seen.code for sign in held.state.signs_of(AISHA)]
    assert codes == ["heavy_run", "absence"]
    held.do(ev.PatternsSeen, AISHA, (ABSENT,))
    assert [sign.seen for sign in held.state.signs_of(AISHA)] == [ABSENT]
    assert [sign.seen for sign in held.state.signs_of("c-jonas")] == [HEAVY]


def test_a_pattern_is_the_counsellors_own_and_holds_no_words() -> None:
    held = Round("Aisha")
    held.do(ev.PatternsSeen, AISHA, (SeenSign("heavy_run", "case", "watch", "firm", "sagt"),))
    sign = held.state.signs[KEY]
    assert (sign.subject, sign.seen.words) == ("counsellor", "")
    with pytest.raises(Refused, match="counsellor's own"):
        held.decides(KEY, "confirmed", subject="case")
    assert held.state.duties == {}


def test_patterns_are_about_somebody_in_the_round() -> None:
    with pytest.raises(Refused, match="nobody"):
        Round("Aisha").do(ev.PatternsSeen, TOR, (HEAVY,))


def test_a_pattern_is_confirmed_counted_and_outlives_what_showed_it() -> None:
    held = Round("Aisha")
    held.do(ev.PatternsSeen, AISHA, (HEAVY, ABSENT))
    held.decides(KEY, "confirmed", level="urgent")
    assert gravest(confirmed(held.state, AISHA)) == "urgent"
    assert sign_counts(held.state) == {"shown": 2, "confirmed": 1, "dismissed": 0}
    held.do(ev.PatternsSeen, AISHA, ())
    assert set(held.state.signs) == {KEY}
    assert not held.state.signs[KEY].stands
    assert held.do(ev.Undone).signs == {}


def test_a_dismissed_pattern_stays_dismissed_while_it_is_seen() -> None:
    held = Round("Aisha")
    held.do(ev.PatternsSeen, AISHA, (HEAVY,))
    held.decides(KEY, "dismissed")
    held.do(ev.LoadGiven, AISHA, 8)
    held.do(ev.PatternsSeen, AISHA, (seen("", "heavy_run", level="urgent"),))
    assert held.state.signs[KEY].decision == "dismissed"


def test_seeing_patterns_is_no_step() -> None:
    held = Round("Aisha")
    held.do(ev.LoadGiven, AISHA, 8)
    held.do(ev.PatternsSeen, AISHA, (HEAVY,))
    state = held.do(ev.Undone)
    assert state.loads == {}
    assert set(state.signs) == {KEY}


def test_a_pattern_goes_and_comes_with_its_person() -> None:
    held = Round("Aisha")
    held.do(ev.PersonJoined, person("Tor"))
    held.do(ev.PatternsSeen, TOR, (HEAVY,))
    joined = held.state
    state = held.do(ev.Undone)
    assert state.person(TOR) is None
    assert state.signs == {}
    assert held.do(ev.Redone) == joined
