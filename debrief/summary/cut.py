"""The cut: from the state of a round to the fields one destination may have.

Every field has one function here that builds its value from nothing, so that a value that nobody
wrote a function for can't leave. Below level `named`, names of people are also taken out of the
free text that the record track holds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from debrief.session.model import ROUND, State
from debrief.summary.levels import FEW, FIELDS, LEVELS, Level, Value, View, check_fields
from debrief.text import clean, clean_line

_TURNS: Final = ("spoke", "passed", "left")
_OUTCOMES: Final = ("dated", "declined", "not-needed")
_DUTY_ENDS: Final = ("acted", "agreed", "not-a-duty", "open")
_SIGN_LEVELS: Final = ("acute", "urgent", "watch")
_MASK: Final = "[…]"


def reduce(
    state: State,
    level: Level,
    fields: Sequence[str],
    language: str,
    *,
    zone: dt.tzinfo = dt.UTC,
    revision: int = 1,
) -> View:
    """Return what a destination of `level` that asked for `fields` may see of the round.

    `language` (da, nb, en) is the one the page is written in; `zone` is where times are told.
    Raises Problem, naming the field and the nearest right one, when a field is unknown or needs
    a higher level.
    """
    level = check_fields(level, fields)
    cut = _Cut(state, level, language, zone)
    wanted = set(fields)
    values = {name: _BUILDERS[name](cut) for name in FIELDS if name in wanted}
    return View(level, MappingProxyType(values), _reference(state, level), language, revision)


def _reference(state: State, level: Level) -> str:
    """Return the name of the round for the receiver; a digest where its date may not show."""
    if level != "counts":
        return state.id
    digest = hashlib.sha256(b"debrief-session-reference/1\n" + state.id.encode()).hexdigest()
    return f"s-{digest[:16]}"


class _Cut:
    """One round on its way out, with what every field needs to know of level and zone."""

    def __init__(self, state: State, level: Level, language: str, zone: dt.tzinfo) -> None:
        self.state = state
        self.level = level
        self.language = language
        self.zone = zone
        self._names = None if self.reaches("named") else _names_pattern(state)

    def reaches(self, level: Level) -> bool:
        """Tell whether the destination's level is `level` or more."""
        return LEVELS.index(self.level) >= LEVELS.index(level)

    def line(self, text: str) -> str:
        """Return free text on one line, without names of people below level `named`."""
        text = clean_line(text)
        return text if self._names is None else self._names.sub(_MASK, text)

    def cell(self, number: int) -> Value:
        """Return a number about people: as it is, but `<5` for small ones in level `counts`."""
        return f"<{FEW}" if self.level == "counts" and number < FEW else number

    def part(self, number: int) -> Value:
        """Return how many of the people, hiding in level `counts` the few that are left over too.

        Ten people of whom nine spoke tells that one did not, so nine becomes `5+`.
        """
        rest = len(self.state.people) - number
        if self.level == "counts" and number >= FEW and rest < FEW:
            return f"{FEW}+"
        return self.cell(number)

    def name(self, person: str) -> str:
        """Return the name of a person in the round."""
        found = self.state.person(person)
        return clean_line(found.name) if found else person

    def phase(self, key: str) -> str:
        """Return the phase's name in the page's language, for the protocols that we bring."""
        from debrief.protocol.shelf import bundled  # workers load this module, and seldom cut

        try:
            found = bundled(self.state.setup.protocol).phase(key)
        except KeyError:
            return key
        return found.name.to(self.language) if found else key

    def moment(self, when: dt.datetime) -> str:
        """Return date, time and offset, to the minute, where the destination is."""
        return when.astimezone(self.zone).isoformat(timespec="minutes")


def _names_pattern(state: State) -> re.Pattern[str] | None:
    """Return a pattern for the names of everyone the round knows, with or without genitive s."""
    names = [person.name for person in (*state.setup.people, *state.people)]
    names += [state.setup.supervisor, *(follow.by for follow in state.follow_ups.values())]
    names += [action.owner for action in state.actions.values()]
    words: set[str] = set()
    for name in map(clean_line, names):
        if name and name.casefold() not in _FUNCTIONS:
            words.add(name)
            words.update(part for part in name.split() if len(part) > 1 and part[0].isupper())
    if not words:
        return None
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    either = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<!\w)(?:{either})(?:['’]?s)?(?!\w)", re.IGNORECASE)


_FUNCTIONS: Final = frozenset(
    {
        "coordinator",
        "supervisor",
        "manager",
        "team",
        "all",
        "everyone",
        "me",
        "us",
        "on-call",
        "koordinator",
        "koordinatoren",
        "supervisoren",
        "vagtleder",
        "vagtlederen",
        "teamleder",
        "teamlederen",
        "leder",
        "lederen",
        "tovholder",
        "tovholderen",
        "bagvagt",
        "bagvagten",
        "alle",
        "jeg",
        "mig",
        "os",
        "teamet",
        "holdet",
        "veileder",
        "veilederen",
        "vaktleder",
        "vaktlederen",
        "bakvakt",
        "bakvakten",
        "verneombud",
        "verneombudet",
        "meg",
        "oss",
        "arbejdsmiljørepræsentant",
        "arbejdsmiljørepræsentanten",
    }
)
"""Who may own an action or make a call without being named: a function, or the speaker."""


def _month(cut: _Cut) -> Value:
    return cut.state.opened.astimezone(cut.zone).strftime("%Y-%m")


def _date(cut: _Cut) -> Value:
    return cut.state.opened.astimezone(cut.zone).date().isoformat()


def _minutes(cut: _Cut) -> Value:
    state = cut.state
    if state.closed is None:
        return round(sum(state.used_s.values()) / 60)
    return round((state.closed - state.opened).total_seconds() / 60)


def _people(cut: _Cut) -> Value:
    return cut.cell(len(cut.state.people))


def _team(cut: _Cut) -> Value:
    return cut.line(cut.state.setup.team)


def _place(cut: _Cut) -> Value:
    return cut.line(cut.state.setup.place)


def _protocol(cut: _Cut) -> Value:
    return f"{cut.line(cut.state.setup.protocol)} {cut.state.setup.protocol_version}"


def _supervisor(cut: _Cut) -> Value:
    return clean_line(cut.state.setup.supervisor)


def _phases(cut: _Cut) -> Value:
    state = cut.state
    if not cut.reaches("record"):
        return len(state.setup.phases)
    return [
        {
            "phase": cut.line(plan.key),
            "phase_name": cut.line(cut.phase(plan.key)),
            "planned_minutes": round(plan.planned_s / 60),
            "used_minutes": round(state.used_s.get(plan.key, 0) / 60),
        }
        for plan in state.setup.phases
    ]


def _turns(cut: _Cut) -> Value:
    """Counts: how many people ever spoke, passed or left. Record: turns by role."""
    state = cut.state
    if not cut.reaches("record"):
        who = {
            end: {key.person for key, turn in state.turns.items() if turn == end} for end in _TURNS
        }
        return {end: cut.part(len(who[end] - {ROUND})) for end in _TURNS}
    roles = {person.id: person.role for person in state.people}
    seen = Counter((roles[k.person], end) for k, end in state.turns.items() if k.person in roles)
    present = sorted(set(roles.values()))
    return {role: {end: seen[role, end] for end in _TURNS} for role in present}


def _tally(values: Iterable[str], keys: Sequence[str], write: Callable[[int], Value]) -> Value:
    """Return how many of `values` are each of `keys`, every key present."""
    counted = Counter(values)
    return {key: write(counted[key]) for key in keys}


def _follow_ups(cut: _Cut) -> Value:
    outcomes = (follow.outcome for follow in cut.state.follow_ups.values())
    return _tally(outcomes, _OUTCOMES, cut.part)


def _duties(cut: _Cut) -> Value:
    duties = sorted(cut.state.duties.values(), key=lambda duty: (duty.opened, duty.id))
    if not cut.reaches("record"):
        return _tally((duty.outcome or "open" for duty in duties), _DUTY_ENDS, cut.cell)
    return [{"kind": cut.line(duty.kind), "outcome": duty.outcome or "open"} for duty in duties]


def _actions(cut: _Cut) -> Value:
    if not cut.reaches("record"):
        return len(cut.state.actions)
    return [
        {"action": cut.line(action.text), "due": action.due.isoformat() if action.due else ""}
        for action in cut.state.actions.values()
    ]


def _action_owners(cut: _Cut) -> Value:
    return [
        {"action": cut.line(action.text), "owner": clean_line(action.owner)}
        for action in cut.state.actions.values()
        if action.owner
    ]


def _signs(cut: _Cut) -> Value:
    """Confirmed signs by seriousness, small numbers hidden below `full`; in the record also how
    many were shown, confirmed and dismissed, as the session file tells.
    """
    signs = cut.state.signs.values()
    levels = Counter(sign.level for sign in signs if sign.decision == "confirmed")
    exact = cut.reaches("full")
    values: dict[str, Value] = {
        key: levels[key] if exact or levels[key] >= FEW else f"<{FEW}" for key in _SIGN_LEVELS
    }
    if cut.reaches("record"):
        decisions = Counter(sign.decision for sign in signs)
        values["shown"] = len(signs)
        values["confirmed"] = decisions["confirmed"]
        values["dismissed"] = decisions["dismissed"]
    return values


def _named_follow_ups(cut: _Cut) -> Value:
    dated = [
        (when, person, follow)
        for person, follow in cut.state.follow_ups.items()
        for when in follow.dates
    ]
    dated.sort(key=lambda entry: entry[:2])
    return [
        {"name": cut.name(person), "when": cut.moment(when), "by": clean_line(follow.by)}
        for when, person, follow in dated
    ]


def _notes(cut: _Cut) -> Value:
    state = cut.state
    order = [ROUND, *(person.id for person in state.people)]
    return [
        {
            "phase": plan.key,
            "phase_name": clean_line(cut.phase(plan.key)),
            "name": "" if person == ROUND else cut.name(person),
            "note": clean(state.note(plan.key, person)),
        }
        for plan in state.setup.phases
        for person in order
        if state.note(plan.key, person).strip()
    ]


def _loads(cut: _Cut) -> Value:
    return [{"name": cut.name(who), "load": load} for who, load in sorted(cut.state.loads.items())]


def _alone(cut: _Cut) -> Value:
    return [cut.name(person) for person in sorted(cut.state.alone)]


def _sign_words(cut: _Cut) -> Value:
    return [
        {
            "name": "" if key.person == ROUND else cut.name(key.person),
            "sign": sign.seen.code,
            "level": sign.level,
            "decision": sign.decision,
            "words": clean_line(sign.seen.words),
        }
        for key, sign in cut.state.signs.items()
    ]


_BUILDERS: Final[Mapping[str, Callable[[_Cut], Value]]] = MappingProxyType(
    {
        "month": _month,
        "minutes": _minutes,
        "people": _people,
        "phases": _phases,
        "turns": _turns,
        "follow_ups": _follow_ups,
        "duties": _duties,
        "actions": _actions,
        "signs": _signs,
        "date": _date,
        "team": _team,
        "place": _place,
        "protocol": _protocol,
        "named_follow_ups": _named_follow_ups,
        "action_owners": _action_owners,
        "supervisor": _supervisor,
        "notes": _notes,
        "loads": _loads,
        "alone": _alone,
        "sign_words": _sign_words,
    }
)
