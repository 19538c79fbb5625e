from __future__ import annotations

import errno
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import EXIT_INPUT, EXIT_KEY, Problem
from debrief.record import owner as owners
from debrief.record.disk import AlreadyThere, Disk
from debrief.record.journal import Elsewhere, Journal, discard, journal_path, list_journals
from debrief.record.keys import Keys
from debrief.record.owner import Owner, elsewhere, this_owner

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
    here = this_owner("s-1")
    assert (found.host, found.boot, found.elsewhere) == (here.host, here.boot, "")
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
    "tail",
    [b"\0" * 1_000_000, b"\1\0\0\0" * 999, b"\xff" * 64, b"\0\0\0\x20" + b"\0" * 40, b"\1"],
    ids=["zeros", "lengths", "ones", "a frame", "one byte"],
)
@pytest.mark.parametrize("full", [False, True], ids=["room", "full"])
def test_torn_tail_is_cut_for_good(path: Path, keys: Keys, tail: bytes, full: bool) -> None:
    data = written(path, keys)
    path.write_bytes(data + tail)
    system = FaultySystem()
    system.full_after = 0 if full else None
    found, journal = Journal.reopen(Disk(system), path, keys)
    assert (found.damage, found.payloads) == ("torn-tail", EVENTS)
    again = Journal.recover(Disk(), path, keys)
    assert (again.damage, again.payloads) == (None, EVENTS)
    assert path.read_bytes() == data or not full
    if full:
        assert system.calls.index("truncate") < system.calls.index("sync_data")
    system.full_after = None
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


class NamesStay(FaultySystem):
    """Refuses to sync a folder right after something was renamed into it."""

    def sync_folder(self, path: Path) -> None:
        if self.calls[-1] == "rename" and self.times > 0 and self.fail:
            self._call("sync_data")
        super().sync_folder(path)


def test_what_a_failed_move_left_is_never_the_newest(path: Path, keys: Keys) -> None:
    system = NamesStay()
    fallback = path.parent / "elsewhere"
    fallback.mkdir()
    journal = Journal.create(Disk(system), path, "s-1", keys, fallback=fallback)
    system.fail, system.times = {"sync_data": errno.EIO}, 3
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


# A live folder that travels to another computer


class Computers:
    """Lets the program believe that it runs on this computer or on that."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def at(self, host: str) -> None:
        known = Owner("s-1", host, f"boot of {host}", f"machine of {host}")
        self._patch.setattr(
            owners, "this_owner", lambda session: msgspec.structs.replace(known, session=session)
        )


@pytest.fixture
def computers(monkeypatch: pytest.MonkeyPatch) -> Computers:
    made = Computers(monkeypatch)
    made.at("first")
    return made


def taken_over(path: Path, keys: Keys) -> Journal:
    return Journal.reopen(Disk(), path, keys, take_over=True)[1]


def add(journal: Journal, *payloads: bytes) -> None:
    for payload in payloads:
        assert journal.wait(journal.append(payload), 5)


def test_another_computers_journal_is_not_gone_on_with_by_accident(
    path: Path, keys: Keys, computers: Computers
) -> None:
    data = written(path, keys)
    computers.at("second")
    assert Journal.recover(Disk(), path, keys).elsewhere == "first"
    with pytest.raises(Elsewhere, match="first") as caught:
        Journal.reopen(Disk(), path, keys)
    assert (caught.value.host, caught.value.status) == ("first", EXIT_INPUT)
    assert names(path.parent) == [path.name]
    assert path.read_bytes() == data


@pytest.mark.parametrize("tail", [b"", b"torn"])
def test_taking_over_goes_on_in_a_part_of_its_own(
    path: Path, keys: Keys, computers: Computers, tail: bytes
) -> None:
    data = written(path, keys) + tail
    path.write_bytes(data)
    computers.at("second")
    journal = taken_over(path, keys)
    add(journal, b"here")
    assert journal.close()
    assert path.read_bytes() == data
    assert list_journals(Disk(), path.parent) == (journal.path,)
    found, again = Journal.reopen(Disk(), path, keys)  # from here on it is this computer's own
    assert (found.payloads, found.host, again.path) == ((*EVENTS, b"here"), "second", journal.path)
    again.close()


def test_the_first_computer_notices_and_both_lose_nothing(
    path: Path, keys: Keys, computers: Computers
) -> None:
    first = Journal.create(Disk(), path, "s-1", keys)
    troubles = listened(first)
    add(first, b"one", b"two")
    computers.at("second")
    second = taken_over(path, keys)
    here = listened(second)
    add(second, b"here")
    computers.at("first")
    add(first, b"three", b"four")
    assert first.close()
    assert second.close()
    assert here == []
    assert len(set(troubles)) == 1
    assert "second" in troubles[0]
    assert str(path) in troubles[0]
    with pytest.raises(Elsewhere, match="second"):
        Journal.reopen(Disk(), path, keys)
    back = taken_over(path, keys)
    add(back, b"back")
    assert back.close()
    assert [Journal.recover(Disk(), back.path, keys).payloads][0] == (
        b"one", b"two", b"here", b"back",
    )  # fmt: skip
    # Closing here removes what the newest part holds, and keeps what was written apart.
    discard(Disk(), "s-1", (path.parent,), keys)
    assert names(path.parent) == [path.name]
    assert Journal.recover(Disk(), path, keys).payloads == (b"one", b"two", b"three", b"four")


def test_half_of_a_newer_part_is_looked_at_again(
    path: Path, keys: Keys, computers: Computers
) -> None:
    first = Journal.create(Disk(), path, "s-1", keys)
    troubles = listened(first)
    add(first, b"one")
    computers.at("second")
    second = taken_over(path, keys)
    second.close()
    whole = second.path.read_bytes()
    second.path.write_bytes(whole[:100])
    computers.at("first")
    add(first, b"two", b"three")
    assert troubles == []
    second.path.write_bytes(whole)
    add(first, b"four")
    assert first.close()
    assert len(set(troubles)) == 1


def test_a_failed_disk_here_does_not_take_the_name_of_a_part_there(
    path: Path, keys: Keys, computers: Computers
) -> None:
    system = FaultySystem()
    first = Journal.create(Disk(system), path, "s-1", keys)
    add(first, b"one")
    computers.at("second")
    second = taken_over(path, keys)
    add(second, b"there")
    assert second.close()
    computers.at("first")
    system.fail, system.times = {"sync_data": errno.EIO}, 1
    add(first, b"here")
    assert first.close()
    assert len({path, first.path, second.path}) == 3
    assert Journal.recover(Disk(), second.path, keys).payloads == (b"one", b"there")
    discard(Disk(), "s-1", (path.parent,), keys)
    assert names(path.parent) == [second.path.name]


def test_without_keys_another_computers_part_stays(
    path: Path, keys: Keys, computers: Computers
) -> None:
    written(path, keys)
    computers.at("second")
    assert taken_over(path, keys).close()
    discard(Disk(), "s-1", (path.parent,))
    assert names(path.parent) == [path.name]
    discard(Disk(), "s-1", (path.parent,), keys)  # nothing of this computer's: it is what is closed
    assert names(path.parent) == []


def test_a_contained_part_goes_with_the_newest(
    path: Path, keys: Keys, computers: Computers
) -> None:
    written(path, keys)
    computers.at("second")
    assert taken_over(path, keys).close()
    discard(Disk(), "s-1", (path.parent,), keys)
    assert names(path.parent) == []


def test_the_same_computer_after_a_crash_is_no_other(
    path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, computers: Computers
) -> None:
    written(path, keys)
    again = Owner("s-1", "renamed", "another boot", "machine of first")
    monkeypatch.setattr(owners, "this_owner", lambda session: again)
    found, journal = Journal.reopen(Disk(), path, keys)
    assert (found.elsewhere, journal.path) == ("", path)
    journal.close()


class OldOwner(msgspec.Struct, frozen=True):
    session: str
    host: str
    boot: str


@pytest.mark.parametrize(("host", "other"), [("first", ""), ("older", "older"), ("", "")])
def test_a_header_of_three_fields_is_read(
    path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, host: str, other: str
) -> None:
    old = OldOwner("s-1", host, "an old boot")
    monkeypatch.setattr(owners, "this_owner", lambda session: old)
    monkeypatch.setattr(owners, "elsewhere", lambda owner, here: "")
    data = written(path, keys)
    monkeypatch.undo()
    assert b"machine" not in data
    here = Owner("s-1", "First.local", "boot", "machine")
    monkeypatch.setattr(owners, "this_owner", lambda session: here)
    found = Journal.recover(Disk(), path, keys)
    assert (found.payloads, found.elsewhere) == (EVENTS, other)


WORDS = st.sampled_from(["", "a", "b", "a.home", "A"])
OWNERS = st.builds(Owner, st.just("s-1"), WORDS, WORDS, st.sampled_from(["", "m", "n"]))


@given(OWNERS, OWNERS)
def test_only_what_both_know_makes_two_computers(one: Owner, two: Owner) -> None:
    assert elsewhere(one, one) == ""
    assert bool(elsewhere(one, two)) == bool(elsewhere(two, one))
    if elsewhere(one, two):
        assert one.boot != two.boot or not one.boot
        assert (one.machine and two.machine) or (one.host and two.host)
    if one.machine and one.machine == two.machine:
        assert elsewhere(one, two) == ""


def test_a_container_without_an_id_is_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(owners, "_machine", str)
    monkeypatch.setattr(owners, "_CONTAINER_MARKS", ())
    for word in owners._CONTAINER_WORDS:
        monkeypatch.delenv(word, raising=False)
    assert this_owner("s-1").host != ""
    monkeypatch.setenv("container", "podman")
    assert this_owner("s-1").host == ""
    assert this_owner("s-1").machine == ""


def test_the_id_in_the_header_is_not_the_computers_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = tmp_path / "machine-id"
    monkeypatch.setattr(owners, "_MACHINE_IDS", (tmp_path / "none", known))
    found = []
    for text in ("0123456789abcdef" * 2, "fedcba9876543210" * 2, "uninitialized", "", "\xff"):
        known.write_bytes(text.encode("latin-1"))
        owners._machine.cache_clear()
        found.append(owners._machine())
        assert text == "" or text not in found[-1]
    owners._machine.cache_clear()
    assert len(set(found[:2])) == 2
    assert all(len(one) == 32 for one in found[:2])
    assert found[2:] == ["", "", ""]


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
