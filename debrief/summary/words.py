"""The words a page is written with, in its own language, which may not be the interface's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_Row = tuple[str, str, str]
_COLUMNS: Final = {"da": 0, "nb": 1, "en": 2}

_WORDS: Final[Mapping[str, _Row]] = MappingProxyType(
    {
        "title": ("Opsamling efter vagten", "Oppsummering etter vakta", "Debrief after the shift"),
        "none": ("Ingen", "Ingen", "None"),
        "whole_round": ("Hele runden", "Hele runden", "The whole round"),
        "reference": ("Reference", "Referanse", "Reference"),
        # fields
        "month": ("Måned", "Måned", "Month"),
        "minutes": ("Minutter", "Minutter", "Minutes"),
        "people": ("Deltagere", "Deltakere", "People"),
        "phases": ("Faser", "Faser", "Phases"),
        "turns": ("Ordet rundt", "Ordet rundt", "Turns"),
        "follow_ups": ("Opfølgning", "Oppfølging", "Follow-up"),
        "duties": ("Pligter", "Plikter", "Duties"),
        "actions": ("Aftaler om arbejdet", "Avtaler om arbeidet", "Agreed work"),
        "signs": ("Tegn", "Tegn", "Signs"),
        "date": ("Dato", "Dato", "Date"),
        "team": ("Team", "Team", "Team"),
        "place": ("Sted", "Sted", "Place"),
        "protocol": ("Protokol", "Protokoll", "Protocol"),
        "named_follow_ups": ("Hvem skal kontaktes", "Hvem skal kontaktes", "Who to contact"),
        "action_owners": ("Hvem gør hvad", "Hvem gjør hva", "Who does what"),
        "supervisor": ("Supervisor", "Veileder", "Supervisor"),
        "notes": ("Noter", "Notater", "Notes"),
        "loads": ("Belastning, 0 til 10", "Belastning, 0 til 10", "Load, 0 to 10"),
        "alone": ("Alene i nat", "Alene i natt", "Alone tonight"),
        "sign_words": ("Tegn og ord", "Tegn og ord", "Signs and words"),
        # columns
        "phase": ("Fase", "Fase", "Phase"),
        "phase_name": ("Fase", "Fase", "Phase"),
        "planned_minutes": ("Planlagt, min.", "Planlagt, min", "Planned, min"),
        "used_minutes": ("Brugt, min.", "Brukt, min", "Used, min"),
        "kind": ("Hvad", "Hva", "Kind"),
        "outcome": ("Udfald", "Utfall", "Outcome"),
        "action": ("Aftale", "Avtale", "Action"),
        "due": ("Senest", "Frist", "Due"),
        "owner": ("Ansvarlig", "Ansvarlig", "Owner"),
        "name": ("Navn", "Navn", "Name"),
        "when": ("Hvornår", "Når", "When"),
        "by": ("Hvem ringer", "Hvem ringer", "Who calls"),
        "note": ("Note", "Notat", "Note"),
        "load": ("Belastning", "Belastning", "Load"),
        "sign": ("Tegn", "Tegn", "Sign"),
        "level": ("Alvor", "Alvor", "Level"),
        "decision": ("Vurdering", "Vurdering", "Decision"),
        "words": ("Ord", "Ord", "Words"),
    }
)

_LEVELS: Final[Mapping[str, _Row]] = MappingProxyType(
    {
        "counts": ("kun tal", "bare tall", "numbers only"),
        "record": ("referat", "referat", "record"),
        "named": ("med navne", "med navn", "with names"),
        "full": ("alt", "alt", "everything"),
    }
)

_CODES: Final[Mapping[str, _Row]] = MappingProxyType(
    {
        "spoke": ("Talte", "Snakket", "Spoke"),
        "passed": ("Sagde pas", "Sa pass", "Passed"),
        "left": ("Var gået", "Hadde gått", "Had left"),
        "dated": ("Aftalt", "Avtalt", "Agreed"),
        "declined": ("Sagde nej tak", "Takket nei", "Declined"),
        "not-needed": ("Ikke nødvendig", "Ikke nødvendig", "Not needed"),
        "acted": ("Handlet på", "Handlet på", "Acted on"),
        "agreed": ("Aftalt hvem der handler", "Avtalt hvem som handler", "Agreed who acts"),
        "not-a-duty": ("Ikke en pligt", "Ikke en plikt", "Not a duty"),
        "open": ("Åben", "Åpen", "Open"),
        "acute": ("Akut", "Akutt", "Acute"),
        "urgent": ("Haster", "Haster", "Urgent"),
        "watch": ("Hold øje", "Følg med", "Keep an eye on"),
        "shown": ("Vist", "Vist", "Shown"),
        "confirmed": ("Bekræftet", "Bekreftet", "Confirmed"),
        "dismissed": ("Afvist", "Avvist", "Dismissed"),
        "volunteer": ("Frivillige", "Frivillige", "Volunteers"),
        "employee": ("Ansatte", "Ansatte", "Employees"),
        "peer-worker": ("Peer-medarbejdere", "Erfaringskonsulenter", "Peer workers"),
        "job-counsellor": ("Jobkonsulenter", "Jobbveiledere", "Job counsellors"),
        "colleague-supporter": ("Kollegastøtter", "Kollegastøtter", "Colleague supporters"),
        "student": ("Studerende", "Studenter", "Students"),
        "online": ("Online", "På nett", "Online"),
        "on-site": ("På stedet", "På stedet", "On site"),
        "mixed": ("Både online og på stedet", "Både på nett og på stedet", "Online and on site"),
        # kinds of duty, and signs in the citizen
        "suicide-risk": ("Selvmordsfare", "Selvmordsfare", "Suicide risk"),
        "overdose": ("Overdosis", "Overdose", "Overdose"),
        "child-at-risk": ("Barn i fare", "Barn i fare", "Child at risk"),
        "self-harm": ("Selvskade", "Selvskading", "Self-harm"),
        "violence": ("Vold", "Vold", "Violence"),
        "abuse": ("Seksuelt overgreb", "Seksuelt overgrep", "Sexual abuse"),
        "psychosis": ("Psykose", "Psykose", "Psychosis"),
        "missing": (
            "Savnet eller afbrudt",
            "Savnet eller avbrutt",
            "Missing or cut off",
        ),
        "threat": ("Trussel mod andre", "Trussel mot andre", "Threat against someone"),
        "vulnerable-adult": ("Udsat voksen", "Sårbar voksen", "Vulnerable adult"),
        "destitution": ("Intet sted at være", "Ingen steder å være", "Nowhere to go"),
        "coercion": ("Tvang", "Tvang", "Coercion"),
        # signs in the counsellor
        "suicidal-thoughts": ("Selvmordstanker", "Selvmordstanker", "Suicidal thoughts"),
        "acute-stress": ("Akut stress", "Akutt stress", "Acute stress"),
        "dissociation": ("Føler sig uvirkelig", "Føler seg uvirkelig", "Feeling unreal"),
        "threatened": ("Truet", "Truet", "Threatened"),
        "intrusion": ("Billeder der vender tilbage", "Bilder som kommer igjen", "Intrusion"),
        "secondary-trauma": (
            "Andres traume sidder i",
            "Andres traume sitter i",
            "Second-hand trauma",
        ),
        "own-history": ("Egen historie ramt", "Egen historie berørt", "Own history touched"),
        "substance-use": ("Alkohol eller stoffer", "Alkohol eller rus", "Alcohol or drugs"),
        "hopelessness": ("Håbløshed", "Håpløshet", "Hopelessness"),
        "sleep": ("Søvn", "Søvn", "Sleep"),
        "hypervigilance": ("På vagt hele tiden", "På vakt hele tida", "On edge"),
        "avoidance": ("Undgåelse", "Unngåelse", "Avoidance"),
        "burnout": ("Udbrændthed", "Utbrenthet", "Burnout"),
        "over-responsibility": ("Bærer for meget", "Bærer for mye", "Carrying too much"),
        "isolation": ("Isolation", "Isolasjon", "Isolation"),
        "moral-injury": ("Moralsk belastning", "Moralsk belastning", "Moral strain"),
        "wants-to-quit": ("Vil stoppe", "Vil slutte", "Wants to quit"),
        "crying": ("Gråd", "Gråt", "Crying"),
        "physical-symptoms": ("Kropslige tegn", "Kroppslige plager", "Bodily symptoms"),
        "mastery": ("Mestring", "Mestring", "Mastery"),
        "absence": ("Fravær", "Fravær", "Absence"),
        "heavy-run": ("Mange tunge vagter", "Mange tunge vakter", "Run of heavy shifts"),
        "load-rising": ("Stigende belastning", "Økende belastning", "Rising load"),
    }
)


def word(key: str, language: str) -> str:
    """Return the heading for a field or column; the key itself where there is none."""
    return _look_up(_WORDS, key, language)


def level(value: str, language: str) -> str:
    """Return what a level is called; the value itself where it is none."""
    return _look_up(_LEVELS, value, language)


def fields(names: Iterable[str], language: str) -> str:
    """Return the headings of fields as they stand in the middle of a sentence."""
    found = (word(name, language) for name in names)
    return ", ".join(name[:1].lower() + name[1:] for name in found)


def code(value: str, language: str) -> str:
    """Return a code of the round in words; the value itself where it is no code.

    Signs in the citizen (`case_violence`) and the duties they open (`violence`) read the same.
    """
    key = value.removeprefix("case_").replace("_", "-")
    return _look_up(_CODES, key, language) if key in _CODES else value


def _look_up(table: Mapping[str, _Row], key: str, language: str) -> str:
    row = table.get(key)
    return row[_COLUMNS.get(language, 2)] if row else key
