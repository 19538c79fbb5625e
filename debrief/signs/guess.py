"""Which of the three languages a note is in, by its commonest words."""

from __future__ import annotations

import re
from typing import Final

from debrief import i18n

_WORD: Final = re.compile(r"[a-zæøå]+")
_READ: Final = 4000
"""Characters read; a longer text says no more about its language."""
_COMMON: Final = {
    "da": (
        "af hvad meget mig dig sig efter nu også blev noget nogen mere fra ud op til bliver "
        "hvordan hvorfor kunne skulle havde gør siger sagde sover uge hjem ikk sygdom selv "
        "måske lige altså arbejde mand kvinde borger borgeren vagten samtalen opkaldet"
    ),
    "nb": (
        "av hva mye meg deg seg etter nå også ble noe noen mer fra ut opp til blir hvordan "
        "hvorfor kunne skulle hadde gjør sier sa sover uke hjem ikke selv kanskje jobb mann "
        "kvinne bruker brukeren innringer innringeren vakta vakten samtalen ikkje ho ein frå "
        "eg berre"
    ),
    "en": (
        "the and of to was is she he they her his him it that this with for not after had has "
        "said says about from who when what been caller call shift i my me her on at no a"
    ),
}
_MARKS: Final = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def guess(text: str) -> str:
    """Return da, nb or en; on a tie the interface language, when it is among the tied."""
    found = _WORD.findall(text[:_READ].lower())
    counts = {language: sum(w in marks for w in found) for language, marks in _MARKS.items()}
    most = max(counts.values())
    tied = [language for language, count in counts.items() if count == most]
    return i18n.language() if i18n.language() in tied else tied[0]
