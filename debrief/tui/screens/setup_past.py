"""What the team agreed last time, as one line of the setup, read behind it."""

from __future__ import annotations

from textual import work
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from debrief.desk.actions import Agreed
from debrief.errors import Problem
from debrief.i18n import _
from debrief.tui.screens.setup_begin import SetupBegin


class SetupPast(SetupBegin):
    """A setup that asks after the work which the team's last rounds agreed."""

    class LastTime(Message):
        """The open actions of every team."""

        def __init__(self, agreed: tuple[Agreed, ...]) -> None:
            super().__init__()
            self.agreed = agreed

    def __init__(self) -> None:
        super().__init__()
        self._agreed: tuple[Agreed, ...] = ()

    @work(thread=True, exclusive=True, group="index", exit_on_error=False)
    def look_back(self) -> None:
        """Read what was agreed, off the screen's thread; a first start has nothing to read."""
        from debrief.desk import actions, past

        desk = self.desk_app.desk
        if not desk.disk.exists(desk.places.sessions):
            return
        try:
            found = actions.actions(desk, past.index(desk))
        except Problem:  # the first screen tells of it
            return
        if not get_current_worker().is_cancelled:
            self.post_message(self.LastTime(found))

    def on_setup_past_last_time(self, message: LastTime) -> None:
        """Show what concerns the team that is written."""
        self._agreed = message.agreed
        self.show_last_time()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another team agreed other things."""
        if event.input.id == "team":
            self.show_last_time()

    def show_last_time(self) -> None:
        """Ask, in one line, after what is still open; nothing where nothing is."""
        from debrief.desk import reminding

        team = self.query_one("#team", Input).value.strip().casefold()
        ours = tuple(one for one in self._agreed if one.team.casefold() == team)
        line = self.query_one("#last-time", Static)
        line.display = bool(ours)
        if ours:
            told = reminding.last_time(ours)
            key = _("f on the first screen ends it")
            line.update(Content.assemble(told, (f"  ({key})", "$muted")))
