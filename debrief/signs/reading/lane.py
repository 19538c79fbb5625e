"""From a text to what the classifier would have a supervisor read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from debrief.i18n import _
from debrief.signs.codes import CODES, Level, name
from debrief.signs.model import Sign, Subject
from debrief.signs.reading.features import Sentence, sentences
from debrief.signs.reading.model import OWNERS, Model, Reading
from debrief.signs.reading.review import reviewed
from debrief.signs.words import Words

_MOST_WORDS: Final = 3
"""How many words the explanation names."""
_BOTH: Final = 0.75
"""A sentence points at both owners only when each is at least so likely."""
_BESIDE: Final = 0.4
"""How likely the first code must be to stand beside a sign that the words themselves gave."""
_SECOND: Final = 0.25
"""How likely the second code of an owner must be to stand beside the first."""
_DANGER, _ENOUGH = 0.15, 0.4
"""Where danger now is so likely, this share of the usual limit is enough to point at a sentence."""
_ACUTE, _URGENT = 0.5, 0.2
"""How likely danger now must be for a sign to be shown as acute, or as no less than urgent."""
_PLAIN: Final = 6
"""In a sentence of at most so many words a firm sign is not doubted: it is all that is said."""


def read(
    words: Words,
    names: Collection[str],
    roles: Mapping[str, str],
    model: Model,
    found: Iterable[Sign],
) -> list[Sign]:
    """Return the signs in `found`, some in a lower band, and what the classifier adds to them.

    `found` is in the order of the text, and no sign reaches beyond its sentence. `names` are the
    counsellor's, folded; `roles` is the lexicon's word -> who it speaks of. A sign that the rules
    found stays firm only where the whole sentence reads so too.
    """
    signs: list[Sign] = []
    waiting = deque(found)
    for sentence in sentences(words, names, model.meanings, roles):
        reading = model.reading(sentence.features)
        end = words.ends[sentence.end - 1]
        short = sentence.end - sentence.start <= _PLAIN
        here = []
        while waiting and waiting[0].start < end:
            here.append(reviewed(waiting.popleft(), reading, short))
        shown = {(one.subject, one.sign) for one in here if one.band in ("firm", "possible")}
        signs += here
        signs += _added(words, sentence, model, reading, shown)
    return signs


def _added(
    words: Words,
    sentence: Sentence,
    model: Model,
    reading: Reading,
    shown: Collection[tuple[str, str]],
) -> Iterator[Sign]:
    """Yield a sign for each code that the sentence points at and that is not `shown` yet."""
    for owner in _pointed(reading, model.thresholds):
        subject = OWNERS[owner]
        likely = reading.likeliest(owner)
        (first, chance), (second, less) = likely[:2]
        there = any(whose == subject for whose, _code in shown)
        if (not there or chance >= _BESIDE) and (subject, first) not in shown:
            yield _sign(words, sentence, model, reading, owner, first)
        if less >= _SECOND and (subject, second) not in shown:
            yield _sign(words, sentence, model, reading, owner, second)


def _pointed(reading: Reading, thresholds: tuple[float, ...]) -> list[int]:
    """Return the owners a sentence points at: the likelier one, both only where both are likely."""
    share = _ENOUGH if reading.acute >= _DANGER else 1.0
    least = [share * threshold for threshold in thresholds]
    over = [owner for owner in range(len(OWNERS)) if reading.owners[owner] >= least[owner]]
    if len(over) == len(OWNERS) and min(reading.owners) < _BOTH:
        over = [max(over, key=lambda owner: reading.owners[owner] - least[owner])]
    return over


def _sign(
    words: Words, sentence: Sentence, model: Model, reading: Reading, owner: int, code: str
) -> Sign:
    subject: Subject = "case" if owner else "counsellor"
    return Sign(
        sign=code,
        subject=subject,
        level=_level(CODES[code].level, reading.acute),
        band="possible",
        start=words.starts[sentence.start],
        end=words.ends[sentence.end - 1],
        why=_why(words, sentence, model, owner, code),
    )


def _level(usual: Level, acute: float) -> Level:
    """Return the level of a code, raised where the sentence reads as danger now."""
    if acute >= _ACUTE:
        return "acute"
    return "urgent" if acute >= _URGENT and usual == "watch" else usual


def _why(words: Words, sentence: Sentence, model: Model, owner: int, code: str) -> str:
    weights = model.words_that_weigh(sentence.places(), owner)
    heavy = sorted(weights, key=weights.__getitem__, reverse=True)[:_MOST_WORDS]
    named = [words.text[words.starts[i] : words.ends[i]] for i in sorted(heavy) if weights[i] > 0]
    return _(
        "Could be {sign}, by the whole sentence; what weighs most: {words}. Read it again."
    ).format(sign=name(code), words=", ".join(named))
