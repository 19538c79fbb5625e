"""The desk: one open workspace, and the things to do in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.clock import utc_now
from debrief.errors import Problem
from debrief.i18n import _
from debrief.record.disk import Disk
from debrief.session.model import Circumstances, Person, Setup, State
from debrief.text import token
from debrief.workspace import config as configs
from debrief.workspace.places import Places

# The first screen needs none of the rooms below; each is loaded by the method that first uses it.
if TYPE_CHECKING:
    from debrief.delivery.trust import Registry
    from debrief.desk.closing import Draft, Sealed
    from debrief.desk.overview import Overview, Unfinished
    from debrief.desk.past import Held
    from debrief.live import Live
    from debrief.protocol import Protocol, Shift
    from debrief.record.keys import Keys
    from debrief.record.lock import Lock
    from debrief.session import Session
    from debrief.workspace.roster import Roster


class Desk:
    """An open workspace. Opening one writes nothing; the first round makes what it needs."""

    def __init__(
        self,
        places: Places,
        clock: Callable[[], dt.datetime] = utc_now,
        disk: Disk | None = None,
        *,
        plugins: bool = True,
    ) -> None:
        self.places = places
        self.clock = clock
        self.disk = disk or Disk()
        self.plugins = plugins
        """Whether anything but what comes with the program may run."""
        self.unlock: Callable[[Path], bytes] | None = None
        """Asks a person for the passphrase of the identity at a path; returns what it opens."""
        self.sign_problems: tuple[Problem, ...] = ()
        """What is wrong with the house's own word lists, once `own_signs` has read them."""
        self.config = self._config()
        self._signs_read = False
        self._locks: dict[str, Lock] = {}

    def _config(self) -> configs.Config:
        path = self.places.settings
        if not self.disk.exists(path):
            return configs.Config()
        return configs.parse(self.disk.read(path, configs.LIMIT + 1), path.name)

    @cached_property
    def keys(self) -> Keys:
        """The supervisor's keys, made on first use."""
        from debrief.desk import keyring

        return keyring.load(self)

    # Protocols and people

    def protocols(self) -> Mapping[str, Protocol]:
        """Return every protocol here by id; a house's own stand in for bundled ones."""
        from debrief import protocol

        return protocol.available([self.places.protocols])[0]

    def protocol(self, protocol_id: str) -> Protocol:
        """Return one protocol; raises Problem naming the nearest right id."""
        from debrief import protocol

        return protocol.find(protocol_id, [self.places.protocols])

    @cached_property
    def roster(self) -> Roster:
        """The people known here."""
        from debrief.workspace import roster as rosters

        path = self.places.roster
        if not self.disk.exists(path):
            return rosters.Roster(supervisor=rosters.new_id("s", ()))
        return rosters.load(self.disk.read(path), self.keys, path.name)

    def remember(self, people: Iterable[Person], team: str) -> None:
        """Keep the people of a round in the roster, for next time."""
        day = self.clock().astimezone().date().isoformat()
        self.keep(self.roster.with_round(people, day, team))

    def keep(self, roster: Roster) -> None:
        """Make this the roster, durably; raises Problem."""
        from debrief.workspace import roster as rosters

        self.roster = roster
        self.disk.make_folder(self.places.workspace)
        data = rosters.dump(roster, self.keys, self.config.sealed_for)
        self.disk.publish(self.places.roster, data)

    def setup(
        self,
        chosen: Protocol,
        people: Iterable[Person],
        language: str,
        *,
        team: str = "",
        circumstances: Circumstances | None = None,
        shift: Shift | None = None,
        silence: bool = False,
    ) -> Setup:
        """Return what a round starts from, planned for these people at this end of the `shift`."""
        from debrief.desk.planning import plans
        from debrief.protocol import GROUND_RULES_VERSION

        here = tuple(people)
        return Setup(
            protocol=chosen.id,
            protocol_version=chosen.version,
            protocol_kind=chosen.kind,
            language=language,
            phases=plans(chosen, len(here), shift, silence=silence),
            people=here,
            supervisor=self.roster.supervisor,
            team=team,
            place=_where(here),
            ground_rules=GROUND_RULES_VERSION,
            max_people=chosen.max_people,
            earliest_hours=chosen.earliest_hours,
            min_people=chosen.min_people,
            keep=chosen.keep,
            locked=chosen.locked,
            circumstances=circumstances or Circumstances(),
        )

    @cached_property
    def exporters(self) -> Registry:
        """Every exporter there is, asked about once."""
        from debrief.desk import sending

        return sending.registry(self)

    # A round

    def own_signs(self) -> tuple[Problem, ...]:
        """Read the house's own word lists, once; return what is wrong with them. Raises nothing."""
        from debrief.desk import lists

        if not self._signs_read:
            self._signs_read = True
            self.sign_problems = lists.load(self)
        return self.sign_problems

    def start(self, setup: Setup) -> Live:
        """Open a round: its journal is on disk when this returns. Raises Problem."""
        from debrief.desk import planning, running
        from debrief.live import Live
        from debrief.session import events as ev
        from debrief.session import start

        if not setup.people:
            raise Problem(_("Nobody is in the round yet. Add at least one counsellor."))
        planning.refuse_locked(setup)
        now = self.clock()
        session_id = f"{now.astimezone().date().isoformat()}-{token(6)}"
        opened = ev.Opened(now, session_id, setup)
        session = start(opened)
        lock = self._lock(session_id)
        journal, first = running.begin(self, session_id, ev.encode(opened))
        self._locks[session_id] = lock
        self.remember(setup.people, setup.team)
        self.own_signs()
        return Live(session, journal, self.clock, first)

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Return the rounds that were not closed, newest first; rolls a broken-off close on."""
        from debrief.desk import overview as views

        return views.unfinished(self)

    def resume(self, session_id: str, *, take_over: bool = False) -> Live:
        """Go on with a round that was not closed; raises Problem when it can't be.

        That is Elsewhere where another computer wrote it last, unless `take_over`: then it goes on
        here, and what that computer wrote is left as it is.
        """
        from debrief.desk import running

        lock = self._lock(session_id)
        try:
            live = running.resume(self, session_id, take_over=take_over)
        except BaseException:
            lock.release()
            raise
        self._locks[session_id] = lock
        self.own_signs()
        return live

    def replayed(self, payloads: Iterable[bytes]) -> Session:
        """Return the session that the journal's records tell; raises Problem."""
        import msgspec

        from debrief.session import events as ev
        from debrief.session import replay

        try:
            return replay(ev.decode(payload) for payload in payloads)
        except msgspec.MsgspecError:
            raise Problem(
                _(
                    "A round was kept by another version of debrief and can't be read by this one. "
                    "Nothing was changed; open it with the version that wrote it."
                )
            ) from None

    def pause(self, live: Live) -> None:
        """Leave a round without closing it; it can be resumed."""
        live.journal.close()
        self._release(live.state.id)

    def _lock(self, session_id: str) -> Lock:
        from debrief.record.lock import session_lock

        self.disk.make_folder(self.places.locks)
        return session_lock(self.places.locks / f"{session_id}.lock")

    def _release(self, session_id: str) -> None:
        lock = self._locks.pop(session_id, None)
        if lock is not None:
            lock.release()

    # Closing and sending

    def draft(self, live: Live) -> Draft:
        """Return the round as it would be closed now, with what would leave."""
        from debrief.desk import closing

        return closing.draft(self, live)

    def close(self, live: Live, draft: Draft) -> Sealed:
        """Close the round exactly as drafted, what was shown of it being let go.

        Raises Problem, the round standing open.
        """
        from debrief.desk import closing

        sealed = closing.close(self, live, draft)
        self._release(live.state.id)
        return sealed

    def finish(self, state: State) -> Sealed:
        """Carry a closed round's last steps to the end; each may have been done before."""
        from debrief.desk import closing

        return closing.finish(self, state)

    # Looking back

    def overview(self) -> Overview:
        """Return what is open: rounds, follow-ups, what waits to leave, what was held last."""
        from debrief.desk import overview as views

        return views.overview(self)

    def held(self) -> tuple[Held, ...]:
        """Return the closed sessions here, newest first."""
        from debrief.desk import overview as views

        return views.held(self)

    def session_path(self, wanted: str) -> Path:
        """Return the file of a session by id, by the start of its id, or by path."""
        from debrief.desk import overview as views

        return views.session_path(self, wanted)


def _where(people: Iterable[Person]) -> str:
    """Return where a round is held: online, on-site, or mixed."""
    on_site = {one.channel == "in-person" or one.place == "on-site" for one in people}
    return "mixed" if len(on_site) > 1 else "on-site" if on_site == {True} else "online"
