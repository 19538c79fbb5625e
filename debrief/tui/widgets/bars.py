"""The one-line widgets: top bar, phase rail, key bar and the strip of signs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from debrief.i18n import _
from debrief.tui import commands, looks


class TopBar(Widget):
    """Where we are on the left, what is saved and how long it has taken on the right."""

    left: reactive[Content] = reactive(Content(""))
    right: reactive[Content] = reactive(Content(""))

    def render(self) -> Content:
        """Return one row: left, a gap, right; the left gives way where it is tight."""
        width = self.content_size.width
        room = max(0, width - self.right.cell_length - 2)
        left = (
            self.left.truncate(room, ellipsis=True) if self.left.cell_length > room else self.left
        )
        return Content.assemble(
            left.pad_right(width - left.cell_length - self.right.cell_length), self.right
        )


class Step(msgspec.Struct, frozen=True):
    """A phase for showing in the rail."""

    name: str
    state: str
    """done, now or ahead."""
    time: str = ""
    over: bool = False


class Rail(Static):
    """The phases as one row; a click goes to one."""

    def show(self, steps: Sequence[Step], width: int) -> None:
        """Show the steps, with less of them where the row is short."""
        for build in (self._full, self._short, self._tight):
            row = build(steps)
            if row.cell_length <= width:
                break
        self.update(row)

    def _full(self, steps: Sequence[Step]) -> Content:
        return self._row(steps, lambda one: one.name, "  ")

    def _short(self, steps: Sequence[Step]) -> Content:
        return self._row(steps, lambda one: one.name, " ")

    def _tight(self, steps: Sequence[Step]) -> Content:
        return self._row(steps, lambda one: one.name if one.state == "now" else one.name[:4], " ")

    def _row(self, steps: Sequence[Step], name: Callable[[Step], str], gap: str) -> Content:
        parts: list[Content] = []
        for number, step in enumerate(steps):
            glyph = {"done": looks.DONE, "now": looks.NOW, "ahead": looks.AHEAD}[step.state]
            link, over = f"[@click=screen.phase({number})]", " " + _("over") if step.over else ""
            markup = f"{link}[$muted]$glyph $name[/][/]"
            if step.state == "now":
                lit = "[bold $accent]$glyph $number $name[/] [$foreground]$time$over[/]"
                markup = f"{link}{lit}[/]"
            part = Content.from_markup(
                markup,
                glyph=glyph,
                number=number + 1,
                name=name(step),
                time=step.time,
                over=over,
            )
            parts.append(part)
        return Content(gap).join(parts)


class KeyBar(Static):
    """The keys that count here, each clickable."""

    def show(self, scopes: Sequence[str], hidden: Sequence[str] = ()) -> None:
        """Show the commands of `scopes` that stand in the bar, then help."""
        shown = [c for scope in (*scopes, "app") for c in commands.of(scope) if c.bar]
        parts = []
        for command in shown:
            if command.id in hidden:
                continue
            target = "app" if command.scope == "app" else "screen"
            markup = f"[@click={target}.{command.action}][$accent]$key[/] [$muted]$label[/][/]"
            parts.append(Content.from_markup(markup, key=command.shown_key, label=command.label()))
        self.update(Content("  ").join(parts))


class SignStrip(Static):
    """The signs in one row, for narrow windows."""

    def show(self, counts: dict[str, int], newest: str, name: str) -> None:
        """Show how many of each level, and the words of the first one."""
        if not any(counts.values()):
            self.update(Content.styled(_("No signs seen. Your own ear comes first."), "$muted"))
            return
        parts: list[Any] = []
        for level in ("acute", "urgent", "watch"):
            if counts.get(level):
                parts.append(
                    (f"{looks.LEVEL_GLYPHS[level]} {counts[level]} ", looks.LEVEL_STYLES[level])
                )
        parts.append(f" {name}: »{newest}«")
        self.update(Content.assemble(*parts))
