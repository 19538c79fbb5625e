"""What has been, read behind the round: nobody waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import work
from textual.message import Message

from debrief.live import Live
from debrief.session.model import Person
from debrief.signs import Earlier
from debrief.tui.screens.round_editor import RoundEditor


class RoundPast(RoundEditor):
    """A round that asks once for the earlier sessions of everyone in it."""

    class Remembered(Message):
        """The earlier sessions of some people have been read."""

        def __init__(self, earlier: Mapping[str, Sequence[Earlier]]) -> None:
            super().__init__()
            self.earlier = earlier

    def __init__(self, live: Live) -> None:
        super().__init__(live)
        self._asked: set[str] = set()

    def ask_history(self) -> None:
        """Ask for the earlier sessions of those nobody has asked about yet."""
        new = tuple(one for one in self.live.state.people if one.id not in self._asked)
        if new:
            self._asked |= {one.id for one in new}
            self._read_history(new, self.live.state.setup.team)

    # A round never ends because its past could not be read.
    @work(thread=True, group="history", exit_on_error=False)
    def _read_history(self, people: tuple[Person, ...], team: str) -> None:
        from debrief.desk.history import histories

        found = histories(self.desk_app.desk, people, team)
        if self.is_running:
            self.post_message(self.Remembered(found))
