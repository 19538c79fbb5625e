"""A note in an editor of one's own: what was saved comes back, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from debrief.errors import Problem
from debrief.tui import outside

SECRET = "hemmeligt-Bo-ville-springe"


def editor(tmp_path: Path, code: str) -> list[str]:
    """An editor that does `code` with `path`, the file it is given."""
    script = tmp_path / "editor.py"
    head = "import os, sys, time, signal, stat, pathlib\npath = pathlib.Path(sys.argv[1])\n"
    script.write_text(head + code, "utf-8")
    return [sys.executable, str(script)]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "memory"
    made.mkdir()
    return made


def test_what_was_saved_comes_back_and_nothing_stays(tmp_path: Path, place: Path) -> None:
    code = "old = path.read_text()\npath.write_text(old.upper() + 'mere æøå\\n')\n"
    found = outside.write("rolig vagt", editor(tmp_path, code), place)
    assert found == outside.Written("ROLIG VAGT\nmere æøå")
    assert list(place.iterdir()) == []


def test_the_file_is_for_its_owner_alone(tmp_path: Path, place: Path) -> None:
    code = (
        "modes = [stat.S_IMODE(p.stat().st_mode) for p in (path, path.parent)]\n"
        "path.write_text(' '.join(map(oct, modes)))\n"
    )
    found = outside.write("x", editor(tmp_path, code), place)
    assert found.text == "0o600 0o700"


def test_backups_and_swap_files_beside_it_go_too(tmp_path: Path, place: Path) -> None:
    code = (
        "for name in ('note.txt~', '.note.txt.swp', 'a/b'):\n"
        "    one = path.parent / name\n"
        "    one.parent.mkdir(exist_ok=True)\n"
        "    one.write_text(path.read_text())\n"
        "os.symlink('/etc/hosts', path.parent / 'link')\n"
    )
    before = Path("/etc/hosts").read_bytes()
    outside.write(SECRET, editor(tmp_path, code), place)
    assert list(place.iterdir()) == []
    assert Path("/etc/hosts").read_bytes() == before


def test_what_is_removed_is_overwritten_first(place: Path) -> None:
    ours = place / "x"
    ours.mkdir()
    note = ours / "note.txt"
    note.write_text(SECRET)
    os.link(note, place / "witness")  # the same bytes by another name
    outside.wipe(ours)
    assert (place / "witness").read_bytes() == bytes(len(SECRET))
    assert not ours.exists()


def test_an_editor_that_fails_changes_nothing(tmp_path: Path, place: Path) -> None:
    with pytest.raises(Problem, match="as it was"):
        outside.write("x", editor(tmp_path, "path.write_text('half')\nsys.exit(1)\n"), place)
    assert list(place.iterdir()) == []


def test_an_editor_that_cannot_be_started_is_told(place: Path) -> None:
    with pytest.raises(Problem, match="as it was"):
        outside.write("x", ["/nowhere/editor"], place)
    assert list(place.iterdir()) == []


@contextmanager
def running(tmp_path: Path, place: Path, code: str):
    """A process of its own that has given a note to an editor, which has begun."""
    begun = tmp_path / "begun"
    command = editor(tmp_path, f"pathlib.Path({str(begun)!r}).touch()\n{code}")
    script = (
        "import sys\nfrom pathlib import Path\nfrom debrief.tui import outside\n"
        f"found = outside.write({SECRET!r}, {command!r}, Path({str(place)!r}))\n"
        "print(found.ended_by, found.text, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.02)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_editor_and_clears_up(tmp_path: Path, place: Path, number: int) -> None:
    code = "path.write_text('gemt midt i det')\ntime.sleep(60)\n"
    with running(tmp_path, place, code) as process:
        while "gemt" not in next(place.rglob("note.txt")).read_text():
            time.sleep(0.02)
        process.send_signal(number)
        said, _errors = process.communicate(timeout=30)
    assert said == f"{int(number)} gemt midt i det\n"
    assert list(place.iterdir()) == []


def test_what_an_editor_saves_in_the_last_moment_is_taken(tmp_path: Path, place: Path) -> None:
    code = (
        "def last(*_):\n"
        "    (path.parent / 'note.txt.save').write_text('i sidste øjeblik')\n"
        "    os._exit(1)\n"
        "signal.signal(signal.SIGTERM, last)\n"
        "path.write_text('klar')\n"
        "time.sleep(60)\n"
    )
    with running(tmp_path, place, code) as process:
        while next(place.rglob("note.txt")).read_text() != "klar":
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        said, _errors = process.communicate(timeout=30)
    assert said == f"{int(signal.SIGTERM)} i sidste øjeblik\n"
    assert list(place.iterdir()) == []


def test_an_editor_that_will_not_end_is_ended(tmp_path: Path, place: Path) -> None:
    code = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\npath.write_text('x')\ntime.sleep(60)\n"
    with running(tmp_path, place, code) as process:
        while next(place.rglob("note.txt")).read_text() != "x":
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        said, _errors = process.communicate(timeout=30)
    assert said.startswith(str(int(signal.SIGTERM)))
    assert list(place.iterdir()) == []


def test_after_a_kill_the_next_start_clears_up(tmp_path: Path, place: Path) -> None:
    with running(tmp_path, place, "time.sleep(60)\n") as process:
        assert outside.sweep((place,)) == 0  # its program runs
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    [left] = place.iterdir()
    assert SECRET in (left / "note.txt").read_text()
    assert outside.sweep((place, tmp_path / "none")) == 1
    assert list(place.iterdir()) == []


def test_nothing_else_is_swept(place: Path) -> None:
    (place / "debrief-note-x").mkdir()
    (place / "debrief-note-1-file").write_text("not a folder")
    assert outside.sweep((place,)) == 0
    assert len(list(place.iterdir())) == 2


def fake(tmp_path: Path, name: str) -> str:
    path = tmp_path / name
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_known_editors_are_told_to_keep_no_copy(tmp_path: Path) -> None:
    vim = fake(tmp_path, "vim")
    found = outside.command({"EDITOR": f"{vim} -R", "VISUAL": ""})
    assert found[:4] == [vim, "-R", "-n", "-i"]
    assert any("noswapfile" in word for word in found)


def test_the_first_of_visual_and_editor_counts(tmp_path: Path) -> None:
    nano = fake(tmp_path, "nano")
    assert outside.command({"VISUAL": nano, "EDITOR": "vim"}) == [nano, "-I"]


@pytest.mark.parametrize("name", ["code", "gedit", "unheard-of"])
def test_an_editor_that_may_keep_copies_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem, match="may keep copies"):
        outside.command({"EDITOR": fake(tmp_path, name)})


@pytest.mark.parametrize("chosen", ["/nowhere/vim", "'unclosed"])
def test_an_editor_that_is_not_there_is_told(chosen: str) -> None:
    with pytest.raises(Problem, match="No editor was found"):
        outside.command({"EDITOR": chosen})


def test_a_folder_on_a_disk_is_no_memory(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(outside, "_in_memory", lambda path: False)
    with pytest.raises(Problem, match="editor_tmp"):
        outside.folder(False, {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert outside.folder(True, {"TMPDIR": str(tmp_path)}) == tmp_path


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no folder in memory here")
def test_a_folder_in_memory_is_found() -> None:
    assert outside.folder(False, {}) == Path("/dev/shm")
    assert outside._in_memory(Path("/dev/shm"))
    assert not outside._in_memory(Path("/proc"))
