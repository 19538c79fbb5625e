"""The round that is running now: where an event becomes state, a journal record and a scan.

Both faces (screens and plain mode) drive a round through `Live` and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from debrief import signs
from debrief.clock import utc_now
from debrief.errors import Problem
from debrief.i18n import _
from debrief.session import ROUND, NoteKey, Session, SignKey, State, apply
from debrief.session import events as ev
from debrief.session.model import Decision, Level, SeenSign, SignState, Subject, Turn
from debrief.session.rounds import after
from debrief.text import clean, clean_line

WORDS_SHOWN: Final = 120
"""The longest piece of evidence, in characters, that a sign carries along."""


class Recorder(Protocol):
    """Where events are kept, as `debrief.record.journal.Journal` does."""

    on_saved: Callable[[int, float], None]
    on_trouble: Callable[[Problem], None]

    @property
    def saved(self) -> int:
        """The highest record number that is durable."""

    def append(self, payload: bytes) -> int:
        """Take a record, without waiting; return its number."""

    def wait(self, sequence: int, timeout: float) -> bool:
        """Wait until the record is durable; return whether it is."""

    def close(self) -> bool:
        """Make everything durable and stop; return whether everything is."""


class SignView(msgspec.Struct, frozen=True):
    """A sign for showing: where it stands in the text last scanned, what is thought of it, and why.

    Where a confirmed sign's words have gone, `start` and `end` are 0 and `state.stands` is false.
    """

    key: SignKey
    state: SignState
    start: int
    end: int
    why: str


class Saved(msgspec.Struct, frozen=True):
    """What is durable: `everything` up to now, and when the disk last confirmed."""

    everything: bool
    at: dt.datetime


class Live:
    """A running round. Not thread-safe: all calls come from the face's own thread."""

    def __init__(
        self,
        session: Session,
        journal: Recorder,
        clock: Callable[[], dt.datetime] = utc_now,
        last: int = 0,
    ) -> None:
        self.session = session
        self.clock = clock
        self.journal = journal
        self.on_disk: Callable[[str], None] = _ignore
        """Told, from the writer's thread, each time something is saved (an empty text) or when
        the disk refuses (what to tell the person). It must not block."""
        self.blind = ""
        """Why no signs can be seen, where the word lists can't be used; empty when they can."""
        self._last = last
        self._saved_at = clock()
        self._spans: dict[NoteKey, dict[SignKey, signs.Sign]] = {}

        journal.on_saved = self._on_saved
        journal.on_trouble = self._on_trouble

    def _on_saved(self, sequence: int, at: float) -> None:
        del sequence
        self._saved_at = dt.datetime.fromtimestamp(at, dt.UTC)
        self.on_disk("")

    def _on_trouble(self, problem: Problem) -> None:
        self.on_disk(str(problem))

    @property
    def state(self) -> State:
        """The round as it stands."""
        return self.session.state

    def do(self, event: ev.Event) -> State:
        """Let `event` happen: new state, then its journal record. Raises Refused."""
        session = apply(self.session, event)  # type: ignore[arg-type]
        self._last = self.journal.append(ev.encode(event))
        self.session = session
        return self.state

    @property
    def saved(self) -> Saved:
        """Whether everything is on the disk, and since when."""
        return Saved(self.journal.saved >= self._last, self._saved_at)

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until everything is durable; return whether it is."""
        return self.journal.wait(self._last, timeout)

    # The round

    def next_voice(self) -> State:
        """End the speaker's turn as spoken; where nobody speaks, give the word to the first."""
        state = self.state
        if state.speaker is None:
            return self.choose(after(state, None))
        return self.end_turn("spoke")

    def end_turn(self, turn: Turn) -> State:
        """End the speaker's turn so; nothing happens where nobody speaks."""
        state = self.state
        if state.speaker is None:
            return state
        return self.do(ev.TurnEnded(self.clock(), state.plan.key, state.speaker, turn))

    def go_to_phase(self, index: int) -> State:
        """Move to the phase with this index; nothing happens outside the protocol."""
        if index == self.state.phase or not 0 <= index < len(self.state.setup.phases):
            return self.state
        return self.do(ev.PhaseEntered(self.clock(), index))

    def choose(self, person: str | None) -> State:
        """Give the word to `person` (None: the round as a whole)."""
        if person == self.state.speaker:
            return self.state
        return self.do(ev.SpeakerChosen(self.clock(), person))

    def undo(self) -> State:
        """Take back the last step. Raises Refused when there is none."""
        return self.do(ev.Undone(self.clock()))

    def redo(self) -> State:
        """Make the last step taken back again. Raises Refused when there is none."""
        return self.do(ev.Redone(self.clock()))

    # Notes and signs

    def write(self, phase: str, person: str, text: str) -> bool:
        """Make `text` the note of `person` in `phase`; return whether it changed."""
        old, new = self.state.note(phase, person), clean(text)
        if new == old:
            return False
        start, cut, inserted = _splice(old, new)
        self.do(ev.Wrote(self.clock(), phase, person, start, cut, inserted))
        return True

    def look(self, phase: str, person: str) -> tuple[SignView, ...]:
        """Scan one note, keep what is seen, and return its signs for showing, gravest first."""
        text = self.state.note(phase, person)
        who = self.state.person(person)
        name = who.name if who else None
        spans: dict[SignKey, signs.Sign] = {}
        for sign in signs.shown(signs.scan(text, self.state.setup.language, name)):
            spans.setdefault(SignKey(phase, person, sign.sign, _words(sign, text)), sign)
        self._spans[NoteKey(phase, person)] = spans
        seen = tuple(_seen(key, sign) for key, sign in spans.items())
        event = ev.SignsSeen(self.clock(), phase, person, seen)
        if self.state.closed is None and apply(self.session, event) is not self.session:
            self.do(event)
        return self.views(phase, person)

    def views(self, phase: str, person: str) -> tuple[SignView, ...]:
        """Return a note's signs as last scanned, then the confirmed ones whose words are gone."""
        note, known = NoteKey(phase, person), self.state.signs
        standing = [
            SignView(key, known[key], sign.start, sign.end, sign.why)
            for key, sign in self._spans.get(note, {}).items()
            if key in known and known[key].stands
        ]
        gone = [
            SignView(key, sign, 0, 0, _("The words have gone from the note."))
            for key, sign in known.items()
            if (key.phase, key.person) == note and not sign.stands
        ]
        return (*standing, *gone)

    def signs_of(self, person: str) -> tuple[SignView, ...]:
        """Return the signs in all of the person's notes, those of the running phase first."""
        phases = [plan.key for plan in self.state.setup.phases]
        phases.sort(key=lambda key: key != self.state.plan.key)
        found: list[SignView] = []
        for phase in phases:
            note = NoteKey(phase, person)
            if note in self.state.notes and note not in self._spans:
                self.look(phase, person)
            found.extend(self.views(phase, person))
        return tuple(found)

    def decide(
        self,
        key: SignKey,
        decision: Decision | None = None,
        subject: Subject | None = None,
        level: Level | None = None,
    ) -> State:
        """Decide about a sign; what is not given stays. Raises Refused when its words are gone."""
        sign = self.state.signs.get(key)
        seen = SeenSign(key.code, "unsure", "watch", "", key.words)
        base = sign or SignState(seen, seen.subject, seen.level)
        return self.do(
            ev.SignDecided(
                self.clock(),
                *key,
                decision=decision or base.decision,
                subject=subject or base.subject,
                level=level or base.level,
            )
        )


def _ignore(_text: str) -> None:
    """Nobody listens yet."""


def _splice(old: str, new: str) -> tuple[int, int, str]:
    """Return (start, cut, text) that turns `old` into `new`: the one stretch that differs."""
    limit = min(len(old), len(new))
    start = 0
    while start < limit and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < limit - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return start, len(old) - tail - start, new[start : len(new) - tail]


def _words(sign: signs.Sign, text: str) -> str:
    return clean_line(text[sign.start : sign.end])[:WORDS_SHOWN]


def _seen(key: SignKey, sign: signs.Sign) -> SeenSign:
    return SeenSign(sign.sign, sign.subject, sign.level, sign.band, key.words)


__all__ = ["ROUND", "Live", "Recorder", "Saved", "SignView"]
