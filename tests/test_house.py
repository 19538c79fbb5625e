"""The rules of the house: floors, sizes, style, types - and which modules a command may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "debrief"
CLASS_LINES, FUNCTION_LINES = 250, 40


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("lint-imports", "--no-cache"),
        pytest.param(("mypy",), marks=pytest.mark.slow),
    ],
    ids=lambda command: " ".join(command),
)
def test_a_checker_finds_nothing(command: tuple[str, ...]) -> None:
    done = run(tool(command[0]), *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr


def test_classes_and_functions_stay_small() -> None:
    large = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
                if lines > limit and "# A table" not in ast.get_source_segment(
                    path.read_text("utf-8"), node, padded=False
                ):
                    large.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {lines}")
    assert large == []


def loaded_by(code: str) -> set[str]:
    done = run(sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)")
    assert done.returncode == 0, done.stderr
    names = done.stdout.split()
    return {*names, *(name.partition(".")[0] for name in names)}


HEAVY = {"textual", "rich", "httpx", "pluggy", "asyncio"}


@pytest.mark.parametrize(
    "module",
    [
        "debrief.session",
        "debrief.signs",
        "debrief.protocol",
        "debrief.guidance",
        "debrief.summary",
        "debrief.plugin",
        "debrief.live",
        "debrief.record.sessionfile",
        "debrief.record.verify",
        "debrief.record.ledger",
        "debrief.desk",
        "debrief.words",
        "debrief.plain",
    ],
)
def test_a_room_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") & HEAVY == set()


def test_the_first_screen_loads_no_network_no_database_no_crypto() -> None:
    code = "import debrief.desk, debrief.tui.app, debrief.tui.screens.home"
    unwanted = {"httpx", "pluggy", "sqlite3", "pyrage", "cryptography", "tree_sitter", "pydantic"}
    assert loaded_by(code) & unwanted == set()


FIRST_START = """
import asyncio, tempfile
from pathlib import Path
from debrief.desk import Desk
from debrief.tui.app import DebriefApp
from debrief.workspace.places import Places

async def start(root):
    async with DebriefApp(Desk(Places(root / "w", root / "c", root / "s"))).run_test() as pilot:
        await pilot.pause(0.5)
        await pilot.app.workers.wait_for_complete()

with tempfile.TemporaryDirectory() as folder:
    asyncio.run(start(Path(folder)))
"""


def test_a_first_start_loads_only_what_it_shows() -> None:
    """What is shown later is loaded then: a start must not cost more with each screen there is."""
    unwanted = {
        *("httpx", "pluggy", "sqlite3", "pyrage", "cryptography", "tomli_w", "tomlkit"),
        *("debrief.guidance", "debrief.protocol", "debrief.record.keys", "debrief.desk.keyring"),
        *("debrief.tui.dialogs", "debrief.desk.following", "debrief.signs"),
    }
    assert loaded_by(FIRST_START) & unwanted == set()


def test_only_what_belongs_stands_at_the_top() -> None:
    tracked = run("git", "ls-files").stdout.split()
    if not tracked:
        pytest.skip("not a checkout")
    top = {name.split("/")[0] for name in tracked}
    assert top <= {
        ".ci",
        ".gitignore",
        "LICENSE",
        "README.md",
        "debrief",
        "plugins",
        "pyproject.toml",
        "sessions",
        "tests",
    }
