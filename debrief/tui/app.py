"""The app: look, language, what happens at the end - and nothing of the round itself."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from debrief import i18n
from debrief.errors import Problem
from debrief.i18n import _
from debrief.tui import commands, keymap, looks
from debrief.tui.ending import EndingApp
from debrief.tui.glyphs import wants_ascii
from debrief.tui.plainly import Plainly
from debrief.tui.sizes import LOW, NARROW, too_small

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.notifications import SeverityLevel

    from debrief.desk import Desk
    from debrief.live import Live


def _offers() -> type[Provider]:
    """Return what the palette looks through; it is loaded when it is first opened."""
    from debrief.tui.offers import Offers

    return Offers


class DebriefApp(EndingApp):
    """Screens over one open desk."""

    CSS_PATH = "debrief.tcss"
    TITLE = "debrief"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {_offers}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("app")]

    def __init__(self, desk: Desk, *, setup: bool = False, resume: str | None = None) -> None:
        super().__init__(desk)
        desk.unlock = None  # a passphrase is asked for on a screen of its own
        self._open_setup = setup
        self._resume = resume
        self._plainly = Plainly(enabled=False)
        self.animation_level = "none"
        for theme in looks.THEMES:
            self.register_theme(theme)
        self._refused = self.follow_config()

    def get_default_screen(self) -> Screen[None]:
        """Return Home: the first thing a supervisor sees."""
        from debrief.tui.screens.home import HomeScreen

        return HomeScreen()

    def follow_config(self) -> Problem | None:
        """Take look, glyphs and keys from the configuration; return what is wrong with the keys.

        A round must not wait for a key: where `[keys]` can't be used, the ordinary keys hold.
        """
        config = self.desk.config
        usable = [theme.name for theme in looks.themes(self.no_color)]
        self.theme = config.theme if config.theme in usable else usable[0]
        self._plainly.enabled = wants_ascii(config.glyphs)
        refused = None
        try:
            mine = keymap.read(config.keys)
        except Problem as problem:
            mine, refused = {}, problem
        commands.use(mine)
        self.set_keymap(mine)
        return refused

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Draw in ASCII where that was asked for, after all else."""
        rest = super().get_line_filters()
        return [*rest, self._plainly] if self._plainly.enabled else rest

    def on_mount(self) -> None:
        """End cleanly when the terminal goes away, and go where the command line said."""
        if sys.platform != "win32" and not self.is_headless:
            self.listen_for_the_end()
            self.run_worker(_clear_up, thread=True, group="clear", exit_on_error=False)
        from debrief.desk.locked import locked

        if not locked(self.desk):
            self._go_on()
            return
        from debrief.tui.keys import UnlockScreen

        self.push_screen(UnlockScreen(), self._go_on)

    def _go_on(self, _unlocked: None = None) -> None:
        """Go where the command line said."""
        if self._resume is not None:
            self.call_after_refresh(self.resume_round, self._resume)
        elif self._open_setup:
            self.call_after_refresh(self.open_setup)
        if self._refused is not None:
            self.call_after_refresh(self.tell, self._refused)

    def on_resize(self, event: events.Resize) -> None:
        """Say so in one sentence while the window can't hold a screen."""
        from debrief.tui.small import SmallDialog

        small = too_small(event.size.width, event.size.height)
        told = isinstance(self.screen, SmallDialog)
        if small and not told:
            self.push_screen(SmallDialog())
        elif told and not small:
            self.pop_screen()

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

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something beside the screen, in place of what was said before: one at a time."""
        self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    # Commands that hold everywhere

    def action_language(self) -> None:
        """Step to the next interface language."""
        at = i18n.LANGUAGES.index(i18n.language())
        i18n.use(i18n.LANGUAGES[(at + 1) % len(i18n.LANGUAGES)])
        self.redraw()

    def action_theme(self) -> None:
        """Step to the next look."""
        names = [theme.name for theme in looks.themes(self.no_color)]
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
        """Show help for what has the focus."""
        from debrief.tui.help import HelpDialog, about

        if not isinstance(self.screen, HelpDialog):
            self.push_screen(HelpDialog(about(self.screen)))

    def action_command_palette(self) -> None:
        """Show the palette."""
        from textual.command import CommandPalette

        if not any(isinstance(one, CommandPalette) for one in self.screen_stack):
            words = _("What do you want to do?")
            self.push_screen(CommandPalette(id="--command-palette", placeholder=words))

    def action_jump(self) -> None:
        """Show a letter beside everything that can be gone to; once more takes them away."""
        from debrief.tui.jumping import JumpScreen, targets

        if isinstance(self.screen, JumpScreen):
            self.pop_screen()
            return
        found = targets(self.screen)
        if found and not self.screen.is_modal:
            self.push_screen(JumpScreen(found))

    def action_settings(self) -> None:
        """Show what debrief.toml says."""
        from debrief.tui.screens.settings import SettingsScreen

        if not any(isinstance(one, SettingsScreen) for one in self.screen_stack):
            self.push_screen(SettingsScreen())

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
        self.end_soon(0)

    async def action_quit(self) -> None:
        """Leave, as Textual's own palette entry asks."""
        self.action_leave()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Give the palette our own commands only: none of them writes a picture of the screen."""
        from debrief.tui.palette import offered

        return offered(self, screen)


def _clear_up() -> None:
    """Remove what a killed program left of notes that were in an editor."""
    from debrief.tui import outside

    outside.sweep(outside.places())


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
