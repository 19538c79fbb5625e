"""What is asked about keys: the passphrase before the first screen, and a spare key typed back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from debrief.desk import keyring
from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import recovery
from debrief.record.identities import LOCKED
from debrief.record.passphrase import Work, opening
from debrief.tui.screens.base import BaseScreen
from debrief.tui.widgets.bars import KeyBar, TopBar

if TYPE_CHECKING:
    from debrief.tui.app import DebriefApp

_LOOK_S = 0.1
"""How often it is looked whether the passphrase has opened the key."""


class UnlockScreen(BaseScreen):
    """Asks for the passphrase until it opens the key, and goes then. Never waits for it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stop")]
    AUTO_FOCUS = "Input"

    def __init__(self) -> None:
        super().__init__()
        self._work: Work | None = None
        self._timer: Timer | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Lay out the question, where to type, and what is going on."""
        yield TopBar()
        with Vertical(id="unlock"), Vertical(classes="dialog"):
            yield Static(id="question", markup=False)
            yield Input(password=True)
            yield Static(id="hint", classes="hint")
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _("Your key is protected by a passphrase. Once it is open, everything is as ever.")

    def on_mount(self) -> None:
        """Say what is asked, and look now and then how far it is."""
        self._timer = self.set_interval(_LOOK_S, self._look, pause=True)
        self.redraw()

    def on_unmount(self) -> None:
        """Leave nothing at work behind."""
        if self._work is not None:
            self._work.cancel()

    def redraw(self) -> None:
        """Say everything in the language in force."""
        super().redraw()
        self.show_top(str(self.desk_app.desk.places.workspace.name))
        self.query_one("#question", Static).update(_("The passphrase of your key"))
        if self._work is not None:
            told = Content(_("Opening the key; this takes a few seconds. Esc stops it."))
        elif self._problem:
            told = Content.styled(self._problem, "$warning")
        else:
            told = Content.styled(_("Enter opens it, ^q leaves"), "$muted")
        self.query_one("#hint", Static).update(told)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Begin to open the key with what was typed, in a process of its own."""
        event.stop()
        given, event.input.value = event.value, ""
        if not given or self._work is not None:
            return
        desk = self.desk_app.desk
        try:
            self._work = opening(given, desk.disk.read(desk.places.config / LOCKED))
        except Problem as problem:
            self._failed(problem)
            return
        event.input.disabled = True
        if self._timer is not None:
            self._timer.resume()
        self.redraw()

    def _look(self) -> None:
        """Take what came of it, if it is done."""
        if self._work is None:
            return
        try:
            opened = self._work.poll()
            if opened is None:
                return
            keyring.unlock(self.desk_app.desk, opened)
        except Problem as problem:
            self._failed(problem)
            return
        self._rest()
        self.dismiss(None)

    def _failed(self, problem: Problem) -> None:
        self._problem = str(problem)
        self._rest()
        self.redraw()

    def _rest(self) -> None:
        """Have nothing at work, and take the next passphrase."""
        self._work = None
        if self._timer is not None:
            self._timer.pause()
        field = self.query_one(Input)
        field.disabled = False
        field.focus()

    def action_stop(self) -> None:
        """Stop opening; another passphrase can be typed at once."""
        if self._work is not None:
            self._work.cancel()
            self._rest()
            self.redraw()


class SpareDialog(ModalScreen[bool]):
    """A recovery key: shown once, asked back, kept if it was. Escape leaves all as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up")]

    def __init__(self) -> None:
        super().__init__()
        self._making = recovery.Making()

    def compose(self) -> ComposeResult:
        """Lay out the key for writing by hand, and where its end is typed."""
        with Vertical(classes="dialog"):
            yield Static(
                _("Write this down, all of it, and keep it where only you can reach it.")
                + " "
                + _("It is shown once and kept on no disk. Spaces and capitals do not matter."),
                markup=False,
            )
            yield Static("\n".join(self._making.lines()), markup=False, classes="paper")
            yield Static(
                _("Type the last {n} characters of what you wrote down:").format(n=recovery.ASKED),
                markup=False,
            )
            yield Input()
            told = _("Enter keeps it, Esc leaves all as it was")
            yield Static(Content.styled(told, "$muted"), classes="hint", id="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the key once its end was typed; the third wrong one ends it."""
        event.stop()
        typed, event.input.value = event.value, ""
        app = cast("DebriefApp", self.app)
        if self._making.matches(typed):
            try:
                keyring.keep_spare(app.desk, self._making)
            except Problem as problem:
                self.dismiss(False)
                app.tell(problem)
                return
            self.dismiss(True)
        elif self._making.left:
            told = _("That is not how it ends. Look at what you wrote, and type it once more.")
            self.query_one("#hint", Static).update(Content.styled(told, "$warning"))
        else:
            self.dismiss(False)
            app.tell(recovery.not_typed_back())

    def action_give_up(self) -> None:
        """Keep nothing."""
        self.dismiss(False)
