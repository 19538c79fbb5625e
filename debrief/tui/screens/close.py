"""Close: everyone accounted for, duties ended; then what leaves, byte for byte; then the seal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from debrief import words
from debrief.desk import keyring
from debrief.errors import Problem
from debrief.i18n import _, language, ngettext
from debrief.live import Live
from debrief.session.guardrails import DANGER, to_settle, to_tell
from debrief.summary import words as leaving
from debrief.tui import accounts, commands
from debrief.tui.close_dialogs import DangerDialog
from debrief.tui.dialogs import MessageDialog, PreviewDialog
from debrief.tui.screens.close_keys import CloseKeys
from debrief.tui.sizes import NARROW
from debrief.tui.widgets.bars import KeyBar, LinkRow, TopBar
from debrief.tui.widgets.lists import LoadBar

if TYPE_CHECKING:
    from debrief.desk.closing import Draft, Sealed
    from debrief.desk.sending import Preview


"""The warnings over which nothing is sealed without a question."""


class Accounts(OptionList):
    """The rows of the close. Enter seals, as F10 does; a click only takes a row in hand."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.seal", show=False)]


class CloseScreen(CloseKeys):
    """The close of a round. Nothing changes on disk but by a step, until the seal."""

    SCOPES: ClassVar[tuple[str, ...]] = ("close", "settle")
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("close", "settle")]

    def __init__(self, live: Live) -> None:
        super().__init__(live)
        self._draft: Draft | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Lay out the accounts, what is open, and what leaves."""
        yield TopBar()
        with Horizontal(id="close"):
            with Vertical(id="accounts-side"):
                yield Accounts(id="accounts")
                yield LinkRow(id="legend")
                yield LoadBar(id="own-load", labelled=False)
            with Vertical(id="close-side"):
                yield Static(id="standing", markup=False)
                yield Static(id="leaves", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "Nobody leaves without an agreed next contact. Choose a row, then 1 to 6; for a duty "
            "1 acted, 2 agreed, 3 no duty. {preview} shows what leaves; {seal} seals."
        ).format(preview=commands.shown_key("close.preview"), seal=commands.shown_key("close.seal"))

    def look_up(self) -> tuple[str, ...]:
        """Return the cards of the row in hand."""
        return accounts.cards(self.live.state, self.chosen)

    def on_mount(self) -> None:
        """Begin with the first who is not accounted for."""
        self.redraw()
        self.accounts.focus()
        self.go_to_open()

    # Showing

    def redraw(self) -> None:
        """Show the accounts, what is open, and what would leave."""
        self.query_one(KeyBar).show(("close",))
        self.show_top(_("Close"), self.live.state.setup.team)
        self._make_draft()
        self.rows = accounts.accounts(self.live.state, narrow=self.size.width < NARROW)
        at = self.accounts.highlighted
        self.accounts.border_title = _("Accounted for")
        self.accounts.clear_options()
        self.accounts.add_options([Option(account.row) for account in self.rows])
        self.accounts.highlighted = None if at is None else min(at, len(self.rows) - 1)
        self._show_legend()
        load = self.query_one(LoadBar)
        own = commands.shown_key("close.own")
        load.border_title = _("Your own load · {key} more").format(key=own)
        load.load = self.live.state.supervisor_load
        self._show("#standing", _("Still open"), accounts.standing(self.live.state))
        self._show("#leaves", _("What leaves"), self._leaves())

    def _show(self, ident: str, title: str, content: Content) -> None:
        pane = self.query_one(ident, Static)
        pane.border_title = title
        pane.update(content)

    def _make_draft(self) -> None:
        try:
            self._draft = self.desk_app.desk.draft(self.live)
        except Problem as problem:
            self._draft, self._problem = None, str(problem)

    def _leaves(self) -> Content:
        if self._draft is None:
            return Content.styled(f"▲ {self._problem}", "$warning")
        if not self._draft.previews:
            nothing = _("Nothing leaves: no destination is set up in debrief.toml.")
            return Content.styled(nothing, "$muted")
        return Content("\n\n").join(_leaving(one) for one in self._draft.previews)

    def on_option_list_option_highlighted(self) -> None:
        """The number keys mean something else for a duty and for a sign."""
        self._show_legend()

    def _show_legend(self) -> None:
        self.query_one("#legend", LinkRow).show_links(accounts.legend(self.chosen), "  ")

    # Leaving

    def action_preview(self) -> None:
        """Show byte for byte what leaves."""
        if self._draft is not None:
            self.app.push_screen(PreviewDialog([_part(one) for one in self._draft.previews]))

    def action_back(self) -> None:
        """Back to the round."""
        self.app.pop_screen()
        self.desk_app.redraw()

    def action_seal(self) -> None:
        """Seal the session, exactly as it was previewed."""
        if to_settle(self.live.state) or self._draft is None:
            self.go_to_open()
            self.app.notify(_("Something is still open; it stands on the right."), markup=False)
            return
        danger = [one for one in to_tell(self.live.state) if one.code in DANGER]
        if not danger:
            self._seal(True)
            return
        told = [words.guardrail(one, self.live.state) for one in danger]
        self.app.push_screen(DangerDialog(told), self._seal)

    def _seal(self, sure: bool | None) -> None:
        """Seal it, once it is sure; on failure say what was kept, and stay."""
        if not sure or self._draft is None:
            return
        try:
            sealed = self.desk_app.desk.close(self.live, self._draft)
        except Problem as problem:
            self.desk_app.tell(problem)
            self.redraw()
            return
        self.desk_app.live = None
        self.app.pop_screen()
        self.app.pop_screen()
        self.app.push_screen(MessageDialog(receipt(sealed)))
        self.desk_app.send_waiting()


def receipt(sealed: Sealed) -> str:
    """Return what to tell once a session is sealed; one line of it is for the minutes."""
    n = sealed.queued
    queued = ngettext("{n} summary is on its way.", "{n} summaries are on their way.", n)
    parts = [
        _("The round is closed and sealed."),
        str(sealed.path),
        queued.format(n=n) if n else _("Nothing leaves this machine."),
        _("For the minutes: {receipt}").format(receipt=sealed.receipt),
        *([keyring.reminder()] if sealed.only_here else []),
        _("Thank you for leading it. Now log off, and leave the shift behind."),
    ]
    return "\n\n".join(parts)


def _part(one: Preview) -> tuple[str, str]:
    """Return heading and body for one destination, the body as the bytes that leave."""
    if one.document is None:
        return f"▲ {one.destination} ({one.exporter})", one.problem
    heading = _("To {destination} ({exporter}), level {level}: {fields}. sha256 {digest}").format(
        destination=one.destination,
        exporter=one.exporter,
        level=leaving.level(one.level, language()),
        fields=leaving.fields(one.fields, language()),
        digest=one.document.sha256,
    )
    return heading, one.document.body.decode(errors="replace")


def _leaving(one: Preview) -> Content:
    heading, body = _part(one)
    style = "$warning" if one.document is None else "$muted"
    return Content.assemble((heading, style), "\n", body)
