"""Which language the command line speaks, settled before any of its text is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from debrief import i18n
from debrief.errors import Problem
from debrief.record.disk import Disk
from debrief.record.reading import document
from debrief.workspace.config import LIMIT
from debrief.workspace.places import find

_VALUED = ("--lang", "--workspace")


def choose(arguments: Sequence[str]) -> str:
    """Return the interface language: the last --lang that is one, debrief.toml's, or the locale's.

    Only options before the command count. A configuration that can't be read is not told of here;
    the command that needs it does.
    """
    given = _before_command(arguments)
    if "--lang" in given:
        return given["--lang"]
    return _configured(given.get("--workspace")) or i18n.from_environment()


def _before_command(arguments: Sequence[str]) -> dict[str, str]:
    """Return the values of the options that stand before the command."""
    found: dict[str, str] = {}
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            break
        if name not in _VALUED:
            continue
        value = value if equals else next(words, "")
        if name != "--lang" or value in i18n.LANGUAGES:
            found[name] = value
    return found


def _configured(workspace: str | None) -> str | None:
    try:
        path = find(Path(workspace) if workspace else None).settings
        language = document(Disk().read(path, LIMIT)).get("language")
    except (Problem, OSError, ValueError, RecursionError):
        return None
    return language if language in i18n.LANGUAGES else None
