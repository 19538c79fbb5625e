"""The words plain mode understands, in Danish, Norwegian and English at once.

Nobody has to know which language the interface is in: every word is understood in all three, and
letters that a keyboard lacks may be written as ae, oe and aa.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeVar

from debrief.i18n import language
from debrief.record.shape import Direction, Wants
from debrief.session.model import (
    Channel,
    DutyOutcome,
    FollowUpOutcome,
    Level,
    Place,
    Role,
    Stay,
)

_Code = TypeVar("_Code", bound=str)

COMMANDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "pass": {"en": ("pass",), "da": ("pas",), "nb": ("pass",)},
    "next": {"en": ("next",), "da": ("næste",), "nb": ("neste",)},
    "phase": {"en": ("phase",), "da": ("fase",), "nb": ("fase",)},
    "back": {"en": ("back",), "da": ("tilbage",), "nb": ("tilbake",)},
    "undo": {"en": ("undo",), "da": ("fortryd",), "nb": ("angre",)},
    "redo": {"en": ("redo",), "da": ("gentag",), "nb": ("gjenta",)},
    "word": {"en": ("word",), "da": ("ordet",), "nb": ("ordet",)},
    "round": {"en": ("round",), "da": ("runden",), "nb": ("runden",)},
    "strike": {"en": ("strike",), "da": ("slet",), "nb": ("slett",)},
    "call": {"en": ("call",), "da": ("ring",), "nb": ("ring",)},
    "buddy": {"en": ("buddy",), "da": ("makker",), "nb": ("makker",)},
    "considerate": {"en": ("considerate",), "da": ("hensyn", "skånehensyn"), "nb": ("hensyn",)},
    "supporter": {"en": ("supporter",), "da": ("kollegastøtte",), "nb": ("kollegastøtte",)},
    "pass-phase": {"en": ("pass-phase",), "da": ("pas-fase",), "nb": ("pass-fase",)},
    "pairs": {"en": ("pairs",), "da": ("par",), "nb": ("par",)},
    "lots": {"en": ("lots",), "da": ("lod",), "nb": ("lodd",)},
    "both": {"en": ("both",), "da": ("begge",), "nb": ("begge",)},
    "anyway": {"en": ("anyway",), "da": ("alligevel",), "nb": ("likevel",)},
    "load": {"en": ("load",), "da": ("belastning",), "nb": ("belastning",)},
    "alone": {"en": ("alone",), "da": ("alene",), "nb": ("alene",)},
    "left": {"en": ("left",), "da": ("gået",), "nb": ("gått",)},
    "join": {"en": ("join",), "da": ("kom",), "nb": ("kom",)},
    "signs": {"en": ("signs",), "da": ("tegn",), "nb": ("tegn",)},
    "confirm": {"en": ("confirm",), "da": ("bekræft",), "nb": ("bekreft",)},
    "dismiss": {"en": ("dismiss",), "da": ("afvis",), "nb": ("avvis",)},
    "whose": {"en": ("whose",), "da": ("hvis",), "nb": ("hvem",)},
    "level": {"en": ("level",), "da": ("niveau",), "nb": ("nivå",)},
    "follow": {
        "en": ("follow", "follow-up"),
        "da": ("opfølgning",),
        "nb": ("oppfølging",),
    },
    "duty": {"en": ("duty", "duties"), "da": ("pligt", "pligter"), "nb": ("plikt", "plikter")},
    "open": {"en": ("open",), "da": ("åbn",), "nb": ("åpne",)},
    "action": {
        "en": ("action", "actions"),
        "da": ("aftale", "aftaler", "handling"),
        "nb": ("avtale", "avtaler", "tiltak"),
    },
    "drop": {"en": ("drop",), "da": ("fjern",), "nb": ("fjern",)},
    "prompts": {"en": ("prompts",), "da": ("spørgsmål",), "nb": ("spørsmål",)},
    "rules": {"en": ("rules",), "da": ("regler",), "nb": ("regler",)},
    "library": {"en": ("cards", "library"), "da": ("kort", "opslag"), "nb": ("kort", "oppslag")},
    "status": {"en": ("status",), "da": ("status",), "nb": ("status",)},
    "help": {"en": ("help", "?"), "da": ("hjælp",), "nb": ("hjelp",)},
    "close": {"en": ("close",), "da": ("luk",), "nb": ("lukk",)},
    "leave": {"en": ("leave", "quit"), "da": ("forlad",), "nb": ("forlat",)},
}
"""Command -> language -> what it is called; the first is the one that is shown."""

ROLE_WORDS: Final[Mapping[Role, str]] = {
    "volunteer": "volunteer|frivillig",
    "employee": "employee|ansat|medarbejder|ansatt|medarbeider",
    "peer-worker": "peer worker|peer-worker|peer|peer-medarbejder|peermedarbejder|"
    "erfaringskonsulent|erfaringsmedarbeider|likeperson|recovery-mentor",
    "job-counsellor": "job counsellor|job-counsellor|jobkonsulent|jobrådgiver|jobveileder|"
    "jobbkonsulent|jobbveileder|"
    "beskæftigelseskonsulent|sagsbehandler|saksbehandler",
    "colleague-supporter": "colleague supporter|colleague-supporter|kollegastøtte|"
    "kollegastøtter|kollegastøtteperson",
    "student": "student|studerende",
}
PLACE_WORDS: Final[Mapping[Place, str]] = {
    "home": "home|at home|hjemme|hjem|hjemmefra",
    "on-site": "on site|on-site|office|på stedet|på kontoret|kontor|kontoret|på vagten|på vakta",
    "elsewhere": "elsewhere|et andet sted|andet sted|et annet sted|annet sted|undervejs|underveis",
}
CHANNEL_WORDS: Final[Mapping[Channel, str]] = {
    "video": "video|skærm|skjerm",
    "phone": "phone|telefon|tlf|tlf.|mobil",
    "chat": "chat",
    "in-person": "in the room|in person|in-person|i rummet|i rommet|fysisk|til stede",
}
STAY_WORDS: Final[Mapping[Stay, str]] = {
    "whole": "whole|hele|hele tiden|heile",
    "late": "late|comes late|senere|kommer senere|seinere",
    "early": "early|goes early|går før|før|tidligt|tidlig",
}
LEVEL_WORDS: Final[Mapping[Level, str]] = {
    "acute": "acute|now|akut|nu|akutt|nå",
    "urgent": "urgent|soon|snart",
    "watch": "watch|note|obs",
}
DUTY_WORDS: Final[Mapping[DutyOutcome, str]] = {
    "acted": "acted|handlet|handlet nu|handlet nå",
    "agreed": "agreed|aftalt|avtalt",
    "not-a-duty": "no|not-a-duty|not a duty|nej|nei|ikke en pligt|ikke en plikt|ingen",
}
SETTLED_WORDS: Final[Mapping[FollowUpOutcome, str]] = {
    "declined": "declined|no thanks|afslået|nej tak|takket nej|avslått|nei takk|takket nei",
    "not-needed": "none|not needed|not-needed|ingen|ikke nødvendig|ikke nødvendigt|ikke brug for",
}
SIGN_ANSWERS: Final[Mapping[Literal["confirm", "dismiss", "whose"], str]] = {
    "confirm": "confirm|c|a|bekræft|bekreft|b|yes|ja",
    "dismiss": "dismiss|d|afvis|avvis|no|nej|nei",
    "whose": "whose|w|hvis|hvem",
}
ANYWAY: Final = "anyway|go on anyway|alligevel|fortsæt alligevel|likevel|fortsett likevel"
DIRECTION_WORDS: Final[Mapping[Direction, str]] = {
    "better": "better|bedre",
    "same": "same|the same|det samme|samme|uændret|likt|det samme|uendret",
    "worse": "worse|værre|dårligere|verre",
}
WANTS_WORDS: Final[Mapping[Wants, str]] = {
    "more": "more|mere|mer",
    "less": "less|mindre",
    "other": "other|somebody else|someone else|en anden|anden|en annen|noen andre|annen",
}
SERIES: Final = "series|serie|rækken|rekken|alle tre|all three"
CALL: Final = "call|ring|ring op|vil ringes op|vil bli ringt"
HELD: Final = "held|done|yes|holdt|talt|ja|snakket"
MISSED: Final = (
    "missed|not reached|not-reached|no answer|ikke truffet|ikke nået|ikke nådd|intet svar"
)
DONE: Final = "done|færdig|gjort|ferdig|udført|utført"
DROPPED: Final = "dropped|drop|droppet|opgivet|oppgitt"
STEP_BACK: Final = "back|tilbage|tilbake"

OFFERED: Final[Mapping[str, tuple[str, str, str]]] = {
    "tomorrow": ("tomorrow", "i morgen", "i morgen"),
    "month": ("month", "måned", "måned"),
    "declined": ("declined", "afslået", "avslått"),
    "none": ("none", "ingen", "ingen"),
    "acted": ("acted", "handlet", "handlet"),
    "agreed": ("agreed", "aftalt", "avtalt"),
    "confirm": ("confirm", "bekræft", "bekreft"),
    "dismiss": ("dismiss", "afvis", "avvis"),
    "whose": ("whose", "hvis", "hvem"),
    "now": ("now", "nu", "nå"),
    "soon": ("soon", "snart", "snart"),
    "note": ("note", "obs", "obs"),
    "anyway": ("anyway", "alligevel", "likevel"),
    "back": ("back", "tilbage", "tilbake"),
    "series": ("series", "serie", "serie"),
    "call": ("call", "ring", "ring"),
    "held": ("held", "holdt", "holdt"),
    "missed": ("missed", "ikke truffet", "ikke nådd"),
    "better": ("better", "bedre", "bedre"),
    "same": ("same", "samme", "likt"),
    "worse": ("worse", "værre", "verre"),
    "more": ("more", "mere", "mer"),
    "less": ("less", "mindre", "mindre"),
    "other": ("other", "en anden", "en annen"),
    "dropped": ("dropped", "droppet", "droppet"),
    "yes": ("yes", "ja", "ja"),
    "no": ("no", "nej", "nei"),
}
"""The answers that questions offer, in English, Danish and Norwegian: each is understood."""

_YES: Final = frozenset({"yes", "y", "ja", "j"})
_NO: Final = frozenset({"no", "n", "nej", "nei"})
_SPELLED: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def spelled(word: str) -> str:
    """Return the word as it is looked up: case aside, without letters a keyboard may lack."""
    return " ".join(word.casefold().translate(_SPELLED).split())


_COMMAND_OF: Final = {
    spelled(name): command
    for command, languages in COMMANDS.items()
    for names in languages.values()
    for name in names
}


def command(name: str) -> str | None:
    """Return the command called `name` in any of the languages."""
    return _COMMAND_OF.get(spelled(name))


def command_name(code: str) -> str:
    """Return what the command is called in the interface language, with its stroke: `/luk`."""
    return "/" + COMMANDS[code][language()][0]


def nearest_command(name: str) -> str | None:
    """Return the command, in the interface language, that `name` was most likely meant to be."""
    close = difflib.get_close_matches(spelled(name)[:40], list(_COMMAND_OF), n=1, cutoff=0.6)
    return command_name(_COMMAND_OF[close[0]]) if close else None


def code_for(text: str, table: Mapping[_Code, str]) -> _Code | None:
    """Return the code whose words hold `text`, or that is itself `text`."""
    wanted = spelled(text)
    for code, words in table.items():
        if wanted == code or wanted in map(spelled, words.split("|")):
            return code
    return None


def is_one_of(text: str, words: str) -> bool:
    """Tell whether `text` is one of the `|`-parted words."""
    return spelled(text) in map(spelled, words.split("|"))


def nearest_word(text: str, among: Iterable[str]) -> str | None:
    """Return the word, of the `|`-parted ones, that `text` was most likely meant to be."""
    known = [word for words in among for word in words.split("|")]
    close = difflib.get_close_matches(text.casefold()[:40], known, n=1, cutoff=0.6)
    return close[0] if close else None


def offered() -> dict[str, str]:
    """Return the answers that questions offer, in the interface language, by their key."""
    column = ("en", "da", "nb").index(language())
    return {key: words[column] for key, words in OFFERED.items()}


def yes_or_no(text: str) -> bool | None:
    """Return the answer, or None where it is neither."""
    word = text.casefold().rstrip(".!")
    return True if word in _YES else False if word in _NO else None
