"""A process that holds rounds at a desk until it is killed, and says what was promised.

It prints `saved SESSION N` when N records are durable, and `closed SESSION NOTES`.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from debrief.clock import utc_now
from debrief.desk import Desk
from debrief.live import Live
from debrief.record.disk import Disk
from debrief.session import events as ev
from tests.builders import people
from tests.record.faults import FaultySystem

from .evening import AISHA, places, said

NOTES = 6
HASTY = "hasty"


class Deadly(FaultySystem):
    """Kills the process before its n-th call that writes."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.left = at

    def _call(self, name: str) -> None:
        if name == "read":
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def say(*words: object) -> None:
    """Print in one write, so that a kill leaves no half line that reads as another."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def _round(desk: Desk) -> Live:
    for one in desk.unfinished():
        if one.state is not None:
            return desk.resume(one.id)
    return desk.start(desk.setup(desk.protocol("stop5"), people("Aisha"), "da"))


def hold(desk: Desk, bug: str) -> None:
    """Hold one round from where it is to its close."""
    live = _round(desk)
    session = live.state.id
    if bug == HASTY:
        live.on_disk = lambda trouble: None
    else:
        live.on_disk = lambda trouble: say("saved", session, live.journal.saved)
    phase = live.state.plan.key
    written = live.state.note(phase, AISHA).count("Hun sov ikke.")
    for number in range(written + 1, NOTES + 1):
        live.write(phase, AISHA, "".join(map(said, range(1, number + 1))))
        if bug == HASTY:
            say("saved", session, number + 1)
        if number % 2 == 0:
            live.settle(30)
    if AISHA not in live.state.follow_ups:
        live.do(ev.FollowUpAgreed(desk.clock(), AISHA, "not-needed"))
    say("closing", session)
    desk.close(live, desk.draft(live))
    say("closed", session, NOTES)


def main(folder: Path, at: int, rounds: int, bug: str = "") -> None:
    disk = Disk(Deadly(at))
    for _round_number in range(rounds):
        hold(Desk(places(folder), utc_now, disk, plugins=False), bug)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
