"""The keys of the round for who speaks, who is called, and what the whole group does."""

from __future__ import annotations

from textual.binding import Binding

from debrief.i18n import LANGUAGES, _
from debrief.live import Live
from debrief.session import events as ev
from debrief.session.guardrails import STANDING, to_tell
from debrief.tui.screens.round_keys import RoundKeys
from debrief.tui.widgets.notes import Notes
from debrief.tui.widgets.roll import with_next_buddy

PERSON_KEYS = [
    Binding(f"alt+{number}", f"person({number})", show=False, priority=True)
    for number in range(2, 10)
]
"""The second to the ninth in the table; the first is a command of its own."""


class RoundTogether(RoundKeys):
    """More commands of a running round, as calls on `live`."""

    def __init__(self, live: Live) -> None:
        super().__init__(live)
        self.second_language = ""
        """The language the questions stand in as well; empty for one language."""

    def action_both_languages(self) -> None:
        """Show the questions in a second language, too, then a third one, then in one again."""
        others = [one for one in LANGUAGES if one != self.prompt_language]
        steps = ["", *others]
        now = self.second_language if self.second_language in steps else ""
        self.second_language = steps[(steps.index(now) + 1) % len(steps)]
        self.redraw()

    def action_person(self, number: int = 1) -> None:
        """Give the word to the person with this number in the table."""
        people = self.live.state.people
        if number <= len(people):
            person = people[number - 1]
            self.step(lambda: self.live.choose(person.id))
            self.to_pane(Notes)

    def action_call(self) -> None:
        """Note that the person at hand is to be called, or not."""
        person = self._at_hand()
        if person is None:
            self.tell_nobody_speaks()
            return
        needed = person not in self.live.state.wants_call
        self.step(lambda: self.live.do(ev.CallAsked(self.live.clock(), person, needed)))

    def action_buddy(self) -> None:
        """Step through whom the person at hand calls first."""
        found = self.live.state.person(self._at_hand() or "")
        if found is None:
            self.tell_nobody_speaks()
            return
        changed = with_next_buddy(found, self.live.state.people)
        self.step(lambda: self.live.do(ev.PersonChanged(self.live.clock(), changed)))

    def action_pass_phase(self) -> None:
        """Pass the whole phase; after the last one comes the close."""
        last = self.live.state.phase + 1 == len(self.live.state.setup.phases)
        self._question = 0
        self.step(self.live.pass_phase)
        if last:
            self.action_close()
        else:
            self.to_pane(Notes)

    def action_pairs(self) -> None:
        """Draw lots for pairs."""
        self.step(self.live.make_groups)

    def action_shuffle(self) -> None:
        """Draw lots for the speaking order."""
        self.step(self.live.shuffle_order)

    def action_went_on(self) -> None:
        """Go on from the warning that is shown; it is noted."""
        standing = [one for one in to_tell(self.live.state) if one.code not in STANDING]
        if not standing:
            self.app.notify(_("No warning stands that could be gone on from."))
            return
        key = standing[0].key
        self.step(lambda: self.live.do(ev.Overridden(self.live.clock(), key)))
