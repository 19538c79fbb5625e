"""What the options before the command say, and the desk they lead to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from debrief.errors import EXIT_DISK, Problem
from debrief.i18n import _
from debrief.workspace.places import Places, find

if TYPE_CHECKING:
    from debrief.desk import Desk

_BAR: Final = 24
"""Characters of the line that shows how far a work is."""


class Options(msgspec.Struct, frozen=True):
    """The options that belong to every command."""

    workspace: Path | None = None
    plugins: bool = True

    @property
    def places(self) -> Places:
        """The folders of the workspace; raises Problem."""
        return find(self.workspace)

    def desk(self) -> Desk:
        """Return the open workspace; raises Problem."""
        from debrief.cli.hidden import unlock
        from debrief.desk import Desk

        desk = Desk(self.places, plugins=self.plugins)
        desk.unlock = unlock
        return desk


def options() -> Options:
    """Return the options of the command line that is being run."""
    return click.get_current_context().find_object(Options) or Options()


def out(*lines: str) -> None:
    """Write lines to standard output; control characters never come through."""
    from debrief.text import clean

    for line in lines:
        write(clean(line) + "\n")


def out_json(value: object) -> None:
    """Write a value as JSON; control characters come through as escapes."""
    from debrief.text import escaped

    data = msgspec.json.format(msgspec.json.encode(value), indent=2)
    write(escaped(data.decode("utf-8")) + "\n")


def write(text: str) -> None:
    """Write to standard output as it is; raises Problem when it takes nothing."""
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error) from None


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give what is to be told how far a long work is; it shows a line where a person looks on.

    The line stands on standard error, and is gone when the work is done.
    """
    shown = False

    def told(done: int, whole: int) -> None:
        nonlocal shown
        if sys.stderr.isatty():
            shown = True
            filled = _BAR * done // max(1, whole)
            bar = "#" * filled + "." * (_BAR - filled)
            sys.stderr.write(f"\r{label}  {bar}  {done} / {whole} ")
            sys.stderr.flush()

    try:
        yield told
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def unwritten(error: OSError) -> Problem:
    """Return what is told when standard output takes nothing."""
    return Problem(
        _("What was to be shown could not be written: {reason}.").format(
            reason=os.strerror(error.errno or 0)
        ),
        EXIT_DISK,
    )


def warn(sentence: str) -> None:
    """Write a sentence to standard error; control characters never come through."""
    from debrief.text import clean

    sys.stdout.flush()
    sys.stderr.write(f"debrief: {clean(sentence)}\n")
