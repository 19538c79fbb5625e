"""The few dialogs: a message, one line of text, the next contact, what leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, Literal

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from debrief import words
from debrief.desk import times
from debrief.errors import Problem
from debrief.i18n import _
from debrief.session.model import DUTY_OUTCOMES, DutyOutcome, FollowUpOutcome
from debrief.tui import commands
from debrief.tui.widgets.bars import Link, LinkRow, key_and_label

LIBRARY: Final = [
    Binding(one.key, "app.library", show=False, id=one.id)
    for one in commands.of("app")
    if one.id == "app.library"
]
"""A dialog shuts out the app's keys; this one holds in those that are about a person or a duty."""


class MessageDialog(ModalScreen[None]):
    """One thing a person must have read."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape,space", "dismiss_it")]

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def compose(self) -> ComposeResult:
        """Lay out the sentence and the way on."""
        with Vertical(classes="dialog"):
            yield Static(self._sentence, markup=False)
            yield Static(Content.styled(_("Enter goes on"), "$muted"), classes="hint")

    def action_dismiss_it(self) -> None:
        """Go on."""
        self.dismiss(None)


class LineDialog(ModalScreen[str | None]):
    """One line of text: an action, a name, a date. Escape gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up"), *LIBRARY]

    def __init__(
        self,
        question: str,
        hint: str,
        check: Callable[[str], object] | None = None,
        value: str = "",
    ) -> None:
        super().__init__()
        self._value = value
        self._question = question
        self._hint = hint
        self._check = check

    def compose(self) -> ComposeResult:
        """Lay out question, input and hint."""
        with Vertical(classes="dialog"):
            yield Static(self._question, markup=False)
            yield Input(self._value)
            yield Static(Content.styled(self._hint, "$muted"), classes="hint", id="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the line back, once it can be used."""
        event.stop()
        if self._check is not None and event.value.strip():
            try:
                self._check(event.value)
            except Problem as problem:
                self.query_one("#hint", Static).update(Content.styled(str(problem), "$warning"))
                return
        self.dismiss(event.value.strip() or None)

    def action_give_up(self) -> None:
        """Leave it as it was."""
        self.dismiss(None)


Choice = Literal["tomorrow", "three-days", "month", "other-date", "declined", "not-needed"]


class Settled(msgspec.Struct, frozen=True):
    """An answer about the next contact."""

    outcome: FollowUpOutcome
    when: dt.datetime | None = None


def settle(choice: Choice, now: dt.datetime) -> Settled | None:
    """Return what a choice means at `now`; None for the one that has to ask for a date."""
    if choice in ("declined", "not-needed"):
        return Settled(choice)
    dates = {"tomorrow": times.tomorrow, "three-days": times.three_days, "month": times.month}
    found = dates.get(choice)
    return None if found is None else Settled("dated", found(now))


def date_dialog(name: str, now: dt.datetime) -> LineDialog:
    """Return the dialog that asks when to talk to `name`."""
    return LineDialog(
        _("When is the next contact with {name}?").format(name=name),
        _("For example: tomorrow 9.30, 24/11 10, 2026-11-24 10:00. Enter takes it, Esc leaves it."),
        lambda text: times.follow_up_time(text, now),
    )


class FollowUpDialog(ModalScreen[Choice | None]):
    """The next contact with one person, by one key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(b for b in commands.bindings("settle") if b.action != "override"),
        Binding("escape", "give_up"),
        *LIBRARY,
    ]

    def __init__(self, name: str, now: dt.datetime) -> None:
        super().__init__()
        self._name = name
        self._now = now

    def compose(self) -> ComposeResult:
        """Lay out the choices, each with its key."""
        with Vertical(classes="dialog"):
            yield Static(_("Next contact with {name}").format(name=self._name), markup=False)
            for command in commands.of("settle"):
                if command.action == "override":
                    continue
                row = LinkRow()
                text = key_and_label(command.shown_key, command.help())
                row.show_links([Link(text, f"screen.{command.action}")], "")
                yield row
            yield Static(Content.styled(_("Esc leaves it as it is"), "$muted"), classes="hint")

    def action_tomorrow(self) -> None:
        """Tomorrow at ten."""
        self.dismiss("tomorrow")

    def action_three_days(self) -> None:
        """About 72 hours after."""
        self.dismiss("three-days")

    def action_month(self) -> None:
        """About a month after."""
        self.dismiss("month")

    def action_other_date(self) -> None:
        """A date of their own."""
        self.dismiss("other-date")

    def action_declined(self) -> None:
        """Offered and declined."""
        self.dismiss("declined")

    def action_not_needed(self) -> None:
        """None needed."""
        self.dismiss("not-needed")

    def action_give_up(self) -> None:
        """Leave it as it was."""
        self.dismiss(None)


class DutyDialog(ModalScreen[DutyOutcome | None]):
    """A duty that a confirmed sign opened: what it is, whose, and how it ended. Escape: later."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"end('{code}')") for n, code in enumerate(DUTY_OUTCOMES, 1)),
        Binding("escape", "later"),
        *LIBRARY,
    ]

    def __init__(self, kind: str, holder: str) -> None:
        """`holder` is the name of the counsellor who was told; empty for the supervisor."""
        super().__init__()
        self._kind = kind
        self._holder = holder

    def compose(self) -> ComposeResult:
        """Lay out duty, holder, what to follow, and the answers, each with its key."""
        whose = _("The duty is personal: it is yours, and nobody can take it over.")
        if self._holder:
            whose = _(
                "The duty is personal: it stays with {name}, who was told, also when you help."
            ).format(name=self._holder)
        house = _(
            "Follow your house's own procedure. Where life is in danger, call the emergency number."
        )
        with Vertical(classes="dialog"):
            yield Static(Content.styled(words.duty(self._kind), "bold $warning"))
            yield Static(whose, markup=False)
            yield Static(house, markup=False)
            for number, code in enumerate(DUTY_OUTCOMES, 1):
                row = LinkRow()
                text = key_and_label(str(number), words.duty_outcome(code))
                row.show_links([Link(text, f"screen.end('{code}')")], "")
                yield row
            yield card_link()
            later = _("Esc leaves it for later; it must end before the close")
            yield Static(Content.styled(later, "$muted"), classes="hint")

    def look_up(self) -> tuple[str, ...]:
        """Return the card of this duty, for the library to show first."""
        from debrief.guidance import duty_card

        return (duty_card(self._kind),)

    def action_end(self, outcome: DutyOutcome) -> None:
        """Note how it ended."""
        self.dismiss(outcome)

    def action_later(self) -> None:
        """Leave it open."""
        self.dismiss(None)


def card_link() -> LinkRow:
    """Return the row that says which key shows the card of what is asked about."""
    row = LinkRow()
    key = next(one.shown_key for one in commands.of("app") if one.id == "app.library")
    text = key_and_label(key, _("the card: law, deadline, numbers to call"))
    row.show_links([Link(text, "app.library")], "")
    return row


class PreviewDialog(ModalScreen[None]):
    """Byte for byte what leaves, and to whom."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape,f2,q", "dismiss_it")]

    def __init__(self, parts: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._parts = parts

    def compose(self) -> ComposeResult:
        """Lay out each destination's heading and its bytes as text."""
        with Vertical(classes="dialog full"):
            with VerticalScroll():
                if not self._parts:
                    yield Static(_("Nothing leaves: no destination is set up in debrief.toml."))
                for heading, body in self._parts:
                    yield Static(heading, markup=False, classes="heading")
                    yield Static(body, markup=False, classes="paper")
            hint = _("↑ ↓ PgUp PgDn read on, Esc goes back") if self._parts else _("Esc goes back")
            yield Static(Content.styled(hint, "$muted"), classes="hint")

    def action_dismiss_it(self) -> None:
        """Go back."""
        self.dismiss(None)
