"""From a protocol to the plan of one round, and what must be true before a locked one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debrief.errors import Problem
from debrief.i18n import _
from debrief.session.model import PhasePlan, Setup

if TYPE_CHECKING:
    from debrief.protocol import Phase, Protocol, Shift

SILENT_MINUTE_S: Final = 60


def plans(
    chosen: Protocol, people: int, shift: Shift | None = None, *, silence: bool = False
) -> tuple[PhasePlan, ...]:
    """Return the phases as planned for so many people, at this end of a shift.

    With `silence` the first one begins with a quiet minute at least; its time grows by as much.
    """
    made = [_plan(phase, people, 0) for phase in chosen.phases_at(shift)]
    if silence:
        first = chosen.phases_at(shift)[0]
        made[0] = _plan(first, people, max(0, SILENT_MINUTE_S - first.silent))
    return tuple(made)


def _plan(phase: Phase, people: int, quiet_s: int) -> PhasePlan:
    return PhasePlan(
        phase.key,
        phase.planned_seconds(people) + quiet_s,
        phase.each,
        phase.asks_load,
        phase.silent + quiet_s,
        phase.groups or 0,
    )


def refuse_locked(setup: Setup) -> None:
    """Raise Problem where a locked protocol may not begin as it was set up."""
    if not setup.locked:
        return
    around = setup.circumstances
    if around.mixed_exposure:
        raise Problem(
            _(
                "This protocol is never held with those who were part of it and those who were not,"
                " together. Choose another for the whole group, or untick that only some were."
            )
        )
    if not around.lock_confirmed:
        raise Problem(
            _(
                "This protocol is locked, so no round was opened. Confirm that a trained team leads"
                " it, that it is voluntary and that it is followed up, or choose another."
            )
        )
