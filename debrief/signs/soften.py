"""What moves a sign to a lower band: a negation, a denial, earlier days, a fear, a training.

Nothing here removes a sign. A softened one goes to `possible`, `history`, `topic` or `masked`, each
with its reason, and the others stay as they are.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, Literal

from debrief.signs.model import Band
from debrief.signs.scene import Scene
from debrief.signs.whose import Span
from debrief.signs.words import SOFT, STOP

Reason = Literal[
    "idiom",
    "training",
    "negated",
    "denied",
    "asked",
    "past",
    "better",
    "cause",
    "worth",
    "doubt",
    "weak",
    "unplaced",
    "stands",
]
_BACK: Final = 3
"""How many words a negation reaches back inside its clause."""
_FORWARD: Final = 14
"""How many words a negation reaches forward inside its clause."""

_NEAR: Final = 60
"""How many words away in its sentence a cue may stand."""

Places = dict[str, list[tuple[int, int]]]
"""Where each kind of cue stands: spans of words, in order."""


class Softener:
    """Weighs the cues around each sign of one text."""

    def __init__(
        self, scene: Scene, cues: Places, *, negation: bool = True, softening: bool = True
    ) -> None:
        """`negation` and `softening` are off where what they give is being measured."""
        self.scene = scene
        self.words = scene.words
        self.softening = softening
        self.negated = self._negations(cues.get("pseudo", [])) if negation else set()
        self._cues = cues
        self._starts = {kind: [a for a, _b in spans] for kind, spans in cues.items()}
        self.drill = any(
            self.scene.clause[start] <= 1 for start, _end in cues.get("training", [])[:1]
        )

    def _negations(self, pseudo: list[tuple[int, int]]) -> set[int]:
        """Return the words that negate, without those that only look so ("ikke bare")."""
        none = {i for start, end in pseudo for i in range(start, end)}
        cues = self.scene.lexicon.negations
        return {i for i, key in enumerate(self.words.keys) if key in cues and i not in none}

    def weigh(self, span: Span, mapped_level: str) -> tuple[Band, Reason]:
        """Return the band a sign belongs in, and what decided it."""
        if self._overlaps("idiom", span):
            return "masked", "idiom"
        if self.drill or self._near("training", span):
            return "topic", "training"
        group = span.rule.group
        if group.neg != "keeps" and self._negated(span):
            return "topic", "negated"
        if self._denied(span):
            return "topic", "denied"
        if self._asked(span):
            return "topic", "asked"
        if group.past == "moves" and self._outside("past", span):
            return "history", "past"
        if self._explained(span, mapped_level):
            return "topic", "cause"
        if self._outside("better", span) or self._passed(span, mapped_level):
            return ("possible" if mapped_level == "acute" else "history"), "better"
        if self._doubted(span):
            return ("topic" if mapped_level == "watch" else "possible"), "doubt"
        if group.band == "topic":
            return "topic", "worth"
        return ("possible", "weak") if group.band == "possible" else ("firm", "stands")

    def _explained(self, span: Span, level: str) -> bool:
        """Tell whether the note gives a counsellor's lesser sign another cause, such as a cold."""
        lesser = level != "acute" and not span.rule.group.sign.startswith("case_")
        return lesser and self._outside("cause", span)

    def _passed(self, span: Span, level: str) -> bool:
        """Tell whether the sentences after a counsellor's lesser sign say that it is over."""
        if level != "watch":
            return False
        return bool(self._between("better", span.end, span.end + _NEAR // 2))

    def _between(self, kind: str, low: int, high: int) -> list[tuple[int, int]]:
        """Return the cues of a kind that begin at the words from `low` to before `high`."""
        starts = self._starts.get(kind, [])
        if not starts:
            return []
        return self._cues[kind][bisect_left(starts, low) : bisect_left(starts, high)]

    def _sentence(self, kind: str, span: Span) -> list[tuple[int, int]]:
        """Return the cues in the span's sentence, those near it when the sentence is endless."""
        low = max(self.words.first[span.start], span.start - _NEAR)
        return self._between(kind, low, min(self.words.limit[span.start], span.end + _NEAR))

    def _near(self, kind: str, span: Span) -> bool:
        return bool(self._sentence(kind, span))

    def _overlaps(self, kind: str, span: Span) -> bool:
        return any(a < span.end and span.start < b for a, b in self._sentence(kind, span))

    def _outside(self, kind: str, span: Span) -> bool:
        """Tell whether such a cue stands in the sentence, outside the words of the sign itself."""
        return any(b <= span.start or span.end <= a for a, b in self._sentence(kind, span))

    def _negated(self, span: Span) -> bool:
        """Tell whether an odd number of negations outside the span reaches it."""
        count = 0
        for i in range(span.start - 1, max(-1, span.start - _FORWARD - 1), -1):
            if self._stops(i + 1):
                break
            count += i in self.negated
        rule = span.rule
        if not count and not rule.negated:
            count = self._after(span)
        own = rule.negated or rule.group.neg == "built_in"
        inner = not own and any(i in self.negated for i in range(span.start + 1, span.end))
        return (count + inner) % 2 == 1

    def _after(self, span: Span) -> int:
        """Count negations just after the span; "no" and its like only reach ahead."""
        count = 0
        for i in range(span.end, min(span.end + _BACK, len(self.words))):
            if self._stops(i):
                break
            ahead = self.words.keys[i] in self.scene.lexicon.ahead
            count += i in self.negated and not ahead
        return count

    def _stops(self, i: int) -> bool:
        """Tell whether the scope of a negation ends before word i."""
        if self.words.breaks[i] >= SOFT:
            return True
        kind = self.scene.lexicon.clause.get(self.words.keys[i], "")
        return kind in ("share", "cut", "relative", "condition")

    def _denied(self, span: Span) -> bool:
        """Tell whether a word of denial stands before the sign in its sentence."""
        return any(
            b <= span.start and not self._parted(b, span.start)
            for a, b in self._sentence("deny", span)
        )

    def _parted(self, start: int, end: int) -> bool:
        clause = self.scene.lexicon.clause
        return any(
            self.words.breaks[i] >= SOFT or clause.get(self.words.keys[i]) == "cut"
            for i in range(start, end)
        )

    def _asked(self, span: Span) -> bool:
        """Tell whether the sign was only asked about, and no yes came."""
        asked = any(
            b <= span.start and not self._parted(b, span.start)
            for a, b in self._sentence("ask", span)
        )
        if not asked:
            return False
        after = self.words.limit[span.start]
        answers = [b for a, b in self._sentence("yes", span) if a >= span.end]
        if after < len(self.words) and self.words.breaks[after] == STOP:
            limit = min(self.words.limit[after], after + _NEAR)
            answers += [b for _a, b in self._between("yes", after, limit)]
        return not answers

    def _doubted(self, span: Span) -> bool:
        """Tell whether the sign stands in a condition, in what it would lead to, or behind a fear.

        "Had I slept, I would ..." has both in its first two clauses.
        """
        if self.softening and self._conditional(span):
            return True
        return any(
            b <= span.start and not self._parted(b, span.start)
            for a, b in self._sentence("doubt", span)
        )

    def _conditional(self, span: Span) -> bool:
        scene, clause = self.scene, self.scene.clause[span.start]
        if scene.joiner[clause] == "condition" and scene.opens[clause] < span.start:
            return True
        begin = self.words.first[span.start]
        if not self._inverted(begin):
            begin += 1
            if begin > span.start or not self._inverted(begin):
                return False
        return clause - scene.clause[begin] <= 1

    def _inverted(self, i: int) -> bool:
        """Tell whether a condition opens at word i by its verb standing before its subject."""
        words, scene = self.words, self.scene
        if words.keys[i] not in scene.lexicon.opening.inverted or i + 1 >= words.limit[i]:
            return False
        if i != words.first[i] and scene.joiner[scene.clause[i - 1]] not in ("cut", "share"):
            return False
        actor = scene.at.get(i + 1)
        return actor is not None and actor.subject and words.breaks[i + 1] == 0
