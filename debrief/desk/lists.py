"""A house's own word lists for signs: those of the workspace, and of installed packages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debrief import signs
from debrief.errors import Problem

if TYPE_CHECKING:
    from debrief.desk.desk import Desk


def load(desk: Desk) -> tuple[Problem, ...]:
    """Take up every list there is in place of those taken up before; raises nothing.

    Returns what is wrong with those that were left out.
    """
    problems: list[Problem] = []
    paths = workspace_lists(desk.places.signs)
    if desk.plugins:
        found, told = _packaged(desk)
        paths += found
        problems += told
    files = []
    for path in paths:
        try:
            files.append((_name(desk, path), desk.disk.read(path)))
        except Problem as problem:
            problems.append(problem)
    signs.forget()
    return (*problems, *signs.extend(files))


def workspace_lists(folder: Path) -> list[Path]:
    """Return the word lists in a folder, by name."""
    try:
        found = [path for path in folder.glob("*.toml") if path.name[0] not in "._"]
        return sorted(path for path in found if path.is_file())
    except OSError:
        return []


def _name(desk: Desk, path: Path) -> str:
    """Return what a person knows the file by: in the workspace its name, else the whole path."""
    return f"signs/{path.name}" if path.parent == desk.places.signs else str(path)


def _packaged(desk: Desk) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Return the lists that installed packages offer; without packages nothing is loaded."""
    from importlib.metadata import entry_points

    if not entry_points(group="debrief.exporters"):
        return (), ()
    from debrief.delivery.trust import Registry

    return Registry(desk.places.plugins, plugins=desk.plugins).sign_lists()
