"""The codes of the signs: stable in files and exports, with a short name for people."""

from __future__ import annotations

from collections.abc import Mapping
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


def _names() -> dict[str, str]:
    return {
        "suicidal_thoughts": _("suicidal thoughts"),
        "self_harm": _("self-harm"),
        "acute_stress": _("acute stress"),
        "dissociation": _("feeling unreal"),
        "threatened": _("threatened"),
        "intrusion": _("intrusive memories"),
        "secondary_trauma": _("second-hand trauma"),
        "own_history": _("own history touched"),
        "substance_use": _("alcohol or drugs"),
        "hopelessness": _("hopelessness"),
        "sleep": _("sleep"),
        "hypervigilance": _("on edge"),
        "avoidance": _("avoidance"),
        "burnout": _("burnout"),
        "over_responsibility": _("carrying too much"),
        "isolation": _("isolation"),
        "moral_injury": _("moral strain"),
        "wants_to_quit": _("wants to quit"),
        "crying": _("crying"),
        "physical_symptoms": _("bodily symptoms"),
        "mastery": _("mastery"),
        "absence": _("absence"),
        "heavy_run": _("run of heavy shifts"),
        "load_rising": _("rising load"),
        "case_suicide_risk": _("suicide risk"),
        "case_overdose": _("overdose"),
        "case_child_at_risk": _("child at risk"),
        "case_self_harm": _("self-harm"),
        "case_violence": _("violence"),
        "case_abuse": _("sexual abuse"),
        "case_psychosis": _("psychosis"),
        "case_missing": _("missing or cut off"),
        "case_threat": _("threat"),
        "case_vulnerable_adult": _("vulnerable adult"),
        "case_destitution": _("nowhere to go"),
        "case_coercion": _("coercion"),
    }


def name(code: str) -> str:
    """Return the short name of a sign in the interface language; raises KeyError."""
    return _names()[code]
