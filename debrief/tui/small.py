"""What stands in a window that is too small; every start loads it, so it loads nothing else."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from debrief.tui.sizes import too_small


class SmallDialog(ModalScreen[None]):
    """The window is too small; nothing is lost, and the screens come back when it has grown."""

    def compose(self) -> ComposeResult:
        """Lay out the sentence alone."""
        yield Static(too_small(self.app.size.width, self.app.size.height), markup=False)

    def on_resize(self) -> None:
        """Say the size as it is now."""
        text = too_small(self.app.size.width, self.app.size.height)
        self.query_one(Static).update(text)
