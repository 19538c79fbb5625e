"""From what was set up to an open round: the lock, the hours since, what speaks against it."""

from __future__ import annotations

import msgspec
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from debrief import i18n, words
from debrief.errors import Problem
from debrief.i18n import _
from debrief.protocol import Protocol, Shift
from debrief.session.guardrails import at_the_start
from debrief.session.model import Circumstances, Setup
from debrief.text import clean_line
from debrief.tui.cards import GuardCard, LockCard, Way
from debrief.tui.dialogs import LineDialog
from debrief.tui.screens.base import BaseScreen
from debrief.tui.widgets.roll import Roll
from debrief.tui.widgets.tick import Tick

DEFAULT = "shift-defuse"
"""What is offered instead of a protocol that comes too early or is locked."""


class SetupBegin(BaseScreen):
    """The part of Setup that opens the round."""

    def __init__(self) -> None:
        super().__init__()
        self._protocols: list[Protocol] = []
        self._usual = ""

    @property
    def protocol(self) -> Protocol | None:
        """The protocol that is chosen."""
        at = self.query_one("#protocols", OptionList).highlighted
        return self._protocols[at] if at is not None and at < len(self._protocols) else None

    def ticked(self, ident: str) -> bool:
        """Tell whether a box is ticked."""
        return self.query_one(ident, Tick).on

    def shift(self, one: Protocol) -> Shift | None:
        """Return which end of the shift it is, where the protocol asks."""
        if not one.asks_shift:
            return None
        return "start" if self.ticked("#shift-start") else "end"

    def planned(self, one: Protocol, around: Circumstances) -> Setup:
        """Return the setup of a round by this protocol, with everything that is set here."""
        desk = self.desk_app.desk
        return desk.setup(
            one,
            self.query_one(Roll).here,
            desk.config.round_language or i18n.language(),
            team=clean_line(self.query_one("#team", Input).value)[:60],
            circumstances=around,
            shift=self.shift(one),
            silence=self.ticked("#silence"),
        )

    def circumstances(self) -> Circumstances:
        """Return what was ticked of the situation."""
        return Circumstances(
            supervisor_involved=self.ticked("#involved"),
            mixed_exposure=self.ticked("#mixed"),
            line_manager_leads=self.ticked("#manager"),
        )

    def begin(self, one: Protocol) -> None:
        """Open a round by this protocol, once its lock and its time have been asked about."""
        around = self.circumstances()
        if one.locked and not around.mixed_exposure:
            self._unlock(one, around)
        else:
            self._ask_hours(one, around)

    def _instead(self) -> Protocol:
        return next(other for other in self._protocols if other.id == DEFAULT)

    def _instead_label(self) -> str:
        name = self._instead().name.to(i18n.language())
        return _("hold this instead: {name}").format(name=name)

    def _unlock(self, one: Protocol, around: Circumstances) -> None:
        def answered(way: str | None) -> None:
            if way == "instead":
                self._open(self._instead(), self.circumstances())
            elif way == "confirmed":
                confirmed = msgspec.structs.replace(around, lock_confirmed=True)
                self._ask_hours(one, confirmed)

        why = one.guardrail.to(i18n.language()) if one.guardrail is not None else ""
        self.app.push_screen(LockCard(why, self._instead_label()), answered)

    def _ask_hours(self, one: Protocol, around: Circumstances) -> None:
        if not one.earliest_hours:
            self._open(one, around)
            return
        question = _("{name} comes at the earliest {n} hours after. How many hours is it since?")
        name = one.name.to(i18n.language())

        def told(text: str | None) -> None:
            if text:
                since = msgspec.structs.replace(around, hours_since=hours(text))
                self._weigh_time(one, since)

        self.app.push_screen(
            LineDialog(
                question.format(name=name, n=one.earliest_hours),
                _("A number, for example 30. Enter goes on, Esc goes back."),
                hours,
            ),
            told,
        )

    def _weigh_time(self, one: Protocol, around: Circumstances) -> None:
        """Offer what is held instead where it is too early."""
        if around.hours_since >= one.earliest_hours:
            self._open(one, around)
            return

        def answered(way: Way | None) -> None:
            if way == "instead":
                self._open(self._instead(), self.circumstances())
            elif way == "anyway":
                self._open(one, around)

        sentence = words.told("too-early")
        self.app.push_screen(GuardCard([sentence], self._instead_label()), answered)

    def _open(self, one: Protocol, around: Circumstances) -> None:
        """Open the round; what speaks against it stands on the screen, so going on is noted."""
        standing = tuple(found.key for found in at_the_start(self.planned(one, around)))
        noted = msgspec.structs.replace(around, went_on=standing)
        try:
            live = self.desk_app.desk.start(self.planned(one, noted))
        except Problem as problem:
            self.query_one("#advice", Static).update(Content.styled(str(problem), "$warning"))
            self.query_one("#name", Input).focus()
            return
        self.app.pop_screen()
        self.desk_app.open_round(live)


def hours(text: str) -> float:
    """Return the hours in what was typed; raises Problem."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        found = -1.0
    if not 0 <= found <= 24 * 365:
        raise Problem(_("That is no number of hours; write for example 30."))
    return found
