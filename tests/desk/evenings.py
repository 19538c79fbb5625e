"""Whole evenings held at a desk, so that there is a past to look back on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from debrief.desk import Desk
from debrief.session import events as ev
from tests.builders import Clock, people


def hold(
    desk: Desk, clock: Clock, days_ago: int, loads: Mapping[str, int | None], team: str = "Nord"
) -> Path:
    """Hold and seal a round so many days before now, of these people with these loads."""
    now = clock.now
    clock.now = now - dt.timedelta(days=days_ago)
    setup = desk.setup(desk.protocol("shift-defuse"), people(*loads), "da", team=team)
    live = desk.start(setup)
    for one in live.state.people:
        if (load := loads[one.name]) is not None:
            live.do(ev.LoadGiven(clock(), one.id, load))
        live.do(ev.FollowUpAgreed(clock(), one.id, "not-needed"))
    sealed = desk.close(live, desk.draft(live))
    clock.now = now
    return sealed.path
