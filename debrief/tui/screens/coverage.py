"""Coverage: which weeks a team had no session in, and numbers by month."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from debrief.desk import past, telling
from debrief.errors import Problem
from debrief.i18n import _
from debrief.tui import commands
from debrief.tui.screens.base import BaseScreen
from debrief.tui.widgets.bars import KeyBar, TopBar

FRAME: Final = 9
"""Columns beside a table: frame, margins and a scroll bar."""


class CoverageScreen(BaseScreen):
    """Which weeks each team had a session in, and what was held month by month."""

    SCOPES: ClassVar[tuple[str, ...]] = ("coverage",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("coverage")]

    class Counted(Message):
        """The sessions were counted; lines for the weeks, and for the months."""

        def __init__(self, weeks: list[str], months: list[str]) -> None:
            super().__init__()
            self.weeks = weeks
            self.months = months

    def compose(self) -> ComposeResult:
        """Lay out the two tables."""
        yield TopBar()
        with VerticalScroll(id="coverage", can_focus=True):
            yield Static(id="weeks", markup=False)
            yield Static(id="months", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "Coverage shows which weeks a team had no session in. It counts sessions, not people; "
            "no number is given about fewer than five people."
        )

    def on_mount(self) -> None:
        """Count."""
        self.redraw()
        self.query_one("#coverage").focus()

    def redraw(self) -> None:
        """Say everything in the language in force."""
        self.query_one(KeyBar).show(self.SCOPES)
        self.show_top(_("Coverage"))
        for ident, title in (("#weeks", _("Sessions by week")), ("#months", _("By month"))):
            self.query_one(ident, Static).border_title = title
        self.count((self.size.width - 48) // 3, self.size.width - FRAME)

    @work(thread=True, exclusive=True, group="index", exit_on_error=False)
    def count(self, weeks: int, room: int) -> None:
        """Ask the index for as many weeks, and as wide a table, as there is room for."""
        desk = self.desk_app.desk
        try:
            found = past.index(desk, lambda _done, _whole: None)
            today = desk.clock().astimezone().date()
            covered = past.coverage(found, today, max(4, min(26, weeks)))
            by_month = past.trend(found)
        except Problem as problem:
            self.post_message(self.Counted([f"▲ {problem}"], []))
            return
        none = [_("No session was held in those weeks.")]
        weekly = [*telling.week_lines(covered)] if covered else none
        monthly = [*telling.month_lines(by_month, room)] if by_month else none
        if not get_current_worker().is_cancelled:
            self.post_message(self.Counted(weekly, monthly))

    def on_coverage_screen_counted(self, message: Counted) -> None:
        """Show the numbers."""
        self.query_one("#weeks", Static).update("\n".join(message.weeks))
        self.query_one("#months", Static).update("\n".join(message.months))

    def action_back(self) -> None:
        """Go back to the first screen."""
        self.app.pop_screen()
