"""Erasing: the block is gone, the rest still verifies, and a stop anywhere rolls forward."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from debrief.errors import Problem
from debrief.record import erasing, ledger
from debrief.record.blocks import LayoutError, split
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.record.sessionfile import open_private
from debrief.record.verify import verify_folder

from .crash import CrashSystem, put
from .rounds import a_round
from .test_power_cut import WHOLE_FILES, Stop, Watch, broken_states, is_broken
from .test_verify import both, by_python

FIRST = "2026-11-21-k7q2m9"
PERSON = "c-1k2m"
NAME = f"2026/{FIRST}.toml"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    folder = tmp_path_factory.mktemp("closed") / "sessions"
    seal(Disk(), folder, a_round(2), keys)
    return folder


@pytest.fixture
def folder(closed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(closed, tmp_path / "sessions"))


def blocks(folder: Path) -> dict[str, bytes]:
    return {block.name: block.data for block in split((folder / NAME).read_bytes())}


def events(folder: Path) -> list[tuple[str, str]]:
    found = ledger.lines((folder / ledger.NAME).read_bytes())
    return [(line.event, line.fields.get("key", "")) for line in found]


def test_a_block_goes_and_the_rest_still_verifies(folder: Path, keys: Keys) -> None:
    before = blocks(folder)
    assert erasing.erase(Disk(), folder, FIRST, [PERSON], "request") == (PERSON,)
    after = blocks(folder)
    gone = f"private.{PERSON}"
    assert {name for name in before if before[name] != after[name]} == {gone}
    line = next(x for x in ledger.lines((folder / ledger.NAME).read_bytes()) if x.event == "erase")
    assert after[gone].decode() == (
        f'[{gone}]\nerased = {line.fields["at"]}\nreason = "request"\n\n'
    )
    assert events(folder) == [("close", ""), ("erase", gone), ("erased", gone)]
    assert both(folder) == set()
    assert both(folder / NAME) == set()
    verdict = verify_folder(Disk(), folder)[1]
    assert (verdict.name, verdict.erased) == (NAME, (gone,))
    opened = open_private((folder / NAME).read_bytes(), keys)
    assert opened[PERSON]["reason"] == "request"
    assert set(opened[PERSON]) == {"erased", "reason"}
    assert all(
        "notes" in block or "name" in block for who, block in opened.items() if who != PERSON
    )


def test_erasing_twice_is_erasing_once(folder: Path) -> None:
    erasing.erase(Disk(), folder, FIRST, [PERSON], "request")
    before = (folder / NAME).read_bytes(), events(folder)
    assert erasing.erase(Disk(), folder, FIRST, [PERSON], "mistake") == ()
    assert ((folder / NAME).read_bytes(), events(folder)) == before


def test_every_block_may_go_one_after_another(folder: Path) -> None:
    owners = [name[8:] for name in blocks(folder) if name.startswith("private.")]
    for owner in owners:
        assert erasing.erase(Disk(), folder, FIRST, [owner], "expired") == (owner,)
        assert both(folder) == set()
    assert b"BEGIN AGE" not in (folder / NAME).read_bytes()


def test_who_has_no_block_there_loses_nothing(folder: Path) -> None:
    before = (folder / NAME).read_bytes()
    assert erasing.erase(Disk(), folder, FIRST, ["c-zzzz"], "request") == ()
    assert (folder / NAME).read_bytes() == before
    assert events(folder) == [("close", "")]


def test_nothing_is_erased_from_a_changed_file(folder: Path) -> None:
    path = folder / NAME
    path.write_bytes(path.read_bytes().replace(b"used_s = ", b"used_s = 1", 1))
    before = path.read_bytes()
    with pytest.raises(Problem, match="nothing was erased"):
        erasing.erase(Disk(), folder, FIRST, [PERSON], "request")
    assert path.read_bytes() == before
    assert events(folder) == [("close", "")]


def test_a_stub_that_no_line_promised_is_a_change(folder: Path) -> None:
    path = folder / NAME
    old = blocks(folder)[f"private.{PERSON}"]
    forged = f'[private.{PERSON}]\nerased = 2026-11-25T10:00:00Z\nreason = "request"\n\n'
    path.write_bytes(path.read_bytes().replace(old, forged.encode()))
    assert (NAME, "changed", f"private.{PERSON}") in both(folder)


def test_a_changed_stub_and_a_block_put_back_are_found(folder: Path) -> None:
    old = (folder / NAME).read_bytes()
    erasing.erase(Disk(), folder, FIRST, [PERSON], "request")
    stubbed = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(stubbed.replace(b'"request"', b'"mistake"'))
    assert both(folder) == {
        (NAME, "changed", f"private.{PERSON}"),
        (NAME, "ledger", ""),
    }
    (folder / NAME).write_bytes(old)
    assert both(folder) == {(NAME, "ledger", "")}


def test_a_record_block_is_never_taken_for_erased(folder: Path) -> None:
    data = (folder / NAME).read_bytes()
    disk = Disk()
    event = {"event": "erase", "session": FIRST, "key": "counts", "reason": "request"}
    ledger.append(disk, folder, event)
    line = ledger.lines((folder / ledger.NAME).read_bytes())[-1]
    forged = f'[counts]\nerased = {line.fields["at"]}\nreason = "request"\n\n'.encode()
    (folder / NAME).write_bytes(data.replace(blocks(folder)["counts"], forged))
    assert (NAME, "changed", "counts") in both(folder)


def test_a_file_whose_time_is_up_goes_and_is_not_missed(folder: Path) -> None:
    erasing.remove(Disk(), folder, FIRST)
    assert not (folder / NAME).exists()
    assert events(folder)[-1] == ("expire", "")
    assert both(folder) == set()
    erasing.remove(Disk(), folder, FIRST)
    assert events(folder).count(("expire", "")) == 1


def test_finishing_does_nothing_where_nothing_was_left(folder: Path, tmp_path: Path) -> None:
    assert erasing.finish(Disk(), folder) == 0
    assert erasing.finish(Disk(), tmp_path / "none") == 0
    assert events(folder) == [("close", "")]


def erased_in_memory(base: Path, keys: Keys, broken: str = "") -> Watch:
    base.mkdir()
    system = CrashSystem(base)
    seal(Disk(system), base, a_round(2), keys)
    system.broken = broken
    watch = Watch(system)
    erasing.erase(Disk(system), base, FIRST, [PERSON, "round"], "request")
    watch.promised = 1
    watch.look()
    return watch


def is_good(folder: Path, promised: int) -> bool:
    """Tell whether no promise is broken, and all is whole and gone once it is asked for again."""
    if promised and any(b"BEGIN AGE" in data for data in gone(folder)):
        return False
    erasing.finish(Disk(), folder)
    if {finding for _name, finding, _where in by_python(folder)} - {"torn"}:
        return False
    erasing.erase(Disk(), folder, FIRST, [PERSON, "round"], "request")
    return by_python(folder) == set() and all(b"erased = " in data for data in gone(folder))


def gone(folder: Path) -> list[bytes]:
    found = blocks(folder)
    return [found[f"private.{PERSON}"], found["private.round"]]


def test_a_power_cut_leaves_it_whole_or_rolls_forward(tmp_path: Path, keys: Keys) -> None:
    watch = erased_in_memory(tmp_path / "base", keys)
    assert len(watch.trees) > 10
    assert broken_states(watch, tmp_path, is_good) == 0


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(one, marks=pytest.mark.slow if one == "sync_folder" else ())
        for one in WHOLE_FILES
    ],
)
def test_a_faulty_erasure_is_caught(tmp_path: Path, keys: Keys, fault: str) -> None:
    watch = erased_in_memory(tmp_path / "base", keys, fault)

    def good(folder: Path, promised: int) -> bool:
        try:
            return is_good(folder, promised)
        except (Problem, KeyError, LayoutError):
            return False

    assert is_broken(watch, tmp_path, good)


def test_a_kill_at_every_call_rolls_forward(tmp_path: Path, keys: Keys) -> None:
    for at in range(100):
        base = tmp_path / str(at)
        base.mkdir()
        system = CrashSystem(base)
        seal(Disk(system), base, a_round(2), keys)
        Stop(system, at)
        try:
            erasing.erase(Disk(system), base, FIRST, [PERSON], "request")
        except KeyboardInterrupt:
            system.before = lambda name: None
            erasing.finish(Disk(system), base)
            watch = Watch(system)
            watch.look()
            for number, tree in enumerate(watch.trees):
                place = base / f"left-{number}"
                put(tree, place)
                assert is_good(place, promised=0), at
        else:
            break
    assert 10 < at < 99
