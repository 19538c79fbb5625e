"""Home: what is open, and one key to start tonight's round."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from debrief import words
from debrief.desk.left_open import putting_away, question
from debrief.errors import Problem
from debrief.i18n import _
from debrief.tui import commands, home_lines
from debrief.tui.screens.base import BaseScreen
from debrief.tui.sizes import LOW
from debrief.tui.sure import SureDialog
from debrief.tui.widgets.bars import KeyBar, Link, LinkRow, TopBar, key_and_label

if TYPE_CHECKING:
    from debrief.desk.overview import Overview
    from debrief.tui.not_held_dialog import NotHeld


MOST: Final = 4
FEW: Final = 2
"""So many lines of one kind stand on the first screen, or on a low one; a key shows the rest."""


class HomeScreen(BaseScreen):
    """The first screen: rounds to resume, follow-ups due, what waits to leave."""

    SCOPES: ClassVar[tuple[str, ...]] = ("home",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("home")]

    class Looked(Message):
        """The workspace was looked through."""

        def __init__(self, found: Overview | Problem) -> None:
            super().__init__()
            self.found = found

    def __init__(self) -> None:
        super().__init__()
        self._overview: Overview | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Lay out greeting, what is open, and the keys."""
        yield TopBar()
        with Vertical(id="home"):
            yield Static(id="greeting", markup=False)
            yield LinkRow(id="begin")
            yield Static(id="open", markup=False)
            yield Static(id="due", markup=False)
            yield Static(id="agreed-work", markup=False)
            yield Static(id="past", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "Home shows what is open and starts tonight's round. Nothing has to be set up first."
        )

    def on_mount(self) -> None:
        """Show the greeting at once, and look through the workspace behind it."""
        self.redraw()
        self.call_after_refresh(self.look)

    def on_screen_resume(self) -> None:
        """Look again when something else was closed."""
        if self.is_mounted:
            self.look()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def look(self) -> None:
        """Read journals, session files and the outbox, off the screen's thread."""
        desk = self.desk_app.desk
        found: Overview | Problem
        try:
            found = desk.overview()
        except Problem as problem:
            found = problem
        if not get_current_worker().is_cancelled:
            self.post_message(self.Looked(found))

    def on_home_screen_looked(self, message: Looked) -> None:
        """Show what was found."""
        if isinstance(message.found, Problem):
            self._problem = str(message.found)
        else:
            self._overview, self._problem = message.found, ""
        self.redraw()

    def redraw(self) -> None:
        """Say everything in the language in force."""
        seen = self._overview
        self.query_one(KeyBar).show(self.SCOPES, home_lines.idle(seen))
        self.show_top(self.desk_app.desk.config.team)
        greeting = Content.assemble(
            (_("Good that you hold a round tonight."), "bold"),
            "\n",
            _("Everyone is heard who wants to be, and nobody goes home alone with it."),
        )
        self.query_one("#greeting", Static).update(greeting)
        start = key_and_label("Enter", "  " + _("Set up tonight's round"))
        self.query_one("#begin", LinkRow).show_links([Link(start, "screen.start")], "")
        self.query_one("#open", Static).update(self._open())
        self.query_one("#due", Static).update(self._due())
        self.query_one("#agreed-work", Static).update(self._work())
        self.query_one("#past", Static).update(self._past())
        for one in self.query("#home > Static").results(Static):
            one.display = bool(str(one.render()).strip())

    def _open(self) -> Content:
        if self._problem:
            return Content.styled(f"▲ {self._problem}", "$warning")
        rounds = self._overview.unfinished if self._overview else ()
        if not rounds:
            return Content("")
        lines = [Content.styled(_("Not closed"), "$muted")]
        lines += [home_lines.resumable(one, first=at == 0) for at, one in enumerate(rounds)]
        return Content("\n").join(lines)

    @property
    def _most(self) -> int:
        return FEW if self.size.height < LOW else MOST

    def _due(self) -> Content:
        if self._overview is None:
            return Content("")
        dues = self._overview.due
        if not dues:
            return Content.styled(_("No follow-ups are waiting."), "$muted")
        now = self.desk_app.desk.clock()
        lines = [home_lines.heading(commands.shown_key("home.followups"), _("Follow-ups"))]
        lines += [home_lines.follow_up(one, now) for one in dues[: self._most]]
        return Content("\n").join([*lines, *home_lines.more(len(dues) - self._most)])

    def _work(self) -> Content:
        agreed = self._overview.actions if self._overview else ()
        if not agreed:
            return Content("")
        today = self.desk_app.desk.clock().astimezone().date()
        lines = [home_lines.heading(commands.shown_key("home.followups"), _("From last time"))]
        lines += [home_lines.action(one, today) for one in agreed[: self._most]]
        return Content("\n").join([*lines, *home_lines.more(len(agreed) - self._most)])

    def _past(self) -> Content:
        seen = self._overview
        if seen is None:
            return Content("")
        gone, gaps = home_lines.waits(seen.waiting), home_lines.missing(seen)
        return Content("\n").join([*gone, *gaps, *home_lines.last(seen), *home_lines.spare(seen)])

    def action_followups(self) -> None:
        """See who is to be called."""
        from debrief.tui.screens.followups import FollowUpsScreen

        self.app.push_screen(FollowUpsScreen())

    def action_not_held(self) -> None:
        """Say why the team had no round."""
        from debrief.tui.not_held_dialog import NotHeldDialog

        desk = self.desk_app.desk
        last = self._overview.last if self._overview else None
        team = desk.config.team or (last.team if last else "")
        gaps = self._overview.gaps if self._overview else ()

        def answered(what: NotHeld | None) -> None:
            if what is not None:
                self._keep_not_held(what)

        self.app.push_screen(NotHeldDialog(team, gaps[0] if gaps else None), answered)

    @work(thread=True, group="keep", exit_on_error=False)
    def _keep_not_held(self, what: NotHeld) -> None:
        from debrief.desk import following

        try:
            following.not_held(self.desk_app.desk, what.team, what.reason, what.monday)
        except Problem as problem:
            self.app.call_from_thread(self.desk_app.tell, problem)
            return
        told = _("Kept in the record: {team} had no round, {reason}.")
        if not what.team:
            told = _("Kept in the record: no round was held, {reason}.")
        told = told.format(team=what.team, reason=words.not_held(what.reason))
        self.app.call_from_thread(self.app.notify, told, markup=False)
        self.app.call_from_thread(self.look)

    def action_spare(self) -> None:
        """Make a spare key, shown once and asked back."""
        from debrief.tui.keys import SpareDialog

        self.app.push_screen(SpareDialog())

    def action_outbox(self) -> None:
        """See what leaves."""
        from debrief.tui.screens.outbox import OutboxScreen

        self.app.push_screen(OutboxScreen())

    def action_sessions(self) -> None:
        """See what was held."""
        from debrief.tui.screens.past import SessionsScreen

        self.app.push_screen(SessionsScreen())

    def action_coverage(self) -> None:
        """See which weeks had no session."""
        from debrief.tui.screens.coverage import CoverageScreen

        self.app.push_screen(CoverageScreen())

    def action_start(self) -> None:
        """Set up a round."""
        self.desk_app.open_setup()

    def action_put_away(self) -> None:
        """Remove the newest round that was not closed, where nothing was said in it."""
        one = home_lines.newest(self._overview)
        if one is None or not one.only_set_up:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._put_away(one.id)

        self.desk_app.push_screen(SureDialog(putting_away(one)), answered)

    @work(thread=True, group="keep", exit_on_error=False)
    def _put_away(self, session_id: str) -> None:
        from debrief.desk import running

        try:
            running.put_away(self.desk_app.desk, session_id)
        except Problem as problem:
            self.app.call_from_thread(self.desk_app.tell, problem)
        self.app.call_from_thread(self.look)

    def action_resume(self) -> None:
        """Go on with the newest round that was not closed."""
        one = home_lines.newest(self._overview)
        if one is None:
            return
        if not one.elsewhere:
            self.desk_app.resume_round(one.id)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._take_over(one.id)

        hint = _("Enter takes it over, Esc leaves it there")
        self.desk_app.push_screen(SureDialog(question(one), hint), answered)

    def _take_over(self, session_id: str) -> None:
        """Go on here with a round of another computer, or say why not."""
        try:
            self.desk_app.open_round(self.desk_app.desk.resume(session_id, take_over=True))
        except Problem as problem:
            self.desk_app.tell(problem)

    @work(thread=True, exclusive=True, group="send", exit_on_error=False)
    def action_send(self) -> None:
        """Send what waits; each attempt runs in a process of its own."""
        from debrief.desk import sending

        try:
            sending.send(self.desk_app.desk)
        except Problem as problem:
            self.post_message(self.Looked(problem))
            return
        self.post_message(self.Looked(self.desk_app.desk.overview()))
