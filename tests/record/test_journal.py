from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from debrief.errors import EXIT_INPUT, EXIT_KEY, Problem
from debrief.record.disk import AlreadyThere, Disk
from debrief.record.journal import Journal, discard, journal_path, list_journals
from debrief.record.keys import Keys

from .faults import FaultySystem, names

EVENTS = tuple(f'{{"event":"wrote","text":"nr {n} æøå"}}'.encode() for n in range(1, 9))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s-1.journal"


def written(path: Path, keys: Keys, events: tuple[bytes, ...] = EVENTS) -> bytes:
    """Write a journal, one group a record, and return its bytes."""
    journal = Journal.create(Disk(), path, "s-1", keys)
    for event in events:
        assert journal.wait(journal.append(event), 5)
    assert journal.close()
    return path.read_bytes()


def test_round_trip(path: Path, keys: Keys) -> None:
    data = written(path, keys)
    assert b"wrote" not in data
    found = Journal.recover(Disk(), path, keys)
    assert found.payloads == EVENTS
    assert (found.session_id, found.damage) == ("s-1", None)
    assert found.host == os.uname().nodename
    again, journal = Journal.reopen(Disk(), path, keys)
    assert again == found
    assert journal.saved == len(EVENTS)
    assert journal.append(b"more") == len(EVENTS) + 1
    assert journal.close()
    assert Journal.recover(Disk(), path, keys).payloads == (*EVENTS, b"more")


def test_never_replaces_and_needs_its_key(path: Path, keys: Keys, tmp_path: Path) -> None:
    written(path, keys)
    with pytest.raises(AlreadyThere):
        Journal.create(Disk(), path, "s-1", keys)
    stranger = Keys.load_or_create(Disk(), tmp_path / "other")
    with pytest.raises(Problem) as caught:
        Journal.recover(Disk(), path, stranger)
    assert caught.value.status == EXIT_KEY


def test_saved_only_after_sync_and_in_groups(path: Path, keys: Keys) -> None:
    system = FaultySystem()
    journal = Journal.create(Disk(system), path, "s-1", keys)
    told: list[tuple[int, int]] = []
    journal.on_saved = lambda number, at: told.append((number, system.calls.count("sync_data")))
    system.calls.clear()
    system.hold.clear()
    first = journal.append(b"first")
    while "write" not in system.calls:
        pass
    last = [journal.append(b"%d" % n) for n in range(100)][-1]
    assert not journal.wait(first, 0.02)
    assert (journal.saved, told) == (0, [])
    system.hold.set()
    assert journal.wait(last, 5)
    assert journal.close()
    assert told == [(1, 1), (101, 2)]
    assert system.calls.count("write") == 2
    found = Journal.recover(Disk(), path, keys).payloads
    assert found == (b"first", *(b"%d" % n for n in range(100)))


def test_many_threads_keep_their_own_order(path: Path, keys: Keys) -> None:
    journal = Journal.create(Disk(), path, "s-1", keys)
    numbers: dict[bytes, int] = {}

    def write(who: int) -> None:
        for n in range(50):
            numbers[b"%d %d" % (who, n)] = journal.append(b"%d %d" % (who, n))

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.close()
    found = Journal.recover(Disk(), path, keys).payloads
    assert len(found) == 200
    assert all(numbers[payload] == index for index, payload in enumerate(found, 1))


def is_start_of_events(payloads: tuple[bytes, ...]) -> bool:
    return payloads == EVENTS[: len(payloads)]


def test_cut_at_every_byte(path: Path, keys: Keys) -> None:
    data = written(path, keys)
    header_end = len(data) - sum(len(event) + 32 for event in EVENTS)
    whole = 0
    for length in range(len(data)):
        path.write_bytes(data[:length])
        if length < header_end:
            with pytest.raises(Problem) as caught:
                Journal.recover(Disk(), path, keys)
            assert caught.value.status == EXIT_INPUT
            continue
        found = Journal.recover(Disk(), path, keys)
        assert is_start_of_events(found.payloads)
        assert len(found.payloads) >= whole
        assert found.damage in (None, "torn-tail")
        whole = len(found.payloads)
    assert whole == len(EVENTS) - 1


def test_every_byte_flipped(path: Path, keys: Keys) -> None:
    data = written(path, keys)
    header_end = len(data) - sum(len(event) + 32 for event in EVENTS)
    last_start = len(data) - len(EVENTS[-1]) - 32
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
        if at < header_end:
            with pytest.raises(Problem):
                Journal.recover(Disk(), path, keys)
            continue
        found = Journal.recover(Disk(), path, keys)
        assert is_start_of_events(found.payloads)
        assert len(found.payloads) < len(EVENTS)
        assert found.damage == ("torn-tail" if at >= last_start else "middle")


def test_moved_repeated_and_dropped_records_are_refused(path: Path, keys: Keys) -> None:
    events = tuple(b"event %d" % n for n in range(4))
    data = written(path, keys, events)
    size = len(events[0]) + 32
    head, records = data[: -4 * size], [data[len(data) - n * size :][:size] for n in (4, 3, 2, 1)]
    for order, good in (((1, 0, 2, 3), 0), ((0, 0, 1, 2), 1), ((0, 2, 3), 1), ((0, 1, 3, 2), 2)):
        path.write_bytes(head + b"".join(records[n] for n in order))
        found = Journal.recover(Disk(), path, keys)
        assert found.payloads == events[:good]
        assert found.damage == "middle"


@pytest.mark.parametrize(
    "tail", [b"\0" * 1_000_000, b"\1\0\0\0" * 999, b"\xff" * 64, b"\0\0\0\x20" + b"\0" * 40, b"\1"]
)
def test_torn_tail_is_cut_for_good(path: Path, keys: Keys, tail: bytes) -> None:
    data = written(path, keys)
    path.write_bytes(data + tail)
    system = FaultySystem()
    found, journal = Journal.reopen(Disk(system), path, keys)
    assert (found.damage, found.payloads) == ("torn-tail", EVENTS)
    assert system.calls.index("truncate") < system.calls.index("sync_data")
    assert path.read_bytes() == data
    assert journal.wait(journal.append(b"next"), 5)
    assert journal.close()
    after = Journal.recover(Disk(), path, keys)
    assert (after.damage, after.payloads) == (None, (*EVENTS, b"next"))
    assert names(path.parent) == [path.name]


def test_damage_in_the_middle_is_set_aside(path: Path, keys: Keys) -> None:
    data = bytearray(written(path, keys))
    data[-100] ^= 4
    path.write_bytes(data)
    found, journal = Journal.reopen(Disk(), path, keys)
    assert found.damage == "middle"
    assert 0 < len(found.payloads) < len(EVENTS)
    assert path.with_name("s-1.journal.corrupt").read_bytes() == data
    journal.append(b"next")
    assert journal.close()
    assert Journal.recover(Disk(), path, keys).payloads == (*found.payloads, b"next")
    path.write_bytes(data)
    Journal.reopen(Disk(), path, keys)[1].close()
    assert path.with_name("s-1.journal.corrupt2").exists()
    assert list_journals(Disk(), path.parent) == (path,)


def listened(journal: Journal) -> list[str]:
    troubles: list[str] = []
    journal.on_trouble = lambda problem: troubles.append(str(problem))
    return troubles


@pytest.mark.parametrize("room", [0, 3, 40])
def test_full_disk_waits_for_room(path: Path, keys: Keys, room: int) -> None:
    system = FaultySystem()
    journal = Journal.create(Disk(system), path, "s-1", keys)
    troubles = listened(journal)
    assert journal.wait(journal.append(EVENTS[0]), 5)
    system.full_after = room
    journal.append(EVENTS[1])
    assert not journal.wait(2, 0.2)
    assert len(troubles) == 1
    assert "full" in troubles[0]
    journal.append(EVENTS[2])
    assert is_start_of_events(Journal.recover(Disk(), path, keys).payloads)
    system.full_after = None
    assert journal.wait(3, 5)
    assert journal.close()
    found = Journal.recover(Disk(), path, keys)
    assert (found.payloads, found.damage) == (EVENTS[:3], None)
    assert journal.path == path


def test_closing_on_a_full_disk_says_so(path: Path, keys: Keys) -> None:
    system = FaultySystem()
    journal = Journal.create(Disk(system), path, "s-1", keys)
    system.full_after = 0
    journal.append(EVENTS[0])
    assert not journal.close()
    with pytest.raises(ValueError):
        journal.append(EVENTS[1])


def test_failed_sync_means_a_new_file(path: Path, keys: Keys) -> None:
    system = FaultySystem()
    journal = Journal.create(Disk(system), path, "s-1", keys)
    troubles = listened(journal)
    assert journal.wait(journal.append(EVENTS[0]), 5)
    system.fail, system.times = {"sync_data": errno.EIO}, 1
    assert journal.wait(journal.append(EVENTS[1]), 5)
    second = path.with_name("s-1.2.journal")
    assert journal.path == second
    assert len(troubles) == 2
    assert str(second) in troubles[1]
    assert journal.wait(journal.append(EVENTS[2]), 5)
    assert journal.close()
    assert list_journals(Disk(), path.parent) == (second,)
    for known in (path, second):
        assert Journal.recover(Disk(), known, keys).payloads == EVENTS[:3]
        found, again = Journal.reopen(Disk(), known, keys)
        assert (again.path, found.payloads) == (second, EVENTS[:3])
        again.close()
    path.unlink()
    with pytest.raises(AlreadyThere):
        Journal.create(Disk(), path, "s-1", keys)
    discard(Disk(), "s-1", (path.parent,))
    assert names(path.parent) == []


def test_failed_sync_with_no_room_goes_to_the_fallback(path: Path, keys: Keys) -> None:
    system = FaultySystem()
    fallback = path.parent / "elsewhere"
    journal = Journal.create(Disk(system), path, "s-1", keys, fallback=fallback)
    troubles = listened(journal)
    system.fail, system.times = {"sync_data": errno.EIO, "open_new": errno.EROFS}, 2
    assert journal.wait(journal.append(EVENTS[0]), 5)
    assert journal.path == fallback / "s-1.3.journal"
    assert journal.wait(journal.append(EVENTS[1]), 5)
    assert journal.close()
    assert len(troubles) == 3
    assert list_journals(Disk(), path.parent, fallback) == (journal.path,)
    assert Journal.recover(Disk(), journal.path, keys).payloads == EVENTS[:2]


def test_what_a_failed_move_left_is_never_the_newest(path: Path, keys: Keys) -> None:
    system = FaultySystem()
    fallback = path.parent / "elsewhere"
    fallback.mkdir()
    journal = Journal.create(Disk(system), path, "s-1", keys, fallback=fallback)
    system.fail, system.times = {"sync_data": errno.EIO, "sync_folder": errno.EIO}, 3
    assert not journal.wait(journal.append(EVENTS[0]), 0.01)
    assert journal.wait(journal.append(EVENTS[1]), 5)
    assert journal.wait(journal.append(EVENTS[2]), 5)
    assert journal.close()
    assert len(names(path.parent)) + len(names(fallback)) > 3
    assert list_journals(Disk(), path.parent, fallback) == (journal.path,)
    assert Journal.recover(Disk(), journal.path, keys).payloads == EVENTS[:3]
    discard(Disk(), "s-1", (path.parent, fallback))
    assert names(path.parent) == ["elsewhere"]
    assert names(fallback) == []


def test_failed_sync_and_nowhere_to_go_keeps_trying(path: Path, keys: Keys) -> None:
    system = FaultySystem()
    journal = Journal.create(Disk(system), path, "s-1", keys)
    system.fail = {"sync_data": errno.EIO, "open_new": errno.ENOSPC}
    assert not journal.wait(journal.append(EVENTS[0]), 0.2)
    journal.append(EVENTS[1])
    system.fail = {}
    assert journal.wait(2, 5)
    assert journal.close()
    assert Journal.recover(Disk(), journal.path, keys).payloads == EVENTS[:2]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["write", "truncate", "sync_data", "sync", "rename", "open_new"])
def test_any_passing_error_loses_nothing(path: Path, keys: Keys, call: str, number: int) -> None:
    system = FaultySystem()
    journal = Journal.create(Disk(system), path, "s-1", keys)
    for index, event in enumerate(EVENTS):
        if index == 3:
            system.fail, system.times = {call: number, "sync_data": number}, 3
        journal.append(event)
        assert journal.wait(index + 1, 5)
        (newest,) = list_journals(Disk(), path.parent)
        assert Journal.recover(Disk(), newest, keys).payloads == EVENTS[: index + 1]
    assert journal.close()


def test_screen_that_has_gone_does_not_stop_saving(path: Path, keys: Keys) -> None:
    journal = Journal.create(Disk(), path, "s-1", keys)

    def gone(number: int, at: float) -> None:
        raise RuntimeError("no loop")

    journal.on_saved = gone
    for event in EVENTS:
        assert journal.wait(journal.append(event), 5)
    assert journal.close()


def test_names(tmp_path: Path, keys: Keys) -> None:
    assert journal_path(tmp_path, "s-1").name == "s-1.journal"
    with pytest.raises(ValueError):
        journal_path(tmp_path, "../s")
    for name in ("a.journal", "a.10.journal", "a.2.journal", "b.1.journal", "b.journal.corrupt"):
        (tmp_path / name).touch()
    assert list_journals(Disk(), tmp_path, tmp_path / "none") == (tmp_path / "a.10.journal",)


def test_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    keys = Keys.load_or_create(Disk(), tmp_path / "keys")
    path = tmp_path / "s-1.journal"
    acknowledged = 0
    for round_number in range(4):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.record.writer", tmp_path],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout
            for _ in range(10 + 15 * round_number):
                acknowledged = int(process.stdout.readline())
            process.kill()
            rest = process.stdout.read().split("\n")
            acknowledged = max([acknowledged, *(int(line) for line in rest[:-1])])
        found = Journal.recover(Disk(), path, keys)
        assert found.damage in (None, "torn-tail")
        assert len(found.payloads) >= acknowledged
        for number, payload in enumerate(found.payloads, 1):
            assert payload == b"event %d " % number + b"x" * (number % 200)
