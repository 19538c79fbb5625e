"""Letters beside panes, people and phases: one key shows them, a letter goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from debrief.i18n import _
from debrief.tui.widgets.bars import Rail
from debrief.tui.widgets.lists import RoundTable

LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"
"""In the order in which they are given out: those under the fingers first."""


class Target(msgspec.Struct, frozen=True):
    """Something to go to: where its letter stands, in cells of the screen, and how to go."""

    x: int
    y: int
    go: Callable[[], object]


def targets(screen: Screen[Any]) -> list[Target]:
    """Return what can be gone to on a screen, phases first, then people, then panes."""
    found: list[Target] = []
    for rail in screen.query(Rail):
        found += _phases(rail)
    for table in screen.query(RoundTable):
        found += _people(table)
    for widget in screen.focus_chain:
        if widget.is_on_screen:
            found.append(Target(widget.region.x + 1, widget.region.y, widget.focus))
    return found[: len(LETTERS)]


def _phases(rail: Rail) -> Iterator[Target]:
    content = rail.content_region
    for x, y, link in rail.places():
        yield Target(content.x + x, content.y + y, _doing(rail, link.action))


def _doing(rail: Rail, action: str) -> Callable[[], object]:
    return lambda: rail.app.call_later(rail.run_action, action)


def _people(table: RoundTable) -> Iterator[Target]:
    if not table.is_on_screen:
        return
    content = table.content_region
    for row, option in enumerate(table.options):
        y = content.y + row - table.scroll_offset.y
        if option.id is not None and content.y <= y < content.bottom:
            yield Target(content.x, y, _choosing(table, option.id))


def _choosing(table: RoundTable, person: str) -> Callable[[], object]:
    return lambda: table.post_message(RoundTable.Chosen(person))


class JumpScreen(ModalScreen[None]):
    """The screen below as it is, with a letter at each target; any other key goes back."""

    def __init__(self, found: Sequence[Target]) -> None:
        super().__init__()
        self._found = dict(zip(LETTERS, found, strict=False))

    def compose(self) -> ComposeResult:
        """Lay the letters over the screen."""
        for letter, target in self._found.items():
            chip = Static(letter, classes="letter", markup=False)
            chip.styles.offset = (target.x, target.y)
            yield chip
        hint = _("A letter goes there, Esc goes back")
        yield Static(Content.styled(hint, "$muted"), classes="hint")

    def on_key(self, event: events.Key) -> None:
        """Go where the letter stands."""
        event.stop()
        target = self._found.get(event.key)
        self.dismiss(None)
        if target is not None:
            target.go()

    def on_click(self) -> None:
        """A click goes back."""
        self.dismiss(None)
