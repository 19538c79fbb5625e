"""`debrief erase` and `debrief expire`: what goes, what stays, and what a person is told."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from debrief.desk import Desk, keeping
from debrief.errors import EXIT_FOUND, EXIT_INPUT, EXIT_USAGE
from debrief.record import erasing, ledger
from debrief.record.sessionfile import open_private, read
from debrief.record.verify import verify_folder
from tests.builders import people, person
from tests.cli.conftest import Run


def newest(desk: Desk) -> Path:
    return desk.held()[0].path


def someone(desk: Desk, path: Path) -> tuple[str, str]:
    """Return pseudonym and name of somebody who took part."""
    blocks = open_private(path.read_bytes(), desk.keys)
    return next((owner, str(block["name"])) for owner, block in blocks.items() if "name" in block)


def events(desk: Desk) -> list[str]:
    path = desk.places.sessions / ledger.NAME
    return [line.event for line in ledger.lines(path.read_bytes())]


@pytest.mark.parametrize("by_name", [True, False])
def test_one_person_is_erased_and_nobody_else(run: Run, held: Desk, by_name: bool) -> None:
    path = newest(held)
    owner, name = someone(held, path)
    before = open_private(path.read_bytes(), held.keys)
    said = run("erase", path.stem, name if by_name else owner, "--yes")
    assert said.status == 0, said.err
    assert owner in said.out
    assert "backups" in said.out
    after = open_private(path.read_bytes(), held.keys)
    assert {who for who in after if after[who] != before[who]} == {owner}
    assert name.encode() not in path.read_bytes()
    assert all(verdict.ok for verdict in verify_folder(held.disk, held.places.sessions))
    checked = run("verify")
    assert checked.status == 0
    assert f"[private.{owner}] was erased" in checked.out
    shown = run("show", path.stem, "--private")
    assert f"{owner} · erased" in shown.out
    assert "asked for" in shown.out
    again = run("erase", path.stem, owner, "--yes")
    assert again.status == 0
    assert "nothing sealed" in again.out


def test_it_asks_first_and_without_a_yes_nothing_goes(run: Run, held: Desk) -> None:
    path = newest(held)
    before = path.read_bytes()
    owner, _name = someone(held, path)
    for typed in ("", "n\n"):
        said = run("erase", path.stem, owner, given=typed)
        assert said.status == EXIT_USAGE
        assert "othing was erased" in said.err
    assert path.read_bytes() == before
    assert run("erase", path.stem, owner, given="y\n").status == 0
    assert path.read_bytes() != before


def test_a_stranger_is_told_apart(run: Run, held: Desk) -> None:
    said = run("erase", newest(held).stem, "Nobody Here", "--yes")
    assert said.status != 0
    assert "Nobody called Nobody Here" in said.err
    assert "erase" not in events(held)


def test_what_has_had_its_time_goes_by_the_day(held: Desk) -> None:
    assert keeping.overdue(held) == ()
    path = newest(held)
    about = read(path.read_bytes(), path.name).session
    held.clock = lambda: dt.datetime.combine(
        about.private_until + dt.timedelta(days=1), dt.time(12), dt.UTC
    )
    found = [one for one in keeping.overdue(held) if one.session == path.stem]
    assert [one.day for one in found] == [about.private_until]
    assert "round" in found[0].owners
    keeping.expire(held, found[0])
    assert b"BEGIN AGE" not in path.read_bytes()
    assert path.stem not in [one.session for one in keeping.overdue(held)]
    held.clock = lambda: dt.datetime.combine(
        about.retain_until + dt.timedelta(days=1), dt.time(12), dt.UTC
    )
    whole = next(one for one in keeping.overdue(held) if one.session == path.stem)
    assert (whole.owners, whole.day) == ((), about.retain_until)
    keeping.expire(held, whole)
    assert not path.exists()
    assert all(verdict.ok for verdict in verify_folder(held.disk, held.places.sessions))


def test_expire_says_what_goes(run: Run, held: Desk) -> None:
    """The fictional sessions are of this month by the clock of the demonstration."""
    assert run("expire", "--dry-run").status == 0
    before = newest(held).read_bytes()
    said = run("expire", given="n\n")
    assert newest(held).read_bytes() == before
    assert said.status in (0, EXIT_USAGE)


def test_an_erasure_that_was_broken_off_is_done_at_the_next_look(held: Desk) -> None:
    path = newest(held)
    owner, _name = someone(held, path)
    promise = {"event": "erase", "session": path.stem, "key": f"private.{owner}"}
    ledger.append(held.disk, held.places.sessions, promise | {"reason": "request"})
    assert "erased" not in events(held)
    held.overview()
    assert events(held)[-1] == "erased"
    assert "erased" in open_private(path.read_bytes(), held.keys)[owner]
    assert erasing.finish(held.disk, held.places.sessions) == 0


def test_a_person_is_told_all_that_is_held_of_them(run: Run, held: Desk) -> None:
    owner, name = someone(held, newest(held))
    said = run("mine", name)
    assert said.status == 0, said.err
    theirs = [one for one in held.held() if owner in read(one.path.read_bytes(), one.id).people]
    assert theirs
    assert all(one.id in said.out for one in theirs)
    assert f"{name} ({owner})" in said.out
    notes = open_private(newest(held).read_bytes(), held.keys)[owner].get("notes", {})
    assert all(line in said.out for note in notes.values() for line in note.splitlines())
    others = [person.name for person in held.roster.people if person.id != owner]
    heading = said.out.splitlines()[0]
    assert not any(other in heading for other in others)
    assert json.loads(run("mine", owner, "--format", "json").out)["id"] == owner


def test_what_was_erased_of_a_person_is_told_as_erased(run: Run, held: Desk) -> None:
    path = newest(held)
    owner, name = someone(held, path)
    run("erase", path.stem, owner, "--yes")
    said = run("mine", name)
    assert "erased" in said.out
    assert said.status == 0


def test_nobody_is_held_anything_of(run: Run, held: Desk) -> None:
    said = run("mine", "Nobody Here")
    assert said.status != 0
    assert "Nobody called Nobody Here is known here" in said.err


def test_a_file_that_cannot_be_read_is_named(run: Run, held: Desk) -> None:
    owner, _name = someone(held, held.held()[1].path)
    newest(held).write_bytes(b"x")
    said = run("mine", owner)
    assert said.status != 0
    assert "Could not be read" in said.out


def test_a_person_is_forgotten_everywhere(run: Run, held: Desk) -> None:
    path = newest(held)
    owner, name = someone(held, path)
    said = run("forget", name, "--yes")
    assert said.status == 0, said.err
    assert path.stem in said.out
    again = Desk(held.places, held.clock)
    assert again.roster.find(name) is None
    assert owner.encode() not in held.places.roster.read_bytes()
    block = open_private(path.read_bytes(), held.keys)[owner]
    assert set(block) == {"erased", "reason"}
    assert all(verdict.ok for verdict in verify_folder(held.disk, held.places.sessions))
    assert run("forget", name, "--yes").status == EXIT_INPUT
    by_pseudonym = run("forget", owner, "--yes")
    assert by_pseudonym.status == 0
    assert "nothing sealed" in by_pseudonym.out


def test_what_is_not_whole_is_told_and_the_rest_forgotten(run: Run, held: Desk) -> None:
    path = newest(held)
    _owner, name = someone(held, path)
    path.write_bytes(path.read_bytes().replace(b"used_s = ", b"used_s = 1", 1))
    said = run("forget", name, "--yes")
    assert said.status == EXIT_FOUND
    assert "nothing was erased" in said.out
    assert "gone from the roster" in said.out


def test_forgetting_asks_first(run: Run, held: Desk) -> None:
    path = newest(held)
    _owner, name = someone(held, path)
    before = path.read_bytes()
    assert run("forget", name, given="no\n").status == EXIT_USAGE
    assert path.read_bytes() == before
    assert Desk(held.places, held.clock).roster.find(name)


def test_a_round_that_is_not_closed_is_told_too(run: Run, held: Desk) -> None:
    owner, name = someone(held, newest(held))
    setup = held.setup(held.protocol("shift-defuse"), [person(name, id=owner)], "da")
    live = held.start(setup)
    held.pause(live)
    said = run("mine", name)
    assert said.status == 0, said.err
    assert f"Also in a round that is not closed: {live.state.id}." in said.out
    assert json.loads(run("mine", owner, "--format", "json").out)["not_closed"] == [live.state.id]


def test_one_who_is_only_in_an_open_round_is_known(run: Run, held: Desk) -> None:
    live = held.start(held.setup(held.protocol("shift-defuse"), people("Nyx"), "da"))
    held.pause(live)
    held.keep(held.roster.without("c-nyx"))
    assert live.state.id in run("mine", "c-nyx").out


def test_phases_are_told_by_name(run: Run, held: Desk) -> None:
    for one in held.held():
        blocks = open_private(one.path.read_bytes(), held.keys)
        owner = next((owner for owner in blocks if blocks[owner].get("notes")), "")
        if owner and owner != "round":
            break
    turns = read(one.path.read_bytes(), one.id).people[owner].turns
    phases = held.protocol(one.protocol).phases
    names = {phase.key: phase.name.to("en") for phase in phases}
    said = run("mine", owner).out
    notes = blocks[owner]["notes"]
    assert turns
    assert all(f"{names[phase]} " in said for phase in turns)
    assert all(f"    {names[phase]}:" in said for phase in notes)
    assert not any(f"    {phase}:" in said for phase in names)
    phase, note = next(iter(notes.items()))
    found = run("search", *note.split()[:2], "--person", owner).out
    assert f"({owner}), {names[phase]}: " in found
