"""Close: everyone accounted for, duties ended; then what leaves, byte for byte; then the seal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from debrief.desk import keyring, times
from debrief.errors import Problem
from debrief.i18n import _, ngettext
from debrief.live import Live
from debrief.session import Refused, SignKey
from debrief.session import events as ev
from debrief.session.guardrails import to_settle
from debrief.session.model import DUTY_OUTCOMES, Subject
from debrief.tui import accounts, commands
from debrief.tui.accounts import Account
from debrief.tui.dialogs import Choice, MessageDialog, PreviewDialog, date_dialog, settle
from debrief.tui.screens.base import BaseScreen
from debrief.tui.sizes import NARROW
from debrief.tui.widgets.bars import KeyBar, LinkRow, TopBar
from debrief.tui.widgets.lists import LoadBar

if TYPE_CHECKING:
    from debrief.desk.closing import Draft, Sealed
    from debrief.desk.sending import Preview


class CloseScreen(BaseScreen):
    """The close of a round. Nothing changes on disk but by a step, until the seal."""

    SCOPES: ClassVar[tuple[str, ...]] = ("close", "settle")
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("close", "settle")]

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live
        self._draft: Draft | None = None
        self._problem = ""
        self._rows: list[Account] = []

    def compose(self) -> ComposeResult:
        """Lay out the accounts, what is open, and what leaves."""
        yield TopBar()
        with Horizontal(id="close"):
            with Vertical(id="accounts-side"):
                yield OptionList(id="accounts")
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
        return accounts.cards(self.live.state, self._chosen)

    def on_mount(self) -> None:
        """Begin with the first who is not accounted for."""
        self.redraw()
        self._list.focus()
        self._go_to_open()

    # Showing

    def redraw(self) -> None:
        """Show the accounts, what is open, and what would leave."""
        self.query_one(KeyBar).show(("close",))
        self.show_top(_("Close"), self.live.state.setup.team)
        self._make_draft()
        self._rows = accounts.accounts(self.live.state, narrow=self.size.width < NARROW)
        at = self._list.highlighted
        self._list.border_title = _("Accounted for")
        self._list.clear_options()
        self._list.add_options([Option(account.row) for account in self._rows])
        self._list.highlighted = None if at is None else min(at, len(self._rows) - 1)
        self._show_legend()
        load = self.query_one(LoadBar)
        load.border_title = _("Your own load: who backs you up tonight?")
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
        self.query_one("#legend", LinkRow).show_links(accounts.legend(self._chosen), "  ")

    # Settling

    @property
    def _list(self) -> OptionList:
        return self.query_one("#accounts", OptionList)

    @property
    def _chosen(self) -> Account | None:
        at = self._list.highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    def _go_to_open(self) -> None:
        self._list.highlighted = accounts.first_open(self._rows)

    def _step(self, take: Callable[[], object]) -> None:
        try:
            take()
        except Refused as refusal:
            self.app.notify(str(refusal), markup=False)
        self.redraw()
        self._go_to_open()

    def _choose(self, choice: Choice, number: int) -> None:
        account = self._chosen
        if account is None:
            return
        if account.kind == "duty":
            self._end_duty(account.about, number)
        elif account.key is not None:
            self._decide(account.key, number)
        else:
            self._settle(account.about, choice)

    def _end_duty(self, duty: str, number: int) -> None:
        if number <= len(DUTY_OUTCOMES):
            outcome = DUTY_OUTCOMES[number - 1]
            self._step(lambda: self.live.do(ev.DutyEnded(self.live.clock(), duty, outcome)))

    def _decide(self, key: SignKey, number: int) -> None:
        if number == 1:
            self._step(lambda: self.live.decide(key, "confirmed"))
        elif number == 2:
            self._step(lambda: self.live.decide(key, "dismissed"))
        elif number == 3:
            other: Subject = "counsellor"
            if self.live.state.signs[key].subject == "counsellor":
                other = "case"
            self._step(lambda: self.live.decide(key, subject=other))

    def _settle(self, person_id: str, choice: Choice) -> None:
        now = self.live.clock()
        person = self.live.state.person(person_id)
        answer = settle(choice, now)
        if answer is not None:
            event = ev.FollowUpAgreed(now, person_id, answer.outcome, answer.when)
            self._step(lambda: self.live.do(event))
        elif person is not None:
            asked = date_dialog(person.name, now)
            self.app.push_screen(asked, lambda text: self._date(person_id, text))

    def _date(self, person: str, text: str | None) -> None:
        if text:
            now = self.live.clock()
            when = times.follow_up_time(text, now)
            event = ev.FollowUpAgreed(now, person, "dated", when)
            self._step(lambda: self.live.do(event))

    def action_tomorrow(self) -> None:
        """The first answer: tomorrow; acted; confirmed."""
        self._choose("tomorrow", 1)

    def action_three_days(self) -> None:
        """The second answer: in three days; agreed who acts; dismissed."""
        self._choose("three-days", 2)

    def action_month(self) -> None:
        """The third answer: in a month; no duty; the other's."""
        self._choose("month", 3)

    def action_other_date(self) -> None:
        """Ask for a date."""
        self._choose("other-date", 4)

    def action_declined(self) -> None:
        """Offered and declined."""
        self._choose("declined", 5)

    def action_not_needed(self) -> None:
        """None needed."""
        self._choose("not-needed", 6)

    def action_override(self) -> None:
        """Go on although it stands, for the first thing that may be gone on from."""
        stops = [one for one in to_settle(self.live.state) if one.weight == "stops"]
        if stops:
            event = ev.Overridden(self.live.clock(), stops[0].key)
            self._step(lambda: self.live.do(event))

    def action_undo(self) -> None:
        """Take back the last step."""
        self._step(self.live.undo)

    @on(LoadBar.Given)
    def keep_own_load(self, message: LoadBar.Given) -> None:
        """Keep the supervisor's own load."""
        message.stop()
        event = ev.SupervisorLoad(self.live.clock(), message.load)
        self._step(lambda: self.live.do(event))
        self._list.focus()

    @on(LoadBar.Abandoned)
    def leave_own_load(self) -> None:
        """Back to the accounts."""
        self._list.focus()

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
            self._go_to_open()
            self.app.notify(_("Something is still open; it stands on the right."), markup=False)
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
        level=one.level,
        fields=", ".join(one.fields),
        digest=one.document.sha256,
    )
    return heading, one.document.body.decode(errors="replace")


def _leaving(one: Preview) -> Content:
    heading, body = _part(one)
    style = "$warning" if one.document is None else "$muted"
    return Content.assemble((heading, style), "\n", body)
