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
from debrief.protocol import Protocol
from debrief.session.model import Circumstances, Person
from debrief.text import clean_line

LEADERS_OWN = "leader-close"
"""The protocol for the supervisor alone; it is not offered for a group."""
LONGEST_TEAM = 60


class Asked(msgspec.Struct, frozen=True):
    """What the command line has said already; what is None is asked for."""

    protocol: str | None = None
    language: str | None = None
    team: str | None = None


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
        around = self._circumstances(chosen)
        setup = self.desk.setup(chosen, people, language, team=team, circumstances=around)
        return self.desk.start(setup)

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
                person = reading.person(answer, self.desk.roster, people)
            except Problem as problem:
                self.talk.tell(str(problem))
                continue
            people.append(person)
            self.talk.tell(f"  {len(people)}. {_described(person)}")
        if len(people) > chosen.max_people:
            self.talk.tell(_("More than {n}: two rounds are better.").format(n=chosen.max_people))
        return people

    def _circumstances(self, chosen: Protocol) -> Circumstances:
        self.talk.number(
            _("Does any of this hold tonight?"),
            (
                _("You were part of the hard case yourself."),
                _("Only some of them were part of it."),
                _("A line manager leads the round."),
            ),
        )
        while True:
            answer = self.talk.ask(_("Write the numbers; an empty line means none."))
            try:
                given = {reading.number(one, 3) for one in answer.replace(",", " ").split()}
                break
            except Problem as problem:
                self.talk.tell(str(problem))
        return Circumstances(1 in given, 2 in given, 3 in given, self._hours(chosen))

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
