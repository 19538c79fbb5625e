"""From a text to its signs: lanes propose spans, then whose they are and what softens them.

A lane is a function from the words of a text and the lexicon of its language to `Span`s. The rules
are the first lane. What a lane proposes goes through the same questions whichever lane it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Final

from debrief.signs.ceiling import ceiling
from debrief.signs.codes import CODES, LEVELS, Level
from debrief.signs.guess import guess
from debrief.signs.lexicon import Cue, Lexicon, Rule, lexicon
from debrief.signs.model import BANDS, Band, Sign, Subject
from debrief.signs.pattern import Matcher
from debrief.signs.scene import Names, Scene
from debrief.signs.soften import Places, Softener
from debrief.signs.whose import Span, Whose, whose
from debrief.signs.why import why
from debrief.signs.words import Words

Lane = Callable[[Words, Lexicon], Iterable[Span]]

LANES: Final[tuple[Lane, ...]] = ()
"""Lanes beside the rules, asked in order; each proposes spans whose group sets their band."""


def scan(text: str, language: str, counsellor: str | None = None) -> tuple[Sign, ...]:
    """Return the signs in `text`, in the order in which they stand.

    `language` is da, nb, en or auto. `counsellor` is the name of the person the note is about, as
    full as it is known; the first name and the initials are recognised too. Signs in every band
    are returned; `shown` picks those a supervisor sees. Raises ValueError for another language,
    and Problem when the language's lexicon cannot be read.
    """
    if language == "auto":
        language = guess(text)
    elif language not in ("da", "nb", "en"):
        raise ValueError(language)
    return scan_with(lexicon(language), text, counsellor)


def prepare(language: str) -> None:
    """Read the lexicon of `language` (da, nb, en) ahead of the first scan; raises Problem."""
    lexicon(language)


def scan_with(words_of: Lexicon, text: str, counsellor: str | None = None) -> tuple[Sign, ...]:
    """Return the signs in `text` by a lexicon that is at hand."""
    words = Words(text, words_of.short)
    if not len(words):
        return ()
    spans, cues = propose(Matcher(words, words_of.fillers), words_of)
    for lane in LANES:
        spans.extend(lane(words, words_of))
    if not spans:
        return ()
    scene = Scene(words, words_of, Names(counsellor), cues.get("citizen", ()))
    softener = Softener(scene, cues)
    return _best([_sign(span, scene, softener) for span in spans])


def propose(matcher: Matcher, words_of: Lexicon) -> tuple[list[Span], Places]:
    """Return what the rules match, and where the cues stand."""
    spans: list[Span] = []
    cues: Places = {}
    for kept, start, end in words_of.index.matches(matcher):
        if isinstance(kept, Cue):
            cues.setdefault(kept.kind, []).append((start, end))
        elif isinstance(kept, Rule):
            spans.append(Span(kept, start, end))
    for places in cues.values():
        places.sort()
    return spans, cues


def _sign(span: Span, scene: Scene, softener: Softener) -> Sign:
    owner = whose(span, scene)
    code, subject, level, band = _coded(span, owner)
    best = max(band, ceiling(span, owner, scene), key=BANDS.index)
    weighed, reason = softener.weigh(span, level)
    band = max(best, weighed, key=BANDS.index)
    if reason == "stands" and band == "possible" and not owner.open:
        reason = "unplaced"
    elif band != weighed:
        reason = "stands"
    words = scene.words
    return Sign(
        sign=code,
        subject=subject,
        level=level,
        band=band,
        start=words.starts[span.start],
        end=words.ends[span.end - 1],
        why=why(code, owner, reason),
    )


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
    return tuple(sorted(found, key=lambda s: (s.start, s.end, s.sign, s.subject)))
