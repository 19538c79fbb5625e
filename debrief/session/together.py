"""What is done with the whole group: the pairs it talks in, and a phase that it passes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from debrief.i18n import _
from debrief.session import events as ev
from debrief.session.model import State
from debrief.session.refused import Refused


def split(ids: Sequence[str], size: int) -> tuple[tuple[str, ...], ...]:
    """Return `ids`, in their order, in pairs (`size` 2) or threes (3); nobody is left alone.

    An odd number makes one three among the pairs, or pairs among the threes.
    """
    count = len(ids) // 2 if size == 2 else -(-len(ids) // 3)
    count = max(1, count)
    least, more = divmod(len(ids), count)
    groups, at = [], 0
    for number in range(count):
        end = at + least + (number < more)
        groups.append(tuple(ids[at:end]))
        at = end
    return tuple(group for group in groups if group)


def groups_now(state: State) -> tuple[tuple[str, ...], ...]:
    """Return the pairs or threes of the running phase, without those who are not here.

    Whoever came after they were made joins the smallest, and nobody stays alone where there are
    others. Empty where the phase has none.
    """
    plan = state.plan
    here = [person.id for person in state.people if person.id not in state.left]
    made = state.groups.get(plan.key)
    if made is None:
        return split(here, plan.groups) if plan.groups else ()
    groups = [[one for one in group if one in here] for group in made]
    groups = [group for group in groups if group] or [[]]
    for one in here:
        if all(one not in group for group in groups):
            min(groups, key=len).append(one)
    alone = [group for group in groups if len(group) == 1]
    for group in alone:
        others = [other for other in groups if other is not group]
        if others:
            groups = others
            min(groups, key=len).extend(group)
    return tuple(tuple(group) for group in groups if group)


def groups_made(state: State, event: ev.GroupsMade) -> State:
    """Return the state with these pairs or threes in the phase; raises Refused."""
    if all(plan.key != event.phase for plan in state.setup.phases):
        raise Refused(_("The round has no phase called {key}.").format(key=event.phase))
    named = [one for group in event.groups for one in group]
    known = {person.id for person in state.people}
    if len(set(named)) != len(named) or not known.issuperset(named):
        raise Refused(_("Pairs may name only people in the round, and each of them once."))
    return msgspec.structs.replace(state, groups={**state.groups, event.phase: event.groups})


def phase_passed(state: State, event: ev.PhasePassed) -> State:
    """Return the state with the running phase marked as passed; raises Refused."""
    if event.phase != state.plan.key:
        raise Refused(_("Only the phase the round is in can be passed."))
    return msgspec.structs.replace(state, passed=state.passed | {event.phase})
