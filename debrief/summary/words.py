"""The words a page is written with, in its own language, which may not be the interface's."""

from __future__ import annotations

from collections.abc import Mapping
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
        "team": ("Hold", "Team", "Team"),
        "place": ("Sted", "Sted", "Place"),
        "protocol": ("Skabelon", "Mal", "Protocol"),
        "named_follow_ups": ("Hvem skal kontaktes", "Hvem skal kontaktes", "Who to contact"),
        "action_owners": ("Hvem gør hvad", "Hvem gjør hva", "Who does what"),
        "supervisor": ("Supervisor", "Veileder", "Supervisor"),
        "notes": ("Noter", "Notater", "Notes"),
        "loads": ("Belastning, 0 til 10", "Belastning, 0 til 10", "Load, 0 to 10"),
        "alone": ("Alene i nat", "Alene i natt", "Alone tonight"),
        "sign_words": ("Tegn og ord", "Tegn og ord", "Signs and words"),
        # columns
        "phase": ("Fase", "Fase", "Phase"),
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
        "case_suicide_risk": ("Selvmordsfare", "Selvmordsfare", "Suicide risk"),
        "case_violence": ("Vold", "Vold", "Violence"),
        "case_child_at_risk": ("Barn i fare", "Barn i fare", "Child at risk"),
        "case_abuse": ("Overgreb", "Overgrep", "Abuse"),
        "case_psychosis": ("Psykose", "Psykose", "Psychosis"),
        "case_overdose": ("Overdosis", "Overdose", "Overdose"),
        "case_missing": ("Savnet person", "Savnet person", "Missing person"),
        "case_threat": ("Trusler", "Trusler", "Threat"),
    }
)


def word(key: str, language: str) -> str:
    """Return the heading for a field or column; the key itself where there is none."""
    return _look_up(_WORDS, key, language)


def code(value: str, language: str) -> str:
    """Return a code of the round in words; the value itself where it is no code."""
    return _look_up(_CODES, value, language)


def _look_up(table: Mapping[str, _Row], key: str, language: str) -> str:
    row = table.get(key)
    return row[_COLUMNS.get(language, 2)] if row else key
