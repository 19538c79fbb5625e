"""The one sentence that tells a supervisor why a sign is pointed at, or set aside."""

from __future__ import annotations

from debrief.i18n import _
from debrief.signs.codes import name
from debrief.signs.soften import Reason
from debrief.signs.whose import Whose


def why(code: str, whose: Whose, reason: Reason, mended: bool = False) -> str:
    """Return the reason in the interface language; it never repeats the note's words."""
    softened = _softened(reason)
    told = (softened or _stands(whose)).format(sign=name(code))
    return told + " " + _("A word was read as a misspelling.") if mended else told


def _softened(reason: Reason) -> str:
    return {
        "stands": "",
        "idiom": _("Set aside as {sign}: the words are a figure of speech here."),
        "training": _("Set aside as {sign}: the note is about a training or an example."),
        "negated": _("Set aside as {sign}: the note says that it is not so."),
        "denied": _("Set aside as {sign}: the note says that it was denied."),
        "asked": _("Set aside as {sign}: it was asked about, and no yes is written."),
        "past": _("Set aside as {sign}: the note places it in earlier days."),
        "better": _("Could be {sign}, but the note says that it is better now."),
        "cause": _("Set aside as {sign}: the note gives another cause."),
        "worth": _("Worth saying aloud: {sign}."),
        "doubt": _("Could be {sign}, but it is said as a condition or a fear; read it again."),
        "unplaced": _("Could be {sign}, but the note hardly tells whose it is; read it again."),
        "weak": _("Could be {sign}: the words often mean it, but not always; read it again."),
    }[reason]


def _stands(whose: Whose) -> str:
    if whose.holder == "other":
        return _("Set aside as {sign}: it is about someone else.")
    if whose.open:
        return _("Reads as {sign}, but the pronoun may mean either of two people; read it again.")
    if whose.holder == "counsellor":
        return {
            "named": _("Reads as {sign}; the counsellor is named as the one it is about."),
            "own_words": _("Reads as {sign}, said in the first person."),
            "quoted": _("Reads as {sign}, in words quoted from the counsellor."),
            "pronoun": _("Reads as {sign}; the pronoun points to the counsellor."),
        }.get(
            whose.ground,
            _("Reads as {sign}; nobody else is named, so it is taken as the counsellor's own."),
        )
    return {
        "quoted": _("Reads as {sign}, in words quoted from the citizen."),
        "pronoun": _("Reads as {sign}; the pronoun points to the citizen."),
        "carried": _("Reads as {sign}; the sentence before is about the citizen."),
    }.get(whose.ground, _("Reads as {sign}; it is told about the citizen."))
