"""The commands for who is called, what is considerate, and what the whole group does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from debrief import words
from debrief.errors import Problem
from debrief.i18n import LANGUAGES, _
from debrief.plain import reading, showing
from debrief.plain.context import Context
from debrief.session import events as ev
from debrief.session.guardrails import STANDING, to_tell
from debrief.session.model import Person
from debrief.text import clean_line

Step = Callable[[str], None]
LONGEST = 200
"""Characters kept of what is considerate of a person, or of a supporter's name."""


class Together:
    """More commands of a plain round; each takes what is written after it, and does one thing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.live = context.live
        self.steps: Mapping[str, Step] = {
            "call": self.call,
            "buddy": self.buddy,
            "considerate": lambda rest: self.about("needs", rest),
            "supporter": lambda rest: self.about("supporter", rest),
            "pass-phase": self.pass_phase,
            "pairs": self.pairs,
            "lots": self.lots,
            "both": self.both,
            "anyway": self.anyway,
        }

    def _whose(self, rest: str) -> Person:
        state = self.live.state
        if rest:
            return reading.whom(rest, state.people)[0]
        return self.context.someone(state.speaker)

    def call(self, rest: str) -> None:
        """The person is to be called; said again, not."""
        person = self._whose(rest)
        needed = person.id not in self.live.state.wants_call
        self.live.do(ev.CallAsked(self.live.clock(), person.id, needed))
        said = _("{name} is to be called.") if needed else _("{name} is not to be called.")
        self.context.talk.tell(said.format(name=person.name))

    def buddy(self, rest: str) -> None:
        """Whom the person calls first: two names, or one for nobody."""
        people = self.live.state.people
        person, second = reading.whom(rest, people)
        first = reading.whom(second, people)[0].id if second else ""
        if first == person.id:
            raise Problem(_("Nobody calls themselves first. Write two names: who calls, and whom."))
        self._change(msgspec.structs.replace(person, buddy=first))

    def about(self, what: str, rest: str) -> None:
        """What is considerate of a person, or whom they chose; only the name takes it away."""
        person, said = reading.whom(rest, self.live.state.people)
        self._change(msgspec.structs.replace(person, **{what: clean_line(said)[:LONGEST]}))

    def _change(self, person: Person) -> None:
        self.live.do(ev.PersonChanged(self.live.clock(), person))
        told = words.considerate(person, self.live.state.people) or [_("nothing noted")]
        self.context.talk.tell(f"{person.name}: {' · '.join(told)}")

    def pass_phase(self, _rest: str) -> None:
        """The group passes the whole phase."""
        name = self.context.phase_name
        self.live.pass_phase()
        self.context.talk.tell(_("The phase {name} was passed.").format(name=name))

    def pairs(self, _rest: str) -> None:
        """Draw lots for pairs, or for threes where the phase says so."""
        self.live.make_groups()
        self.context.talk.tell(words.groups(self.live.state))

    def lots(self, _rest: str) -> None:
        """Draw lots for the speaking order."""
        state = self.live.shuffle_order()
        order = ", ".join(person.name for person in state.people)
        self.context.talk.tell(_("Speaking order: {names}").format(names=order))

    def both(self, rest: str) -> None:
        """Tell the questions in a second language as well, or in one again."""
        context = self.context
        wanted = rest.casefold()
        if wanted and wanted not in LANGUAGES:
            raise Problem(_("Write da, nb or en."))
        other = next(one for one in LANGUAGES if one != context.lang)
        context.second = wanted or ("" if context.second else other)
        if context.phase is not None:
            context.talk.tell(
                *showing.phase_lines(context.phase, context.state, context.lang, context.second)
            )

    def anyway(self, _rest: str) -> None:
        """Go on from the first warning that stands; it is noted."""
        state = self.live.state
        found = next((one for one in to_tell(state) if one.code not in STANDING), None)
        if found is None:
            raise Problem(_("No warning stands that could be gone on from."))
        self.live.do(ev.Overridden(self.live.clock(), found.key))
        self.context.talk.tell(
            _("Noted that you went on: {warning}").format(warning=words.guardrail(found, state))
        )


def help_rows() -> list[tuple[str, str]]:
    """Return (command, what follows it and what it does) for every command here."""
    return [
        ("call", _(" [NAME]: is to be called; again: not")),
        ("buddy", _(" NAME NAME: whom the first one calls when it gets heavy")),
        ("considerate", _(" NAME WORDS: what is considerate of the person; it is sealed")),
        ("supporter", _(" NAME WORDS: which colleague the person chose to be supported by")),
        ("pass-phase", _(": the group passes the whole phase")),
        ("pairs", _(": draw lots for pairs, or for threes where the phase says so")),
        ("lots", _(": draw lots for the speaking order")),
        ("both", _(" [da, nb, en]: the questions in two languages at once; again: in one")),
        ("anyway", _(": go on although a warning stands; it is noted in the record")),
    ]
