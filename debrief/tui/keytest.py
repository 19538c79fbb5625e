"""What arrives of the keys: pressed here, told by the name under which the screens get them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from debrief.errors import Problem
from debrief.i18n import _
from debrief.tui import commands, keymap, looks
from debrief.tui.commands import Command

if TYPE_CHECKING:
    from debrief.desk import Desk

_SHOWN = 12
"""How many of the last keys stand on the screen."""


class KeyTest(App[int]):
    """Tells of each key what arrived and what it does in a round; Esc twice ends it."""

    CSS_PATH = "debrief.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q,ctrl+c", "pass", priority=True)]

    def __init__(self, keys: Mapping[str, str], theme: str) -> None:
        super().__init__()
        commands.use(keys)
        self._wanted = {key: one for one in _of_a_round() for key in one.keys}
        self._arrived: list[str] = []
        self.animation_level = "none"
        for each in looks.THEMES:
            self.register_theme(each)
        usable = [each.name for each in looks.themes(self.no_color)]
        self.theme = theme if theme in usable else usable[0]

    def compose(self) -> ComposeResult:
        """Lay out what arrived, and what has not been tried."""
        with Vertical(id="home"):
            yield Static(_("Press the keys you use. Esc twice ends this."), markup=False)
            yield Static(id="arrived", markup=False)
            yield Static(id="missing", markup=False)

    def on_mount(self) -> None:
        """Show what there is to try."""
        self._show()

    def action_pass(self) -> None:
        """Be told of as any key is."""

    async def on_event(self, event: events.Event) -> None:
        """Take every key before anything else does."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._take(event.key)
            return
        await super().on_event(event)

    def _take(self, key: str) -> None:
        if key == "escape" and self._arrived[-1:] == ["escape"]:
            self.exit(0)
        self._arrived.append(key)
        self._show()

    def _show(self) -> None:
        lines = [self._row(key) for key in self._arrived[-_SHOWN:]]
        self.query_one("#arrived", Static).update(Content("\n").join(lines))
        left = [key for key in self._wanted if key not in self._arrived]
        names = "  ".join(commands.show_key(key) for key in left)
        told = Content.assemble((_("Not seen yet: "), "$muted"), names)
        if not left:
            told = Content.styled(_("Every key of a round arrives."), "$success")
        self.query_one("#missing", Static).update(told)

    def _row(self, key: str) -> Content:
        command = self._wanted.get(key)
        does = command.help() if command else _("nothing of a round; it goes to the text")
        name = Content(commands.show_key(key)).truncate(14, ellipsis=True)
        return Content.assemble(
            (name.pad_right(16 - name.cell_length).plain, "$accent"), (does, "$muted")
        )


def _of_a_round() -> list[Command]:
    return [one for scope in ("app", "round") for one in commands.of(scope)]


def run(desk: Desk) -> int:
    """Show what arrives until Esc comes twice; return the exit status."""
    try:
        keys = keymap.read(desk.config.keys)
    except Problem:
        keys = {}
    app: App[Any] = KeyTest(keys, desk.config.theme)
    return app.run() or app.return_code or 0
