from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debrief.errors import Problem
from debrief.session.model import Action, FollowUp, NoteKey, Person, State
from debrief.summary import FIELDS, FORMATS, LEVELS, reduce, render
from debrief.summary.levels import allowed
from tests.summary.rounds import a_round

CANARIES = {
    "canaryname": "named",
    "surname": "named",
    "canaryby": "named",
    "canaryowner": "named",
    "canarysuper": "named",
    "canarynote": "full",
    "canaryroundnote": "full",
    "canarywords": "full",
    "self_harm": "full",
}


def page(state: State, level: str, format: str = "json", language: str = "da") -> str:
    view = reduce(state, level, allowed(level), language)
    return render(view, format).decode()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("level", LEVELS)
def test_canaries_show_at_their_level_and_nowhere_below(level: str, format: str) -> None:
    text = (
        page(a_round(), level, format).lower().replace("\\", "").replace("selvskade", "self_harm")
    )
    for canary, lowest in CANARIES.items():
        assert (canary in text) == (LEVELS.index(lowest) <= LEVELS.index(level)), canary
    for never in ("canaryrules", "c-0000", "c-0003", "strong"):
        assert never not in text


def test_counts_hold_no_text_but_the_month_and_no_number_of_few_people() -> None:
    view = reduce(a_round(9), "counts", allowed("counts"), "nb")
    assert view.session_ref.startswith("s-")
    assert "2026-11-21" not in render(view, "json").decode()
    assert dict(view.fields) == {
        "month": "2026-11",
        "minutes": 23,
        "people": 9,
        "phases": 2,
        "turns": {"spoke": "5+", "passed": "<5", "left": "<5"},
        "follow_ups": {"dated": "<5", "declined": "<5", "not-needed": "5+"},
        "duties": {"acted": "<5", "agreed": "<5", "not-a-duty": "<5", "open": "<5"},
        "actions": 1,
        "signs": {"acute": "<5", "urgent": "<5", "watch": "<5"},
    }


def test_counts_of_a_small_group_say_only_that_it_is_small() -> None:
    view = reduce(a_round(4), "counts", ["people", "turns"], "da")
    assert view.fields["people"] == "<5"
    assert set(view.fields["turns"].values()) == {"<5"}


@given(
    people=st.integers(2, 14),
    spoke=st.integers(0, 14),
    outcomes=st.lists(st.sampled_from(["dated", "declined", "not-needed"]), max_size=14),
)
@settings(max_examples=60, deadline=None)
def test_no_small_cell_can_be_worked_out_from_the_others(
    people: int, spoke: int, outcomes: list[str]
) -> None:
    state = a_round(people)
    ids = [person.id for person in state.people]
    state = msgspec.structs.replace(
        state,
        turns={NoteKey("check-in", who): "spoke" for who in ids[:spoke]},
        follow_ups={who: FollowUp(out) for who, out in zip(ids, outcomes, strict=False)},
    )
    view = reduce(state, "counts", ["people", "turns", "follow_ups"], "da")
    for field in ("turns", "follow_ups"):
        for number in view.fields[field].values():
            if isinstance(number, int):
                assert number >= 5
                assert people - number >= 5


def test_record_tells_the_record_track() -> None:
    view = reduce(a_round(), "record", allowed("record"), "da")
    assert view.session_ref == "2026-11-21-k7q2m9"
    assert view.fields["duties"] == [{"kind": "child-at-risk", "outcome": "acted"}]
    assert view.fields["actions"] == [{"action": "To på vagt fredag nat", "due": "2026-12-01"}]
    assert view.fields["turns"] == {
        "student": {"spoke": 1, "passed": 0, "left": 0},
        "volunteer": {"spoke": 2, "passed": 1, "left": 0},
    }
    assert view.fields["phases"][0] == {
        "phase": "check-in",
        "phase_name": "Tjek ind",
        "planned_minutes": 5,
        "used_minutes": 6,
    }
    assert view.fields["signs"] == {
        "acute": "<5", "urgent": "<5", "watch": "<5", "shown": 1, "confirmed": 1, "dismissed": 0
    }  # fmt: skip


def test_names_written_into_an_action_are_taken_out_below_named() -> None:
    action = "Canaryname1s vagt deles med Surname2; Canaryowner ringer"
    text = page(a_round(action=action), "record")
    assert "[…] vagt deles med […]; […] ringer" in text
    assert "Canaryname1s vagt" in page(a_round(action=action), "named")


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=80, deadline=None)
def test_a_persons_name_never_leaves_below_named(name: str) -> None:
    name = f"Xq{name}"
    state = a_round()
    person = Person(state.people[0].id, name)
    state = msgspec.structs.replace(
        state,
        people=(person, *state.people[1:]),
        setup=msgspec.structs.replace(state.setup, supervisor=name, team=f"Hold {name}"),
        actions={"a": Action("a", f"Spørg {name} om nøglen", name)},
    )
    for level in ("counts", "record"):
        view = reduce(state, level, allowed(level), "da")
        assert "Xq" not in json.dumps(dict(view.fields), ensure_ascii=False)


def test_follow_ups_are_told_in_the_destinations_time() -> None:
    view = reduce(
        a_round(), "named", ["named_follow_ups"], "da", zone=ZoneInfo("Europe/Copenhagen")
    )
    assert view.fields["named_follow_ups"] == [
        {
            "name": "Canaryname0 Surname0",
            "when": "2026-11-22T18:30+01:00",
            "by": "Canaryby Caller",
        }
    ]
    assert "2026-11-22 18:30 (UTC+01:00)" in render(view, "html").decode()


def test_every_date_that_was_agreed_is_told() -> None:
    state = a_round()
    [who] = [one for one, agreed in state.follow_ups.items() if agreed.when is not None]
    agreed = state.follow_ups[who]
    assert agreed.when is not None
    later = tuple(agreed.when + dt.timedelta(days=days) for days in (2, 28))
    several = msgspec.structs.replace(agreed, further=later)
    state = msgspec.structs.replace(state, follow_ups={**state.follow_ups, who: several})
    view = reduce(state, "named", ["named_follow_ups"], "da")
    rows = view.fields["named_follow_ups"]
    assert [row["when"][:10] for row in rows] == ["2026-11-22", "2026-11-24", "2026-12-20"]
    assert len({row["name"] for row in rows}) == 1


def test_a_field_above_the_level_is_refused_with_the_nearest_that_may() -> None:
    with pytest.raises(Problem, match=r"named_follow_ups.*named.*record.*follow_ups"):
        reduce(a_round(), "record", ["named_follow_ups"], "da")


def test_an_unknown_field_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Problem, match=r"dutys.*duties"):
        reduce(a_round(), "record", ["dutys"], "da")
    with pytest.raises(Problem, match="follow_ups"):
        reduce(a_round(), "record", ["zzzzzz"], "da")
    with pytest.raises(Problem, match="counts, record, named or full"):
        reduce(a_round(), "secret", ["team"], "da")


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_leaves_at_its_lowest_level_and_is_refused_below(field: str) -> None:
    lowest = LEVELS.index(FIELDS[field])
    for rank, level in enumerate(LEVELS):
        if rank >= lowest:
            assert list(reduce(a_round(), level, [field], "en").fields) == [field]
        else:
            with pytest.raises(Problem, match=field):
                reduce(a_round(), level, [field], "en")


def test_only_what_was_asked_for_leaves() -> None:
    view = reduce(a_round(), "full", ["team"], "da")
    assert dict(view.fields) == {"team": "Nord"}


def test_a_round_that_is_still_open_can_be_previewed() -> None:
    state = msgspec.structs.replace(a_round(), closed=None)
    assert reduce(state, "record", ["minutes"], "da").fields["minutes"] == round(441 / 60)


def test_the_supervisors_own_load_leaves_at_no_level() -> None:
    state = msgspec.structs.replace(a_round(), loads={}, supervisor_load=7)
    for level in LEVELS:
        view = reduce(state, level, allowed(level), "da")
        assert "supervisor_load" not in view.fields
