"""The round itself: every line is a note or a command, and nothing typed ends it by mistake."""

from __future__ import annotations

from typing import Literal

from debrief import words
from debrief.errors import Problem
from debrief.i18n import _
from debrief.plain import reading, showing, steps, together
from debrief.plain.context import Context
from debrief.plain.library import Library
from debrief.plain.vocabulary import command_name
from debrief.session.guardrails import to_tell
from debrief.session.refused import keeps_nothing


class RoundTalk:
    """Takes lines until the supervisor closes or leaves."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._flow = steps.Flow(context)
        self._looking = steps.Looking(context)
        self._library = Library(context)
        self._steps = {
            **self._flow.steps,
            **self._looking.steps,
            **self._library.steps,
            **steps.AboutPeople(context).steps,
            **steps.AboutSigns(context).steps,
            **steps.Agreements(context).steps,
            **together.Together(context).steps,
        }
        self._shown: tuple[int, str | None] | None = None
        self._told: set[str] = set()
        self._troubles: list[str] = []
        self._standing: set[str] = set()
        self._quiet = True

    def heard(self, trouble: str) -> None:
        """Keep what the disk had to tell until the next line; comes from the writer's thread.

        What stands is said again after each save: it is told once, until saves come without it.
        """
        if not trouble and self._quiet:
            self._standing.clear()
        elif trouble and trouble not in self._standing:
            self._standing.add(trouble)
            self._troubles.append(trouble)
        self._quiet = not trouble

    def run(self) -> Literal["close", "leave"]:
        """Take lines until /close or /leave. Raises InputEnded."""
        context = self.context
        self._introduce()
        while True:
            self._tell_changes()
            said = context.talk.listen()
            try:
                line = reading.line(said)
                if line.command == "close":
                    return "close"
                if line.command == "leave":
                    return "leave"
                if line.command is not None:
                    self._steps[line.command](line.text)
                elif line.text:
                    self.note(line.text)
                else:
                    self._end_note()
            except Problem as problem:
                context.talk.tell(str(problem))

    def _introduce(self) -> None:
        state, talk = self.context.state, self.context.talk
        if self._shown is not None:
            return
        talk.tell(
            _("Round {id}. {help} lists what you can do; everything you write is kept.").format(
                id=state.id, help=command_name("help")
            )
        )
        if state.phase == 0:
            self._looking.rules("")

    def note(self, text: str) -> None:
        """Add a line to the note of whoever has the word, and tell the signs in it."""
        live, who = self.context.live, self.context.target
        if live.keeps_nothing:
            raise Problem(keeps_nothing())
        phase = live.state.plan.key
        before = live.state.note(phase, who)
        live.write(phase, who, f"{before}\n{text}" if before else text)
        live.look(phase, who)

    def _end_note(self) -> None:
        """An empty line: the next voice; where nobody has the word, the next phase."""
        if self.context.state.speaker is not None:
            self.context.live.next_voice()
        else:
            self._flow.phase("")

    def _tell_changes(self) -> None:
        """Tell what is new since the last line: signs, warnings, phase, voice, trouble."""
        context, talk = self.context, self.context.talk
        while self._troubles:
            talk.tell(self._troubles.pop(0))
        self._tell_signs()
        state = context.state
        for one in to_tell(state):
            self._once("! " + words.guardrail(one, state))
            if one.code == "acute-now":
                self._once("! " + words.takes_over(self._library.chain()))
        if self._shown is None or self._shown[0] != state.phase:
            self._tell_phase()
        if self._shown != (state.phase, state.speaker):
            self._tell_voice()
        self._shown = (state.phase, state.speaker)

    def _tell_signs(self) -> None:
        """Tell the new signs; a sign list that can't be read costs the signs, not the round.

        What earlier rounds show of a person is told when they first have the word.
        """
        speaker = self.context.state.speaker
        try:
            if speaker is not None:
                self.context.look_back(speaker)
            for line in self.context.fresh_signs():
                self.context.talk.tell(line)
        except Problem as problem:
            self._once(str(problem))
        if self.context.live.blind:
            self._once(self.context.live.blind)

    def _once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self.context.talk.tell(sentence)

    def _tell_phase(self) -> None:
        context = self.context
        phase = context.phase
        if phase is not None:
            context.talk.tell(
                *showing.phase_lines(phase, context.state, context.lang, context.second)
            )
        else:
            context.talk.tell("", context.phase_name)

    def _tell_voice(self) -> None:
        context, state = self.context, self.context.state
        context.talk.tell(f"{showing.voice(state)}:")
        if state.speaker is not None:
            if state.plan.asks_load and state.speaker not in state.loads:
                context.talk.tell(
                    _("(ask for the load: {load} 0 to 10)").format(load=command_name("load"))
                )
            note = state.note(state.plan.key, state.speaker)
        else:
            if state.plan.each and self._shown is not None:
                context.talk.tell(
                    _("(everyone has had the word; an empty line goes to the next phase)")
                )
            note = state.note(state.plan.key, context.target)
        for line in note.splitlines():
            context.talk.tell(f"  | {line}")
