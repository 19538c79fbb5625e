"""One question before something is done: is it really meant?"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from debrief.i18n import _


class SureDialog(ModalScreen[bool]):
    """Whether something is really meant; `hint` names what Enter and Esc do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)"),
        Binding("escape", "answer(False)"),
    ]

    def __init__(self, asked: str, hint: str = "") -> None:
        super().__init__()
        self._asked = asked
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Lay out what it would mean, and the two ways on."""
        hint = self._hint or _("Enter does it, Esc leaves it as it is")
        with Vertical(classes="dialog"):
            yield Static(self._asked, markup=False)
            yield Static(Content.styled(hint, "$muted"), classes="hint")

    def action_answer(self, sure: bool) -> None:
        """Go back with the answer."""
        self.dismiss(sure)
