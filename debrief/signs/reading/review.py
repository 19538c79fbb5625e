"""What becomes of a sign that the words gave, once its whole sentence has been read.

It may stand, be asked about instead of shown, be set aside, or be taken as the other person's. The
limits were chosen from a few values by what they gave on notes of the training part that the
classifier had not been trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from debrief.i18n import _
from debrief.signs.codes import CODES, LEVELS, Level, name
from debrief.signs.model import Sign, Subject
from debrief.signs.reading.model import OWNERS, Reading

_DOUBT: Final[Mapping[Level, float]] = {"watch": 0.5, "urgent": 0.5, "acute": 0.02}
"""Below these a firm sign is asked about: the sentence hardly reads as one of its owner's."""
_CALM: Final = 0.05
"""Words for danger now are only doubted where that reads as less likely than this, too."""
_NO: Final[Mapping[Level, float]] = {"watch": 0.3, "urgent": 0.3, "acute": 0.0}
"""Below these a possible sign is set aside. Words for danger now are never set aside so."""
_NOT_THIS: Final = 0.03
"""Below this the sentence does not read as this code: the same becomes of the sign."""
_OTHERS: Final = 0.5
_HARDLY: Final = 0.25
"""From so likely for the other person, below so likely for its own, a sign is the other's."""


def reviewed(sign: Sign, reading: Reading, short: bool) -> Sign:
    """Return a sign of the rules as its sentence bears it out; `short` spares a firm one doubt."""
    if sign.band not in ("firm", "possible"):
        return sign
    if sign.subject == "unsure":
        return _placed(sign, reading)
    owner = OWNERS.index(sign.subject)
    own, other = reading.owners[owner], reading.owners[1 - owner]
    turned = other >= _OTHERS and own < _HARDLY
    twin = CODES[sign.sign].twin
    if turned and twin is not None:
        return _of_the_other(sign, twin)
    if turned and sign.level != "acute":
        return _set_aside(sign)
    if sign.band == "firm":
        doubted = own < _DOUBT[sign.level] or _not_this(sign, reading, owner)
        doubted = doubted and (sign.level != "acute" or reading.acute < _CALM)
        return _asked(sign) if turned or (doubted and not short) else sign
    if own < _NO[sign.level] or turned or _not_this(sign, reading, owner):
        return _set_aside(sign)
    return sign


def _not_this(sign: Sign, reading: Reading, owner: int) -> bool:
    if sign.level == "acute":
        return False
    chance = reading.chances(owner).get(sign.sign)
    return chance is not None and chance < _NOT_THIS


def _placed(sign: Sign, reading: Reading) -> Sign:
    """Return a sign of nobody's as whose its sentence reads."""
    counsellors, cases = reading.owners
    if cases >= _OTHERS and cases > counsellors:
        return sign._replace(subject="case", why=_whose("case", sign.sign))
    return _set_aside(sign) if counsellors >= _OTHERS and cases < _HARDLY else sign


def _of_the_other(sign: Sign, twin: str) -> Sign:
    subject: Subject = "case" if sign.subject == "counsellor" else "counsellor"
    level = min(sign.level, CODES[twin].level, key=LEVELS.index)
    return sign._replace(
        sign=twin, subject=subject, level=level, band="possible", why=_whose(subject, twin)
    )


def _whose(subject: Subject, code: str) -> str:
    if subject == "case":
        why = _("Could be {sign}: by the whole sentence it is the citizen's; read it again.")
    else:
        why = _("Could be {sign}: by the whole sentence it is the counsellor's; read it again.")
    return why.format(sign=name(code))


def _asked(sign: Sign) -> Sign:
    why = _("Could be {sign}: the words say so, the whole sentence hardly; read it again.")
    return sign._replace(band="possible", why=why.format(sign=name(sign.sign)))


def _set_aside(sign: Sign) -> Sign:
    why = _("Set aside as {sign}: the words could mean it, but the whole sentence does not.")
    return sign._replace(band="topic", why=why.format(sign=name(sign.sign)))
