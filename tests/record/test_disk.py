from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from debrief.errors import EXIT_DISK, EXIT_INPUT, Problem
from debrief.record.disk import AlreadyThere, Disk, disk_problem
from debrief.record.lock import folder_lock, session_lock

from .faults import FaultySystem, names


def test_publish_writes_syncs_then_names(tmp_path: Path) -> None:
    system = FaultySystem()
    path = tmp_path / "file"
    Disk(system).publish(path, b"one")
    assert system.calls == ["open_new", "write", "sync", "rename", "sync_folder"]
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == ["file"]


def test_publish_replaces_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    Disk().publish(path, b"old")
    for call in ("open_new", "write", "sync", "rename"):
        for number in (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES):
            system = FaultySystem()
            system.fail[call] = number
            with pytest.raises(Problem) as caught:
                Disk(system).publish(path, b"new")
            assert caught.value.status == EXIT_DISK
            assert path.read_bytes() == b"old"
            assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("room", range(4))
def test_full_disk_leaves_nothing_half(tmp_path: Path, room: int) -> None:
    system = FaultySystem()
    system.full_after = room
    with pytest.raises(Problem, match="full"):
        Disk(system).publish(tmp_path / "file", b"data")
    assert names(tmp_path) == []


def test_exclusive_never_replaces(tmp_path: Path) -> None:
    path = tmp_path / "file"
    Disk().publish(path, b"old", exclusive=True)
    with pytest.raises(AlreadyThere):
        Disk().publish(path, b"new", exclusive=True)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_exclusive_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "file"
    Disk().publish(path, b"old", exclusive=True)
    with pytest.raises(AlreadyThere):
        Disk().publish(path, b"new", exclusive=True)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EROFS, "only be read"),
        (errno.EACCES, "may not"),
        (errno.ENOENT, "not there"),
        (errno.EIO, "error 5"),
    ],
)
def test_every_disk_error_is_a_sentence(number: int, word: str) -> None:
    problem = disk_problem(OSError(number, "x"), Path("/some/file"))
    assert problem.status == EXIT_DISK
    assert word in str(problem)
    assert "/some/file" in str(problem)


def test_appender_grows_and_is_cut(tmp_path: Path) -> None:
    system = FaultySystem()
    appender = Disk(system).open_append(tmp_path / "file")
    assert "sync_folder" in system.calls
    appender.append(b"abc")
    appender.sync()
    assert appender.length == 3
    appender.truncate(1)
    appender.append(b"z")
    appender.close()
    appender.close()
    assert (tmp_path / "file").read_bytes() == b"az"
    with pytest.raises(Problem):
        appender.append(b"late")


def test_folders_lists_and_unlink(tmp_path: Path) -> None:
    disk = Disk()
    deep = tmp_path / "a" / "b"
    disk.make_folder(deep)
    disk.make_folder(deep)
    assert stat.S_IMODE(deep.stat().st_mode) == 0o700
    disk.publish(deep / "y", b"")
    disk.publish(deep / "x", b"12345")
    assert disk.list(deep) == ("x", "y")
    assert disk.read(deep / "x", 3) == b"123"
    disk.unlink(deep / "x")
    disk.unlink(deep / "x")
    assert not disk.exists(deep / "x")
    with pytest.raises(Problem):
        disk.read(deep / "x")


def test_sweep_takes_only_old_half_files(tmp_path: Path) -> None:
    for name in (".a.x.tmp", ".b.x.tmp", "c.tmp", ".d"):
        (tmp_path / name).touch()
        if name != ".b.x.tmp":
            os.utime(tmp_path / name, (0, 0))
    Disk().sweep(tmp_path)
    Disk().sweep(tmp_path / "none")
    assert names(tmp_path) == [".b.x.tmp", ".d", "c.tmp"]


def test_session_lock_has_one_owner(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with session_lock(path):
        with pytest.raises(Problem, match="another window") as caught:
            session_lock(path)
        assert caught.value.status == EXIT_INPUT
        with pytest.raises(Problem, match="Another debrief"):
            folder_lock(path, 0.05)
    session_lock(path).release()
    assert path.exists()
