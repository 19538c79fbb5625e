"""The codes of the signs: stable in files and exports, with a short name for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from debrief.i18n import _

Level = Literal["acute", "urgent", "watch"]
Kind = Literal["counsellor", "case", "pattern"]

LEVELS: Final[tuple[Level, ...]] = ("acute", "urgent", "watch")
"""Most pressing first: danger now, help within 24 to 72 hours, name it and follow up."""


class Code(NamedTuple):
    """One sign: whose it is, how pressing it is unless the words say more, what it opens.

    `kind` is `pattern` for signs that come from counting shifts, which no words can give.
    `duty` holds for a case sign that opens a duty card. `twin` is the code of the same sign in the
    other person: what is a suicide risk in the caller is suicidal thoughts in the counsellor.
    """

    kind: Kind
    level: Level
    duty: bool = False
    twin: str | None = None


def _counsellor(level: Level, twin: str | None = None) -> Code:
    return Code("counsellor", level, twin=twin)


def _case(level: Level, *, duty: bool = True, twin: str | None = None) -> Code:
    return Code("case", level, duty=duty, twin=twin)


CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "suicidal_thoughts": _counsellor("acute", "case_suicide_risk"),
        "self_harm": _counsellor("acute", "case_self_harm"),
        "acute_stress": _counsellor("urgent"),
        "dissociation": _counsellor("urgent"),
        "threatened": _counsellor("urgent", "case_violence"),
        "intrusion": _counsellor("urgent"),
        "secondary_trauma": _counsellor("urgent"),
        "own_history": _counsellor("urgent"),
        "substance_use": _counsellor("urgent"),
        "hopelessness": _counsellor("urgent"),
        "sleep": _counsellor("watch"),
        "hypervigilance": _counsellor("watch"),
        "avoidance": _counsellor("watch"),
        "burnout": _counsellor("watch"),
        "over_responsibility": _counsellor("watch"),
        "isolation": _counsellor("watch"),
        "moral_injury": _counsellor("watch"),
        "wants_to_quit": _counsellor("watch"),
        "crying": _counsellor("watch"),
        "physical_symptoms": _counsellor("watch"),
        "mastery": _counsellor("watch"),
        "absence": Code("pattern", "watch"),
        "heavy_run": Code("pattern", "watch"),
        "load_rising": Code("pattern", "watch"),
        "case_suicide_risk": _case("acute", twin="suicidal_thoughts"),
        "case_overdose": _case("acute", twin="suicidal_thoughts"),
        "case_child_at_risk": _case("acute"),
        "case_self_harm": _case("urgent", twin="self_harm"),
        "case_violence": _case("urgent", twin="threatened"),
        "case_abuse": _case("urgent"),
        "case_psychosis": _case("urgent"),
        "case_missing": _case("urgent"),
        "case_threat": _case("urgent", twin="threatened"),
        "case_vulnerable_adult": _case("urgent", duty=False),
        "case_destitution": _case("urgent", duty=False),
        "case_coercion": _case("urgent", duty=False),
    }
)
"""Every code, the counsellor's first."""


_NAMES: Final[Mapping[str, Callable[[], str]]] = {
    "suicidal_thoughts": lambda: _("suicidal thoughts"),
    "self_harm": lambda: _("self-harm"),
    "acute_stress": lambda: _("acute stress"),
    "dissociation": lambda: _("feeling unreal"),
    "threatened": lambda: _("threatened"),
    "intrusion": lambda: _("intrusive memories"),
    "secondary_trauma": lambda: _("second-hand trauma"),
    "own_history": lambda: _("own history touched"),
    "substance_use": lambda: _("alcohol or drugs"),
    "hopelessness": lambda: _("hopelessness"),
    "sleep": lambda: _("sleep"),
    "hypervigilance": lambda: _("on edge"),
    "avoidance": lambda: _("avoidance"),
    "burnout": lambda: _("burnout"),
    "over_responsibility": lambda: _("carrying too much"),
    "isolation": lambda: _("isolation"),
    "moral_injury": lambda: _("moral strain"),
    "wants_to_quit": lambda: _("wants to quit"),
    "crying": lambda: _("crying"),
    "physical_symptoms": lambda: _("bodily symptoms"),
    "mastery": lambda: _("mastery"),
    "absence": lambda: _("absence"),
    "heavy_run": lambda: _("run of heavy shifts"),
    "load_rising": lambda: _("rising load"),
    "case_suicide_risk": lambda: _("suicide risk"),
    "case_overdose": lambda: _("overdose"),
    "case_child_at_risk": lambda: _("child at risk"),
    "case_self_harm": lambda: _("self-harm"),
    "case_violence": lambda: _("violence"),
    "case_abuse": lambda: _("sexual abuse"),
    "case_psychosis": lambda: _("psychosis"),
    "case_missing": lambda: _("missing or cut off"),
    "case_threat": lambda: _("threat"),
    "case_vulnerable_adult": lambda: _("vulnerable adult"),
    "case_destitution": lambda: _("nowhere to go"),
    "case_coercion": lambda: _("coercion"),
}
"""Asked when they are shown, in the language that is in force by then."""


def name(code: str) -> str:
    """Return the short name of a sign in the interface language; raises KeyError."""
    return _NAMES[code]()
