"""The round that is running now: where an event becomes state, a journal record and a scan.

Both faces (screens and plain mode) drive a round through `Live` and nothing else.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from debrief import signs
from debrief.clock import utc_now
from debrief.errors import Problem
from debrief.i18n import _
from debrief.session import PATTERNS, ROUND, NoteKey, Refused, Session, SignKey, State, apply
from debrief.session import events as ev
from debrief.session.model import Decision, Level, SeenSign, SignState, Subject, Turn
from debrief.session.rounds import after
from debrief.session.together import split
from debrief.signs.model import severity
from debrief.text import clean, clean_line

WORDS_SHOWN: Final = 120
"""The longest piece of evidence, in characters, that a sign carries along."""


Spans = dict[NoteKey, dict[SignKey, signs.Sign]]
"""Where the signs of each note stood when it was last looked at."""


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
    A pattern (`key.phase` is PATTERNS) stands in no words: its `key.words` is empty.
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


class Steps:
    """The steps of a running round: each is one event, and taken back by `undo`."""

    clock: Callable[[], dt.datetime]
    lot: Callable[[list[str]], list[str]]
    """Returns a list in an order drawn by lot."""

    @property
    def state(self) -> State:
        """The round as it stands."""
        raise NotImplementedError

    def do(self, event: ev.AnyEvent) -> State:
        """Let `event` happen. Raises Refused."""
        raise NotImplementedError

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
        state = self.state
        if index == state.phase or not 0 <= index < len(state.setup.phases):
            return state
        plan = state.setup.phases[index]
        made = plan.key in state.groups or not plan.groups
        groups = () if made else self._shuffled(plan.groups)
        return self.do(ev.PhaseEntered(self.clock(), index, groups))

    def pass_phase(self) -> State:
        """Pass the running phase as a whole; the next one follows, if there is one."""
        return self.do(ev.PhasePassed(self.clock(), self.state.plan.key))

    def make_groups(self) -> State:
        """Make pairs (threes where the phase says so) anew, by lot, of everyone who is here."""
        plan = self.state.plan
        return self.do(ev.GroupsMade(self.clock(), plan.key, self._shuffled(plan.groups or 2)))

    def _shuffled(self, size: int) -> tuple[tuple[str, ...], ...]:
        here = [one.id for one in self.state.people if one.id not in self.state.left]
        return split(self.lot(here), size)

    def shuffle_order(self) -> State:
        """Let everyone speak in an order drawn by lot. Nobody's turn is taken back."""
        order = self.lot([one.id for one in self.state.people])
        return self.do(ev.OrderChanged(self.clock(), tuple(order)))

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


class Live(Steps):
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
        self.earlier: Mapping[str, Sequence[signs.Earlier]] = {}
        """The earlier sessions of people, by id and newest last, as far as they are known."""
        self.lot = drawn
        self._last = last
        self._saved_at = clock()
        self._spans: Spans = {}
        self._reasons: dict[str, dict[str, str]] = {}

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

    def do(self, event: ev.AnyEvent) -> State:
        """Let `event` happen: new state, then its journal record. Raises Refused."""
        session = apply(self.session, event)
        self._last = self.journal.append(ev.encode(event))
        self.session = session
        return self.state

    @property
    def keeps_nothing(self) -> bool:
        """Whether the protocol keeps nothing of what is said: no notes, no load, no signs."""
        return self.state.setup.keep == "nothing"

    @property
    def saved(self) -> Saved:
        """Whether everything is on the disk, and since when."""
        return Saved(self.journal.saved >= self._last, self._saved_at)

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until everything is durable; return whether it is."""
        return self.journal.wait(self._last, timeout)

    # Notes and signs

    def prepare(self) -> None:
        """Read the word lists ahead of the first scan. May run in a thread of its own."""
        language = self.state.setup.language
        try:
            signs.prepare(language)
        except Problem as problem:
            self.blind = str(problem)
        except ValueError:
            self.blind = _no_list(language)

    def _scan(self, text: str, person: str) -> tuple[signs.Sign, ...]:
        """Return the signs to show in `person`'s note; none, and why in `blind`, without lists."""
        who = self.state.person(person)
        language = self.state.setup.language
        try:
            return signs.shown(signs.scan(text, language, who.name if who else None))
        except Problem as problem:
            self.blind = str(problem)
        except ValueError:
            self.blind = _no_list(language)
        return ()

    def write(self, phase: str, person: str, text: str) -> bool:
        """Make `text` the note of `person` in `phase`; return whether it changed."""
        old, new = self.state.note(phase, person), clean(text)
        if new == old:
            return False
        if self.keeps_nothing:
            return False
        start, cut, inserted = _splice(old, new)
        self.do(ev.Wrote(self.clock(), phase, person, start, cut, inserted))
        return True

    def look(self, phase: str, person: str, typing_at: int | None = None) -> tuple[SignView, ...]:
        """Scan one note, keep what is seen, and return its signs for showing, gravest first.

        With `typing_at`, the cursor's character offset while the hands rest only a moment, the
        word that ends there may be half typed: no new sign comes out of it, and no sign goes
        because of it, until the note is looked at without.
        """
        text = self.state.note(phase, person)
        spans: dict[SignKey, signs.Sign] = {}
        for sign in self._scan(text, person):
            spans.setdefault(SignKey(phase, person, sign.sign, _words(sign, text)), sign)
        if typing_at is not None:
            shown = self._spans.get(NoteKey(phase, person), {})
            spans = steady(spans, shown, self.state.signs, text, typing_at)
        self._spans[NoteKey(phase, person)] = spans
        seen = tuple(_seen(key, sign) for key, sign in spans.items())
        event = ev.SignsSeen(self.clock(), phase, person, seen)
        if self.state.closed is None and apply(self.session, event) is not self.session:
            self.do(event)
        return self.views(phase, person)

    def look_back(self, person: str) -> None:
        """Note what the person's earlier sessions and tonight's load show, once those are known.

        Those looked back on before are read again: a load may be changed out of turn.
        """
        if self.keeps_nothing:
            return
        noted = (key.person for key in self.state.signs if key.phase == PATTERNS)
        for one in dict.fromkeys((person, *self._reasons, *noted)):
            earlier = self.earlier.get(one)
            if earlier is not None and self.state.person(one) is not None:
                tonight = self.state.loads.get(one)
                self.note_patterns(one, signs.patterns_in(earlier, tonight))

    def note_patterns(self, person: str, found: Sequence[signs.PatternSign]) -> None:
        """Keep the person's patterns, complete: one that is not in `found` is no longer seen."""
        self._reasons[person] = {one.code: one.why for one in found}
        seen = tuple(SeenSign(one.code, "counsellor", one.level, "firm", "") for one in found)
        event = ev.PatternsSeen(self.clock(), person, seen)
        if self.state.closed is None and apply(self.session, event) is not self.session:
            self.do(event)

    def patterns_of(self, person: str) -> tuple[SignView, ...]:
        """Return the person's patterns, then the confirmed ones that are no longer seen."""
        reasons = self._reasons.get(person, {})
        found = [
            SignView(key, sign, 0, 0, reasons.get(key.code, "") if sign.stands else _no_longer())
            for key, sign in self.state.signs.items()
            if (key.phase, key.person) == (PATTERNS, person)
        ]
        return tuple(sorted(found, key=lambda view: not view.state.stands))

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
        """Return the person's signs: danger now, then patterns, then the rest.

        Within each those of the running phase come first.
        """
        phases = [plan.key for plan in self.state.setup.phases]
        phases.sort(key=lambda key: key != self.state.plan.key)
        found: list[SignView] = []
        for phase in phases:
            note = NoteKey(phase, person)
            if note in self.state.notes and note not in self._spans:
                self.look(phase, person)
            found.extend(self.views(phase, person))
        danger = [view for view in found if view.state.level == "acute"]
        rest = [view for view in found if view.state.level != "acute"]
        return (*danger, *self.patterns_of(person), *rest)

    def decide(
        self,
        key: SignKey,
        decision: Decision | None = None,
        subject: Subject | None = None,
        level: Level | None = None,
    ) -> State:
        """Decide about a sign; what is not given stays.

        Raises Refused when its words are gone, and for a yes to a sign of which nobody has said
        whose it is: what follows from it hangs on that.
        """
        sign = self.state.signs.get(key)
        seen = SeenSign(key.code, "unsure", "watch", "", key.words)
        base = sign or SignState(seen, seen.subject, seen.level)
        if decision == "confirmed" and (subject or base.subject) == "unsure" and sign is not None:
            raise Refused(_("Say first whose it is, the counsellor's or the citizen's."))
        return self.do(
            ev.SignDecided(
                self.clock(),
                *key,
                decision=decision or base.decision,
                subject=subject or base.subject,
                level=level or base.level,
            )
        )


def drawn(ids: list[str]) -> list[str]:
    """Return `ids` in an order drawn by lot."""
    return random.SystemRandom().sample(ids, len(ids))


def _no_list(language: str) -> str:
    return _("There is no word list for the language {language}, so no signs are shown.").format(
        language=language
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


def _no_longer() -> str:
    return _("The loads no longer show it.")


def word_at(text: str, at: int) -> tuple[int, int] | None:
    """Return (start, end) of the word being typed at `at`: one with no space or stop after it.

    A word that goes on behind the cursor is taken whole. None where the cursor does not stand at
    the end of a letter, digit, hyphen or apostrophe.
    """
    start = end = min(at, len(text))
    while start > 0 and _of_word(text[start - 1]):
        start -= 1
    if start == end or not any(one.isalnum() for one in text[start:end]):
        return None
    while end < len(text) and _of_word(text[end]):
        end += 1
    return start, end


def _of_word(letter: str) -> bool:
    return letter.isalnum() or letter in "-'’"


def steady(
    found: Mapping[SignKey, signs.Sign],
    shown: Mapping[SignKey, signs.Sign],
    known: Mapping[SignKey, SignState],
    text: str,
    typing_at: int,
) -> dict[SignKey, signs.Sign]:
    """Return the signs to show while the word at `typing_at` is half typed, gravest first.

    Of those `found` in `text`, a new one that touches that word waits. Of those `shown` before, one
    stays whose words are still there and merely go on into that word. `known` are the signs of the
    round.
    """
    word = word_at(text, typing_at)
    if word is None:
        return dict(found)
    start, end = word
    kept = {
        key: sign
        for key, sign in found.items()
        if key in known or not (sign.start < end and sign.end > start)
    }
    for key, sign in shown.items():
        goes_on = start < sign.end < end and _words(sign, text) == key.words
        if goes_on and key in known and known[key].stands:
            kept.setdefault(key, sign)
    return dict(sorted(kept.items(), key=lambda one: severity(one[1])))


def _words(sign: signs.Sign, text: str) -> str:
    return clean_line(text[sign.start : sign.end])[:WORDS_SHOWN]


def _seen(key: SignKey, sign: signs.Sign) -> SeenSign:
    return SeenSign(sign.sign, sign.subject, sign.level, sign.band, key.words)


__all__ = ["PATTERNS", "ROUND", "Live", "Recorder", "Saved", "SignView", "steady", "word_at"]
