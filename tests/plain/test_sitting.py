"""Whole rounds in plain mode, line by line, at a real desk."""

from __future__ import annotations

import errno
import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from debrief.errors import EXIT_DISK, EXIT_INPUT, Problem
from debrief.plain import Asked, Talk, start
from debrief.record import sessionfile, verify
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.session.model import NoteKey, State
from tests.plain.conftest import Room
from tests.record.faults import FaultySystem

SIX_CASE = "En pige på 16 ringede. Hun ville tage sit eget liv."
CLOSING = ("/luk", "i morgen 10", "ingen", "", "3", "ja")


def kept(room: Room) -> State:
    """Return the round that is kept open."""
    (unfinished,) = room.desk().unfinished()
    assert unfinished.state is not None
    return unfinished.state


def test_a_whole_round_is_held_and_sealed(room: Room, keys_of: Callable[[Room], Keys]) -> None:
    done = room.hold(
        "Alle er her.",
        "",
        "Træt, men okay.",
        "Lang vagt.",
        "/belastning 6",
        "",
        "/pas",
        "",
        "Mest ensomhed.",
        "",
        "To korte opkald.",
        "",
        "",
        "/handling To på vagt fredag; koordinator; 1/12",
        *CLOSING,
    )
    assert done.status == 0
    (path,) = room.places.sessions.glob("2026/*.toml")
    data = path.read_bytes()
    told = done.after("The round was closed")
    assert f"File: {path}" in told
    assert f"sha256: {hashlib.sha256(data).hexdigest()}" in told
    assert "For the minutes: ledger 1 " in told
    assert "Nothing waits to be sent." in told
    assert all(one.ok for one in verify.verify_path(Disk(), room.places.sessions))
    file = sessionfile.read(data, path.name)
    assert file.session.language == "da"
    assert file.session.team == "Nord"
    assert [one.text for one in file.actions] == ["To på vagt fredag"]
    private = sessionfile.open_private(data, keys_of(room))
    mette = next(block for block in private.values() if block.get("name") == "Mette")
    assert mette["load"] == 6
    assert mette["notes"]["check-in"] == "Træt, men okay.\nLang vagt."
    assert private["round"]["notes"]["frame"] == "Alle er her."
    assert private["round"]["supervisor_load"] == 3
    assert done.desk.unfinished() == ()


def test_everything_is_asked_where_nothing_was_said(room: Room) -> None:
    done = room.hold(
        "99", "home-chekin", "2", "xx", "nb", "Vest", "", "Ola, likeperson", "tull, tull", "Ola",
        "", "7", "1 3", "/forlat",
        asked=Asked(),
    )  # fmt: skip
    assert "There is no number 99" in done.text
    assert "did you mean home-checkin?" in done.text
    assert "Write da, nb or en." in done.text
    assert "A round needs at least one counsellor." in done.text
    assert "tull is no role, place or channel" in done.text
    assert "Ola is in the round already." in done.text
    state = kept(room)
    assert (state.setup.protocol, state.setup.language, state.setup.team) == (
        "home-checkin",
        "nb",
        "Vest",
    )
    around = state.setup.circumstances
    assert (around.supervisor_involved, around.mixed_exposure, around.line_manager_leads) == (
        True,
        False,
        True,
    )
    assert [one.role for one in state.people] == ["peer-worker"]
    assert "You were part of it yourself." in done.text


def test_people_are_offered_again_by_number(room: Room) -> None:
    room.hold(*CLOSING)
    done = room.hold("2", "1, tlf", "", "", "/leave", asked=Asked("shift-defuse", "da", ""))
    assert "Known from earlier rounds:\n  1. Mette" in done.text
    assert [(one.name, one.channel) for one in kept(room).people] == [
        ("Per", "in-person"),
        ("Mette", "phone"),
    ]


def test_the_end_of_input_keeps_the_round_and_tells_how_to_go_on(room: Room) -> None:
    done = room.hold("Alle er her.", "", "Sov dårligt")
    assert done.status == EXIT_INPUT
    state = kept(room)
    assert state.note("check-in", state.people[0].id) == "Sov dårligt"
    command = re.search(r"debrief run --plain --resume (\S+)", done.text)
    assert command is not None
    assert command[1] == state.id
    again = room.resume(state.id[:12], "og har ondt i hovedet", "/leave")
    assert again.status == 0
    assert "  | Sov dårligt" in again.text
    assert kept(room).note("check-in", state.people[0].id) == "Sov dårligt\nog har ondt i hovedet"


def test_the_end_of_input_before_the_round_leaves_nothing(room: Room) -> None:
    done = room.hold("Mette", asked=Asked("shift-defuse", "da", ""))
    assert done.status == EXIT_INPUT
    assert "nothing was kept" in done.text
    assert room.desk().unfinished() == ()


def test_a_round_that_was_not_closed_is_offered_first(room: Room) -> None:
    room.hold("Alle er her.", "/leave")
    done = room.hold("kanske", "ja", "/status", "/leave", asked=Asked())
    assert "Answer yes or no." in done.text
    assert "Phase 1 of 6: Ramme" in done.text
    assert len(room.desk().unfinished()) == 1


def test_resuming_what_is_not_there_is_refused(room: Room) -> None:
    with pytest.raises(Problem, match="no round to go on with"):
        room.resume("2026")
    room.hold("/leave")
    with pytest.raises(Problem, match="Say which round"):
        room.resume("1999")


def test_a_wrong_line_never_ends_the_round(room: Room) -> None:
    done = room.hold(
        "/bogus", "/load", "/load 11", "/load 3 Ole", "/confirm x", "/confirm 1", "/level 1 nu",
        "/word Ole", "/phase 9", "/phase x", "/back", "/undo", "/redo", "/duty 1 acted", "/open x",
        "/open missing Ole", "/drop 1", "/action ;", "/strike", "/follow Mette", "/follow Ole 3d",
        "/follow Mette i går", "/join", "/join Mette", "/prompts xx", "/whose 1", "/alone", "/pass",
        "/resume", "/status", "/leave",
    )  # fmt: skip
    assert done.status == 0
    assert "Everything is on the disk" in done.text
    assert kept(room).notes == {}


def test_every_command_does_what_it_says(room: Room) -> None:
    done = room.hold(
        "fælles", "/phase 2", "tung aften", "/load 8", "/load 2 Per", "/alone", "/left per",
        "/left per", "/join Aisha, tlf, hjemme", "/word Per", "okay", "/round", "samlet", "kladde",
        "/strike", "/open child-at-risk Mette", "/duty 1 aftalt", "/duty", "/action Kaffe",
        "/action", "/drop 1", "/follow Aisha afslået", "/phase", "/back", "/signs", "/rules",
        "/prompts en", "//skrå", "/help", "/leave",
    )  # fmt: skip
    state = kept(room)
    mette, per, aisha = state.people
    assert state.loads == {mette.id: 8, per.id: 2}
    assert state.alone == {mette.id}
    assert state.left == frozenset()
    assert (aisha.name, aisha.channel) == ("Aisha", "phone")
    assert state.note("check-in", per.id) == "okay"
    assert state.note("check-in", "round") == "samlet"
    assert "Struck out: kladde" in done.text
    (duty,) = state.duties.values()
    assert (duty.kind, duty.holder, duty.outcome) == ("child-at-risk", mette.id, "agreed")
    assert state.actions == {}
    assert state.follow_ups[aisha.id].outcome == "declined"
    assert state.phase == 1
    assert state.note("check-in", mette.id) == "tung aften\n/skrå"
    assert "Phase 2 of 6: Check-in" in done.text
    assert "No signs so far." in done.text


def test_undo_takes_back_steps_and_keeps_what_was_written(room: Room) -> None:
    room.hold("", "Træt", "/load 9", "/undo", "", "/undo", "/leave")
    state = kept(room)
    mette = state.people[0]
    assert state.loads == {}
    assert state.speaker == mette.id
    assert state.note("check-in", mette.id) == "Træt"


def test_a_sign_is_told_with_its_words_and_answered_by_number(room: Room) -> None:
    done = room.hold("/phase 3", SIX_CASE, "/confirm 1", "/whose 1", "/whose 1", "/leave")
    told = done.after("Mette:\n")
    assert re.search(r"■ 1: citizen · suicide risk \(now\): “.*eget liv.*” - .+ \(/confirm 1", told)
    assert "A duty is open. 1: Life in danger: suicide · held by Mette" in told
    state = kept(room)
    (sign,) = [one for key, one in state.signs.items() if key.code == "case_suicide_risk"]
    assert (sign.decision, sign.subject) == ("confirmed", "case")
    assert [one.holder for one in state.duties.values()] == [state.people[0].id]


def test_nothing_dangerous_is_closed_over(room: Room) -> None:
    done = room.hold(
        "/phase 3", SIX_CASE, "",
        "/luk", "hvad", "bekræft", "ved ikke", "handlet", "i morgen 10", "ingen", "", "", "nej",
        "/leave",
    )  # fmt: skip
    told = done.after("Closing.")
    unread = told.index("A sign of danger stands unread")
    assert unread < told.index("How did it end") < told.index("Mette: tomorrow, 3d")
    assert "Answer confirm, dismiss or whose." in told
    assert "The round was not closed; it goes on." in told
    state = kept(room)
    assert [one.outcome for one in state.duties.values()] == ["acted"]
    assert state.closed is None


def test_going_on_over_a_warning_is_noted(room: Room, keys_of: Callable[[Room], Keys]) -> None:
    done = room.hold("/phase 3", "/pas", "/pas", "/luk", "none", "anyway", "declined", "", "", "ja")
    assert "passed on everything" in done.text
    (path,) = room.places.sessions.glob("2026/*.toml")
    private = sessionfile.open_private(path.read_bytes(), keys_of(room))
    mette = next(block for block in private.values() if block.get("name") == "Mette")
    assert mette["overridden"] == ["passed-on-everything"]
    assert sessionfile.read(path.read_bytes(), path.name).counts.guardrails_overridden == 1


def test_back_leads_from_the_close_to_the_round(room: Room) -> None:
    done = room.hold("/luk", "tilbage", "Et ord mere", "/leave")
    assert done.status == 0
    assert NoteKey("frame", "round") in kept(room).notes


BOARD = """
version = 1
[destinations.board]
exporter = "folder"
level = "record"
fields = ["team", "phases", "actions"]
[destinations.board.settings]
path = "{path}"
"""


def test_what_leaves_is_shown_to_the_byte_then_sent(room: Room, tmp_path: Path) -> None:
    board = tmp_path / "board"
    board.mkdir()
    room.configure(BOARD.format(path=board))
    done = room.hold("Alle er her.", "/action To på vagt", *CLOSING, "ja")
    assert "board: level record; fields team, phases, agreed work" in done.text
    (sent,) = board.iterdir()
    body = sent.read_bytes()
    assert f"sha256 {hashlib.sha256(body).hexdigest()}" in done.text
    for line in body.decode().splitlines():
        assert f"  | {line}\n" in done.text
    assert "Alle er her." not in body.decode()
    assert "1 summary is queued" in done.text
    assert re.search(r"board · 2026-11-21-\w+: delivered", done.text)
    assert done.status == 0


def test_a_destination_that_is_set_up_wrong_is_told(room: Room, tmp_path: Path) -> None:
    room.configure(BOARD.format(path=tmp_path).replace("path =", "pth ="))
    done = room.hold(*CLOSING, "nej", "/leave")
    assert "“pth” is not known" in done.text
    assert done.status == 0


def test_a_full_disk_is_told_and_writing_goes_on(make_room: Callable[[Disk], Room]) -> None:
    system = FaultySystem()
    room = make_room(Disk(system))
    lines = iter(
        ["Mette", "", "", "Før", "!full", "Under", "/status", "!free", "/status", "/leave"]
    )

    def read(_prompt: str) -> str:
        line = next(lines)
        if line == "!full":
            system.fail["write"] = errno.ENOSPC
            line = "Mens der er fuldt"
        elif line == "!free":
            system.fail.clear()
            line = "Efter"
        return line

    out = io.StringIO()
    desk = room.desk()
    assert start(desk, Talk(read, out.write), Asked("shift-defuse", "da", "")) == 0
    assert "The disk is full" in out.getvalue()
    assert "Not everything is on the disk yet" in out.getvalue()
    assert "Everything is on the disk, last confirmed" in out.getvalue()
    room.disk = None
    note = kept(room).note("frame", "round")
    assert note == "Før\nMens der er fuldt\nUnder\nEfter"


def test_a_full_disk_before_the_round_opens_nothing(make_room: Callable[[Disk], Room]) -> None:
    system = FaultySystem()
    system.fail["write"] = errno.ENOSPC
    with pytest.raises(Problem) as full:
        make_room(Disk(system)).hold("/leave")
    assert full.value.status == EXIT_DISK
    assert "The disk is full" in str(full.value)


def test_control_characters_come_neither_in_nor_out(room: Room) -> None:
    done = room.hold("rød \x1b[31mtekst\x9b\u202e", "/strike", "/leave")
    assert "\x1b" not in done.text
    assert "\x9b" not in done.text
    assert "\u202e" not in done.text


def test_a_close_that_the_disk_breaks_off_is_carried_on_at_the_next_start(
    make_room: Callable[[Disk], Room],
) -> None:
    system = FaultySystem()
    room = make_room(Disk(system))
    lines = iter(["Mette", "", "", "En note", "/luk", "none", "", "", "ja"])

    def read(_prompt: str) -> str:
        line = next(lines)
        if line == "ja":
            system.fail["open_new"] = errno.ENOSPC
        return line

    out = io.StringIO()
    with pytest.raises(Problem) as full:
        start(room.desk(), Talk(read, out.write), Asked("shift-defuse", "da", ""))
    assert full.value.status == EXIT_DISK
    assert "the next start carries the rest on" in out.getvalue()
    assert list(room.places.sessions.glob("2*/*.toml")) == []
    room.disk = None
    assert room.desk().unfinished() == ()
    assert len(list(room.places.sessions.glob("2*/*.toml"))) == 1
    assert all(one.ok for one in verify.verify_path(Disk(), room.places.sessions))


def test_two_windows_do_not_hold_the_same_round(room: Room) -> None:
    room.hold("En note", "/leave")
    first = room.desk()
    live = first.resume(kept(room).id)
    try:
        with pytest.raises(Problem):
            room.resume(live.state.id, "Fra det andet vindue")
    finally:
        first.pause(live)
    assert kept(room).note("frame", "round") == "En note"


def test_what_a_crash_cut_off_is_told(room: Room) -> None:
    room.hold("En note", "/leave")
    session = kept(room).id
    journal = room.places.live / f"{session}.journal"
    journal.write_bytes(journal.read_bytes()[:-3])
    done = room.resume(session, "/leave")
    assert "The last thing that was written may be missing" in done.text


def test_a_protocol_that_is_none_is_refused_before_anything_is_asked(room: Room) -> None:
    room.hold()  # a round that stays open
    with pytest.raises(Problem, match="nej"):
        room.hold("n", asked=Asked("nej", "da", "Nord"))


def test_names_may_stand_in_one_line(room: Room) -> None:
    lines = ("Anna, Bo, Carl", "/pas", "/hjælp, video", "Dan, hjemme", "", "")
    held = room.hold(*lines, asked=Asked("shift-defuse", "da", "Nord"))
    (state,) = (one.state for one in held.desk.unfinished())
    assert state is not None
    assert [one.name for one in state.people] == ["Anna", "Bo", "Carl", "Dan"]
    assert held.text.count("is a command, and those work once the round is open") == 2


def test_a_short_phase_is_told_in_seconds(room: Room) -> None:
    held = room.hold("Anna", "", "", asked=Asked("pause", "da", "Nord"))
    (state,) = (one.state for one in held.desk.unfinished())
    assert state is not None
    assert state.plan.planned_s < 60
    assert f"({state.plan.planned_s} seconds)" in held.text
    assert "(0 minutes)" not in held.text
