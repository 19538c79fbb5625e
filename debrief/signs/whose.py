"""Whose a sign is: the counsellor's, the citizen's, or someone else's.

Evidence in order of strength: the first person inside the words, a subject inside them, the
nearest subject before them in the clause, one just after (inverted word order), the subject
carried over from the clause before, the speaker of the quotation, and the person the sentence
before was about. Where nothing tells, a note about a debrief is about the counsellor, and a sign
that is listed as the citizen's is the citizen's.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from debrief.signs.codes import CODES
from debrief.signs.lexicon import Rule
from debrief.signs.scene import Actor, Scene

Holder = Literal["counsellor", "case", "other"]
Ground = Literal["named", "own_words", "quoted", "pronoun", "carried", "citizen", "assumed", "open"]
_AFTER: Final = 3
"""How many words after a sign its subject may stand, when the verb comes first.

Without that word order only the noun right after it counts, as in "suicidal caller"."""


class Whose(NamedTuple):
    """Whose a sign is, what says so, and whether it might as well be another's."""

    holder: Holder
    ground: Ground
    open: bool = False


class Span(NamedTuple):
    """The words a rule matched: from `start` to before `end`.

    `mended` holds where one of them was read as a slip of another word, `unsure` where that word
    is so short that it may well have been meant.
    """

    rule: Rule
    start: int
    end: int
    mended: bool = False
    unsure: bool = False


def whose(span: Span, scene: Scene) -> Whose:
    """Return whose the sign is that the words of `span` point at."""
    group = span.rule.group
    if group.person == "other":
        return Whose("case", "citizen")
    if group.person == "counsellor":
        return Whose("counsellor", "named")
    inside = [scene.at[i] for i in range(span.start, span.end) if i in scene.at]
    first = next((actor for actor in inside if actor.kind == "first"), None)
    if first is not None:
        return _first(first, scene, _shared(span))
    subjects = [actor for actor in inside if actor.subject]
    pronoun = next((actor for actor in subjects if actor.kind in ("third", "counsellor")), None)
    found = scene.subject_in(scene.opening(span.start), span.start) or pronoun
    found = _beside(span, scene) or found or _near(span, scene)
    if found is None and subjects and group.person != "self":
        found = subjects[0]
    return _of(found, span, scene)


def _shared(span: Span) -> bool:
    """Tell whether the sign is one that either of the two can have."""
    return CODES[span.rule.group.sign].twin is not None


def _beside(span: Span, scene: Scene) -> Actor | None:
    """Return a noun straight before the sign, as in "I heard a man cry"."""
    actor = scene.at.get(span.start - 1)
    if actor is None or actor.kind not in ("case", "other") or scene.words.breaks[span.start]:
        return None
    follow = scene.at.get(span.end)
    turned = follow is not None and follow.subject and not scene.words.breaks[span.end]
    return None if turned else actor


def _near(span: Span, scene: Scene) -> Actor | None:
    """Return the subject just after the span, where the language turns so, or carried over."""
    opening, closing = scene.opening(span.start), scene.closing(span.end - 1)
    closing = min(closing, span.end + (_AFTER if scene.lexicon.inverts else 1))
    found: Actor | None = None
    if opening != span.start:
        found = scene.subject_in(span.end, closing, backward=False)
    if found is None:
        begin = scene.words.first[span.start]
        if scene.words.quoted[span.start]:
            begin = max(begin, scene.quotation(span.start)[0])
        found = scene.subject_in(begin, opening)
    if found is None:
        found = scene.subject_in(span.end, closing, backward=False)
    return found


def _of(actor: Actor | None, span: Span, scene: Scene) -> Whose:
    """Return whose the sign is when `actor` is its subject."""
    default: Holder = "case" if span.rule.group.sign.startswith("case_") else "counsellor"
    if actor is None:
        return _without(span, scene, default)
    if actor.kind == "first":
        return _first(actor, scene, _shared(span))
    if actor.kind == "third":
        return _third(actor, scene, default, _shared(span))
    if actor.kind == "counsellor":
        return Whose("counsellor", "named")
    return Whose(holder(actor), "citizen")


def holder(actor: Actor) -> Holder:
    """Return whose a sign is that is plainly about `actor`."""
    if actor.kind in ("counsellor", "first"):
        return "counsellor"
    return "case" if actor.kind == "case" else "other"


def _first(actor: Actor, scene: Scene, shared: bool) -> Whose:
    """Return whose the sign is when it is said in the first person.

    A speaker called he or she before the counsellor is named is somebody else.
    """
    if not scene.words.quoted[actor.at]:
        teller = scene.teller(actor.at)
        if teller is None or teller.kind != "case":
            return Whose("counsellor", "own_words")
        return Whose("case", "quoted")
    speaker = scene.speaker(actor.at)
    if speaker is None or speaker.kind == "counsellor":
        return Whose("counsellor", "quoted")
    if speaker.kind == "third":
        other = shared and scene.named_later(speaker.at)
        return Whose("case" if other else "counsellor", "quoted")
    return Whose(holder(speaker), "quoted")


def _third(actor: Actor, scene: Scene, default: Holder, shared: bool) -> Whose:
    """Return whose the sign is when he, she or they is its subject.

    `shared` holds for a sign either can have: between the two the citizen is the likelier.
    """
    if scene.words.quoted[actor.at]:
        speaker = scene.speaker(actor.at)
        own = speaker is None or speaker.kind == "counsellor"
        return Whose("case" if own else "other", "pronoun")
    target, rival = scene.pointed(actor)
    if target is None or target.kind in ("first", "third"):
        if shared and scene.named_later(actor.at):
            return Whose("case", "pronoun")
        return Whose(default, *_retold(actor, scene, shared))
    if rival:
        return Whose("case" if shared else default, "open", True)
    return Whose(holder(target), "pronoun")


def _retold(actor: Actor, scene: Scene, shared: bool) -> tuple[Ground, bool]:
    """Return what a pronoun tells that nothing stands before: little in "she said that she".

    The one who says it may be the counsellor telling of herself, or whoever she spoke with.
    """
    teller = scene.teller(actor.at) if shared else None
    told = teller is not None and teller.kind == "third"
    return ("open", True) if told else ("pronoun", False)


def _without(span: Span, scene: Scene, default: Holder) -> Whose:
    """Return whose the sign is when no subject stands near it."""
    at = span.start
    if scene.words.quoted[at]:
        speaker = scene.speaker(at)
        if speaker is not None and speaker.kind in ("case", "other"):
            return Whose(holder(speaker), "quoted")
        if speaker is not None:
            return Whose("counsellor", "quoted")
    begin = scene.words.first[at]
    if begin:
        earlier = scene.subject_in(scene.words.first[begin - 1], begin)
        if earlier is not None and earlier.kind == "case":
            return Whose("case", "carried")
        if scene.only_counsellor(at):
            return Whose("counsellor", "named")
    return Whose(default, "assumed")
