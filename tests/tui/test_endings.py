"""How the app ends: crash, signals, closed window. Real terminals, real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pytest
from textual import events

from debrief.desk import Desk
from debrief.tui.ending import CRASHED
from debrief.tui.widgets.notes import Notes
from debrief.workspace.places import Places

SECRET = "hemmeligt-Bo-ville-springe"
SCRIPT = """
import sys
from pathlib import Path
from debrief import i18n
from debrief.desk import Desk
from debrief.tui import app as apps
from debrief.tui.screens.round import RoundScreen
from debrief.workspace.places import Places
from tests.builders import people

root = Path(sys.argv[1])
desk = Desk(Places(root / "workspace", root / "config", root / "state"))
live = desk.start(desk.setup(desk.protocol("shift-defuse"), people("Bo"), "da"))
desk.pause(live)

def crash(screen):
    story = screen.query_one("#notes").text
    raise ValueError(story)

RoundScreen.action_alone = crash
i18n.use("en")
sys.exit(apps.run(desk, resume=live.state.id))
"""


@pytest.fixture
def spawned(tmp_path: Path):
    """The app in a terminal of its own, with a note being written."""
    child = spawn(tmp_path)
    yield child
    child.close(force=True)


@pytest.fixture
def hung_up(tmp_path: Path):
    """The app, whose window was closed while somebody typed."""
    child = spawn(tmp_path)
    for letter in "ord " * 60:
        child.send(letter)
        time.sleep(0.005)
    os.close(child.child_fd)
    yield child
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)
    child.ptyproc.closed = child.closed = True


def spawn(tmp_path: Path) -> pexpect.spawn:
    """Start the app in a terminal and write a note."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    child = pexpect.spawn(
        sys.executable,
        ["-c", SCRIPT, str(tmp_path)],
        dimensions=(30, 100),
        env=environment,
        cwd=str(Path(__file__).resolve().parents[2]),
        encoding="utf-8",
        timeout=20,
    )
    child.expect("Notes")
    child.send(SECRET)
    child.expect(SECRET[-3:])  # the last key has come to the screen
    return child


def the_note(root: Path) -> str:
    desk = Desk(Places(root / "workspace", root / "config", root / "state"))
    found = desk.unfinished()
    assert len(found) == 1
    return found[0].state.note("frame", "round")


def test_a_crash_prints_no_word_of_the_notes(spawned, tmp_path) -> None:
    child = spawned
    child.sendline("")
    child.send("\x1b[17~")  # F6
    child.expect("debrief stopped because of an error")
    said = child.before[-200:] + child.read()
    child.wait()
    assert "ValueError" in said
    assert SECRET not in said
    assert "Traceback" not in said
    assert child.exitstatus == CRASHED
    assert SECRET in the_note(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_cleanly_and_the_round_is_kept(spawned, tmp_path, number) -> None:
    spawned.kill(number)
    spawned.expect(pexpect.EOF)
    spawned.wait()
    assert spawned.exitstatus == 128 + number
    assert the_note(tmp_path) == SECRET


def ended(child: pexpect.spawn, seconds: int = 30) -> int:
    """Return the status that a program without a terminal ends with; fails where it goes on."""
    for _again in range(seconds * 20):
        pid, status = os.waitpid(child.pid, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    raise AssertionError("it goes on, and holds the round, though its window is gone")


def test_a_closed_window_ends_it_and_the_round_is_kept(hung_up, tmp_path) -> None:
    """Also in the middle of typing, when more is to be shown than can be written any more."""
    assert ended(hung_up) == 128 + signal.SIGHUP
    assert the_note(tmp_path).startswith(SECRET)


def test_a_kill_loses_nothing_that_was_saved(spawned, tmp_path) -> None:
    while the_note(tmp_path) != SECRET:  # it is kept with no key more, and no step
        assert spawned.isalive()
        time.sleep(0.05)
    spawned.kill(signal.SIGKILL)
    spawned.wait()
    assert the_note(tmp_path) == SECRET


KEYS = "Hun sov ikke"


@pytest.mark.parametrize("status", [0, 143], ids=["left", "signal"])
async def test_keys_on_their_way_are_kept_at_the_end(desk, opened, start_round, status) -> None:
    live = start_round("Bo")
    async with opened(live) as screen:
        for key in KEYS:  # as the terminal's thread hands them over: nobody has read them yet
            screen.app.post_message(events.Key("space" if key == " " else key, key))
        if status:
            screen.app.end_by(status - 128)
        else:
            screen.app.action_leave()
        while screen.app.return_code is None:  # a key acts before the next is read
            await screen.pilot._wait_for_screen()
    assert screen.app.return_code == status
    state = desk.unfinished()[0].state
    assert KEYS in state.notes.values()


async def test_what_was_told_of_and_not_heard_is_kept(desk, opened, start_round) -> None:
    live = start_round("Bo")
    async with opened(live) as screen:
        notes = screen.app.screen.query_one(Notes)
        notes.insert(KEYS)
        notes.flush()
        screen.app.let_go()
    assert KEYS in desk.unfinished()[0].state.notes.values()


async def test_a_second_signal_does_not_wait_for_keys(desk, opened, start_round) -> None:
    live = start_round("Bo")
    async with opened(live) as screen:
        screen.app.screen.query_one(Notes).insert(KEYS)
        screen.app.end_by(15)
        screen.app.end_by(15)
        assert screen.app.live is None
    assert KEYS in desk.unfinished()[0].state.notes.values()
