"""What the supervisor makes of the signs, and what follows: a duty, or a word between the two."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import on

from debrief import words
from debrief.i18n import _
from debrief.session import PATTERNS
from debrief.session import events as ev
from debrief.session.guardrails import Guardrail, to_tell
from debrief.session.model import Duty, DutyOutcome, Subject
from debrief.session.rounds import LEVELS
from debrief.tui.cards import GuardCard, Way
from debrief.tui.dialogs import DutyDialog
from debrief.tui.screens.round_past import RoundPast
from debrief.tui.widgets.lists import SignsPane
from debrief.tui.widgets.notes import Notes


class RoundSigns(RoundPast):
    """A round whose signs are decided; each decision is a step that can be taken back."""

    @on(SignsPane.Asked)
    def answer_sign(self, message: SignsPane.Asked) -> None:
        """Do with the sign what was asked; what was decided already is undecided again."""
        sign = self.live.state.signs.get(message.key)
        if sign is None:
            return
        wanted = {"confirm": "confirmed", "dismiss": "dismissed"}.get(message.what)
        if message.what == "show":
            self._show_words(message)
        elif wanted is not None and sign.decision == wanted:
            self._deciding(lambda: self.live.decide(message.key, "open"))
        elif message.what == "confirm":
            self._deciding(lambda: self.live.decide(message.key, "confirmed"))
        elif message.what == "dismiss":
            self.step(lambda: self.live.decide(message.key, "dismissed"))
        elif message.what == "flip":
            subject: Subject = "counsellor" if sign.subject == "case" else "case"
            self._deciding(lambda: self.live.decide(message.key, subject=subject))
        elif message.what == "level":
            level = LEVELS[(LEVELS.index(sign.level) + 1) % len(LEVELS)]
            self._deciding(lambda: self.live.decide(message.key, level=level))
            self.app.notify(words.level(level), markup=False)

    def _deciding(self, take: Callable[[], object]) -> None:
        """Take a step about a sign; what it opens is put before the supervisor at once."""
        duties = set(self.live.state.duties)
        danger = set(_danger(to_tell(self.live.state)))
        self.step(take)
        for duty in self.live.state.duties.values():
            if duty.id not in duties and duty.outcome is None:
                self._show_duty(duty)
        for about in _danger(to_tell(self.live.state)):
            if about not in danger:
                self._show_danger(about)

    def _show_duty(self, duty: Duty) -> None:
        def ended(outcome: DutyOutcome | None) -> None:
            if outcome is not None:
                self.step(lambda: self.live.do(ev.DutyEnded(self.live.clock(), duty.id, outcome)))

        person = self.live.state.person(duty.holder)
        self.app.push_screen(DutyDialog(duty.kind, person.name if person else ""), ended)

    def action_duty(self) -> None:
        """Ask how the first open duty ended."""
        found = next((one for one in self.live.state.duties.values() if one.outcome is None), None)
        if found is None:
            self.app.notify(_("No duty stands open."))
        else:
            self._show_duty(found)

    def _show_danger(self, about: str) -> None:
        """Put danger to a counsellor before the supervisor: stop, and take it between the two."""
        state = self.live.state
        found = [one for one in to_tell(state) if one.about == about]
        person = state.person(about)
        name = person.name if person else about

        def answered(way: Way | None) -> None:
            if way == "instead":
                self.step(lambda: self.live.choose(about))
                if about not in self.live.state.wants_call:
                    self.step(lambda: self.live.do(ev.CallAsked(self.live.clock(), about, True)))
            elif way == "anyway":
                for one in found:
                    event = ev.Overridden(self.live.clock(), one.key)
                    self.step(partial(self.live.do, event))

        sentences = [words.guardrail(one, state) for one in found]
        instead = _("take it one to one: the word goes to {name}, who is to be called")
        self.app.push_screen(GuardCard(sentences, instead.format(name=name)), answered)

    def _show_words(self, message: SignsPane.Asked) -> None:
        if message.key.phase == PATTERNS:
            self.app.notify(_("This comes from earlier rounds, so no words in the notes show it."))
            return
        phases = [plan.key for plan in self.live.state.setup.phases]
        if message.key.phase != self.live.state.plan.key:
            self.step(lambda: self.live.go_to_phase(phases.index(message.key.phase)))
        notes = self.query_one(Notes)
        at = notes.text.find(message.key.words.split("  ")[0])
        if at >= 0:
            row = notes.text.count("\n", 0, at)
            notes.move_cursor((row, at - (notes.text.rfind("\n", 0, at) + 1)))
        self.to_pane(Notes)


def _danger(standing: tuple[Guardrail, ...]) -> list[str]:
    """Return who is in danger now, of those that the warnings are about."""
    return [one.about for one in standing if one.code == "acute-now"]
