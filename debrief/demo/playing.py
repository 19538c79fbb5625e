"""Playing a script at a desk, so that a round is there to look at.

Everybody here is made up. Nothing is faked below the surface either: each round goes through the
desk and the running round, event by event, as a supervisor's would.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import tomli_w

from debrief.clock import utc_now
from debrief.demo.scripts import EARLIER, HELD, TONIGHT, TONIGHT_IN_ENGLISH, Script, Told
from debrief.desk import Desk
from debrief.desk.closing import Sealed
from debrief.desk.times import follow_up_time
from debrief.live import Live
from debrief.session import ROUND
from debrief.session import events as ev
from debrief.session.model import Person
from debrief.workspace.places import Places
from debrief.workspace.roster import new_id

_TURN_S: Final = 35
_CHARACTER_S: Final = 0.6
"""How long a turn takes, and each character that is noted of it, in seconds."""


class ShiftClock:
    """A clock that can be set back, so that a round can have been held last week."""

    def __init__(self, under: Callable[[], dt.datetime] = utc_now) -> None:
        self._under = under
        self._offset = dt.timedelta()

    def __call__(self) -> dt.datetime:
        """Return the time it shows, in UTC."""
        return self._under() + self._offset

    def set_back(self, by: dt.timedelta) -> None:
        """Show the real time less `by`."""
        self._offset = -by

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self._offset += dt.timedelta(seconds=seconds)


@contextlib.contextmanager
def evening(
    clock: Callable[[], dt.datetime] = utc_now, language: str = "da"
) -> Iterator[tuple[Desk, str]]:
    """Give a desk with an open round in a throw-away workspace; all of it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="debrief-demo-") as folder:
        yield prepare(Path(folder), clock, language)


def prepare(
    folder: Path, clock: Callable[[], dt.datetime] = utc_now, language: str = "da"
) -> tuple[Desk, str]:
    """Fill `folder` with a workspace, keys and state of its own; return its desk and open round.

    Two rounds were held before; tonight's is in its third phase. One destination is configured, a
    folder called `tavle`, so that closing shows what leaves. The round is not locked: resume it.
    Tonight's is held in English where `language` is en, else in Danish; the earlier ones in Danish.
    """
    tonight = TONIGHT_IN_ENGLISH if language == "en" else TONIGHT
    places = Places(folder / "workspace", folder / "config", folder / "state")
    shown = ShiftClock(clock)
    desk = Desk(places, shown, plugins=False)
    for script, days in zip(EARLIER, (7, 2), strict=True):
        shown.set_back(dt.timedelta(days=days, minutes=25))
        Player(desk, shown).hold(script)
    _configure(desk, tonight, folder / "tavle")
    desk = Desk(places, shown, plugins=False)
    shown.set_back(dt.timedelta(minutes=14))
    player = Player(desk, shown)
    live = player.play(tonight)
    player.say_alone(live, "Mette")
    live.settle()
    desk.pause(live)
    shown.set_back(dt.timedelta())
    return desk, live.state.id


def held_sessions(desk: Desk, clock: ShiftClock) -> tuple[Sealed, ...]:
    """Hold and close three fictional rounds at the desk, a week and a half apart in all.

    `clock` must be the desk's own. The rounds lie 9, 4 and 1 days before what it shows, the last
    one in the afternoon where it shows evening.
    """
    sealed = []
    for script, days, minutes in zip(HELD, (9, 4, 1), (0, 50, 275), strict=True):
        clock.set_back(dt.timedelta(days=days, minutes=minutes))
        sealed.append(Player(desk, clock).hold(script))
    clock.set_back(dt.timedelta())
    return tuple(sealed)


def _configure(desk: Desk, tonight: Script, board: Path) -> None:
    desk.disk.make_folder(board)
    config = {
        "version": 1,
        "team": tonight.team,
        "round_language": tonight.language,
        "destinations": {
            "tavle": {
                "exporter": "folder",
                "level": "record",
                "fields": ["team", "phases", "duties", "actions"],
                "settings": {"path": str(board)},
            }
        },
    }
    desk.disk.publish(desk.places.settings, tomli_w.dumps(config).encode())


class Player:
    """Plays scripts at a desk, with a clock that passes as people speak."""

    def __init__(self, desk: Desk, clock: ShiftClock) -> None:
        self.desk = desk
        self.clock = clock

    def hold(self, script: Script) -> Sealed:
        """Play a script to its end, settle everything, and close."""
        live = self.play(script)
        self._decide(live, script)
        self._agree(live, script)
        self.clock.forward(_TURN_S)
        return self.desk.close(live, self.desk.draft(live))

    def play(self, script: Script) -> Live:
        """Open the round and say everything in the script; the last speaker keeps the word."""
        setup = self.desk.setup(
            self.desk.protocol(script.protocol),
            self._people(script),
            script.language,
            team=script.team,
        )
        live = self.desk.start(setup)
        for index, scene in enumerate(script.scenes):
            live.go_to_phase(index)
            for told in scene:
                self._say(live, told)
        return live

    def say_alone(self, live: Live, name: str) -> None:
        """Note that a person will be alone tonight."""
        live.do(ev.AloneSaid(self.clock(), _named(live, name).id, True))

    def _people(self, script: Script) -> list[Person]:
        people: list[Person] = []
        for name, role, place, channel in script.people:
            known = self.desk.roster.find(name)
            taken = [one.id for one in (*self.desk.roster.people, *people)]
            person_id = known.id if known else new_id("c", taken)
            people.append(Person(person_id, name, role, place, channel))
        return people

    def _say(self, live: Live, told: Told) -> None:
        """Write what one person, or the round, said; then end the turn as told."""
        person = _named(live, told.name) if told.name else None
        if told.turn == "early":
            if person is not None:
                live.do(ev.TurnEnded(self.clock(), live.state.plan.key, person.id, "passed"))
            return
        live.choose(person.id if person else None)
        self.clock.forward(_TURN_S + _CHARACTER_S * sum(map(len, told.lines)))
        if told.lines:
            who = person.id if person else ROUND
            live.write(live.state.plan.key, who, "\n".join(told.lines))
            live.look(live.state.plan.key, who)
        if person is not None and told.load is not None:
            live.do(ev.LoadGiven(self.clock(), person.id, told.load))
        if person is not None and told.turn in ("spoke", "passed"):
            live.end_turn("spoke" if told.turn == "spoke" else "passed")

    def _decide(self, live: Live, script: Script) -> None:
        """Confirm what reads surely, dismiss the rest, and end the duties that open."""
        for key, sign in list(live.state.signs.items()):
            live.decide(key, "confirmed" if sign.seen.band == "firm" else "dismissed")
        for duty in list(live.state.duties):
            live.do(ev.DutyEnded(self.clock(), duty, script.duty))

    def _agree(self, live: Live, script: Script) -> None:
        for number, (text, owner, days) in enumerate(script.actions, 1):
            due = (self.clock() + dt.timedelta(days=days)).astimezone().date() if days else None
            live.do(ev.ActionAgreed(self.clock(), f"a{number}", text, owner, due))
        for person in live.state.people:
            said = script.follow_ups.get(person.name, "declined")
            if said == "declined":
                live.do(ev.FollowUpAgreed(self.clock(), person.id, "declined"))
            elif said == "none":
                live.do(ev.FollowUpAgreed(self.clock(), person.id, "not-needed"))
            else:
                when = follow_up_time(said, self.clock())
                live.do(ev.FollowUpAgreed(self.clock(), person.id, "dated", when))
        live.do(ev.SupervisorLoad(self.clock(), script.own_load))


def _named(live: Live, name: str) -> Person:
    return next(one for one in live.state.people if one.name == name)


__all__ = ["Player", "ShiftClock", "evening", "held_sessions", "prepare"]
