"""Room set aside for a running round: made, given up on a full disk, made anew."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debrief.errors import EXIT_DISK, Problem
from debrief.record import reserve as reserves
from debrief.record.disk import Disk, DiskFull, disk_problem
from debrief.record.journal import Journal, discard
from debrief.record.keys import Keys
from debrief.record.reserve import LOOK_S, NAME, ROOM, SIZE, Reserve

from .faults import FaultySystem, names

ROOT = Path(__file__).parents[2]
OWN_MOUNTS = ("unshare", "-Urm")
PIECE = b"x" * 9000


class SmallSystem(FaultySystem):
    """A disk of which `full_after` bytes are left; what is removed can be written again."""

    def unlink(self, path: Path) -> None:
        size = path.stat().st_size if path.exists() else 0
        super().unlink(path)
        if self.full_after is not None:
            self.full_after += size

    def free(self, path: Path) -> int | None:
        return 10 * ROOM if self.full_after is None else self.full_after


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Round:
    """A journal with a reserve in a folder, what it told, and the hand on its clock."""

    def __init__(self, folder: Path, keys: Keys, system: FaultySystem) -> None:
        self.folder, self.keys, self.system = folder, keys, system
        self.clock = Clock()
        self.reserve = Reserve(Disk(system), folder, self.clock)
        path = folder / "s-1.journal"
        self.journal = Journal.create(Disk(system), path, "s-1", keys, reserve=self.reserve)
        self.troubles: list[str] = []
        self.wrote: list[bytes] = []
        self.journal.on_trouble = lambda problem: self.troubles.append(str(problem))
        assert self.write(b"first")

    def write(self, payload: bytes, seconds: float = 5) -> bool:
        self.wrote.append(payload)
        return self.journal.wait(self.journal.append(payload), seconds)

    def after_a_look(self, payload: bytes = b"look") -> None:
        """Write when it is time to look at the reserve again, and once more to see it done."""
        self.clock.now += LOOK_S
        assert self.write(payload)
        assert self.write(payload)

    @property
    def there(self) -> bool:
        return (self.folder / NAME).exists()

    def wrong(self) -> str:
        """Return what of the acknowledged records is not in the journal."""
        found = Journal.recover(Disk(), self.folder / "s-1.journal", self.keys)
        return "" if found.payloads == tuple(self.wrote) else "not every record is there"


@pytest.fixture
def a_round(tmp_path: Path, keys: Keys) -> Iterator[Round]:
    made = Round(tmp_path, keys, SmallSystem())
    assert made.write(b"second")  # the reserve is made behind the first record
    yield made
    made.system.full_after = None
    made.journal.close()


def test_it_is_really_allocated_while_the_round_runs(a_round: Round) -> None:
    path = a_round.folder / NAME
    assert path.stat().st_size == SIZE
    assert path.stat().st_blocks * 512 >= SIZE
    assert b"\0" * 64 not in path.read_bytes()
    assert a_round.journal.close()
    assert names(a_round.folder) == ["s-1.journal"]


def test_it_is_made_behind_the_first_record_by_the_writer(tmp_path: Path, keys: Keys) -> None:
    order: list[str] = []
    threads: set[str] = set()

    class Slow(Reserve):
        def keep(self) -> bool:
            import threading

            threads.add(threading.current_thread().name)
            order.append("reserve")
            return super().keep()

    path = tmp_path / "s-1.journal"
    journal = Journal.create(Disk(), path, "s-1", keys, reserve=Slow(Disk(), tmp_path))
    journal.on_saved = lambda number, at: order.append("saved")
    assert journal.wait(journal.append(b"one"), 5)
    assert journal.close()
    assert order == ["saved", "reserve"]
    assert threads == {"journal"}


def test_a_full_disk_is_told_in_one_sentence_and_all_is_kept(a_round: Round) -> None:
    a_round.system.full_after = 5
    assert a_round.write(b"from the reserve")
    assert not a_round.there
    assert a_round.wrong() == ""
    assert a_round.write(b"and on")  # what stands is told behind the word that it is saved
    assert "room that was set aside" in a_round.troubles[0]
    assert len(set(a_round.troubles)) == 1  # it is said again, in the same words


def test_it_is_made_anew_and_what_stood_stands_no_longer(a_round: Round) -> None:
    a_round.system.full_after = 0
    assert a_round.write(b"from the reserve")
    a_round.after_a_look()
    assert not a_round.there  # there is less room than it leaves to others
    a_round.system.full_after = None
    a_round.after_a_look()
    assert a_round.there
    told = len(a_round.troubles)
    assert a_round.write(b"quiet")
    assert a_round.write(b"quiet still")
    assert len(a_round.troubles) == told
    a_round.system.full_after = 0
    assert a_round.write(b"a second time")
    assert a_round.wrong() == ""


def test_when_it_is_used_up_things_are_as_without_one(a_round: Round) -> None:
    a_round.system.full_after = 0
    while a_round.write(b"y" * 200_000, 0.5):
        continue
    first, last = dict.fromkeys(a_round.troubles)
    assert "room that was set aside" in first
    assert "could not be saved" in last
    a_round.system.full_after = None
    assert a_round.write(b"room again")
    assert a_round.wrong() == ""


def test_without_one_the_disk_is_told_and_tried_again(tmp_path: Path, keys: Keys) -> None:
    system = SmallSystem()
    system.full_after = ROOM - 1  # too little for a reserve
    made = Round(tmp_path, keys, system)
    assert made.write(b"second")
    assert not made.there
    system.full_after = 0
    assert not made.write(b"third", 0.2)
    assert len(made.troubles) == 1
    assert "could not be saved" in made.troubles[0]
    system.full_after = None
    assert made.write(b"fourth")
    assert made.journal.close()
    assert made.wrong() == ""


@pytest.mark.parametrize("call", ["open_new", "write", "sync", "rename", "sync_folder"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_reserve_that_cannot_be_made_costs_nothing(
    tmp_path: Path, keys: Keys, call: str, number: int
) -> None:
    system = SmallSystem()
    reserve = Reserve(Disk(system), tmp_path)
    system.fail = {call: number}
    assert not reserve.keep()
    assert not (tmp_path / f".{NAME}").exists()
    assert [name for name in names(tmp_path) if name != NAME] == []
    assert not Reserve(Disk(system), tmp_path / "none").keep()


def test_a_sync_refused_for_room_goes_on_in_a_new_file(a_round: Round) -> None:
    a_round.system.fail, a_round.system.times = {"sync_data": errno.EDQUOT}, 1
    a_round.system.full_after = 0
    assert a_round.write(b"the file system allocates late")
    assert a_round.journal.path.name == "s-1.2.journal"
    assert not a_round.there
    assert a_round.wrong() == ""


def test_two_rounds_share_one(tmp_path: Path, keys: Keys) -> None:
    journals = [
        Journal.create(
            Disk(), tmp_path / f"s-{n}.journal", f"s-{n}", keys, reserve=Reserve(Disk(), tmp_path)
        )
        for n in (1, 2)
    ]
    for journal in journals:
        assert journal.wait(journal.append(b"one"), 5)
        assert journal.wait(journal.append(b"two"), 5)
    assert names(tmp_path) == [NAME, "s-1.journal", "s-2.journal"]
    for journal in journals:
        assert journal.close()


def test_what_a_crash_left_is_taken_up_and_goes_with_the_last_journal(
    tmp_path: Path, keys: Keys
) -> None:
    for n in (1, 2):
        Journal.create(Disk(), tmp_path / f"s-{n}.journal", f"s-{n}", keys).close()
    assert Reserve(Disk(), tmp_path).keep()
    before = (tmp_path / NAME).stat().st_ino
    assert Reserve(Disk(), tmp_path).keep()
    assert (tmp_path / NAME).stat().st_ino == before
    discard(Disk(), "s-1", (tmp_path,), keys)
    assert names(tmp_path) == [NAME, "s-2.journal"]
    discard(Disk(), "s-2", (tmp_path,), keys)
    assert names(tmp_path) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_is_a_problem_of_its_own(number: int) -> None:
    found = disk_problem(OSError(number, "x"), Path("/x"))
    assert isinstance(found, DiskFull)
    assert found.status == EXIT_DISK
    assert not isinstance(disk_problem(OSError(errno.EIO, "x"), Path("/x")), DiskFull)


@settings(max_examples=40, deadline=None)
@given(
    rooms=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    sizes=st.lists(st.integers(0, 90), min_size=1, max_size=6),
)
def test_any_run_of_full_and_free_loses_nothing(
    keys: Keys, rooms: list[int], sizes: list[int]
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(reserves, "SIZE", 128),
        mock.patch.object(reserves, "ROOM", 512),
        mock.patch("debrief.record.journal._FIRST_WAIT", 0.001),
    ):
        system = SmallSystem()
        made = Round(Path(folder), keys, system)
        for room in rooms:
            system.full_after = room
            for size in sizes:
                made.write(b"z" * size, 0.002)
            promised = made.journal.saved  # before the file is read: saving goes on meanwhile
            found = Journal.recover(Disk(), made.journal.path, keys)
            assert len(found.payloads) >= promised
            assert list(found.payloads) == made.wrote[: len(found.payloads)]
            system.full_after = None
            made.clock.now += LOOK_S
            assert made.write(b"room")
        assert made.journal.close()
        assert made.wrong() == ""


# A real small disk


def on_a_small_disk(folder: Path) -> str:
    """Hold a round on a tmpfs of 6 MiB that somebody else fills; return what is wrong."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], check=True)
    keys = Keys.load_or_create(Disk(), folder / "keys")
    made = Round(folder, keys, FaultySystem())
    assert made.write(b"second")
    if not made.there:
        return "no reserve was made"
    others = folder / "others"
    fill(others)
    if not made.write(PIECE, 1):
        return "the reserve made no room"
    assert made.write(b"behind it, all that stood has been told")
    if made.there or {"set aside" in one for one in made.troubles} != {True}:
        return f"{made.troubles} was told"
    while made.write(PIECE * 20, 1):
        if len(made.wrote) > 1000:
            return "the disk never ran full"
    if "could not be saved" not in made.troubles[-1]:
        return "it was not told that the room is used up"
    others.unlink()
    if not made.write(b"room again"):
        return "room was made, and nothing is saved"
    made.after_a_look()
    if not made.there:
        return "no reserve was made anew"
    return made.wrong() if made.journal.close() else "not everything was saved"


def fill(path: Path) -> None:
    """Write until nothing goes in, byte by byte at the end."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 64, 1):
            try:
                while True:
                    file.write(b"f" * size)
            except OSError:
                continue


@contextmanager
def hollow() -> Iterator[None]:
    """Make a reserve that looks its size and sets nothing aside."""

    def make(self: Reserve) -> bool:
        self._path.touch()
        os.truncate(self._path, SIZE)
        return True

    with mock.patch.object(Reserve, "_make", make):
        yield


@contextmanager
def kept_for_itself() -> Iterator[None]:
    """Say that room was made and keep it."""
    with mock.patch.object(Reserve, "give", return_value=True):
        yield


BUGS = {"hollow": hollow, "kept": kept_for_itself}


def run_on_a_small_disk(folder: Path, bug: str = "") -> str:
    command = [*OWN_MOUNTS, sys.executable, "-m", "tests.record.test_reserve", str(folder), bug]
    try:
        able = subprocess.run(
            [*OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
        )
    except OSError as error:
        pytest.skip(f"unshare cannot be run ({error.strerror})")
    if able.returncode != 0:
        pytest.skip(f"no mounts of one's own here ({able.stderr.decode().strip()})")
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    return done.stdout.strip() if done.returncode == 0 else done.stderr[-500:] or "it fell"


def test_on_a_real_small_disk(tmp_path: Path) -> None:
    assert run_on_a_small_disk(tmp_path) == "nothing wrong"


@pytest.mark.parametrize("bug", BUGS)
def test_a_reserve_that_holds_no_room_is_caught(tmp_path: Path, bug: str) -> None:
    assert run_on_a_small_disk(tmp_path, bug) == "the reserve made no room"


def main(folder: str, bug: str) -> None:
    try:
        with BUGS[bug]() if bug else nullcontext():
            print(on_a_small_disk(Path(folder)) or "nothing wrong")
    except Problem as problem:
        print(f"a Problem came out: {problem}")
    sys.stdout.flush()
    os._exit(0)  # a writer that still tries is not waited for


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
