"""Follow-ups: who is to be called, what came of it, and agreed work that is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from debrief import words
from debrief.desk import actions, following, past, reminding, times
from debrief.desk.actions import Agreed
from debrief.desk.following import Due
from debrief.errors import Problem
from debrief.i18n import _
from debrief.record.following import Said
from debrief.tui import commands, looks
from debrief.tui.contact_dialog import ContactDialog
from debrief.tui.dialogs import date_dialog
from debrief.tui.screens.base import BaseScreen
from debrief.tui.sizes import NARROW
from debrief.tui.widgets.bars import KeyBar, Link, LinkRow, TopBar, key_and_label

if TYPE_CHECKING:
    from debrief.record.shape import ActionOutcome, ContactOutcome, Direction

_FOR_CONTACTS = ("better", "same", "worse", "not_reached", "declined", "moved")
_FOR_WORK = ("done", "dropped")


class FollowUpsScreen(BaseScreen):
    """Contacts, the soonest first, and below them the work that was agreed."""

    SCOPES: ClassVar[tuple[str, ...]] = ("followups",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("followups")]

    class Listed(Message):
        """What there is was looked through."""

        def __init__(self, rows: list[Due | Agreed], problem: str = "") -> None:
            super().__init__()
            self.rows = rows
            self.problem = problem

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Due | Agreed] = []
        self._looked = False
        self._everything = False
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Lay out the list, what is to be known of the one in hand, and its keys."""
        yield TopBar()
        with Vertical(id="followups"):
            yield OptionList(id="contacts")
            yield Static(id="one-contact", markup=False)
            yield LinkRow(id="contact-keys")
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "Follow-ups shows who is to be called. Ask about sleep, switching off, contact with "
            "people and the wish to work; only better, the same or worse is kept."
        )

    def on_mount(self) -> None:
        """Look, with the list in hand."""
        self.redraw()
        self._list.focus()
        self.look()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#contacts", OptionList)

    # Showing

    def redraw(self) -> None:
        """Say everything in the language in force."""
        rows = (*_FOR_CONTACTS, *_FOR_WORK)
        hidden = [one.id for one in commands.of("followups") if one.action in rows]
        self.query_one(KeyBar).show(self.SCOPES, hidden)
        self.show_top(_("Follow-ups"))
        self._list.border_title = _("To be called, and agreed work")
        at = self._list.highlighted
        self._list.clear_options()
        now = self.desk_app.desk.clock()
        narrow = self.size.width < NARROW
        self._list.add_options([Option(_row(one, now, narrow)) for one in self._rows])
        if not self._rows:
            self._list.add_option(Option(self._nothing(), disabled=True))
        else:
            self._list.highlighted = min(at or 0, len(self._rows) - 1)
        self._tell()

    def _nothing(self) -> Content:
        if self._problem:
            return Content.styled(f"▲ {self._problem}", "$warning")
        return Content.styled(_("No follow-ups are waiting.") if self._looked else "", "$muted")

    def _tell(self) -> None:
        one = self._chosen
        told = Content("")
        keys: tuple[str, ...] = ()
        if isinstance(one, Due):
            told, keys = Content("\n").join(_about(one)), _FOR_CONTACTS
        elif one is not None:
            told, keys = Content.styled(one.session, "$muted"), _FOR_WORK
        self.query_one("#one-contact", Static).update(told)
        shown = [each for each in commands.of("followups") if each.action in keys]
        links = [_link(each) for each in shown]
        self.query_one("#contact-keys", LinkRow).show_links(links, "  ")

    @work(thread=True, exclusive=True, group="index", exit_on_error=False)
    def look(self) -> None:
        """Ask the index and open what is needed, off the screen's thread."""
        desk, everything = self.desk_app.desk, self._everything
        rows: list[Due | Agreed] = []
        problem = ""
        try:
            found = past.index(desk)
            rows += following.due(desk, found, everything=everything)
            rows += actions.actions(desk, found, everything=everything)
        except Problem as caught:
            problem = str(caught)
        if not get_current_worker().is_cancelled:
            self.post_message(self.Listed(rows, problem))

    def on_follow_ups_screen_listed(self, message: Listed) -> None:
        """Show what there is."""
        self._rows, self._problem, self._looked = message.rows, message.problem, True
        self.redraw()

    def on_option_list_option_highlighted(self) -> None:
        """Tell of the one in hand."""
        self._tell()

    @property
    def _chosen(self) -> Due | Agreed | None:
        at = self._list.highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    # Keeping

    @work(thread=True, group="keep", exit_on_error=False)
    def _keep(self, take: Callable[[], object]) -> None:
        """Keep something durably, off the screen's thread, and look again."""
        try:
            take()
        except Problem as problem:
            self.app.call_from_thread(self.desk_app.tell, problem)
        self.app.call_from_thread(self.look)

    def _contact(self, outcome: ContactOutcome, direction: Direction | None = None) -> None:
        one = self._chosen
        if not isinstance(one, Due):
            return
        desk = self.desk_app.desk

        def answered(said: Said | None) -> None:
            if said is not None:
                self._keep(lambda: following.end(desk, one, outcome, said))

        self.app.push_screen(ContactDialog(one, outcome, direction, desk.clock()), answered)

    def _work(self, outcome: ActionOutcome) -> None:
        one = self._chosen
        if isinstance(one, Agreed):
            desk = self.desk_app.desk
            self._keep(lambda: actions.end(desk, one.session, one.number, outcome))

    def action_better(self) -> None:
        """Held: better."""
        self._contact("done", "better")

    def action_same(self) -> None:
        """Held: the same."""
        self._contact("done", "same")

    def action_worse(self) -> None:
        """Held: worse."""
        self._contact("done", "worse")

    def action_held(self) -> None:
        """Held, and no more; of agreed work: still open."""
        self._contact("done")
        self._work("open")

    def action_not_reached(self) -> None:
        """They were not reached."""
        self._contact("not-reached")

    def action_declined(self) -> None:
        """They did not want it."""
        self._contact("declined")

    def action_moved(self) -> None:
        """Ask to when it was moved."""
        one = self._chosen
        if not isinstance(one, Due):
            return
        desk = self.desk_app.desk

        def answered(text: str | None) -> None:
            if text:
                then = times.follow_up_time(text, desk.clock())
                self._keep(lambda: following.end(desk, one, "moved", Said(then=then)))

        self.app.push_screen(date_dialog(one.name, desk.clock()), answered)

    def action_done(self) -> None:
        """The agreed work is done."""
        self._work("done")

    def action_dropped(self) -> None:
        """The agreed work was dropped."""
        self._work("dropped")

    def action_all(self) -> None:
        """Show those that came to an end too, or only open ones."""
        self._everything = not self._everything
        self.look()

    def action_back(self) -> None:
        """Go back to the first screen."""
        self.app.pop_screen()


def _link(command: commands.Command) -> Link:
    return Link(key_and_label(command.shown_key, command.label()), f"screen.{command.action}")


def _row(one: Due | Agreed, now: dt.datetime, narrow: bool) -> Content:
    if isinstance(one, Agreed):
        return _work_row(one, now)
    late = reminding.lateness(one.when, now) if one.open else ""
    pressing = one.open and one.when < now
    style = "$warning" if pressing else "$foreground" if one.open else "$muted"
    glyph = "▲" if pressing else looks.AHEAD if one.open else looks.DONE
    by = "" if narrow or not one.by else _("by {name}").format(name=one.by)
    parts = (late, by, reminding.which(one, short=narrow), reminding.came(one))
    rest = " · ".join(part for part in parts if part)
    name = Content(one.name).truncate(14, ellipsis=True)
    return Content.assemble(
        (f"{glyph} ", style),
        (f"{words.moment(one.when):<20}", style),
        name.pad_right(15 - name.cell_length),
        (rest, "$muted"),
    )


def _work_row(one: Agreed, now: dt.datetime) -> Content:
    today = now.astimezone().date()
    late = one.late(today)
    glyph = looks.DONE if not one.open else "▲" if late else looks.AHEAD
    return Content.assemble(
        (f"{glyph} ", "$warning" if late else "$foreground" if one.open else "$muted"),
        reminding.action_line(one, today),
        (f"  {one.team}" if one.team else "", "$muted"),
    )


def _about(one: Due) -> list[Content]:
    """Return what is to be known before calling: what was agreed, and when it was."""
    agreed = words.moment(one.agreed) if one.agreed is not None else "-"
    told = _("Agreed in the round of {when}, {team}: {which}.")
    if not one.team:
        told = _("Agreed in the round of {when}: {which}.")
    told = told.format(when=agreed, team=one.team, which=reminding.which(one))
    ask = _("Sleep, switching off, people, wish to work: better, the same or worse?")
    return [Content.styled(told, "$muted"), Content(ask if one.open else reminding.came(one))]
