"""The one-line widgets: top bar, phase rail, key bar and the strip of signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from debrief import words
from debrief.i18n import _
from debrief.tui import commands, looks


class TopBar(Widget):
    """Where we are on the left, what is saved and how long it has taken on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.left = self.right = Content("")

    def show(self, left: Content, right: Content) -> None:
        """Show both; what stands already is not painted again, so that no key waits for it."""
        if (left.markup, right.markup) != (self.left.markup, self.right.markup):
            self.left, self.right = left, right
            self.refresh()

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
    """done, now, ahead, or passed by the whole group."""
    time: str = ""
    over: bool = False


class Link(msgspec.Struct, frozen=True):
    """A stretch of a row that does something when clicked."""

    text: Content
    action: str


class LinkRow(Static):
    """Texts side by side, each of which may be clicked. Their own colours stay."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._links: tuple[Link, ...] = ()
        self._rows: list[list[Link]] = [[]]
        self._gap = ""

    def show_links(self, links: Sequence[Link], gap: str) -> None:
        """Show the links with `gap` between them, on as many rows as they need."""
        if (tuple(links), gap) == (self._links, self._gap):
            return
        self._links, self._gap = tuple(links), gap
        self._lay_out()

    def on_resize(self) -> None:
        """Lay the links out anew for the width there is."""
        self._lay_out()

    def _lay_out(self) -> None:
        """Put whole links on rows; one is never broken in the middle."""
        width = self.content_size.width or 1000
        rows: list[list[Link]] = [[]]
        at = 0
        for link in self._links:
            length = link.text.cell_length
            if rows[-1] and at + length > width:
                rows.append([])
                at = 0
            rows[-1].append(link)
            at += length + len(self._gap)
        self._rows = rows
        lines = [Content(self._gap).join(link.text for link in row) for row in rows]
        self.update(Content("\n").join(lines))

    def places(self) -> Iterator[tuple[int, int, Link]]:
        """Yield each link with the column and the row in which it begins."""
        for row, links in enumerate(self._rows):
            start = 0
            for link in links:
                yield start, row, link
                start += link.text.cell_length + len(self._gap)

    async def on_click(self, event: events.Click) -> None:
        """Do what the clicked stretch stands for."""
        at = event.get_content_offset(self)
        if at is None:
            return
        for start, row, link in self.places():
            if row == at.y and start <= at.x < start + link.text.cell_length:
                await self.run_action(link.action)
                return


def _whole(step: Step) -> str:
    return step.name


def _short(step: Step) -> str:
    return step.name if step.state == "now" else step.name[:4]


class Rail(LinkRow):
    """The phases as one row; a click goes to one."""

    def show(self, steps: Sequence[Step], width: int) -> None:
        """Show the steps, with less of them where the row is short."""
        for name, gap in ((_whole, "  "), (_whole, " "), (_short, " ")):
            links = [self._link(number, step, name(step)) for number, step in enumerate(steps)]
            if sum(link.text.cell_length + len(gap) for link in links) - len(gap) <= width:
                break
        self.show_links(links, gap)

    def _link(self, number: int, step: Step, name: str) -> Link:
        glyph = {
            "done": looks.DONE,
            "now": looks.NOW,
            "ahead": looks.AHEAD,
            "passed": looks.TURN_GLYPHS["passed"],
        }[step.state]
        if step.state == "now":
            over = (" " + _("over"), "bold $warning") if step.over else ""
            title = (f"{glyph} {number + 1} {name}", "bold $accent")
            text = Content.assemble(title, f" {step.time}", over)
        else:
            text = Content.styled(f"{glyph} {name}", "$muted")
        return Link(text, f"screen.phase({number})")


class KeyRow(LinkRow):
    """Keys and what they do, each clickable."""

    def show_commands(self, shown: Sequence[commands.Command]) -> None:
        """Show these commands."""
        links = [Link(key_and_label(one.shown_key, one.label()), _action(one)) for one in shown]
        self.show_links(links, "  ")


class KeyBar(KeyRow):
    """The keys that count on this screen, at its foot."""

    def show(self, scopes: Sequence[str], hidden: Sequence[str] = ()) -> None:
        """Show the commands of `scopes` that stand in the bar, then help."""
        shown = [
            command
            for scope in (*scopes, "app")
            for command in commands.of(scope)
            if command.bar and command.id not in hidden
        ]
        self.show_commands(shown)


def key_and_label(key: str, label: str) -> Content:
    """Return a key and what it does, the key in the accent."""
    return Content.assemble((key, "$accent"), " ", (label, "$muted"))


def _action(command: commands.Command) -> str:
    where = "app" if command.scope == "app" else "focused" if command.scope in PANES else "screen"
    return f"{where}.{command.action}"


PANES: Final = ("people", "signs", "choices")
"""Scopes whose commands belong to a pane: they act where the focus is."""


class SignStrip(Static):
    """The signs in one row, for narrow windows."""

    _row = ""

    def show(self, counts: dict[str, int], newest: str, whose: str) -> None:
        """Show how many of each level, and the words of the first one with `whose` they are."""
        if not any(counts.values()):
            self.say(Content.styled(_("No signs seen. Your own ear comes first."), "$muted"))
            return
        parts: list[Any] = []
        for level in ("acute", "urgent", "watch"):
            if counts.get(level):
                parts.append(
                    (f"{looks.LEVEL_GLYPHS[level]} {counts[level]} ", looks.LEVEL_STYLES[level])
                )
        parts.append(f" {whose}: {words.quoted(newest)}")
        self.say(Content.assemble(*parts))

    def say(self, row: Content) -> None:
        """Show a row; one that stands already costs nothing."""
        if row.markup != self._row:
            self._row = row.markup
            self.update(row)
