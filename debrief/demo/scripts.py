"""What is said in the fictional rounds. Nobody in them exists, and no conversation took place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from debrief.session.model import Channel, DutyOutcome, Place, Role


class Told(msgspec.Struct, frozen=True):
    """What one person said (the round as a whole, where the name is empty)."""

    name: str = ""
    lines: tuple[str, ...] = ()
    load: int | None = None
    turn: Literal["spoke", "passed", "early", ""] = "spoke"
    """How the turn ended; `early`: said pass before it was theirs; empty: still speaking."""


class Script(msgspec.Struct, frozen=True):
    """A round: who is there, what is said in each phase, and what is agreed."""

    protocol: str
    language: str
    team: str
    people: tuple[tuple[str, Role, Place, Channel], ...]
    scenes: tuple[tuple[Told, ...], ...]
    follow_ups: Mapping[str, str] = {}
    """Name -> `tomorrow`, `3d`, `month`, a time, or `none`; whoever is not here declined."""
    actions: tuple[tuple[str, str, int], ...] = ()
    """What, who, and in how many days (0: without a date)."""
    duty: DutyOutcome = "acted"
    own_load: int = 3


_EVENING: Final[tuple[tuple[str, Role, Place, Channel], ...]] = (
    ("Aisha", "volunteer", "home", "phone"),
    ("Jonas", "volunteer", "home", "video"),
    ("Mette", "volunteer", "home", "video"),
    ("Per", "volunteer", "on-site", "in-person"),
    ("Sofie", "volunteer", "home", "video"),
)

TONIGHT: Final = Script(
    protocol="shift-defuse",
    language="da",
    team="Aftenvagt",
    people=_EVENING,
    scenes=(
        (Told(lines=("Sofie skal gå kl. 21.30. Ingen andre har travlt.",)),),
        (
            Told("Aisha", ("Træt, men okay. Lang vagt med få pauser.",), 2),
            Told("Jonas", ("Den sidste samtale kører stadig rundt.",), 6),
            Told("Mette", ("Tung aften. Jeg græd, da jeg havde lagt på.",), 8),
            Told("Per", ("Rolig. Sad på kontoret sammen med bagvagten.",), 3),
            Told("Sofie", turn="passed"),
        ),
        (
            Told("Sofie", turn="early"),
            Told(
                "Aisha",
                ("Mest ensomhed. Og en fast ringer, der ville have os til at love noget.",),
            ),
            Told(
                "Jonas",
                (
                    "En mor ringede. Hendes ekskæreste havde slået hende foran børnene.",
                    "Jeg fik hende videre til krisecentret.",
                    "Jeg burde have spurgt mere til børnene.",
                ),
            ),
            Told(
                "Mette",
                (
                    "Opkald fra en pige på 16. Hun sagde, at hun ville tage sit eget liv,",
                    "og at hun havde pillerne på bordet. Hun lagde på midt i det hele.",
                    '"Jeg kan stadig høre hendes stemme." Jeg sov ikke i nat, er alene i aften.',
                ),
                turn="",
            ),
        ),
    ),
)

TONIGHT_IN_ENGLISH: Final = msgspec.structs.replace(
    TONIGHT,
    language="en",
    team="Evening shift",
    scenes=(
        (Told(lines=("Sofie has to go at 21.30. Nobody else is in a hurry.",)),),
        (
            Told("Aisha", ("Tired, but all right. A long shift with few breaks.",), 2),
            Told("Jonas", ("The last call keeps going round in my head.",), 6),
            Told("Mette", ("A heavy evening. I cried when I had hung up.",), 8),
            Told("Per", ("Calm. Sat in the office with the back-up.",), 3),
            Told("Sofie", turn="passed"),
        ),
        (
            Told("Sofie", turn="early"),
            Told(
                "Aisha",
                ("Mostly loneliness. And a regular caller who wanted us to promise something.",),
            ),
            Told(
                "Jonas",
                (
                    "A mother called. Her ex-boyfriend had hit her in front of the children.",
                    "I got her on to the crisis centre.",
                    "I should have asked more about the children.",
                ),
            ),
            Told(
                "Mette",
                (
                    "A call from a girl of 16. She said that she wanted to take her own life,",
                    "and that she had the pills on the table. She hung up in the middle of it all.",
                    '"I can still hear her voice." I did not sleep last night, am alone tonight.',
                ),
                turn="",
            ),
        ),
    ),
)
"""The same evening, for those who look around in English."""

EARLIER: Final = (
    Script(
        protocol="shift-defuse",
        language="da",
        team="Aftenvagt",
        people=(_EVENING[1], _EVENING[2], _EVENING[3]),
        scenes=(
            (Told(lines=("Vi er tre. Alle kender rammen.",)),),
            (
                Told("Jonas", ("Fin vagt, lidt flad nu.",), 3),
                Told("Mette", ("God energi.",), 2),
                Told("Per", ("Okay.",), 2),
            ),
            (
                Told("Jonas", ("Mange korte opkald, mest om skilsmisse.",)),
                Told("Mette", ("En lang samtale om sorg. Den endte et godt sted.",)),
                Told("Per", turn="passed"),
            ),
            (Told(lines=("Vi brugte hinanden i chatten. Jonas tog pausen i tide.",)),),
            (Told(lines=("Alle har en plan for aftenen.",)),),
            (Told(lines=("Intet at handle på i aften.",)),),
        ),
        follow_ups={"Jonas": "none", "Mette": "none"},
        actions=(("Ny liste over krisecentre ved telefonerne", "koordinator", 14),),
        own_load=2,
    ),
    Script(
        protocol="shift-defuse",
        language="da",
        team="Aftenvagt",
        people=(_EVENING[0], _EVENING[1], _EVENING[4]),
        scenes=(
            (Told(lines=("Kort i aften, alle er trætte.",)),),
            (
                Told("Aisha", ("Træt.",), 4),
                Told("Jonas", ("Jeg sover dårligt for tiden.",), 6),
                Told("Sofie", ("Helt okay.",), 3),
            ),
            (
                Told("Aisha", ("To opkald om ensomhed, et om angst.",)),
                Told("Jonas", ("En samtale om en ung, der ikke har noget sted at bo.",)),
                Told("Sofie", ("Første vagt alene på chatten. Det gik.",)),
            ),
            (Told(lines=("Sofie bad om hjælp i god tid. Det gjorde det lettere for alle.",)),),
            (Told(lines=("Jonas går en tur og lægger telefonen væk.",)),),
            (Told(lines=("Intet at handle på i aften.",)),),
        ),
        follow_ups={"Jonas": "3d", "Aisha": "none", "Sofie": "month"},
        actions=(("To på vagt fredag nat", "koordinator", 10),),
        own_load=3,
    ),
)
"""Two rounds of the same team before tonight."""

HELD: Final = (
    Script(
        protocol="home-checkin",
        language="da",
        team="Aftenlinjen Vest (opdigtet)",
        people=(
            ("Karen", "volunteer", "home", "phone"),
            ("Yusuf", "volunteer", "home", "video"),
            ("Lone", "volunteer", "home", "chat"),
            ("Emil", "volunteer", "elsewhere", "phone"),
        ),
        scenes=(
            (Told(lines=("Alle sidder hjemme undtagen Emil, som er hos sin søster.",)),),
            (Told(lines=("Karen grøn, Yusuf gul, Lone grøn, Emil gul.",)),),
            (Told(lines=("Karen og Lone ringer sammen. Yusuf og Emil ringer sammen.",)),),
            (
                Told("Karen", ("Fire samtaler. Mest ensomhed.",), 2),
                Told(
                    "Yusuf",
                    (
                        "En mand sagde, at han ville tage sit eget liv i nat. Jeg blev i samtalen,",
                        "og bagvagten ringede 112. Jeg kan ikke få hans stemme ud af hovedet.",
                    ),
                    7,
                ),
                Told("Lone", ("To chats om angst. Begge sagde tak.",), 3),
                Told("Emil", turn="passed"),
            ),
            (Told(lines=("Headset af, lys tændt, ud af rummet. Yusuf laver te.",)),),
            (Told(lines=("Alle har en at ringe til i nat.",)),),
        ),
        follow_ups={"Karen": "none", "Yusuf": "tomorrow", "Emil": "tomorrow"},
        actions=(("Bagvagtens nummer skal stå i chatvinduet", "koordinator", 7),),
        own_load=4,
    ),
    Script(
        protocol="shift-defuse",
        language="nb",
        team="Møteplassen Øst (oppdiktet)",
        people=(
            ("Ingrid", "peer-worker", "on-site", "in-person"),
            ("Tarjei", "peer-worker", "on-site", "in-person"),
            ("Amina", "peer-worker", "home", "video"),
        ),
        scenes=(
            (Told(lines=("Vi er tre, Amina er med på skjerm.",)),),
            (
                Told("Ingrid", ("Litt tom, men grei.",), 3),
                Told("Tarjei", ("Det sitter i kroppen.",), 6),
                Told("Amina", ("Bra kveld.",), 2),
            ),
            (
                Told("Ingrid", ("Lange samtaler om å stå i jobb.",)),
                Told(
                    "Tarjei",
                    (
                        "En samtale om rus lå tett på min egen historie.",
                        "Jeg har ikke sovet ordentlig denne uka.",
                    ),
                ),
                Told("Amina", turn="passed"),
            ),
            (Told(lines=("Ingrid tok over da Tarjei trengte en pause.",)),),
            (Told(lines=("Tarjei spiser middag med broren sin.",)),),
            (Told(lines=("Ingenting vi må gjøre noe med i kveld.",)),),
        ),
        follow_ups={"Ingrid": "none", "Tarjei": "3d", "Amina": "none"},
        actions=(("Fast pause midt i kveldsvakta", "daglig leder", 14),),
        own_load=3,
    ),
    Script(
        protocol="stop5",
        language="da",
        team="Jobcenter Nord (opdigtet)",
        people=(
            ("Birgit", "job-counsellor", "on-site", "in-person"),
            ("Hassan", "job-counsellor", "on-site", "in-person"),
            ("Louise", "job-counsellor", "on-site", "in-person"),
            ("Ole", "job-counsellor", "on-site", "in-person"),
        ),
        scenes=(
            (Told(lines=("Fem minutter. Ingen får skyld.",)),),
            (
                Told(
                    lines=(
                        "En borger blev meget vred over et afslag og slog i bordet. Vagten kom.",
                        "Borgeren gik roligt efter ti minutter.",
                    )
                ),
            ),
            (Told(lines=("Louise trykkede på alarmen med det samme. Hassan talte roligt.",)),),
            (Told(lines=("Afslag skal ikke gives sidst på dagen i det bagerste rum.",)),),
            (Told(lines=("Birgit taler med teamlederen om lokalet.",)),),
        ),
        follow_ups={"Birgit": "none", "Hassan": "tomorrow", "Louise": "tomorrow", "Ole": "none"},
        actions=(
            ("Svære afslag gives i rum 2, og der er to til stede", "teamleder", 7),
            ("Alarmen i rum 4 afprøves", "sikkerhedsrepræsentant", 3),
        ),
        own_load=2,
    ),
)
"""Three whole rounds: a helpline at home, peer support, and a job centre."""
