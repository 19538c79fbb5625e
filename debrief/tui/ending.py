"""How the app ends: asked to, told to by a signal, or by a crash - and nothing written is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual.driver import Driver

from debrief.i18n import _
from debrief.tui.inorder import InOrderApp

if TYPE_CHECKING:
    from debrief.desk import Desk
    from debrief.live import Live

CRASHED = 70
"""Exit status of a crash (EX_SOFTWARE of sysexits.h)."""
CLOSED = getattr(signal, "SIGHUP", 1)
"""The signal of a closed window; not every system has it."""
PATIENCE = 5.0
"""Seconds that keys typed before the end may take to come through."""


class EndingApp(InOrderApp):
    """An app that keeps the running round however it ends."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.live: Live | None = None
        self._crash: BaseException | None = None
        self._ending = False

    def listen_for_the_end(self) -> None:
        """End cleanly when the terminal goes away or the machine shuts down."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.end_by, number)

    def get_driver_class(self) -> type[Driver]:
        """Return the library's choice; for a terminal our own, which may be closed."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from debrief.tui.terminal import Terminal

        return Terminal

    def window_gone(self) -> None:
        """End as the signal of a closed window asks, where none has come."""
        if not self._ending:
            self.end_by(CLOSED)

    def end_by(self, number: int) -> None:
        """End as a signal asks, once every key that came before has been written."""
        if number == CLOSED and self._ending:
            return  # a window is closed once, however often it is told
        self.end_soon(128 + number)

    def end_soon(self, status: int) -> None:
        """End once every key that came before has been written; at once where asked again."""
        if self._ending:
            self._end(status)
            return
        self._ending = True
        self.set_timer(PATIENCE, partial(self._end, status))
        self.call_later(self._end_after_keys, status)

    def _end_after_keys(self, status: int) -> None:
        if self.reads_keys:
            self.after_keys = partial(self._end_after_keys, status)
            return
        # The keys of before have gone on from the app's queue to that of what has the focus.
        (self.focused or self.screen).call_later(self._end, status)

    def _end(self, status: int) -> None:
        if not self._exit:
            self.let_go()
            self.exit(status, return_code=status)

    def let_go(self) -> None:
        """Leave the running round so that it can be resumed; everything written is kept.

        The last letters may still stand in the editor alone, where the hands have not rested yet.
        """
        if self.live is not None:
            self._keep_writing()
            self.desk.pause(self.live)
            self.live = None

    def _keep_writing(self) -> None:
        """Keep what stands in the editors; after a crash, as far as they can still be read."""
        for screen in self.screen_stack:
            keep = getattr(screen, "keep_standing", None)
            if keep is not None:
                with contextlib.suppress(Exception):  # the round must be left all the same
                    keep()

    def _handle_exception(self, error: Exception) -> None:
        """Note the crash, keep what the editor holds, and end; see `_fatal_error`."""
        self._crash = error
        self._keep_writing()
        super()._handle_exception(error)
        self._return_code = CRASHED

    def _fatal_error(self) -> None:
        """Report a crash without a word of what was written.

        The library's own report shows local variables, and with them the notes.
        """
        if not self._exit_renderables:
            self._exit_renderables.append(Text(crash_report(self._crash)))
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:  # noqa: ARG002
        """End as any crash does; what the library would print could quote what was written."""
        self._fatal_error()


def crash_report(error: BaseException | None) -> str:
    """Return what may be said of a crash: what kind, where in the code, and where the round is."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    ours = [one for one in frames if f"{os.sep}debrief{os.sep}" in one.filename] or list(frames)
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    return _(
        "debrief stopped because of an error in the program ({kind}, {place}). "
        "The round is kept as far as it was shown as saved. Start debrief again to resume it."
    ).format(kind=type(error).__name__, place=place)
