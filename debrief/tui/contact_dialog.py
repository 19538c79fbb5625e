"""What came of a contact: a few answers, each by one key, and no text."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from debrief import words
from debrief.desk import following, reminding, times
from debrief.i18n import _
from debrief.record.following import Said
from debrief.tui import looks
from debrief.tui.dialogs import date_dialog
from debrief.tui.widgets.bars import Link, LinkRow, key_and_label

if TYPE_CHECKING:
    from debrief.desk.following import Due
    from debrief.record.shape import ContactOutcome, Direction, Wants

_WANTS: Final[dict[str, Wants]] = {"m": "more", "l": "less", "o": "other"}


class ContactDialog(ModalScreen[Said | None]):
    """One contact before it is kept: what they want, a referral, and when next; all optional."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"want('{code}')") for key, code in _WANTS.items()),
        Binding("r", "refer"),
        Binding("1", "next('tomorrow')"),
        Binding("2", "next('three-days')"),
        Binding("3", "next('month')"),
        Binding("4", "own_time"),
        Binding("enter", "keep"),
        Binding("escape", "give_up"),
    ]

    def __init__(
        self, one: Due, outcome: ContactOutcome, direction: Direction | None, now: dt.datetime
    ) -> None:
        """Where it is worse, or the same a month on, a next contact is proposed."""
        super().__init__()
        self._one = one
        self._outcome = outcome
        self._now = now
        self._offers = direction is not None and following.offers_more(one, direction)
        then = times.three_days(now) if self._offers else None
        self._said = Said(direction, then=then)

    def compose(self) -> ComposeResult:
        """Lay out what will be kept, and what may be added."""
        with Vertical(classes="dialog"):
            yield Static(id="contact", markup=False)
            if self._offers:
                yield Static(Content.styled(reminding.offer(), "$warning"))
            if self._outcome == "done":
                yield LinkRow(id="wanted")
                yield LinkRow(id="then")
            hint = _("Enter keeps it, sealed; Esc leaves it open. No word about it is kept.")
            yield Static(Content.styled(hint, "$muted"), classes="hint")

    def on_mount(self) -> None:
        """Show what will be kept."""
        self._show()

    def _show(self) -> None:
        outcome = words.contact_outcome(self._outcome)
        direction = words.direction(self._said.direction or "")
        told = ", ".join(part for part in (outcome, direction) if part)
        name = (self._one.name, "bold")
        heading = Content.assemble(name, f" · {reminding.which(self._one)}\n{told}")
        if self._said.then is not None:
            next_one = _("next contact {time}").format(time=words.moment(self._said.then))
            heading = Content.assemble(heading, f" · {next_one}")
        self.query_one("#contact", Static).update(heading)
        if self._outcome == "done":
            self.query_one("#wanted", LinkRow).show_links(self._wanted(), "  ")
            self.query_one("#then", LinkRow).show_links(self._next(), "  ")

    def _wanted(self) -> list[Link]:
        links = []
        for key, code in _WANTS.items():
            text = self._tick(key, words.wants(code), self._said.wants == code)
            links.append(Link(text, f"screen.want('{code}')"))
        text = self._tick("r", _("referred"), self._said.referral)
        return [*links, Link(text, "screen.refer")]

    def _next(self) -> list[Link]:
        rows = (
            ("1", _("tomorrow 10"), "next('tomorrow')"),
            ("2", _("in 3 days"), "next('three-days')"),
            ("3", _("in a month"), "next('month')"),
            ("4", _("other time"), "own_time"),
        )
        return [Link(key_and_label(key, label), f"screen.{action}") for key, label, action in rows]

    def _tick(self, key: str, label: str, on: bool) -> Content:
        glyph = looks.DONE if on else looks.AHEAD
        return Content.assemble((key, "$accent"), f" {glyph} ", (label, "" if on else "$muted"))

    def _change(self, **changes: object) -> None:
        if self._outcome == "done":
            self._said = msgspec.structs.replace(self._said, **changes)
            self._show()

    def action_want(self, code: Wants) -> None:
        """Note what they want, or take it back."""
        self._change(wants=None if self._said.wants == code else code)

    def action_refer(self) -> None:
        """Somebody else takes it from here, or not."""
        self._change(referral=not self._said.referral)

    def action_next(self, choice: str) -> None:
        """Agree a next contact, or take it back."""
        dates = {"tomorrow": times.tomorrow, "three-days": times.three_days, "month": times.month}
        then = dates[choice](self._now)
        self._change(then=None if self._said.then == then else then)

    def action_own_time(self) -> None:
        """Ask for a time."""
        if self._outcome == "done":
            self.app.push_screen(date_dialog(self._one.name, self._now), self._own)

    def _own(self, text: str | None) -> None:
        if text:
            self._change(then=times.follow_up_time(text, self._now))

    def action_keep(self) -> None:
        """Keep it."""
        self.dismiss(self._said)

    def action_give_up(self) -> None:
        """Leave it open."""
        self.dismiss(None)
