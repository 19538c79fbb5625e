"""Why a team had no round: one of a few reasons, by one key."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from debrief import words
from debrief.desk.past import Week
from debrief.i18n import _
from debrief.record.following import REASONS
from debrief.record.shape import NotHeldReason
from debrief.tui.widgets.bars import Link, LinkRow, key_and_label


class NotHeld(msgspec.Struct, frozen=True):
    """An answer: whose round, why not, and in the week of which Monday; None is tonight."""

    team: str
    reason: NotHeldReason
    monday: dt.date | None = None


class NotHeldDialog(ModalScreen[NotHeld | None]):
    """Why there was no round; it goes into the record, without a word about anybody."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"say({n})") for n in range(1, len(REASONS) + 1)),
        Binding("w", "turn"),
        Binding("escape", "give_up"),
    ]

    def __init__(self, team: str, gap: Week | None) -> None:
        """Begin with tonight; where a week before had no round either, `w` turns to that."""
        super().__init__()
        self._team = team
        self._gap = gap
        self._of_gap = False

    def compose(self) -> ComposeResult:
        """Lay out the reasons, each with its key."""
        with Vertical(classes="dialog"):
            yield Static(self._question(), markup=False, id="which-round")
            for number, reason in enumerate(REASONS, 1):
                row = LinkRow()
                text = key_and_label(str(number), words.not_held(reason))
                row.show_links([Link(text, f"screen.say({number})")], "")
                yield row
            if self._gap is not None:
                text = key_and_label("w", _("tonight, or the week that had none"))
                row = LinkRow()
                row.show_links([Link(text, "screen.turn")], "")
                yield row
            hint = _("It goes into the record, so that coverage shows no gap. Esc leaves it.")
            yield Static(Content.styled(hint, "$muted"), classes="hint")

    def _question(self) -> str:
        if self._of_gap and self._gap is not None:
            asked = _("No round in week {n} with {team}, because:")
            if not self._gap.team:
                asked = _("No round in week {n}, because:")
            week = self._gap.monday.isocalendar().week
            return asked.format(n=week, team=self._gap.team)
        if self._team:
            return _("No round tonight with {team}, because:").format(team=self._team)
        return _("No round tonight, because:")

    def action_turn(self) -> None:
        """Turn between tonight and the week that had no round."""
        if self._gap is not None:
            self._of_gap = not self._of_gap
            self.query_one("#which-round", Static).update(self._question())

    def action_say(self, number: int) -> None:
        """Take the reason."""
        reason = REASONS[number - 1]
        if self._of_gap and self._gap is not None:
            self.dismiss(NotHeld(self._gap.team, reason, self._gap.monday))
        else:
            self.dismiss(NotHeld(self._team, reason))

    def action_give_up(self) -> None:
        """Leave it."""
        self.dismiss(None)
