"""Two dialogs of the close: several contacts with one person, and the supervisor's own evening."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from debrief import words
from debrief.desk import handover, times
from debrief.i18n import _, ngettext
from debrief.session import State
from debrief.tui import commands, looks
from debrief.tui.dialogs import date_dialog
from debrief.tui.widgets.bars import Link, LinkRow, key_and_label
from debrief.tui.widgets.lists import LoadBar

if TYPE_CHECKING:
    from debrief.desk import Desk

_SEAL: Final = [
    Binding(one.key, "answer(True)", id=one.id)
    for one in commands.of("close")
    if one.id == "close.seal"
]
"""The key that seals; it follows the keymap."""

_MOST = 9
"""So many dates have a digit of their own."""


class SeriesDialog(ModalScreen[tuple[dt.datetime, ...] | None]):
    """Several contacts with one person: each date is taken or left out by its digit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"turn({n})") for n in range(1, _MOST + 1)),
        Binding("t", "own_time"),
        Binding("enter", "take"),
        Binding("escape", "give_up"),
    ]

    def __init__(
        self,
        name: str,
        offered: tuple[dt.datetime, ...],
        agreed: tuple[dt.datetime, ...] | None,
        now: dt.datetime,
    ) -> None:
        """Begin with the dates `agreed`; where there are none yet, with all that are offered."""
        super().__init__()
        self._whom = name
        self._now = now
        self._dates = sorted({*offered, *(agreed or ())})[:_MOST]
        self._taken = {*(agreed or offered)}

    def compose(self) -> ComposeResult:
        """Lay out the dates, each with its digit, and the ways on."""
        with Vertical(classes="dialog"):
            yield Static(_("When to talk to {name}").format(name=self._whom), markup=False)
            yield LinkRow(id="dates")
            yield LinkRow(id="own-time")
            hint = _("A digit takes a date or leaves it out. Enter agrees them, Esc leaves it.")
            yield Static(Content.styled(hint, "$muted"), classes="hint")

    def on_mount(self) -> None:
        """Show the dates."""
        row = key_and_label("t", _("another time"))
        self.query_one("#own-time", LinkRow).show_links([Link(row, "screen.own_time")], "")
        self._show()

    def _show(self) -> None:
        rows = []
        for number, when in enumerate(self._dates, 1):
            glyph = looks.DONE if when in self._taken else looks.AHEAD
            style = "$foreground" if when in self._taken else "$muted"
            text = Content.assemble(
                (f"{number}", "$accent"), f" {glyph} ", (self._told(when), style)
            )
            rows.append(Link(text.pad_right(60 - text.cell_length), f"screen.turn({number})"))
        self.query_one("#dates", LinkRow).show_links(rows, "")

    def _told(self, when: dt.datetime) -> str:
        days = (when.astimezone().date() - self._now.astimezone().date()).days
        ahead = ngettext("in {n} day", "in {n} days", days).format(n=days) if days > 1 else ""
        return f"{words.moment(when)}  {ahead}".rstrip()

    def action_turn(self, number: int) -> None:
        """Take a date, or leave it out."""
        if number <= len(self._dates):
            self._taken ^= {self._dates[number - 1]}
            self._show()

    def action_own_time(self) -> None:
        """Ask for another time."""
        self.app.push_screen(date_dialog(self._whom, self._now), self._add)

    def _add(self, text: str | None) -> None:
        if text and len(self._dates) < _MOST:
            when = times.follow_up_time(text, self._now)
            self._dates = sorted({*self._dates, when})
            self._taken.add(when)
            self._show()

    def action_take(self) -> None:
        """Agree the dates that are taken."""
        self.dismiss(tuple(sorted(self._taken)))

    def action_give_up(self) -> None:
        """Leave it as it was."""
        self.dismiss(None)


class DangerDialog(ModalScreen[bool]):
    """Somebody is in danger now: whether the round is really sealed. Enter alone never seals."""

    BINDINGS: ClassVar[list[BindingType]] = [*_SEAL, Binding("escape", "answer(False)")]

    def __init__(self, warnings: Sequence[str]) -> None:
        super().__init__()
        self._warnings = tuple(warnings)

    def compose(self) -> ComposeResult:
        """Lay out what stands, the question, and the two ways on."""
        key = commands.shown_key("close.seal")
        with Vertical(classes="dialog"):
            for warning in self._warnings:
                yield Static(Content.assemble(("■ ", "$error"), warning))
            yield Static(Content.styled(_("Is it settled who is with them now?"), "bold"))
            hint = _("{key} seals the round, Esc goes back to it").format(key=key)
            yield Static(Content.styled(hint, "$muted"), classes="hint")

    def action_answer(self, sure: bool) -> None:
        """Go back with the answer."""
        self.dismiss(sure)


class OwnDialog(ModalScreen[int | None]):
    """The supervisor's own close-down: questions to oneself, of which only the load is kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "leave"),
        Binding("down,pagedown", "turn_page(4)"),
        Binding("up,pageup", "turn_page(-4)"),
    ]

    def __init__(self, desk: Desk, state: State) -> None:
        super().__init__()
        self._desk = desk
        self._state = state

    def compose(self) -> ComposeResult:
        """Lay out the load, the questions, and what is handed over."""
        with Vertical(classes="dialog wide own"):
            yield Static(Content.styled(_("Your own close-down"), "bold"))
            yield LoadBar(id="my-load", labelled=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._questions(), markup=False)
                yield Static(Content("\n").join(self._handed_over()))
            hint = _("The load is kept, sealed; the rest is only for you. Enter or Esc goes back.")
            yield Static(Content.styled(hint, "$muted"), classes="hint")

    def on_mount(self) -> None:
        """Begin with the load."""
        bar = self.query_one(LoadBar)
        bar.load = self._state.supervisor_load
        bar.focus()

    def _questions(self) -> Content:
        asked = handover.questions(self._desk)
        return Content("\n").join(Content(f"· {line}") for line in asked)

    def _handed_over(self) -> Iterator[Content]:
        """Yield what goes on after tonight: contacts by time, duties, and agreed work."""
        yield Content.styled(_("Handed over tonight"), "$muted")
        rows = handover.handed_over(self._state)
        if not rows:
            yield Content(_("Nothing is open after this round."))
        yield from (Content(f"{looks.AHEAD} {row}") for row in rows)

    def action_turn_page(self, rows: int) -> None:
        """See more of it, where the window is low."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    @on(LoadBar.Given)
    def keep_load(self, message: LoadBar.Given) -> None:
        """Show the load that was given."""
        message.stop()
        self.query_one(LoadBar).load = message.load

    @on(LoadBar.Abandoned)
    def action_leave(self) -> None:
        """Go back, the load given."""
        self.dismiss(self.query_one(LoadBar).load)
