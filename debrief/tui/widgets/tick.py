"""A box to tick: what it says is a shape, so that it reads without colour."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive, var
from textual.widget import Widget


class Tick(Widget, can_focus=True):
    """One yes or no: `[x]` or `[ ]` and a label."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,enter", "turn", show=False)]

    label: reactive[str] = reactive("")
    on: var[bool] = var(False, toggle_class="-on")

    class Turned(Message):
        """The box was ticked or unticked."""

    def render(self) -> Content:
        """Return box and label."""
        return Content(f"[{'x' if self.on else ' '}] {self.label}")

    def action_turn(self) -> None:
        """Tick or untick."""
        self.on = not self.on
        self.refresh()
        self.post_message(self.Turned())

    def on_click(self) -> None:
        """A click turns it, too."""
        self.action_turn()
