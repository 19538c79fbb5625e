"""What every part of a plain round holds in its hands: the desk, the running round, the talk."""

from __future__ import annotations

from debrief.desk import Desk
from debrief.desk.history import histories
from debrief.errors import Problem
from debrief.i18n import _
from debrief.live import Live
from debrief.plain import showing
from debrief.plain.talk import Talk
from debrief.protocol import Phase, Protocol
from debrief.session import ROUND, SignKey, State
from debrief.session.model import Person, SignState


class Context:
    """One running round at one talk."""

    def __init__(self, desk: Desk, live: Live, talk: Talk) -> None:
        self.desk = desk
        self.live = live
        self.talk = talk
        self.lang = live.state.setup.language
        """Language of the prompts; it may be changed for a mixed team."""
        self.second = ""
        """A second language the prompts are told in as well; empty for none."""
        self._protocol = _protocol(desk, live.state)
        self._signs: list[SignKey] = []

    @property
    def state(self) -> State:
        """The round as it stands."""
        return self.live.state

    @property
    def target(self) -> str:
        """Whose note is being written: the speaker's, else that of the round as a whole."""
        return self.state.speaker or ROUND

    @property
    def phase(self) -> Phase | None:
        """The phase with its prompts, unless the protocol is no longer at hand."""
        return self._protocol.phase(self.state.plan.key) if self._protocol else None

    @property
    def phase_name(self) -> str:
        """The name of the phase the round is in."""
        phase = self.phase
        return phase.name.to(self.lang) if phase else self.state.plan.key

    def someone(self, person_id: str | None) -> Person:
        """Return the person with this id; raises Problem where nobody has the word."""
        person = self.state.person(person_id) if person_id else None
        if person is None:
            raise Problem(_("Nobody has the word. Write the name of the person after the command."))
        return person

    def look_back(self, person_id: str) -> None:
        """Note what the person's earlier rounds and tonight's load show, reading them once."""
        live, state = self.live, self.state
        if person_id not in live.earlier:
            new = [one for one in state.people if one.id not in live.earlier]
            live.earlier = {**live.earlier, **histories(self.desk, new, state.setup.team)}
        live.look_back(person_id)

    # Signs have numbers that stay theirs while the round runs.

    def fresh_signs(self) -> list[str]:
        """Number the signs not seen before, and return a line for each that is undecided."""
        lines = []
        for key, (sign, why) in showing.all_views(self.live).items():
            if key not in self._signs:
                self._signs.append(key)
                if sign.decision == "open":
                    lines.append(self.sign_line(key, sign, why))
        return lines

    def sign_line(self, key: SignKey, sign: SignState, why: str = "") -> str:
        """Return the line for a sign, with its number."""
        if key not in self._signs:
            self._signs.append(key)
        return showing.sign_line(self._signs.index(key) + 1, key, sign, self.state, why)

    def sign_lines(self) -> list[str]:
        """Return a line for every sign that stands."""
        self.fresh_signs()
        found = showing.all_views(self.live)
        order = sorted(found, key=self._signs.index)
        return [self.sign_line(key, *found[key]) for key in order]

    def sign(self, number: int) -> SignKey:
        """Return the sign with this number; raises Problem when it is gone."""
        if 1 <= number <= len(self._signs) and self._signs[number - 1] in self.state.signs:
            return self._signs[number - 1]
        raise Problem(_("There is no sign number {n}.").format(n=number))


def _protocol(desk: Desk, state: State) -> Protocol | None:
    """Return the round's protocol; a resumed round goes on without prompts if it is gone."""
    try:
        return desk.protocol(state.setup.protocol)
    except Problem:
        return None
