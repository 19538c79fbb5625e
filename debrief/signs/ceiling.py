"""How firm a sign may be, by how well the note tells whose it is.

A note that comes with its counsellor's name is known to be from a debrief. A text without one may
be anything, so there a sign is firm only when the text itself says who speaks, or that it tells of
a conversation with a citizen.
"""

from __future__ import annotations

from typing import Final

from debrief.signs.model import Band
from debrief.signs.scene import Scene
from debrief.signs.whose import Span, Whose

_CROWDED: Final = 3
"""This many unplaced words before a sign in its clause are likely to hold its real subject."""


def ceiling(span: Span, owner: Whose, scene: Scene) -> Band:
    """Return the surest band the sign may have."""
    if owner.open:
        return "possible"
    if owner.ground == "assumed" and _crowded(span, scene):
        return "possible"
    if scene.names.words or owner.ground in ("named", "own_words", "quoted"):
        return "firm"
    if owner.ground == "assumed" and owner.holder == "counsellor":
        return "firm" if _fragment(span, scene) else "possible"
    return "firm" if scene.contact and owner.ground != "pronoun" else "possible"


def _crowded(span: Span, scene: Scene) -> bool:
    lexicon, keys = scene.lexicon, scene.words.keys
    before = range(scene.opening(span.start), span.start)
    plain = (k for k in map(keys.__getitem__, before) if k not in lexicon.fillers)
    return sum(k not in lexicon.roles and k not in lexicon.clause for k in plain) >= _CROWDED


def _fragment(span: Span, scene: Scene) -> bool:
    """Tell whether the sentence is little more than the sign, as in a telegraphic note."""
    words = scene.words
    return words.limit[span.start] - words.first[span.start] <= 2 + span.end - span.start
