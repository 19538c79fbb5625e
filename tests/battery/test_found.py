"""What the batteries have found, each as the shortest way there."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from debrief.desk import Desk
from debrief.errors import Problem
from debrief.record import erasing, ledger
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.journal import Journal
from debrief.record.journalfile import JournalFile
from debrief.record.keys import Keys
from tests.record.rounds import a_round

from .cuts import FIRST
from .evening import places
from .machine import Machine, tree_of
from .scenes import note

EVENT = {"event": "export", "session": "2026-11-21-x", "key": "1", "sent": "0" * 64}


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.load_or_create(Disk(), tmp_path_factory.mktemp("keys"))


def refuse(machine: Machine, *names: str) -> None:
    """Refuse the next call of each of these names, once."""
    left = list(names)

    def before(name: str) -> None:
        if name in left:
            left.remove(name)
            raise OSError(errno.EIO, "refused")

    machine.before = before


def contents(machine: Machine, name: str) -> list[bytes | None]:
    """Return what a power cut may leave of a file; None where it has no name any more."""
    return [dict(tree).get(name) for tree in machine.leftovers()]


def insist(step: Callable[[], object]) -> object:
    try:
        return step()
    except Problem:
        return step()


def test_a_ledger_line_of_which_only_the_end_is_there_is_cut_off() -> None:
    base = Path("/sessions")
    machine = Machine(base)
    ledger.append_locked(Disk(machine), base, EVENT)
    whole = Disk(machine).read(base / ledger.NAME)
    broken = Machine(base, {(ledger.NAME, whole + b"\0" * 99 + whole[-99:])})
    ledger.append_locked(Disk(broken), base, EVENT | {"key": "2"})
    assert ledger.check(Disk(broken).read(base / ledger.NAME)) == ()


def test_a_line_whose_sync_and_cut_both_failed_is_written_again() -> None:
    base = Path("/sessions")
    machine = Machine(base, {(ledger.NAME, b"")})
    refuse(machine, "sync_data", "truncate")
    insist(lambda: ledger.append_locked(Disk(machine), base, EVENT))
    assert all(ledger.has(found or b"", **EVENT_KEY) for found in contents(machine, ledger.NAME))


EVENT_KEY = {key: EVENT[key] for key in ("event", "session", "key")}


def test_what_could_not_be_synced_when_it_was_opened_again_is_not_told_as_saved(
    keys: Keys,
) -> None:
    base = Path("/live")
    machine = Machine(base)
    path = base / "s-1.journal"
    JournalFile.create(Disk(machine), path, "s-1", keys).write([note(1), note(2)])  # then killed
    refuse(machine, "sync_data")
    opened = insist(lambda: Journal.reopen(Disk(machine), path, keys)[1])
    assert isinstance(opened, Journal)
    saved = opened.saved
    opened.close()
    for tree in machine.leftovers():
        after = Disk(Machine(base, tree))
        newest = max(name for name, _content in tree if name.endswith("journal"))
        assert len(Journal.recover(after, base / newest, keys).payloads) >= saved


def test_a_folder_that_was_made_but_not_synced_is_synced_the_next_time() -> None:
    base = Path("/state")
    machine = Machine(base)
    refuse(machine, "sync_folder")
    insist(lambda: Disk(machine).make_folder(base / "live"))
    assert all(("live", None) in tree for tree in machine.leftovers())


def test_a_removal_that_was_not_synced_is_synced_the_next_time(keys: Keys, tmp_path: Path) -> None:
    seal(Disk(), tmp_path, a_round(1), keys)
    machine = Machine(tmp_path, tree_of(tmp_path))
    refuse(machine, "sync_folder")
    insist(lambda: erasing.remove(Disk(machine), tmp_path, FIRST))
    assert all(found is None for found in contents(machine, f"2026/{FIRST}.toml"))


def test_no_file_is_removed_on_a_promise_that_is_not_durable(keys: Keys, tmp_path: Path) -> None:
    seal(Disk(), tmp_path, a_round(1), keys)
    machine = Machine(tmp_path, tree_of(tmp_path))

    def killed(name: str) -> None:
        if name == "sync_folder":
            raise KeyboardInterrupt

    machine.before = killed
    with pytest.raises(KeyboardInterrupt):
        erasing.remove(Disk(machine), tmp_path, FIRST)
    machine.before = lambda name: None
    machine.open.clear()
    assert erasing.finish(Disk(machine), tmp_path) == 1
    for tree in machine.leftovers():
        left = dict(tree)
        promised = ledger.has(left[ledger.NAME] or b"", "expire", FIRST)
        assert promised or f"2026/{FIRST}.toml" in left


def test_a_journal_in_which_nothing_was_ever_saved_is_no_round(tmp_path: Path) -> None:
    desk = Desk(places(tmp_path))
    Disk().make_folder(desk.places.live)
    path = desk.places.live / "2026-11-21-x.journal"
    JournalFile.create(Disk(), path, "2026-11-21-x", desk.keys)
    assert desk.unfinished() == ()


def test_a_journal_that_was_renamed_although_the_disk_said_full_is_read_anew(keys: Keys) -> None:
    base = Path("/live")
    machine = Machine(base)
    path = base / "s-1.journal"
    JournalFile.create(Disk(machine), path, "s-1", keys, [note(1)])

    def after(name: str) -> None:
        machine.after = lambda name: None
        raise OSError(errno.ENOSPC, name)

    machine.after = after
    found, journal = Journal.reopen(Disk(machine), path, keys)
    assert found.payloads == (note(1),)
    assert journal.wait(journal.append(note(2)), 30)
    journal.close()
    assert Journal.recover(Disk(machine), path, keys).payloads == (note(1), note(2))
