"""What only a process of its own can show: what is loaded, terminals, signals and pipes."""

from __future__ import annotations

import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import pytest

from debrief.desk import Desk
from debrief.desk.keyring import reminder
from debrief.workspace.places import Places

HEAVY = ("textual", "rich", "httpx", "pluggy", "asyncio", "sqlite3")
LOADED = """
import io, sys
from debrief.__main__ import main
shown, sys.stdout = sys.stdout, io.StringIO()
status = main(sys.argv[1:])
shown.write(" ".join([str(status), *(name for name in {heavy!r} if name in sys.modules)]))
"""


def process(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **more,  # type: ignore[call-overload]
    )


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("list",), ("show", "2026-11"), ("verify",), ("scan",), ("protocols", "list")],
    ids=lambda arguments: arguments[0],
)
def test_looking_loads_nothing_heavy(held: Desk, arguments: tuple[str, ...]) -> None:
    session = sorted(held.places.sessions.glob("2*/*.toml"))[0].stem
    given = [session if one == "2026-11" else one for one in arguments]
    done = process(
        "-c", LOADED.format(heavy=HEAVY), *given, input="Jeg sov ikke i nat.", env=dict(os.environ)
    )
    index = " sqlite3" if arguments == ("list",) else ""  # what is listed stands in an index
    reminded = f"debrief: {reminder()}\n" if arguments == ("list",) else ""
    assert (done.stdout, done.stderr) == ("0" + index, reminded)


def test_a_screen_that_cannot_be_loads_no_screen(places: Places) -> None:
    done = process("-c", LOADED.format(heavy=HEAVY), stdin=subprocess.DEVNULL)
    assert done.stdout == "2"
    assert done.stderr.startswith("debrief: ")


def on_terminal(columns: int, rows: int, *arguments: str, term: str = "xterm") -> tuple[int, str]:
    """Run the program on a terminal of that size; return its status and what it wrote."""
    main, side = pty.openpty()
    ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "debrief", *arguments],
        stdin=side,
        stdout=side,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": term},
    )
    os.close(side)
    try:
        _out, err = child.communicate(timeout=60)
    finally:
        os.close(main)
    return child.returncode, err.decode()


def test_a_terminal_that_cannot_show_screens_is_told_of_plain_mode(places: Places) -> None:
    status, err = on_terminal(120, 40, term="dumb")
    assert status == 2
    assert "TERM" in err
    assert "debrief run --plain" in err


def test_a_small_window_is_told_its_size(places: Places) -> None:
    status, err = on_terminal(79, 24)
    assert status == 2
    assert "79 by 24" in err
    assert err.count("\n") == 1


def test_the_end_of_a_pipe_is_quiet(held: Desk) -> None:
    command = f"{sys.executable} -m debrief --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    assert done.returncode in (0, 141)


def test_output_on_a_full_disk_is_one_sentence(held: Desk) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "debrief", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("debrief: What was to be shown")


PLAIN = ("-m", "debrief", "run", "--plain", "--protocol", "stop5", "--round-lang", "da")


def test_killing_it_in_the_middle_loses_nothing_that_was_said_to_be_saved(places: Places) -> None:
    child = subprocess.Popen(
        [sys.executable, *PLAIN, "--team", "Nord"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("Mette\n\n\nSov ikke i nat\n/status\n")
    child.stdin.flush()
    for line in child.stdout:
        if "Everything is on the disk" in line:
            break
    child.send_signal(signal.SIGKILL)
    child.wait(60)
    child.stdin.close()
    child.stdout.close()
    (unfinished,) = Desk(places).unfinished()
    assert unfinished.state is not None
    assert "Sov ikke i nat" in unfinished.state.notes.values()


DROPPED = """
import sys
import debrief.__main__ as program

class Dropper:
    def __del__(self):
        raise KeyboardInterrupt

def run(arguments):
    Dropper()
    sys.stdin.readline()
    return 0

program._run = run
sys.exit(program.main([]))
"""


def test_an_interrupt_that_falls_where_python_drops_it_is_heard() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", DROPPED],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stderr is not None
    with child.stdin, child.stderr:
        assert child.wait(60) == 130
        assert child.stderr.read() == ""


def test_an_interrupt_keeps_the_round(places: Places) -> None:
    child = subprocess.Popen(
        [sys.executable, *PLAIN, "--team", "Nord"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("Mette\n\n\nSov ikke i nat\n/status\n")
    child.stdin.flush()
    for line in child.stdout:
        if "Everything is on the disk" in line:
            break
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (130, "")
    assert "--resume" in out
    (unfinished,) = Desk(places).unfinished()
    assert unfinished.state is not None
