"""Plain mode has what the screens have: calls, buddies, pairs, locks, two languages."""

from __future__ import annotations

import pytest

from debrief.plain import Asked
from debrief.session.model import State
from tests.plain.conftest import Held, Room


def kept(room: Room) -> State:
    (unfinished,) = room.desk().unfinished()
    assert unfinished.state is not None
    return unfinished.state


def hold(room: Room, protocol: str, *lines: str) -> Held:
    return room.hold(*lines, "/forlad", asked=Asked(protocol, "da", "Nord"))


def test_a_person_is_called_has_a_buddy_and_is_considered(room: Room) -> None:
    done = hold(
        room, "shift-defuse", "Mette", "Per, senere", "Ole, går før", "", "",
        "/ring mette", "/makker Mette Per", "/hensyn Mette korte ture", "/kollegastøtte Mette Ane",
        "/kom per", "/makker Mette Mette", "/status",
    )  # fmt: skip
    state = kept(room)
    mette, per, ole = state.people
    assert state.wants_call == {mette.id}
    assert (mette.buddy, mette.needs, mette.supporter) == (per.id, "korte ture", "Ane")
    assert state.left == frozenset()
    assert (per.stay, ole.stay) == ("whole", "early")
    assert "Mette is to be called." in done.text
    assert "calls Per first · supported by Ane · considerate: korte ture" in done.text
    assert "Nobody calls themselves first." in done.text
    assert "  1. Mette · home · video · to be called · calls Per first" in done.text


def test_the_group_makes_pairs_draws_lots_and_passes_a_phase(room: Room) -> None:
    done = hold(
        room, "shift-defuse", "A", "B", "C", "D", "", "4",
        "/par", "/lod", "/pas-fase", "/fortryd", "/begge nb", "/begge",
    )  # fmt: skip
    state = kept(room)
    assert "Begins with 60 seconds of silence." in done.text
    assert " + " in done.text
    assert "Speaking order: " in done.text
    assert "The phase Ramme was passed." in done.text
    assert state.plan.key == "frame"
    assert state.passed == frozenset()
    assert [plan.silent_s for plan in state.setup.phases][:2] == [60, 0]
    lines = [line for line in done.text.splitlines() if line.startswith("    ")]
    assert lines


def test_the_shift_begins_with_its_own_phases(room: Room) -> None:
    hold(room, "home-checkin", "Mette", "", "5")
    assert [plan.key for plan in kept(room).setup.phases] == ["arrive", "ready", "buddy"]


def test_it_ends_with_its_own_phases(room: Room) -> None:
    hold(room, "home-checkin", "Mette", "", "")
    assert [plan.key for plan in kept(room).setup.phases][-1] == "accounted"


def test_nothing_is_taken_where_nothing_is_kept(room: Room) -> None:
    done = hold(room, "colleague-support", "Mette", "", "", "Hemmeligt.", "/belastning 4 Mette")
    state = kept(room)
    assert (state.notes, state.loads) == ({}, {})
    assert done.text.count("keeps nothing of what is said") == 2


@pytest.mark.parametrize(
    ("answers", "protocol", "overridden"),
    [
        (("ja", "ja", "ja"), "cisd", ("locked",)),
        (("ja", "nej"), "shift-defuse", ()),
    ],
)
def test_a_lock_is_opened_by_three_answers_or_another_is_held(
    room: Room, answers: tuple[str, ...], protocol: str, overridden: tuple[str, ...]
) -> None:
    done = hold(room, "cisd", "A", "B", "C", "", "", "30", *answers)
    assert "! WHO and NICE advise against it" in done.text
    state = kept(room)
    assert (state.setup.protocol, state.overridden) == (protocol, overridden)


@pytest.mark.parametrize(
    ("answer", "protocol", "overridden"),
    [("ja", "shift-defuse", ()), ("nej", "aar", ("too-early",))],
)
def test_too_early_offers_another(
    room: Room, answer: str, protocol: str, overridden: tuple[str, ...]
) -> None:
    done = hold(room, "aar", "A", "B", "", "", "3", answer)
    assert "! It is early for this protocol." in done.text
    assert "Hold this instead: End-of-shift defusing?" in done.text
    state = kept(room)
    assert (state.setup.protocol, state.overridden) == (protocol, overridden)


def test_what_stands_is_told_and_gone_on_from(room: Room) -> None:
    done = hold(
        room, "shift-defuse", "Mette", "", "2", "/alligevel",
        "/alene Mette", "", "/pas", "/alligevel",
    )  # fmt: skip
    assert "! Only some took part in the hard call." in done.text
    assert "No warning stands that could be gone on from." in done.text
    assert "Noted that you went on: Mette has passed each time" in done.text
    mette = kept(room).people[0].id
    assert kept(room).overridden == ("mixed-exposure", f"passed-and-alone:{mette}")


def test_a_sign_confirmed_twice_is_undecided(room: Room) -> None:
    hold(
        room, "shift-defuse", "Mette", "", "", "", "Mette sov ikke i nat.",
        "/bekræft 1", "/bekræft 1",
    )  # fmt: skip
    (sign,) = kept(room).signs.values()
    assert sign.decision == "open"
