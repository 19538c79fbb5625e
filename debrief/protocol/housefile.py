"""A house's own data files: found in a folder, and read in bounded size or refused."""

from __future__ import annotations

from pathlib import Path

from debrief.errors import EXIT_DISK, Problem
from debrief.i18n import _
from debrief.protocol.refusal import shown


def is_file(path: Path) -> bool:
    """Tell whether there is a file; raises Problem where that can't be told."""
    try:
        return path.is_file()
    except OSError as error:
        raise _unreadable(path, error) from None


def files(folder: Path) -> list[Path]:
    """Return the TOML files of a folder by name; none where there is no folder; raises Problem."""
    try:
        return sorted(
            path for path in folder.iterdir() if path.suffix == ".toml" and path.is_file()
        )
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unreadable(folder, error) from None


def read(path: Path, most: int) -> bytes:
    """Return the file's bytes, at most one more than `most`; raises Problem."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> Problem:
    return Problem(
        _(
            "{path} could not be read ({reason}); see that it is there and that you may read it."
        ).format(path=shown(path.name), reason=error.strerror or type(error).__name__),
        EXIT_DISK,
    )
