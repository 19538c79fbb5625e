"""Close: everyone accounted for, duties ended; then what leaves, byte for byte; then the seal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from debrief import words
from debrief.desk import times
from debrief.errors import Problem
from debrief.i18n import _, ngettext
from debrief.live import Live
from debrief.session import Refused
from debrief.session import events as ev
from debrief.session.guardrails import Guardrail, to_settle, to_tell
from debrief.session.model import DutyOutcome
from debrief.tui import commands, looks
from debrief.tui.dialogs import Choice, MessageDialog, PreviewDialog, date_dialog, settle
from debrief.tui.screens.base import BaseScreen
from debrief.tui.widgets.bars import KeyBar, TopBar
from debrief.tui.widgets.lists import LoadBar

if TYPE_CHECKING:
    from debrief.desk.closing import Draft, Sealed
    from debrief.desk.sending import Preview

OUTCOMES: tuple[DutyOutcome, ...] = get_args(DutyOutcome)


class CloseScreen(BaseScreen):
    """The close of a round. Nothing changes on disk but by a step, until the seal."""

    SCOPES: ClassVar[tuple[str, ...]] = ("close", "settle")
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("close", "settle")]

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live
        self._draft: Draft | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Lay out the accounts, what is open, and what leaves."""
        yield TopBar()
        with Horizontal(id="close"):
            with Vertical(id="accounts-side"):
                yield OptionList(id="accounts")
                yield LoadBar(id="own-load")
            with Vertical(id="close-side"):
                yield Static(id="standing", markup=False)
                yield Static(id="leaves", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "Nobody leaves without an agreed next contact. Choose a row, then 1 to 6; for a duty "
            "1 acted, 2 agreed, 3 no duty. F2 shows what leaves; F10 seals."
        )

    def on_mount(self) -> None:
        """Begin with the first who is not accounted for."""
        self.redraw()
        accounts = self._accounts
        accounts.focus()
        accounts.highlighted = self._first_open()

    # Showing

    def redraw(self) -> None:
        """Show the accounts, what is open, and what would leave."""
        super().redraw()
        self.show_top(_("Close"), self.live.state.setup.team)
        self._make_draft()
        accounts = self._accounts
        at = accounts.highlighted
        accounts.border_title = _("Accounted for")
        accounts.clear_options()
        accounts.add_options([Option(row, ident) for ident, row in self._rows()])
        accounts.highlighted = None if at is None else min(at, accounts.option_count - 1)
        load = self.query_one(LoadBar)
        load.border_title = _("Your own load: who backs you up tonight?")
        load.load = self.live.state.supervisor_load
        self._show("#standing", _("Still open"), self._standing())
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

    def _rows(self) -> list[tuple[str, Content]]:
        state = self.live.state
        found = []
        for person in state.people:
            agreed = state.follow_ups.get(person.id)
            text = words.follow_up(
                agreed.outcome if agreed else None, agreed.when if agreed else None
            )
            found.append((person.id, _row(agreed is not None, person.name, text)))
        for duty in state.duties.values():
            name = f"{words.duty(duty.kind)} -> {words.duty_person(state, duty.holder)}"
            done = duty.outcome is not None
            found.append((duty.id, _row(done, name, words.duty_outcome(duty.outcome), 44)))
        return found

    def _standing(self) -> Content:
        state = self.live.state
        open_now, told = to_settle(state), to_tell(state)
        if not open_now and not told:
            return Content.styled(_("Everyone is accounted for."), "$success")
        missing = [one for one in open_now if one.code == "follow-up-missing"]
        lines = []
        if len(missing) > 1:
            people = [state.person(one.about) for one in missing]
            names = ", ".join(person.name for person in people if person)
            sentence = _("No next contact yet: {names}. Choose a row, then 1 to 6.")
            lines.append(_standing_row(missing[0], sentence.format(names=names)))
            open_now = tuple(one for one in open_now if one not in missing)
        rest = (*open_now, *told)
        lines += [_standing_row(one, words.guardrail(one, state)) for one in rest]
        return Content("\n\n").join(lines)

    def _leaves(self) -> Content:
        if self._draft is None:
            return Content.styled(f"▲ {self._problem}", "$warning")
        if not self._draft.previews:
            return Content.styled(
                _("Nothing leaves: no destination is set up in debrief.toml."), "$muted"
            )
        return Content("\n").join(_leaving(one) for one in self._draft.previews)

    def _first_open(self) -> int:
        state = self.live.state
        missing = [at for at, one in enumerate(state.people) if one.id not in state.follow_ups]
        if missing:
            return missing[0]
        duties = list(state.duties.values())
        undone = [at for at, duty in enumerate(duties) if duty.outcome is None]
        return len(state.people) + undone[0] if undone else 0

    # Settling

    @property
    def _accounts(self) -> OptionList:
        """The rows of people and duties."""
        return self.query_one("#accounts", OptionList)

    @property
    def _chosen(self) -> str | None:
        accounts = self._accounts
        at = accounts.highlighted
        return accounts.get_option_at_index(at).id if at is not None else None

    def _step(self, event: ev.Event) -> None:
        try:
            self.live.do(event)
        except Refused as refusal:
            self.app.notify(str(refusal), markup=False)
        self.redraw()
        self._accounts.highlighted = self._first_open()

    def _choose(self, choice: Choice, number: int) -> None:
        chosen, now = self._chosen, self.live.clock()
        if chosen is None:
            return
        if chosen in self.live.state.duties:
            if number <= len(OUTCOMES):
                self._step(ev.DutyEnded(now, chosen, OUTCOMES[number - 1]))
            return
        person = self.live.state.person(chosen)
        answer = settle(choice, now)
        if answer is not None:
            self._step(ev.FollowUpAgreed(now, chosen, answer.outcome, answer.when))
        elif person is not None:
            self.app.push_screen(
                date_dialog(person.name, now), lambda text: self._date(chosen, text)
            )

    def _date(self, person: str, text: str | None) -> None:
        if text:
            now = self.live.clock()
            when = times.follow_up_time(text, now)
            self._step(ev.FollowUpAgreed(now, person, "dated", when))

    def action_tomorrow(self) -> None:
        """Tomorrow at ten, or the duty was acted on."""
        self._choose("tomorrow", 1)

    def action_three_days(self) -> None:
        """In three days, or it is agreed who acts."""
        self._choose("three-days", 2)

    def action_month(self) -> None:
        """In a month, or it is no duty case."""
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
            self._step(ev.Overridden(self.live.clock(), stops[0].key))

    def action_undo(self) -> None:
        """Take back the last step."""
        try:
            self.live.undo()
        except Refused as refusal:
            self.app.notify(str(refusal), markup=False)
        self.redraw()

    @on(LoadBar.Given)
    def keep_own_load(self, message: LoadBar.Given) -> None:
        """Keep the supervisor's own load."""
        message.stop()
        self._step(ev.SupervisorLoad(self.live.clock(), message.load))
        self._accounts.focus()

    @on(LoadBar.Abandoned)
    def leave_own_load(self) -> None:
        """Back to the accounts."""
        self._accounts.focus()

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
            self._accounts.highlighted = self._first_open()
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
        _("For the minutes: ledger {line}, {digest}").format(
            line=sealed.ledger_line, digest=sealed.root[:16]
        ),
        _("Thank you for leading it. Now log off, and leave the shift behind."),
    ]
    return "\n\n".join(parts)


def _row(done: bool, name: str, text: str, width: int = 16) -> Content:
    glyph, style = (looks.DONE, "$success") if done else (looks.AHEAD, "$warning")
    shown = Content(name).truncate(width, ellipsis=True)
    return Content.assemble(
        (f"{glyph} ", style),
        shown.pad_right(width + 1 - shown.cell_length),
        (text, "$foreground" if done else "$muted"),
    )


def _standing_row(one: Guardrail, sentence: str) -> Content:
    if one.weight == "tells":
        return Content.assemble(("▲ ", "$warning"), (sentence, "$muted"))
    more = "  " + _("(o goes on anyway)") if one.weight == "stops" else ""
    return Content.assemble(("○ ", "$warning"), sentence, (more, "$muted"))


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
