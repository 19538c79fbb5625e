"""Completion for shells, the list of keys, and what doctor says of a terminal."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from debrief.cli.completion import SHELLS, VARIABLE, answer
from debrief.cli.doctor import window
from debrief.cli.tree import build
from debrief.tui import commands, keymap
from debrief.workspace.places import Places
from tests.cli.conftest import Run


def finished(monkeypatch: pytest.MonkeyPatch, capsys, *words: str) -> list[str]:
    """What bash is told may stand as the last of these words."""
    monkeypatch.setenv("COMP_WORDS", " ".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    assert answer(build(), {VARIABLE: "bash_complete"}) == 0
    return [line.partition(",")[2] for line in capsys.readouterr().out.split()]


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (("debrief", "out"), ["outbox"]),
        (("debrief", "outbox", "rec"), ["receipts"]),
        (("debrief", "doctor", "--f"), ["--format"]),
        (("debrief", "doctor", "--format", "j"), ["json"]),
        (("debrief", "--lang", "d"), ["da"]),
    ],
)
def test_commands_options_and_values_are_finished(
    monkeypatch, capsys, words: tuple[str, ...], last: list[str]
) -> None:
    assert finished(monkeypatch, capsys, *words) == last


def test_nobody_asked_is_no_answer() -> None:
    assert answer(build(), {}) is None
    assert answer(build(), {VARIABLE: "nonsense"}) is None
    assert answer(build(), {VARIABLE: "tcsh_complete"}) is None


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one_that_its_shell_reads(run: Run, tmp_path: Path, shell: str) -> None:
    said = run("completion", shell)
    assert said.status == 0
    assert f"{VARIABLE}={shell}_complete" in said.out
    if shutil.which(shell) is None:
        return
    path = tmp_path / "script"
    path.write_text(said.out, "utf-8")
    done = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_another_shell_is_refused_in_one_sentence(run: Run) -> None:
    said = run("completion", "powershell")
    assert said.status == 2
    assert "bash, zsh, fish" in said.err


def test_an_answer_loads_nothing_heavy() -> None:
    code = (
        "from debrief.__main__ import main\n"
        "assert main([]) == 0\n"
        "import sys\nprint(*sys.modules, file=sys.stderr)"
    )
    environment = {VARIABLE: "bash_complete", "COMP_WORDS": "debrief pro", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "/usr/bin", "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "plain,protocols" in done.stdout, done.stderr
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    unwanted = {"textual", "rich", "httpx", "pluggy", "sqlite3", "pyrage", "cryptography"}
    assert loaded & unwanted == set()


# The keys


@pytest.fixture
def keys(places: Places) -> Places:
    places.workspace.mkdir(parents=True, exist_ok=True)
    places.settings.write_text('[keys]\nround.next-voice = "f8"\nround.again = "ctrl+n"\n', "utf-8")
    return places


def test_the_list_shows_the_keys_of_one_s_own(run: Run, keys: Places) -> None:
    rows = {line.split()[0]: line.split()[1] for line in run("keymap").out.splitlines()}
    assert rows.keys() == {one.id for one in commands.COMMANDS}
    assert (rows["round.next-voice"], rows["round.again"]) == ("F8", "^n")
    found = {one["id"]: one for one in json.loads(run("keymap", "--format", "json").out)}
    assert found["round.next-voice"]["keys"] == ["f8"]


def test_what_it_writes_as_toml_may_stand_in_the_file(run: Run, keys: Places) -> None:
    table = tomllib.loads(run("keymap", "--format", "toml").out)["keys"]
    assert table["round.next-voice"] == "f8"
    assert keymap.read(table)["round.again"] == "ctrl+n"


def test_keys_that_cannot_be_used_are_told_by_both(run: Run, places: Places) -> None:
    places.workspace.mkdir(parents=True, exist_ok=True)
    places.settings.write_text('[keys]\nround.next-voise = "f4"\n', "utf-8")
    assert "Did you mean round.next-voice?" in run("keymap").err
    assert "▲ keyboard" in run("doctor").out


def test_listing_loads_no_screen() -> None:
    code = (
        "import debrief.tui.commands, debrief.tui.keymap, debrief.tui.glyphs, debrief.tui.outside"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"textual", "rich"} & {name.partition(".")[0] for name in done.stdout.split()}


# The terminal

MODERN = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "da_DK.UTF-8"}


@pytest.mark.parametrize(
    ("size", "more", "weight", "words"),
    [
        ((120, 40), {}, "well", "all colours"),
        ((79, 24), {}, "mind", "79 by 24"),
        ((80, 23), {}, "mind", "needs 80 by 24"),
        ((120, 40), {"COLORTERM": ""}, "well", "256 colours"),
        ((120, 40), {"COLORTERM": "", "TERM": "linux"}, "well", "16 colours"),
        ((120, 40), {"TERM": "linux"}, "well", "plain letters"),
        ((120, 40), {"NO_COLOR": ""}, "well", "every state has its own sign"),
        ((120, 40), {"TERM": "dumb"}, "mind", "--plain"),
        ((120, 40), {"LC_ALL": "da_DK.ISO-8859-1"}, "mind", "ISO-8859-1, not UTF-8"),
    ],
)
def test_what_a_terminal_can_and_cannot(
    size: tuple[int, int], more: dict[str, str], weight: str, words: str
) -> None:
    found = [*window(*size, {**MODERN, **more})]
    assert any(one == weight and words in told for one, told in found), found
    if weight == "well":
        assert all(one == "well" for one, _told in found)
