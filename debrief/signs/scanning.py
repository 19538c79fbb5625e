"""From a text to its signs: the rules propose spans, then whose they are and what softens them.

After the rules comes the reading lane, a classifier, which adds what it would have read again where
the rules saw nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import Final, NamedTuple

from debrief.signs.ceiling import ceiling
from debrief.signs.codes import CODES, LEVELS, Level
from debrief.signs.guess import guess
from debrief.signs.lexicon import Cue, Lexicon, Rule
from debrief.signs.model import BANDS, Band, Sign, Subject
from debrief.signs.own import current
from debrief.signs.pattern import Matcher
from debrief.signs.reading import model, read
from debrief.signs.scene import Names, Scene
from debrief.signs.soften import Places, Softener
from debrief.signs.typos import SURE
from debrief.signs.whose import Span, Whose, whose
from debrief.signs.why import why
from debrief.signs.words import Words


class Switches(NamedTuple):
    """Parts of the reading that can be left out, to measure what each of them gives.

    Without `people` a sign is taken as whose its code says it is.
    """

    negation: bool = True
    people: bool = True
    softening: bool = True
    idioms: bool = True
    typos: bool = True
    reading: bool = True


EVERYTHING: Final = Switches()
RULES: Final = Switches(reading=False)
"""The rules alone: a word list's own examples are about its patterns, not about the classifier."""


def scan(text: str, language: str, counsellor: str | None = None) -> tuple[Sign, ...]:
    """Return the signs in `text`, in the order in which they stand.

    `language` is da, nb, en, auto, or that of a house's own list. `counsellor` is the name of the
    person the note is about, as full as it is known; the first name and the initials are
    recognised too. Signs in every band are returned; `shown` picks those a supervisor sees.
    Raises ValueError for another language, and Problem when the language's lexicon cannot be read.
    """
    if language == "auto":
        language = guess(text)
    return scan_with(current(language), text, counsellor)


_names: Final = lru_cache(maxsize=64)(Names)
"""The same few people are written about all evening."""


def prepare(language: str) -> None:
    """Read what a scan in `language` needs ahead of the first one; raises Problem, ValueError."""
    current(language).typos.meant("")
    model(language)


def scan_with(
    words_of: Lexicon, text: str, counsellor: str | None = None, switches: Switches = EVERYTHING
) -> tuple[Sign, ...]:
    """Return the signs in `text` by a lexicon that is at hand."""
    words = Words(text, words_of.short)
    if not len(words):
        return ()
    names = _names(counsellor)
    found = _ruled(words, words_of, names, switches)
    reader = model(words_of.language) if switches.reading else None
    if reader is None:
        return found
    read_again = read(words, names.words, words_of.roles, reader, found)
    return tuple(sorted(read_again, key=_place))


def _ruled(words: Words, words_of: Lexicon, names: Names, switches: Switches) -> tuple[Sign, ...]:
    """Return what the rules see."""
    matcher = Matcher(words, words_of.fillers)
    if switches.typos:
        matcher.mend(words_of.typos.meant)
    spans, cues = propose(matcher, words_of)
    if not spans:
        return ()
    if switches not in (EVERYTHING, RULES):
        cues = _kept(cues, switches)
    scene = Scene(words, words_of, names, cues.get("citizen", ()))
    softener = Softener(scene, cues, negation=switches.negation, softening=switches.softening)
    if not switches.people:
        return _best([_taken(span, scene, softener) for span in spans])
    return _best([_sign(span, scene, softener) for span in spans])


def _place(sign: Sign) -> tuple[int, int, str, str]:
    return (sign.start, sign.end, sign.sign, sign.subject)


_NEGATING: Final = ("pseudo", "deny", "ask", "yes")
_SOFTENING: Final = ("past", "better", "cause", "doubt", "training")


def _kept(cues: Places, switches: Switches) -> Places:
    """Return the cues that the switches leave."""
    out = {"idiom"} if not switches.idioms else set()
    out.update(() if switches.negation else _NEGATING)
    out.update(() if switches.softening else _SOFTENING)
    return {kind: places for kind, places in cues.items() if kind not in out}


def propose(matcher: Matcher, words_of: Lexicon) -> tuple[list[Span], Places]:
    """Return what the rules match, and where the cues stand."""
    spans: list[Span] = []
    cues: Places = {}
    for kept, start, end in words_of.patterns.matches(matcher):
        if isinstance(kept, Cue):
            cues.setdefault(kept.kind, []).append((start, end))
        elif isinstance(kept, Rule):
            spans.append(_span(matcher, kept, start, end))
    for places in cues.values():
        places.sort()
    return spans, cues


def _span(matcher: Matcher, rule: Rule, start: int, end: int) -> Span:
    """Return what a rule matched, with what was mended in it."""
    if not matcher.mended:
        return Span(rule, start, end)
    slips = [i for i in range(start, end) if i in matcher.mended]
    return Span(rule, start, end, bool(slips), any(len(matcher.keys[i]) < SURE for i in slips))


def _sign(span: Span, scene: Scene, softener: Softener) -> Sign:
    owner = whose(span, scene)
    code, subject, level, band = _coded(span, owner)
    best = max(band, ceiling(span, owner, scene), key=BANDS.index)
    weighed, reason = softener.weigh(span, level)
    if span.unsure:
        best = max(best, "possible", key=BANDS.index)
    band = max(best, weighed, key=BANDS.index)
    if reason == "stands" and band == "possible" and not (owner.open or span.unsure):
        reason = "unplaced"
    elif band != weighed:
        reason = "stands"
    return _made(span, scene, (code, subject, level, band), why(code, owner, reason, span.mended))


def _taken(span: Span, scene: Scene, softener: Softener) -> Sign:
    """Return a sign as its code has it, whoever the words are about."""
    group = span.rule.group
    subject = code_subject(group.sign)
    band, reason = softener.weigh(span, group.level)
    owner = Whose("case" if subject == "case" else "counsellor", "assumed")
    told = why(group.sign, owner, reason, span.mended)
    return _made(span, scene, (group.sign, subject, group.level, band), told)


def _made(span: Span, scene: Scene, what: tuple[str, Subject, Level, Band], reason: str) -> Sign:
    code, subject, level, band = what
    words = scene.words
    start, end = words.starts[span.start], words.ends[span.end - 1]
    return Sign(code, subject, level, band, start, end, reason)


def _coded(span: Span, owner: Whose) -> tuple[str, Subject, Level, Band]:
    """Return code, subject and level by whose the sign is, and the best band it may have."""
    group = span.rule.group
    code = CODES[group.sign]
    band: Band = "firm"
    subject: Subject = "counsellor" if owner.holder == "counsellor" else "case"
    if owner.holder == "other":
        return group.sign, code_subject(group.sign), group.level, "topic"
    if code.kind == subject:
        return group.sign, subject, group.level, band
    if code.twin is not None:
        return code.twin, subject, _higher(group.level, CODES[code.twin].level), band
    if code.kind == "case":
        return group.sign, "unsure", group.level, "possible"
    return group.sign, subject, group.level, "topic"


def code_subject(code: str) -> Subject:
    """Return whom a code is about by itself."""
    return "case" if CODES[code].kind == "case" else "counsellor"


def _higher(one: Level, other: Level) -> Level:
    return min(one, other, key=LEVELS.index)


class _Apart:
    """Signs that do not overlap, in the order in which they stand."""

    def __init__(self) -> None:
        self.signs: list[Sign] = []
        self._starts: list[int] = []

    def take(self, sign: Sign) -> None:
        """Keep `sign` unless one that is kept overlaps it."""
        at = bisect_left(self._starts, sign.end)
        if at and self.signs[at - 1].end > sign.start:
            return
        self.signs.insert(at, sign)
        self._starts.insert(at, sign.start)


def _best(signs: list[Sign]) -> tuple[Sign, ...]:
    """Return one sign where several of the same kind overlap: the surest, then the longest."""
    kept: dict[tuple[str, str], _Apart] = {}
    order = sorted(
        signs,
        key=lambda s: (BANDS.index(s.band), LEVELS.index(s.level), s.start - s.end, s.start),
    )
    for sign in order:
        kept.setdefault((sign.sign, sign.subject), _Apart()).take(sign)
    found = [sign for apart in kept.values() for sign in apart.signs]
    return tuple(sorted(found, key=_place))
