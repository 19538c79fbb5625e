"""How each event changes the state. Pure: the same events always give the same state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec

from debrief.i18n import _
from debrief.session import events as ev
from debrief.session.duties import with_duties
from debrief.session.model import (
    PATTERNS,
    ROUND,
    Action,
    Duty,
    FollowUp,
    NoteKey,
    Person,
    SeenSign,
    SignKey,
    SignState,
    State,
)
from debrief.session.refused import Refused, keeps_nothing
from debrief.session.rounds import after
from debrief.session.together import groups_made, phase_passed

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
replace = msgspec.structs.replace


class Session(msgspec.Struct, frozen=True):
    """A state, with the steps before it (for undo) and those taken back (for redo)."""

    state: State
    past: tuple[State, ...] = ()
    future: tuple[State, ...] = ()


def start(event: ev.Opened) -> Session:
    """Return a session at its first phase; raises Refused when the setup has no phase."""
    if not event.setup.phases:
        raise Refused(_("The protocol has no phases, so no round can be opened."))
    around = event.setup.circumstances
    went_on = (*around.went_on, "locked") if event.setup.locked else around.went_on
    state = State(
        id=event.id,
        setup=event.setup,
        opened=event.at,
        people=event.setup.people,
        phase=0,
        phase_since=event.at,
        speaker=None,
        used_s={},
        left=frozenset(person.id for person in event.setup.people if person.stay == "late"),
        overridden=tuple(dict.fromkeys(went_on)),
    )
    return Session(_with_first_voice(state))


def replay(history: Iterable[ev.AnyEvent]) -> Session:
    """Return the session after `history`, which begins with Opened; raises Refused."""
    steps = iter(history)
    first = next(steps, None)
    if not isinstance(first, ev.Opened):
        raise Refused(_("The journal does not begin with the opening of a round."))
    session = start(first)
    for event in steps:
        session = apply(session, event)
    return session


def apply(session: Session, event: ev.AnyEvent) -> Session:
    """Return the session after `event`; raises Refused, the session standing as it was.

    An event that changes nothing is not a step, so undo always has something to show.
    """
    if session.state.closed is not None:
        raise Refused(_("The round is closed; a closed round does not change."))
    if isinstance(event, ev.Undone):
        return _undo(session)
    if isinstance(event, ev.Redone):
        return _redo(session)
    state = _RULES[type(event)](session.state, event)
    if state == session.state:
        return session
    if isinstance(event, ev.Wrote | ev.SignsSeen | ev.PatternsSeen):
        return replace(session, state=state)
    return Session(state, (*session.past, session.state), ())


def _undo(session: Session) -> Session:
    if not session.past:
        raise Refused(_("There is nothing to take back."))
    state = _keeping_text(session.past[-1], session.state)
    return Session(state, session.past[:-1], (*session.future, session.state))


def _redo(session: Session) -> Session:
    if not session.future:
        raise Refused(_("There is nothing to do again."))
    state = _keeping_text(session.future[-1], session.state)
    return Session(state, (*session.past, session.state), session.future[:-1])


def _keeping_text(target: State, now: State) -> State:
    """Return `target` with the notes of `now`: what was written is never taken back by a step.

    Signs follow the notes; their decisions are those of `target`. Whoever came late stays in the
    round while there is a note about them; a pattern goes and comes with its person.
    """
    standing = {key: sign.seen for key, sign in now.signs.items() if sign.stands}
    about = {key.person for key in now.notes}
    about |= {key.person for key in standing if key.phase != PATTERNS}
    about -= {person.id for person in target.people}
    people = (*target.people, *(person for person in now.people if person.id in about))
    here, before = {person.id for person in people}, {person.id for person in now.people}
    back = {
        key: sign.seen
        for key, sign in target.signs.items()
        if key.phase == PATTERNS and sign.stands and key.person not in before
    }
    kept = {
        key: seen for key, seen in standing.items() if key.phase != PATTERNS or key.person in here
    }
    signs = _signs_as_seen(target.signs, {**kept, **back})
    return replace(target, people=people, notes=now.notes, signs=signs)


def _signs_as_seen(
    old: Mapping[SignKey, SignState], standing: Mapping[SignKey, SeenSign]
) -> dict[SignKey, SignState]:
    """Return the signs when those in `standing` are seen; of the others only confirmed ones stay.

    What the supervisor has not touched follows the scanner's latest reading.
    """
    signs: dict[SignKey, SignState] = {}
    for key, sign in old.items():
        seen = standing.get(key)
        if seen is not None:
            signs[key] = _read_again(sign, seen)
        elif sign.decision == "confirmed":
            signs[key] = replace(sign, stands=False)
    for key, seen in standing.items():
        signs.setdefault(key, SignState(seen, seen.subject, seen.level))
    return signs


def _read_again(sign: SignState, seen: SeenSign) -> SignState:
    untouched = (sign.subject, sign.level) == (sign.seen.subject, sign.seen.level)
    if sign.decision == "open" and untouched:
        return SignState(seen, seen.subject, seen.level)
    return replace(sign, seen=seen, stands=True)


def _with(mapping: Mapping[_Key, _Value], key: _Key, value: _Value | None) -> dict[_Key, _Value]:
    """Return a copy of `mapping` with the key set, or removed for None."""
    changed = {k: v for k, v in mapping.items() if k != key or value is not None}
    if value is not None:
        changed[key] = value
    return changed


def _known(state: State, person_id: str) -> None:
    if state.person(person_id) is None:
        raise Refused(_("There is nobody in the round with the id {id}.").format(id=person_id))


def _keeps(state: State) -> None:
    """Refuse whatever would be kept of what is said, where the protocol keeps nothing."""
    if state.setup.keep == "nothing":
        raise Refused(keeps_nothing())


def _known_phase(state: State, key: str) -> None:
    if all(plan.key != key for plan in state.setup.phases):
        raise Refused(_("The round has no phase called {key}.").format(key=key))


def _known_note(state: State, phase: str, person_id: str) -> None:
    if person_id != ROUND:
        _known(state, person_id)
    _known_phase(state, phase)


def _with_first_voice(state: State) -> State:
    return replace(state, speaker=after(state, None) if state.plan.each else None)


def _phase(state: State, event: ev.PhaseEntered) -> State:
    if not 0 <= event.index < len(state.setup.phases):
        raise Refused(_("The round has no phase number {n}.").format(n=event.index + 1))
    key = state.plan.key
    used = {**state.used_s, key: state.used_at(key, event.at)}
    moved = replace(state, used_s=used, phase=event.index, phase_since=event.at)
    here = moved.plan.key
    groups = {**state.groups, here: event.groups} if event.groups else state.groups
    return _with_first_voice(replace(moved, groups=groups, passed=state.passed - {here}))


def _passed(state: State, event: ev.PhasePassed) -> State:
    """Pass the phase and go on; nobody's own turn is counted as passed because of it."""
    marked = phase_passed(state, event)
    if state.phase + 1 == len(state.setup.phases):
        return marked
    return _phase(marked, ev.PhaseEntered(event.at, state.phase + 1))


def _speaker(state: State, event: ev.SpeakerChosen) -> State:
    if event.person is not None:
        _known(state, event.person)
    if event.person in state.left:
        raise Refused(
            _("{id} has left the round; note that they are back first.").format(id=event.person)
        )
    return replace(state, speaker=event.person)


def _turn(state: State, event: ev.TurnEnded) -> State:
    """End a turn: the word goes on if it was the speaker's, and returns if it is taken back."""
    _known(state, event.person)
    _known_phase(state, event.phase)
    turns = _with(state.turns, NoteKey(event.phase, event.person), event.turn)
    changed = replace(state, turns=turns)
    if event.phase != state.plan.key:
        return changed
    if event.turn is None:
        return changed if event.person in state.left else replace(changed, speaker=event.person)
    if event.person == state.speaker:
        return replace(changed, speaker=after(changed, event.person))
    return changed


def _wrote(state: State, event: ev.Wrote) -> State:
    _keeps(state)
    _known_note(state, event.phase, event.person)
    key = NoteKey(event.phase, event.person)
    old = state.notes.get(key, "")
    end = event.start + event.cut
    if not 0 <= event.start <= end <= len(old):
        raise Refused(_("A change to a note does not fit the note; the note stands as it was."))
    new = old[: event.start] + event.text + old[end:]
    return replace(state, notes=_with(state.notes, key, new or None))


def _load(state: State, event: ev.LoadGiven) -> State:
    _keeps(state)
    _known(state, event.person)
    return replace(state, loads=_with(state.loads, event.person, event.load))


def _alone(state: State, event: ev.AloneSaid) -> State:
    _known(state, event.person)
    rest = state.alone - {event.person}
    return replace(state, alone=rest | {event.person} if event.alone else rest)


def _call(state: State, event: ev.CallAsked) -> State:
    _known(state, event.person)
    rest = state.wants_call - {event.person}
    return replace(state, wants_call=rest | {event.person} if event.asked else rest)


def _joined(state: State, event: ev.PersonJoined) -> State:
    if state.person(event.person.id) is not None or event.person.id == ROUND:
        raise Refused(_("{name} is in the round already.").format(name=event.person.name))
    return replace(state, people=(*state.people, event.person))


def _changed(state: State, event: ev.PersonChanged) -> State:
    _known(state, event.person.id)
    people = tuple(event.person if one.id == event.person.id else one for one in state.people)
    return replace(state, people=people)


def _left(state: State, event: ev.PersonLeft) -> State:
    """Leaving ends the person's turn in the running phase; coming back gives it to them again."""
    _known(state, event.person)
    key = NoteKey(state.plan.key, event.person)
    rest = state.left - {event.person}
    if not event.left:
        turns = state.turns
        if turns.get(key) == "left":
            turns = _with(turns, key, None)
        return replace(state, left=rest, turns=turns, people=_arrived(state, event.person))
    turns = state.turns if key in state.turns else _with(state.turns, key, "left")
    changed = replace(state, left=rest | {event.person}, turns=turns)
    if event.person == state.speaker:
        return replace(changed, speaker=after(changed, event.person))
    return changed


def _arrived(state: State, person_id: str) -> tuple[Person, ...]:
    """Return the people once this one is here: whoever was to come late has come."""
    return tuple(
        replace(one, stay="whole") if one.id == person_id and one.stay == "late" else one
        for one in state.people
    )


def _order(state: State, event: ev.OrderChanged) -> State:
    by_id = {person.id: person for person in state.people}
    if sorted(event.people) != sorted(by_id):
        raise Refused(_("A speaking order must name everyone in the round once."))
    return replace(state, people=tuple(by_id[one] for one in event.people))


def _seen(state: State, event: ev.SignsSeen) -> State:
    """Keep what was decided; an undecided or dismissed sign goes when its words go."""
    _known_note(state, event.phase, event.person)
    return _seen_at(state, NoteKey(event.phase, event.person), event.signs)


def _patterns(state: State, event: ev.PatternsSeen) -> State:
    """A pattern is the counsellor's own, stands in no words, and is decided as any sign is."""
    _known(state, event.person)
    own = tuple(replace(one, subject="counsellor", words="") for one in event.signs)
    return _seen_at(state, NoteKey(PATTERNS, event.person), own)


def _seen_at(state: State, here: NoteKey, found: Iterable[SeenSign]) -> State:
    """Return the state in which exactly `found` is seen in one place."""
    standing = {
        key: sign.seen
        for key, sign in state.signs.items()
        if sign.stands and (key.phase, key.person) != here
    }
    for one in found:
        standing.setdefault(SignKey(*here, one.code, one.words), one)
    return replace(state, signs=_signs_as_seen(state.signs, standing))


def _decided(state: State, event: ev.SignDecided) -> State:
    key = SignKey(event.phase, event.person, event.code, event.words)
    sign = state.signs.get(key)
    if sign is None:
        raise Refused(_("That sign is no longer there; its words have changed."))
    if event.phase == PATTERNS and event.subject != "counsellor":
        raise Refused(_("This comes from earlier rounds, so it is the counsellor's own."))
    decided = SignState(sign.seen, event.subject, event.level, event.decision, sign.stands)
    kept = decided if sign.stands or event.decision == "confirmed" else None
    return with_duties(replace(state, signs=_with(state.signs, key, kept)), key, event.at)


def _duty(state: State, event: ev.DutyOpened) -> State:
    if event.id in state.duties:
        raise Refused(_("There is a duty with the id {id} already.").format(id=event.id))
    if event.holder != state.setup.supervisor:
        _known(state, event.holder)
    duty = Duty(event.id, event.kind, event.holder, event.at, by_hand=True)
    return replace(state, duties={**state.duties, event.id: duty})


def _duty_end(state: State, event: ev.DutyEnded) -> State:
    duty = state.duties.get(event.id)
    if duty is None:
        raise Refused(_("There is no duty with the id {id}.").format(id=event.id))
    ended = replace(duty, outcome=event.outcome, ended=event.at if event.outcome else None)
    return replace(state, duties={**state.duties, event.id: ended})


def _action(state: State, event: ev.ActionAgreed) -> State:
    action = Action(event.id, event.text, event.owner, event.due)
    return replace(state, actions={**state.actions, event.id: action})


def _action_dropped(state: State, event: ev.ActionDropped) -> State:
    return replace(state, actions=_with(state.actions, event.id, None))


def _follow_up(state: State, event: ev.FollowUpAgreed) -> State:
    _known(state, event.person)
    if event.outcome == "dated" and event.when is None:
        raise Refused(_("A dated follow-up needs a date."))
    if event.further and event.outcome != "dated":
        raise Refused(_("Only a dated follow-up has further dates."))
    dates = sorted({*event.further, *([event.when] if event.when else [])})
    first = dates[0] if dates else None
    agreed = FollowUp(event.outcome, first, event.by, (*dates[1:],)) if event.outcome else None
    return replace(state, follow_ups=_with(state.follow_ups, event.person, agreed))


def _supervisor_load(state: State, event: ev.SupervisorLoad) -> State:
    return replace(state, supervisor_load=event.load)


def _overridden(state: State, event: ev.Overridden) -> State:
    if event.guardrail in state.overridden:
        return state
    return replace(state, overridden=(*state.overridden, event.guardrail))


def _closed(state: State, event: ev.Closed) -> State:
    key = state.plan.key
    used = {**state.used_s, key: state.used_at(key, event.at)}
    return replace(state, used_s=used, closed=event.at, speaker=None)


def _opened(state: State, event: ev.Opened) -> State:  # noqa: ARG001
    raise Refused(_("The round has been opened already."))


_RULES: Final[Mapping[type[ev.Event], Callable[[State, Any], State]]] = {
    ev.Opened: _opened,
    ev.PhaseEntered: _phase,
    ev.PhasePassed: _passed,
    ev.GroupsMade: groups_made,
    ev.SpeakerChosen: _speaker,
    ev.TurnEnded: _turn,
    ev.Wrote: _wrote,
    ev.LoadGiven: _load,
    ev.AloneSaid: _alone,
    ev.CallAsked: _call,
    ev.PersonJoined: _joined,
    ev.PersonChanged: _changed,
    ev.PersonLeft: _left,
    ev.OrderChanged: _order,
    ev.SignsSeen: _seen,
    ev.PatternsSeen: _patterns,
    ev.SignDecided: _decided,
    ev.DutyOpened: _duty,
    ev.DutyEnded: _duty_end,
    ev.ActionAgreed: _action,
    ev.ActionDropped: _action_dropped,
    ev.FollowUpAgreed: _follow_up,
    ev.SupervisorLoad: _supervisor_load,
    ev.Overridden: _overridden,
    ev.Closed: _closed,
}
