"""The terminal, also one that goes away while much is to be shown.

The library writes to the terminal in a thread that falls with the first error; what is to be shown
after it fills the thread's queue, and then the whole app waits for ever, the round with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class Screenward:
    """What the terminal's file is written through: a terminal that is gone takes everything."""

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self._file = file
        self._gone = gone

    def write(self, text: str) -> None:
        """Write, or tell that there is nothing to write to any more."""
        try:
            self._file.write(text)
        except OSError:
            self._gone()

    def flush(self) -> None:
        """Show what was written, or tell that it can't be."""
        try:
            self._file.flush()
        except OSError:
            self._gone()

    def fileno(self) -> int:
        """Return the number of the terminal's file."""
        return self._file.fileno()


class Terminal(LinuxDriver):
    """A terminal on Linux, macOS or BSD that may be closed at any moment."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self._file is not None:
            self._file = Screenward(self._file, self._tell)  # type: ignore[assignment]

    def _tell(self) -> None:
        """Tell the app that its window is gone, from the thread that writes."""
        gone = getattr(self._app, "window_gone", None)
        loop = self._app._loop
        if gone is not None and loop is not None:
            with suppress(RuntimeError):  # it has ended meanwhile
                loop.call_soon_threadsafe(gone)

    def _sigcont_application(self, *_given: object) -> None:
        """Go on after a pause; a window that was closed sends the same signal."""
        if os.isatty(self.fileno):
            super()._sigcont_application()
