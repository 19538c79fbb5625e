"""The floor that the app is measured against: the least a Textual app with an editor can be."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import TextArea


class Floor(App[None]):
    """One editor, nothing else."""

    def compose(self) -> ComposeResult:
        """Lay out the editor."""
        yield TextArea()


if __name__ == "__main__":
    Floor().run()
