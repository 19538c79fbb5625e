"""A power cut at every call and in every state it may leave; and proof that a fault is seen."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from debrief.errors import Problem
from debrief.record import closing, ledger, owner, reserve
from debrief.record.disk import Disk
from debrief.record.journal import Journal, list_journals
from debrief.record.journalfile import JournalFile
from debrief.record.keys import Keys
from debrief.record.sessionfile import read
from debrief.record.verify import verify_folder
from debrief.session.model import State

from .crash import CrashSystem, Tree, put
from .rounds import a_round

FAULTS = ("sync", "sync_data", "sync_folder")
WHOLE_FILES = ("sync", "sync_folder")
"""Where files are only ever published whole, nothing is synced by its data alone."""


class Watch:
    """Collects every tree a power cut may leave, with what had been promised by then."""

    def __init__(self, system: CrashSystem) -> None:
        self.system = system
        self.promised = 0
        self.trees: dict[Tree, int] = {}
        system.before = self.look

    def look(self, name: str = "") -> None:
        for tree in self.system.leftovers():
            self.trees[tree] = max(self.promised, self.trees.get(tree, 0))


def broken_states(watch: Watch, folder: Path, good: Callable[[Path, int], bool]) -> int:
    """Return in how many of the trees a promise was broken."""
    return sum(_broken(watch, folder, good))


def is_broken(watch: Watch, folder: Path, good: Callable[[Path, int], bool]) -> bool:
    """Tell whether a promise was broken in any of the trees, the last first; no further look."""
    return any(_broken(watch, folder, good))


def _broken(watch: Watch, folder: Path, good: Callable[[Path, int], bool]) -> Iterator[bool]:
    for number, (tree, promised) in enumerate(reversed(watch.trees.items())):
        place = folder / str(number)
        put(tree, place)
        yield not good(place, promised)


def watched_journal(base: Path, keys: Keys, broken: str = "") -> Watch:
    system = CrashSystem(base, broken)
    watch = Watch(system)
    journal = Journal.create(Disk(system), base / "s-1.journal", "s-1", keys)

    def promise(number: int, at: float) -> None:
        watch.promised = number

    journal.on_saved = promise
    for number in range(1, 5):
        assert journal.wait(journal.append(b"event %d" % number), 5)
    assert journal.close()
    _found, again = Journal.reopen(Disk(system), base / "s-1.journal", keys)
    again.on_saved = promise
    assert again.wait(again.append(b"event 5"), 5)
    assert again.close()
    watch.look()
    return watch


def journal_is_good(keys: Keys, *, take_over: bool = False) -> Callable[[Path, int], bool]:
    def good(folder: Path, promised: int) -> bool:
        paths = list_journals(Disk(), folder)
        if not paths:
            return promised == 0
        try:
            found, journal = Journal.reopen(Disk(), paths[0], keys, take_over=take_over)
        except Problem:
            return False
        journal.close()
        wanted = tuple(b"event %d" % number for number in range(1, 6))
        return found.payloads == wanted[: len(found.payloads)] and len(found.payloads) >= promised

    return good


def test_journal_keeps_its_promises(tmp_path: Path, keys: Keys) -> None:
    watch = watched_journal(tmp_path / "base", keys)
    assert len(watch.trees) > 20
    assert broken_states(watch, tmp_path, journal_is_good(keys)) == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_journal_is_caught(tmp_path: Path, keys: Keys, fault: str) -> None:
    watch = watched_journal(tmp_path / "base", keys, fault)
    assert is_broken(watch, tmp_path, journal_is_good(keys))


def watched_close(base: Path, keys: Keys, broken: str = "", rounds: int = 2) -> Watch:
    base.mkdir()  # the lock file of the folder is real
    system = CrashSystem(base, broken)
    watch = Watch(system)
    for number in range(1, rounds + 1):
        closing.seal(Disk(system), base, a_round(1, session=f"2026-11-2{number}-x"), keys)
        watch.promised = number
    watch.look()
    return watch


def close_is_good(keys: Keys) -> Callable[[Path, int], bool]:
    def good(folder: Path, promised: int) -> bool:
        for number in range(1, promised + 1):
            session = f"2026-11-2{number}-x"
            path = folder / "2026" / f"{session}.toml"
            if not path.exists() or not (folder / "ledger.txt").exists():
                return False
            line = ledger.latest(ledger.lines((folder / "ledger.txt").read_bytes()), session)
            if line is None or line.fields["file"] != digest(path):
                return False
        try:
            for number in (1, 2):
                closing.seal(Disk(), folder, a_round(1, session=f"2026-11-2{number}-x"), keys)
                read((folder / "2026" / f"2026-11-2{number}-x.toml").read_bytes(), "x")
        except Problem:
            return False
        return all(verdict.ok for verdict in verify_folder(Disk(), folder))

    return good


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_closing_keeps_its_promises(tmp_path: Path, keys: Keys) -> None:
    watch = watched_close(tmp_path / "base", keys)
    assert len(watch.trees) > 20
    assert broken_states(watch, tmp_path, close_is_good(keys)) == 0


@pytest.mark.parametrize("fault", WHOLE_FILES)
def test_faulty_closing_is_caught(tmp_path: Path, keys: Keys, fault: str) -> None:
    watch = watched_close(tmp_path / "base", keys, fault, 1)
    assert is_broken(watch, tmp_path, close_is_good(keys))


def test_keys_survive(tmp_path: Path) -> None:
    base = tmp_path / "base"
    system = CrashSystem(base)
    watch = Watch(system)
    made = Keys.load_or_create(Disk(system), base)
    watch.promised = 1
    watch.look()

    def good(folder: Path, promised: int) -> bool:
        try:
            found = Keys.load_or_create(Disk(), folder)
        except Problem:
            return False
        return not promised or found.fingerprint == made.fingerprint

    assert len(watch.trees) > 10
    assert broken_states(watch, tmp_path, good) == 0


class Stop:
    """Kills the program before its n-th call; the page cache lives on until a power cut."""

    def __init__(self, system: CrashSystem, at: int) -> None:
        self.left = at
        system.before = self.count

    def count(self, name: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


def killed_then_repeated(base: Path, at: int, work: Callable[[Disk], None]) -> Watch | None:
    """Kill `work` before call `at`, do it again in full, and return what a power cut then leaves.

    None when `work` has no so many calls.
    """
    system = CrashSystem(base)
    Stop(system, at)
    try:
        work(Disk(system))
    except KeyboardInterrupt:
        watch = Watch(system)
        watch.promised = 1
        system.before = lambda name: None
        work(Disk(system))
        watch.look()
        return watch
    return None


def test_closing_again_after_a_kill_is_as_safe(tmp_path: Path, keys: Keys) -> None:
    state = a_round(1, session="2026-11-21-x")
    base = tmp_path / "base"
    base.mkdir()
    for at in range(100):
        watch = killed_then_repeated(base, at, lambda disk: _close(disk, base, state, keys))
        if watch is None:
            break
        assert broken_states(watch, tmp_path / str(at), close_is_good(keys)) == 0, at
    assert 12 < at < 99


def _close(disk: Disk, base: Path, state: State, keys: Keys) -> None:
    closing.seal(disk, base, state, keys)


def test_keys_made_after_a_kill_are_as_safe(tmp_path: Path) -> None:
    base = tmp_path / "base"
    made: list[Keys] = []

    def make(disk: Disk) -> None:
        made.append(Keys.load_or_create(disk, base))

    def good(folder: Path, promised: int) -> bool:
        try:
            return Keys.load_or_create(Disk(), folder).fingerprint == made[-1].fingerprint
        except Problem:
            return False

    for at in range(100):
        watch = killed_then_repeated(base, at, make)
        if watch is None:
            break
        assert broken_states(watch, tmp_path / str(at), good) == 0, at
    assert 8 < at < 99


def test_what_was_read_back_after_a_kill_is_saved(tmp_path: Path, keys: Keys) -> None:
    base = tmp_path / "base"
    system = CrashSystem(base)
    path = base / "s-1.journal"
    file = JournalFile.create(Disk(system), path, "s-1", keys)
    file.write([b"event 1", b"event 2"])  # killed before the sync
    found, journal = Journal.reopen(Disk(system), path, keys)
    watch = Watch(system)
    watch.promised = journal.saved
    watch.look()
    journal.close()
    assert len(found.payloads) == watch.promised == 2
    assert broken_states(watch, tmp_path, journal_is_good(keys)) == 0


# Where the disk runs full and the reserve is given up


class Tight(CrashSystem):
    """A disk in memory with room for `capacity` bytes."""

    def __init__(self, base: Path, broken: str = "") -> None:
        super().__init__(base, broken)
        self.capacity = 10**6

    def free(self, path: Path) -> int | None:
        files = {id(file): file for file in self.now.values() if file is not None}
        return self.capacity - sum(len(file.now) for file in files.values())

    def write(self, handle: int, data: bytes | memoryview) -> int:
        room = self.free(self.base) or 0
        if room <= 0:
            self.before("write")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(handle, data[:room])


@pytest.fixture
def _small_reserve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "SIZE", 90)
    monkeypatch.setattr(reserve, "ROOM", 200)
    monkeypatch.setattr(reserve, "LOOK_S", 0.0)


def tight_journal(base: Path, keys: Keys, broken: str = "") -> tuple[Watch, set[str]]:
    """Write with room, out of the reserve, and with room again; return what was told too."""
    system = Tight(base, broken)
    watch = Watch(system)
    path = base / "s-1.journal"
    kept = reserve.Reserve(Disk(system), base)
    journal = Journal.create(Disk(system), path, "s-1", keys, reserve=kept)
    told: set[str] = set()

    def promise(number: int, at: float) -> None:
        watch.promised = number

    journal.on_saved = promise
    journal.on_trouble = lambda problem: told.add(str(problem))
    assert journal.wait(journal.append(b"event 1"), 5)
    assert journal.wait(journal.append(b"event 2"), 5)
    system.capacity -= (system.free(base) or 0) - 10
    assert journal.wait(journal.append(b"event 3"), 5)
    assert journal.wait(journal.append(b"event 4"), 5)
    system.capacity = 10**6
    assert journal.wait(journal.append(b"event 5"), 5)
    assert journal.close()
    watch.look()
    return watch, told


@pytest.mark.usefixtures("_small_reserve")
def test_a_journal_that_lives_on_its_reserve_keeps_its_promises(tmp_path: Path, keys: Keys) -> None:
    watch, told = tight_journal(tmp_path / "base", keys)
    assert ["set aside" in one for one in told] == [True]
    assert len(watch.trees) > 30
    assert any(name == reserve.NAME for tree in watch.trees for name, _content in tree)
    assert broken_states(watch, tmp_path, journal_is_good(keys)) == 0


@pytest.mark.usefixtures("_small_reserve")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_journal_on_its_reserve_is_caught(tmp_path: Path, keys: Keys, fault: str) -> None:
    watch, _told = tight_journal(tmp_path / "base", keys, fault)
    assert is_broken(watch, tmp_path, journal_is_good(keys))


@pytest.mark.usefixtures("_small_reserve")
def test_telling_it_saved_while_the_disk_is_full_is_caught(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "_written", lambda self, count: True)
    watch, _told = tight_journal(tmp_path / "base", keys)
    assert is_broken(watch, tmp_path, journal_is_good(keys))


# Where another computer takes the round over


def on(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    known = owner.Owner("s-1", host, f"boot of {host}", f"machine of {host}")
    monkeypatch.setattr(owner, "this_owner", lambda session: known)


def watched_take_over(
    base: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, broken: str = ""
) -> tuple[Watch, bytes]:
    """Write three events here and two there; return what the first computer's file was too."""
    system = CrashSystem(base, broken)
    watch = Watch(system)
    path = base / "s-1.journal"

    def promise(number: int, at: float) -> None:
        watch.promised = number

    on(monkeypatch, "first")
    first = Journal.create(Disk(system), path, "s-1", keys)
    first.on_saved = promise
    for number in (1, 2, 3):
        assert first.wait(first.append(b"event %d" % number), 5)
    assert first.close()
    left = Disk(system).read(path)
    on(monkeypatch, "second")
    _found, second = Journal.reopen(Disk(system), path, keys, take_over=True)
    second.on_saved = promise
    for number in (4, 5):
        assert second.wait(second.append(b"event %d" % number), 5)
    assert second.close()
    watch.look()
    return watch, left


def take_over_is_good(keys: Keys, first: bytes) -> Callable[[Path, int], bool]:
    good = journal_is_good(keys, take_over=True)

    def check(folder: Path, promised: int) -> bool:
        left = folder / "s-1.journal"
        untouched = promised < 3 or (left.exists() and left.read_bytes() == first)
        return good(folder, promised) and untouched

    return check


def test_a_round_taken_over_keeps_its_promises(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, first = watched_take_over(tmp_path / "base", keys, monkeypatch)
    assert len(watch.trees) > 25
    assert broken_states(watch, tmp_path, take_over_is_good(keys, first)) == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_take_over_is_caught(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    watch, first = watched_take_over(tmp_path / "base", keys, monkeypatch, fault)
    assert is_broken(watch, tmp_path, take_over_is_good(keys, first))


def test_a_take_over_that_writes_into_the_first_file_is_caught(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debrief.record.journal.taking_over", lambda path: path)
    watch, first = watched_take_over(tmp_path / "base", keys, monkeypatch)
    assert is_broken(watch, tmp_path, take_over_is_good(keys, first))
