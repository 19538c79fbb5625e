"""Why a team had no round: one of a few reasons, by one key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from debrief import words
from debrief.i18n import _
from debrief.record.following import REASONS
from debrief.record.shape import NotHeldReason
from debrief.tui.widgets.bars import Link, LinkRow, key_and_label


class NotHeldDialog(ModalScreen[NotHeldReason | None]):
    """Why there was no round tonight; it goes into the record, without a word about anybody."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"say({n})") for n in range(1, len(REASONS) + 1)),
        Binding("escape", "give_up"),
    ]

    def __init__(self, team: str) -> None:
        super().__init__()
        self._team = team

    def compose(self) -> ComposeResult:
        """Lay out the reasons, each with its key."""
        question = _("No round tonight, because:")
        if self._team:
            question = _("No round tonight with {team}, because:").format(team=self._team)
        with Vertical(classes="dialog"):
            yield Static(question, markup=False)
            for number, reason in enumerate(REASONS, 1):
                row = LinkRow()
                text = key_and_label(str(number), words.not_held(reason))
                row.show_links([Link(text, f"screen.say({number})")], "")
                yield row
            hint = _("It goes into the record, so that coverage shows no gap. Esc leaves it.")
            yield Static(Content.styled(hint, "$muted"), classes="hint")

    def action_say(self, number: int) -> None:
        """Take the reason."""
        self.dismiss(REASONS[number - 1])

    def action_give_up(self) -> None:
        """Leave it."""
        self.dismiss(None)
