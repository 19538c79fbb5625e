"""The app: look, language, what happens at the end - and nothing of the round itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from debrief import i18n
from debrief.errors import Problem
from debrief.i18n import _
from debrief.tui import commands, looks
from debrief.tui.sizes import LOW, NARROW, too_small

if TYPE_CHECKING:
    from debrief.desk import Desk
    from debrief.live import Live

CRASHED = 70
"""Exit status of a crash (EX_SOFTWARE of sysexits.h)."""


class DebriefApp(App[int]):
    """Screens over one open desk."""

    CSS_PATH = "debrief.tcss"
    TITLE = "debrief"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("app")]

    def __init__(self, desk: Desk, *, setup: bool = False, resume: str | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.live: Live | None = None
        self._open_setup = setup
        self._resume = resume
        self._crash: BaseException | None = None
        self.animation_level = "none"
        for theme in looks.THEMES:
            self.register_theme(theme)
        self.theme = desk.config.theme

    def get_default_screen(self) -> Screen[None]:
        """Return Home: the first thing a supervisor sees."""
        from debrief.tui.screens.home import HomeScreen

        return HomeScreen()

    def on_mount(self) -> None:
        """End cleanly when the terminal goes away, and go where the command line said."""
        if sys.platform != "win32" and not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._ended_by, number)
        if self._resume is not None:
            self.call_after_refresh(self.resume_round, self._resume)
        elif self._open_setup:
            self.call_after_refresh(self.open_setup)

    def on_resize(self, event: events.Resize) -> None:
        """Say so in one sentence while the window can't hold a screen."""
        from debrief.tui.dialogs import SmallDialog

        small = too_small(event.size.width, event.size.height)
        told = isinstance(self.screen, SmallDialog)
        if small and not told:
            self.push_screen(SmallDialog())
        elif told and not small:
            self.pop_screen()

    def _ended_by(self, number: int) -> None:
        self.let_go()
        self.exit(128 + number, return_code=128 + number)

    def let_go(self) -> None:
        """Leave the running round so that it can be resumed; everything written is kept."""
        if self.live is not None:
            self.desk.pause(self.live)
            self.live = None

    # Where to

    def open_setup(self) -> None:
        """Show the setup of a new round."""
        from debrief.tui.screens.setup import SetupScreen

        self.push_screen(SetupScreen())

    def open_round(self, live: Live) -> None:
        """Show a running round, in place of what led to it."""
        from debrief.tui.screens.round import RoundScreen

        self.live = live
        self.push_screen(RoundScreen(live))

    def resume_round(self, session_id: str) -> None:
        """Go on with a round that was not closed, or say why not."""
        try:
            self.open_round(self.desk.resume(session_id))
        except Problem as problem:
            self.tell(problem)

    def tell(self, problem: Problem) -> None:
        """Show a problem's sentence until it has been read."""
        from debrief.tui.dialogs import MessageDialog

        self.push_screen(MessageDialog(str(problem)))

    @work(thread=True, exclusive=True, group="send", exit_on_error=False)
    def send_waiting(self) -> None:
        """Send what waits, off the screen's thread; each attempt runs in a process of its own."""
        from debrief.desk import sending

        with contextlib.suppress(Problem):
            sending.send(self.desk)

    # Commands that hold everywhere

    def action_language(self) -> None:
        """Step to the next interface language."""
        at = i18n.LANGUAGES.index(i18n.language())
        i18n.use(i18n.LANGUAGES[(at + 1) % len(i18n.LANGUAGES)])
        self.redraw()

    def action_theme(self) -> None:
        """Step to the next look."""
        names = [theme.name for theme in looks.THEMES]
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]
        self.redraw()

    def redraw(self) -> None:
        """Say everything again, in the language in force."""
        for screen in self.screen_stack:
            redraw = getattr(screen, "redraw", None)
            if redraw is not None:
                redraw()

    def action_help(self) -> None:
        """Show help for where the person is."""
        from debrief.tui.dialogs import HelpDialog

        if not isinstance(self.screen, HelpDialog):
            scopes = (*getattr(self.screen, "SCOPES", ()), *getattr(self.screen, "PANES", ()))
            self.push_screen(HelpDialog(scopes, getattr(self.screen, "purpose", str)()))

    def action_library(self) -> None:
        """Show what can be looked up, what belongs to the screen first; once more, go back."""
        from debrief.tui.screens.library import LibraryScreen

        if isinstance(self.screen, LibraryScreen):
            self.pop_screen()
        elif not any(isinstance(one, LibraryScreen) for one in self.screen_stack):
            asked = (getattr(one, "look_up", None) for one in reversed(self.screen_stack))
            look_up = next((one for one in asked if one is not None), tuple)
            self.push_screen(LibraryScreen(look_up()))

    def action_leave(self) -> None:
        """Leave the program; an open round is kept."""
        self.let_go()
        self.exit(0)

    async def action_quit(self) -> None:
        """Leave, as Textual's own palette entry asks."""
        self.action_leave()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Give the palette our own commands only: none of them writes a picture of the screen."""
        for scope in (*getattr(screen, "SCOPES", ()), "app"):
            for command in commands.of(scope):
                target = screen if hasattr(screen, f"action_{command.action}") else self
                action = getattr(target, f"action_{command.action}", None)
                if action is not None:
                    title = f"{command.label()}  {command.shown_key}"
                    yield SystemCommand(title, command.help(), action)

    # The end

    def _handle_exception(self, error: Exception) -> None:
        """Note the crash and end; see `_fatal_error`."""
        self._crash = error
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


def run(desk: Desk, *, setup: bool = False, resume: str | None = None) -> int:
    """Run the app on this terminal and return the exit status."""
    # The event loop's log would print what a failed task was told.
    logging.getLogger("asyncio").disabled = True
    app = DebriefApp(desk, setup=setup, resume=resume)
    try:
        result = app.run()
    finally:
        app.let_go()
    return app.return_code or result or 0
