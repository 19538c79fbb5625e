"""Cards: what speaks against going on, what to do instead by one key; a protocol's lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from debrief.i18n import _
from debrief.tui.widgets.bars import Link, LinkRow, key_and_label

Way = Literal["instead", "anyway"]


class GuardCard(ModalScreen[Way | None]):
    """A warning, never a dead end: what to do instead, to go on anyway, or back with Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "take('instead')"),
        Binding("o", "take('anyway')"),
        Binding("escape", "take('')"),
    ]

    def __init__(self, sentences: Sequence[str], instead: str) -> None:
        """`instead` says what the key `a` does."""
        super().__init__()
        self._sentences = tuple(sentences)
        self._instead = instead

    def compose(self) -> ComposeResult:
        """Lay out the warning, and each way on with its key."""
        anyway = _("go on anyway; that is noted in the record")
        with Vertical(classes="dialog"):
            for sentence in self._sentences:
                yield Static(sentence, markup=False)
            for key, label, way in (("a", self._instead, "instead"), ("o", anyway, "anyway")):
                row = LinkRow()
                row.show_links([Link(key_and_label(key, label), f"screen.take('{way}')")], "")
                yield row
            yield Static(Content.styled(_("Esc goes back"), "$muted"), classes="hint")

    def action_take(self, way: str) -> None:
        """Give the way that was chosen; none for an empty one."""
        self.dismiss("instead" if way == "instead" else "anyway" if way == "anyway" else None)


class LockCard(ModalScreen[Literal["confirmed", "instead"] | None]):
    """The lock of a protocol: three things to confirm, each by its key; then Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"confirm({number})") for number in (1, 2, 3)),
        Binding("enter", "go_on"),
        Binding("a", "instead"),
        Binding("escape", "give_up"),
    ]

    def __init__(self, why: str, instead: str) -> None:
        """`why` is the protocol's own text; `instead` says what the key `a` does."""
        super().__init__()
        self._why = why
        self._instead = instead
        self.confirmed: frozenset[int] = frozenset()

    def compose(self) -> ComposeResult:
        """Lay out the reason, what to confirm, and the ways on."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled(_("This protocol is locked"), "bold $warning"))
            yield Static(self._why, markup=False)
            for number in (1, 2, 3):
                yield LinkRow(id=f"confirm-{number}")
            yield Static("", classes="hint")
            row = LinkRow()
            row.show_links([Link(key_and_label("a", self._instead), "screen.instead")], "")
            yield row
            hint = _("1, 2, 3 confirm; Enter begins once all three are; Esc goes back")
            yield Static(Content.styled(hint, "$muted"), classes="hint", id="hint")

    def on_mount(self) -> None:
        """Show what is confirmed: nothing yet."""
        self._show()

    def _show(self) -> None:
        said = (
            _("A team that is trained in it leads."),
            _("Everyone comes of their own free will, and may pass or leave."),
            _("Everyone has a next contact agreed, in three days and in a month."),
        )
        for number, sentence in enumerate(said, 1):
            box = "[x]" if number in self.confirmed else "[ ]"
            text = key_and_label(str(number), f"{box} {sentence}")
            row = self.query_one(f"#confirm-{number}", LinkRow)
            row.show_links([Link(text, f"screen.confirm({number})")], "")

    def action_confirm(self, number: int) -> None:
        """Confirm one, or take it back."""
        self.confirmed = self.confirmed ^ {number}
        self._show()

    def action_go_on(self) -> None:
        """Begin, once everything is confirmed; else say what is missing."""
        if len(self.confirmed) == 3:
            self.dismiss("confirmed")
            return
        missing = _("Confirm all three first, or choose another protocol with Esc.")
        self.query_one("#hint", Static).update(Content.styled(missing, "$warning"))

    def action_instead(self) -> None:
        """Take what is held instead."""
        self.dismiss("instead")

    def action_give_up(self) -> None:
        """Leave it as it was."""
        self.dismiss(None)
