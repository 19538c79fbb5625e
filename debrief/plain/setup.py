"""Setting up tonight's round, question by question."""

from __future__ import annotations

import msgspec

from debrief import i18n, words
from debrief.desk import Desk
from debrief.errors import Problem
from debrief.i18n import LANGUAGES, _
from debrief.live import Live
from debrief.plain import reading
from debrief.plain.talk import Talk
from debrief.protocol import Protocol, Shift
from debrief.session.guardrails import STANDING, at_the_start
from debrief.session.model import Circumstances, Person, Setup
from debrief.text import clean_line

LEADERS_OWN = "leader-close"
"""The protocol for the supervisor alone; it is not offered for a group."""
INSTEAD = "shift-defuse"
"""What is offered where a protocol is locked or comes too early."""
LONGEST_TEAM = 60


class Asked(msgspec.Struct, frozen=True):
    """What the command line has said already; what is None is asked for."""

    protocol: str | None = None
    language: str | None = None
    team: str | None = None


class Told(msgspec.Struct, frozen=True):
    """What was said of the situation, and how the round is to begin."""

    around: Circumstances
    silence: bool
    shift: Shift


class SetupTalk:
    """Asks for everything a round starts from."""

    def __init__(self, desk: Desk, talk: Talk, asked: Asked = Asked()) -> None:
        self.desk = desk
        self.talk = talk
        self.asked = asked

    def open(self) -> Live:
        """Ask, and open the round. Raises InputEnded, and Problem for what was asked before."""
        chosen = self._protocol()
        language = self._language()
        team = self._team()
        people = self._people(chosen)
        told = self._circumstances(chosen)
        chosen, around = self._weighed(chosen, told.around)
        setup = self.desk.setup(
            chosen,
            people,
            language,
            team=team,
            circumstances=around,
            shift=told.shift if chosen.asks_shift else None,
            silence=told.silence,
        )
        return self.desk.start(self._noted(setup))

    def _weighed(self, chosen: Protocol, around: Circumstances) -> tuple[Protocol, Circumstances]:
        """Return what is held once its lock and its time were asked about; else the usual one."""
        usual = self.desk.protocol(INSTEAD)
        instead = _("Hold this instead: {name}?").format(name=usual.name.to(i18n.language()))
        if chosen.locked:
            if not self._unlocked(chosen):
                self.talk.tell(instead.removesuffix("?") + ".")
                return usual, around
            around = msgspec.structs.replace(around, lock_confirmed=True)
        if around.hours_since < chosen.earliest_hours:
            self.talk.tell("! " + words.told("too-early"))
            if self.talk.agrees(instead):
                return usual, msgspec.structs.replace(around, lock_confirmed=False)
        return chosen, around

    def _unlocked(self, chosen: Protocol) -> bool:
        """Tell why the protocol is locked, and ask for each of the three things that open it."""
        if chosen.guardrail is not None:
            self.talk.tell("! " + chosen.guardrail.to(i18n.language()))
        return all(
            self.talk.agrees(question)
            for question in (
                _("Does a team that is trained in it lead?"),
                _("Does everyone come of their own free will, and may pass or leave?"),
                _("Has everyone a next contact agreed, in three days and in a month?"),
            )
        )

    def _noted(self, setup: Setup) -> Setup:
        """Tell what speaks against the round as it is set up, and note that it is gone on from."""
        found = at_the_start(setup)
        for one in found:
            if one.code not in STANDING and one.code != "too-early":
                self.talk.tell("! " + words.told(one.code))
        went_on = tuple(one.key for one in found)
        around = msgspec.structs.replace(setup.circumstances, went_on=went_on)
        return msgspec.structs.replace(setup, circumstances=around)

    def _protocol(self) -> Protocol:
        if self.asked.protocol is not None:
            return self.desk.protocol(self.asked.protocol)
        everything = self.desk.protocols()
        offered = [one for one in everything.values() if one.id != LEADERS_OWN]
        language = i18n.language()
        self.talk.number(
            _("Which protocol?"),
            (f"{one.name.to(language)} ({one.id}): {one.purpose.to(language)}" for one in offered),
        )
        default = self.desk.config.protocol
        while True:
            answer = self.talk.ask(
                _("A number or an id; an empty line takes {id}.").format(id=default)
            )
            try:
                if answer.isascii() and answer.isdigit():
                    return offered[reading.number(answer, len(offered)) - 1]
                return self.desk.protocol(answer or default)
            except Problem as problem:
                self.talk.tell(str(problem))

    def _language(self) -> str:
        if self.asked.language is not None:
            return self.asked.language
        default = self.desk.config.round_language or i18n.language()
        while True:
            answer = self.talk.ask(
                _("Language of the prompts: da, nb or en; an empty line takes {lang}.").format(
                    lang=default
                )
            )
            found = (answer or default).casefold()
            if found in LANGUAGES:
                return found
            self.talk.tell(_("Write da, nb or en."))

    def _team(self) -> str:
        if self.asked.team is not None:
            return clean_line(self.asked.team)[:LONGEST_TEAM]
        default = self.desk.config.team or self.desk.roster.team
        question = _("Team, or an empty line for none.")
        if default:
            question = _("Team; an empty line takes {team}.").format(team=default)
        return clean_line(self.talk.ask(question) or default)[:LONGEST_TEAM]

    def _people(self, chosen: Protocol) -> list[Person]:
        known = self.desk.roster.people
        if known:
            self.talk.number(_("Known from earlier rounds:"), map(_described, known))
        self.talk.tell(
            _("Who is here, in speaking order? One person a line: name, role, place, channel."),
            _("Only the name is needed; a number takes somebody from the list."),
            _("An empty line ends."),
        )
        people: list[Person] = []
        while True:
            answer = self.talk.listen()
            if not answer and people:
                break
            if not answer:
                self.talk.tell(_("A round needs at least one counsellor."))
                continue
            try:
                found = reading.several(answer, self.desk.roster, people)
            except Problem as problem:
                self.talk.tell(str(problem))
                continue
            for person in found:
                people.append(person)
                self.talk.tell(f"  {len(people)}. {_described(person)}")
        if len(people) > chosen.max_people:
            self.talk.tell(_("More than {n}: two rounds are better.").format(n=chosen.max_people))
        return people

    def _circumstances(self, chosen: Protocol) -> Told:
        """Ask what holds tonight; the shift only where the protocol differs at its two ends."""
        asked = [
            _("You were part of the hard case yourself."),
            _("Only some of them were part of it."),
            _("A line manager leads the round."),
            _("The round begins with a silent minute."),
        ]
        if chosen.asks_shift:
            asked.append(_("The shift begins now; it does not end."))
        self.talk.number(_("Does any of this hold tonight?"), asked)
        while True:
            answer = self.talk.ask(_("Write the numbers; an empty line means none."))
            try:
                parts = answer.replace(",", " ").split()
                given = {reading.number(one, len(asked)) for one in parts}
                break
            except Problem as problem:
                self.talk.tell(str(problem))
        around = Circumstances(1 in given, 2 in given, 3 in given, self._hours(chosen))
        return Told(around, 4 in given, "start" if 5 in given else "end")

    def _hours(self, chosen: Protocol) -> float:
        """Return the hours since the shift, asked only where the protocol must not come early."""
        if not chosen.earliest_hours:
            return 0.0
        while True:
            answer = self.talk.ask(_("How many hours since it happened?"))
            if answer.isascii() and answer.isdigit() and len(answer) < 6:
                return float(answer)
            self.talk.tell(_("Write a whole number of hours."))


def _described(person: Person) -> str:
    return ", ".join(
        (
            person.name,
            words.role(person.role),
            words.place(person.place),
            words.channel(person.channel),
        )
    )
