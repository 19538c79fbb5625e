from __future__ import annotations

import hashlib
import multiprocessing
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import Problem
from debrief.record import ledger, signers
from debrief.record.disk import Disk
from debrief.record.keys import Keys

from .faults import FaultySystem

SID = "2026-11-21-k7q2m9"


def event(key: str = "", kind: str = "export") -> dict[str, str]:
    return {"event": kind, "session": SID, "key": key, "at": "2026-11-21T21:24:41Z"}


def filled(folder: Path, count: int) -> bytes:
    for number in range(count):
        ledger.append(Disk(), folder, event(str(number)))
    return (folder / "ledger.txt").read_bytes()


def test_lines_are_chained(tmp_path: Path) -> None:
    data = filled(tmp_path, 3)
    rows = data.splitlines(keepends=True)
    assert rows[0] == (
        b"n:1  at:2026-11-21T21:24:41Z  event:export  session:2026-11-21-k7q2m9  key:0  prev:"
        + hashlib.sha256(b"").hexdigest().encode()
        + b"\n"
    )
    assert rows[2].endswith(
        b"prev:" + hashlib.sha256(rows[0] + rows[1]).hexdigest().encode() + b"\n"
    )
    assert ledger.check(data) == ()
    by_hand = subprocess.run(
        "head -n 2 ledger.txt | sha256sum",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert by_hand.stdout[:64] in rows[2]


def test_same_event_is_entered_once(tmp_path: Path) -> None:
    assert ledger.append(Disk(), tmp_path, event("a")) == 1
    assert ledger.append(Disk(), tmp_path, event("b")) == 2
    assert ledger.append(Disk(), tmp_path, event("a")) == 1
    assert ledger.append(Disk(), tmp_path, event("", "close")) == 3
    data = (tmp_path / "ledger.txt").read_bytes()
    assert ledger.has(data, "export", SID, "b")
    assert not ledger.has(data, "export", SID, "c")
    assert not ledger.has(data, "export", SID)
    assert [line.number for line in ledger.lines(data)] == [1, 2, 3]


def test_torn_last_line_gives_way_at_every_length(tmp_path: Path) -> None:
    data = filled(tmp_path, 3)
    start = data.rindex(b"n:3")
    path = tmp_path / "ledger.txt"
    for length in range(start, len(data)):
        path.write_bytes(data[:length])
        whole = length == len(data) - 1
        assert [p.code for p in ledger.check(data[:length])] == ["torn"] * (length > start)
        assert ledger.append(Disk(), tmp_path, event("new")) == (4 if whole else 3)
        after = path.read_bytes()
        assert ledger.check(after) == ()
        assert ledger.has(after, "export", SID, "2") is whole


@pytest.mark.parametrize("room", [0, 1, 40, 140])
def test_full_disk_leaves_the_ledger_whole(tmp_path: Path, room: int) -> None:
    data = filled(tmp_path, 2)
    system = FaultySystem()
    system.full_after = room
    with pytest.raises(Problem, match="full"):
        ledger.append(Disk(system), tmp_path, event("new"))
    assert (tmp_path / "ledger.txt").read_bytes() == data


def test_what_cannot_be_a_line_is_refused(tmp_path: Path) -> None:
    for bad in (
        {"event": "party", "session": SID},
        {"event": "close", "session": "a b"},
        {"event": "close", "session": SID, "note": "two words"},
        {"event": "close", "session": SID, "note": "line\nend"},
        {"event": "close", "session": SID, "prev": "0" * 64},
        {"event": "close", "session": SID, "Key": "x"},
    ):
        with pytest.raises(ValueError):
            ledger.append(Disk(), tmp_path, bad)
    assert not (tmp_path / "ledger.txt").exists()


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    rows, before = [], b""
    for number in range(1, 4):
        rows.append(ledger._format(number, event(str(number)), hashlib.sha256(before).hexdigest()))
        before += rows[-1]
    whole = before + ledger._format(4, event("end"), hashlib.sha256(before).hexdigest())
    at = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    assert ledger.check(whole) == ()
    assert ledger.check(whole[:at] + bytes([byte]) + whole[at + 1 :]) != ()
    cut = data.draw(st.integers(1, len(before)))
    assert ledger.check(whole[cut:]) != ()


def _append(folder: Path, who: int) -> None:
    for number in range(10):
        ledger.append(Disk(), folder, event(f"{who}-{number}"))


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(tmp_path, who)) for who in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    data = (tmp_path / "ledger.txt").read_bytes()
    assert ledger.check(data) == ()
    assert len(ledger.lines(data)) == 20


def test_signers_are_kept_once_and_others_left_alone(tmp_path: Path, keys: Keys) -> None:
    path = tmp_path / "allowed_signers"
    path.write_text("auditor@example ssh-ed25519 AAAA")
    signers.remember(Disk(), tmp_path, keys.public_key)
    signers.remember(Disk(), tmp_path, keys.public_key)
    assert path.read_text() == (
        f'auditor@example ssh-ed25519 AAAA\ndebrief namespaces="debrief-seal" {keys.public_key}\n'
    )
    assert signers.read(path.read_bytes()) == (keys.public_key,)
