"""The bundled protocols and the ground rules: complete, honest, and written three times."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

import debrief.protocol
from debrief.i18n import LANGUAGES
from debrief.protocol import (
    BUNDLED,
    DEFAULT,
    GROUND_RULES_VERSION,
    Lines,
    Protocol,
    Text,
    bundled,
    ground_rules,
    library,
    load,
)

PACKAGE = Path(debrief.protocol.__file__).parent
FILES = tuple(sorted(path.stem for path in (PACKAGE / "library").glob("*.toml")))


def words(*lines: str) -> set[str]:
    return set(re.findall(r"\w+", " ".join(lines).lower()))


NOT_IN_NB = words("""
    af aftale aftaler bagefter begynd behøver blev bliver dig dit efter ender fortæl fortæller
    frit frivilligt fylder fælles genkendes gerne gik gør gøre havde hinanden hjælp hjælper hvad
    hvornår igen inden intet jer kender kun lad lige lægge meget mellem mig nogen noget nu næste
    nævn op opgave os sagde sidder sige siger slut spørg spørger spørgsmål svær svært tage tager
    telefonerne tjek uden uge uger vagt vagten virkede voldsomt vores været ændre ét øjeblik
""")
NOT_IN_DA = words("""
    akuttmottak annen av avtale avtaler begynn ble bli blir bytt deg dere ditt enn ett etter
    etterpå felles fortell fortelle fritt fått gi gikk gjøre greit gruppa ha hjelp hjelpetelefoner
    hva hverandre igjen innen kjenner kjennes kveld litt lytt meg mellom mer neste noe noen nå opp
    oppfølging oppgaven oss seg si sier sist sjekk skjedde slik snakket spør spørsmål ta tilbake
    trenger tydelig uker ut uten vakt vakten vanskelig veiledning vet vite å
""")

SAME_NAMES = {"STOP5: fem minutter", "Kollegastøtte", "Reflekterende team", "Balintgruppe"}


@cache
def shipped(protocol_id: str) -> Protocol:
    """Return a protocol of the folder, whether it is offered or not."""
    name = f"{protocol_id}.toml"
    return load((PACKAGE / "library" / name).read_bytes(), name)


def texts(protocol: Protocol) -> Iterator[Text]:
    yield from (protocol.name, protocol.purpose, protocol.when, protocol.roles)
    yield protocol.evidence_note
    for phase in protocol.phases:
        yield from (phase.name, phase.goal)


def line_sets(protocol: Protocol) -> Iterator[Lines]:
    yield protocol.avoid
    for phase in protocol.phases:
        yield from (phase.prompts, phase.avoid)


def every_line(protocol: Protocol, language: str) -> list[str]:
    return [text.to(language) for text in texts(protocol)] + [
        line for lines in line_sets(protocol) for line in lines.to(language)
    ]


@pytest.fixture(params=FILES)
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return shipped(request.param)


def test_the_folder_holds_what_is_offered_and_nothing_else() -> None:
    assert {path.name for path in (PACKAGE / "library").iterdir()} == {f"{i}.toml" for i in FILES}
    assert set(FILES) == set(BUNDLED)
    assert tuple(library()) == BUNDLED
    assert BUNDLED[0] == DEFAULT == "shift-defuse"


def test_the_library_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        library()["other"] = bundled(DEFAULT)  # type: ignore[index]


def test_each_phase_has_two_to_four_prompts_in_every_language(protocol: Protocol) -> None:
    for phase in protocol.phases:
        counts = {len(phase.prompts.to(language)) for language in LANGUAGES}
        assert len(counts) == 1
        assert counts <= {2, 3, 4}, phase.key


def test_every_protocol_says_what_not_to_do_and_where_it_comes_from(protocol: Protocol) -> None:
    assert len(protocol.avoid.en) >= 2
    assert protocol.sources
    for source in protocol.sources:
        assert re.search(r"\b(19|20)\d\d\b", source), source
        assert "[" not in source


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_whole_sentences_without_slips(protocol: Protocol, language: str) -> None:
    for line in every_line(protocol, language):
        assert "  " not in line
        assert line == line.strip()
        assert not re.search(r"[<>{}\[\]—]|\b[A-Z]\d{1,2}\b", line), line
        assert line[0].isupper() or line[0].isdigit(), line
    for text in (protocol.purpose, protocol.when, protocol.roles, protocol.evidence_note):
        assert text.to(language).endswith(".")
    for lines in line_sets(protocol):
        for line in lines.to(language):
            assert line[-1] in ".?", line


@pytest.mark.parametrize("language", LANGUAGES)
def test_prompts_are_short_enough_to_be_said(protocol: Protocol, language: str) -> None:
    for phase in protocol.phases:
        for prompt in phase.prompts.to(language):
            assert len(prompt) <= 100, prompt


def untranslated(protocol: Protocol) -> set[str]:
    """Return the texts that stand in two languages; a short name of a phase may."""
    said = {language: set(every_line(protocol, language)) for language in LANGUAGES}
    pairs = (said[one] & said[other] for one, other in combinations(LANGUAGES, 2))
    names = {phase.name.to("da") for phase in protocol.phases}
    return set().union(*pairs) - {name for name in names if len(name.split()) <= 3} - SAME_NAMES


def mixed(protocol: Protocol) -> set[str]:
    """Return the Danish words in the Norwegian texts, and the Norwegian in the Danish."""
    danish, norwegian = (words(*every_line(protocol, language)) for language in ("da", "nb"))
    return norwegian & NOT_IN_NB | danish & NOT_IN_DA


def test_no_two_languages_share_a_text(protocol: Protocol) -> None:
    assert untranslated(protocol) == set()


def test_no_language_says_what_another_protocol_says_in_another() -> None:
    said = {
        language: {line for one in FILES for line in every_line(shipped(one), language)}
        for language in LANGUAGES
    }
    for one, other in combinations(LANGUAGES, 2):
        assert {line for line in said[one] & said[other] if len(line.split()) > 3} == set()


def test_no_danish_in_the_norwegian_and_no_norwegian_in_the_danish(protocol: Protocol) -> None:
    assert mixed(protocol) == set()
    assert not words(*ground_rules("nb")) & NOT_IN_NB
    assert not words(*ground_rules("da")) & NOT_IN_DA


def copied(protocol: Protocol, of: str, to: str) -> Iterator[Protocol]:
    """Yield the protocol once for each of its texts, with that text in `of` also put in `to`."""
    for field in ("purpose", "when", "roles", "evidence_note"):
        text = getattr(protocol, field)
        yield replace(protocol, **{field: replace(text, **{to: text.to(of)})})
    for number, phase in enumerate(protocol.phases):
        prompts = replace(phase.prompts, **{to: phase.prompts.to(of)})
        goal = replace(phase.goal, **{to: phase.goal.to(of)})
        for change in ({"prompts": prompts}, {"goal": goal}):
            phases = list(protocol.phases)
            phases[number] = replace(phase, **change)
            yield replace(protocol, phases=tuple(phases))


@pytest.mark.parametrize(("of", "to"), [("da", "nb"), ("nb", "da"), ("en", "da"), ("en", "nb")])
def test_a_text_forgotten_in_another_language_is_found(
    protocol: Protocol, of: str, to: str
) -> None:
    assert all(untranslated(seeded) for seeded in copied(protocol, of, to))


def test_a_phase_in_the_wrong_language_is_found_by_its_words(protocol: Protocol) -> None:
    for phase in protocol.phases:
        danish = [*phase.prompts.da, *phase.avoid.da, phase.goal.da]
        norwegian = [*phase.prompts.nb, *phase.avoid.nb, phase.goal.nb]
        assert words(*danish) & NOT_IN_NB, phase.key
        assert words(*norwegian) & NOT_IN_DA, phase.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rail_fits_one_row_of_80_columns(protocol: Protocol, language: str) -> None:
    marks = 2 * len(protocol.phases) + 2 * (len(protocol.phases) - 1)
    now = len("3 ") + len(" 10:20/10:00")
    names = sum(len(phase.name.to(language)) for phase in protocol.phases)
    assert marks + now + names <= 80


def test_names_within_a_protocol_differ(protocol: Protocol) -> None:
    for language in LANGUAGES:
        names = [phase.name.to(language) for phase in protocol.phases]
        assert len(set(names)) == len(names)


FACTS: dict[str, tuple[str, str, int, int, dict[int, float]]] = {
    # kind, evidence, most people, earliest hours, and the minutes for that many people
    "shift-defuse": ("defusing", "C", 8, 0, {3: 19, 5: 25, 8: 34}),
    "home-checkin": ("check-in", "C", 10, 0, {3: 7.5, 5: 9.5, 8: 12.5}),
    "stop5": ("learning", "B", 12, 0, {3: 5, 5: 5, 8: 5, 12: 5}),
    "leader-close": ("check-in", "C", 1, 0, {1: 4}),
    "pause": ("check-in", "C", 12, 0, {1: 1, 3: 1, 5: 1, 8: 1}),
    "first-hour": ("defusing", "B", 1, 0, {1: 12}),
    "follow-up": ("check-in", "B", 1, 12, {1: 5}),
    "peer-two-track": ("supervision", "C", 5, 0, {1: 44.5, 3: 47.5, 5: 50.5}),
    "jobcentre-daily": ("check-in", "C", 8, 0, {3: 9.5, 5: 12.5, 8: 17}),
    "large-round": ("defusing", "C", 24, 0, {8: 22, 12: 23, 20: 25}),
    "ten-minutes": ("learning", "B", 12, 0, {3: 10, 5: 10, 8: 10}),
    "aar": ("learning", "A", 12, 24, {3: 45, 5: 45, 8: 45}),
    "pi-ops": ("learning", "C", 12, 72, {3: 54, 5: 54, 8: 54}),
    "reflecting-team": ("supervision", "C", 8, 0, {3: 48, 5: 48, 8: 48}),
    "sparring-15": ("learning", "C", 4, 0, {2: 15, 3: 15}),
    "erfa": ("learning", "C", 12, 0, {3: 48.5, 5: 57.5, 8: 71, 12: 89}),
    "balint": ("supervision", "C", 10, 0, {5: 45, 8: 45}),
    "colleague-support": ("defusing", "C", 1, 0, {1: 38}),
    "story-round": ("supervision", "B", 24, 0, {6: 60, 20: 60}),
    "three-days": ("defusing", "C", 1, 72, {1: 50}),
    "cisd": ("reference", "X", 12, 24, {3: 100, 8: 100}),
}


def test_planned_time(protocol: Protocol) -> None:
    for people, minutes in FACTS[protocol.id][4].items():
        assert people <= protocol.max_people
        assert protocol.planned_seconds(people) == minutes * 60


def test_the_time_is_bearable_and_grows_only_by_the_voices(protocol: Protocol) -> None:
    whole = [protocol.planned_seconds(n) for n in range(1, protocol.max_people + 1)]
    kinds = {"check-in": 20, "defusing": 60, "supervision": 60, "learning": 90, "reference": 180}
    most = kinds[protocol.kind]
    assert whole[-1] <= most * 60
    each = round(60 * sum(phase.minutes for phase in protocol.phases if phase.each))
    assert {later - earlier for earlier, later in pairwise(whole)} <= {each}
    for phase in protocol.phases:
        assert phase.planned_seconds(1) * 2 <= max(whole[0], 120), phase.key


def test_what_a_comment_says_of_the_time_is_so() -> None:
    number = {"five": 5, "eight": 8, "twenty": 20}
    for one in FILES:
        text = (PACKAGE / "library" / f"{one}.toml").read_text(encoding="utf-8")
        head = re.sub(r"\n# ", " ", text.partition("format =")[0])
        found = re.search(r"(five|eight|twenty) people take (\d+)(½?) minutes", head)
        if found:
            minutes = int(found[2]) + (0.5 if found[3] else 0)
            assert shipped(one).planned_seconds(number[found[1]]) == minutes * 60, one


@pytest.mark.parametrize(
    ("protocol_id", "keys", "each", "load"),
    [
        (
            "shift-defuse",
            ["frame", "check-in", "shift", "helped", "care", "close"],
            ["check-in", "shift"],
            ["check-in"],
        ),
        (
            "home-checkin",
            ["arrive", "ready", "buddy", "round", "switch-off", "accounted"],
            ["round"],
            ["round"],
        ),
        ("stop5", ["script", "summarise", "went-well", "opportunities", "points"], [], []),
        ("leader-close", ["yourself", "hand-over"], ["yourself"], ["yourself"]),
    ],
)
def test_phases(protocol_id: str, keys: list[str], each: list[str], load: list[str]) -> None:
    protocol = bundled(protocol_id)
    assert [phase.key for phase in protocol.phases] == keys
    assert [phase.key for phase in protocol.phases if phase.each] == each
    assert [phase.key for phase in protocol.phases if phase.asks_load] == load
    found = protocol.phase(keys[0])
    assert found is protocol.phases[0]
    assert protocol.phase("no-such") is None


def test_kinds_grades_sizes_and_when_it_is_too_early(protocol: Protocol) -> None:
    facts = (protocol.kind, protocol.evidence, protocol.max_people, protocol.earliest_hours)
    assert facts == FACTS[protocol.id][:4]


def test_ids_and_names_are_unique() -> None:
    assert not [one for one in FILES if shipped(one).id != one]
    for language in LANGUAGES:
        names = Counter(shipped(one).name.to(language).casefold() for one in FILES)
        assert [name for name, count in names.items() if count > 1] == []


def test_a_protocol_advised_against_is_locked_keeps_nothing_and_is_offered_last(
    protocol: Protocol,
) -> None:
    advised_against = protocol.evidence == "X" or protocol.kind == "reference"
    assert protocol.locked == advised_against == (protocol.id == "cisd")
    if protocol.locked:
        assert protocol.keep == "nothing"
        assert protocol.id == BUNDLED[-1]
        assert protocol.guardrail is not None


def test_only_the_safe_ends_of_cisd_have_questions() -> None:
    protocol = bundled("cisd")
    between = protocol.phases[1:5]
    assert [phase.key for phase in between] == ["fact", "thought", "reaction", "symptom"]
    for phase in between:
        for language in LANGUAGES:
            assert not any("?" in line for line in phase.prompts.to(language)), phase.key


def test_what_keeps_nothing_takes_no_load(protocol: Protocol) -> None:
    keeps_nothing = {"balint", "colleague-support", "story-round", "cisd"}
    assert (protocol.keep == "nothing") == (protocol.id in keeps_nothing)
    if protocol.keep == "nothing":
        assert not any(phase.asks_load for phase in protocol.phases)


def test_at_the_start_of_a_home_shift_there_are_three_short_phases() -> None:
    protocol = bundled("home-checkin")
    assert [one.key for one in protocol.phases_at("start")] == ["arrive", "ready", "buddy"]
    assert [one.key for one in protocol.phases_at("end")] == [
        *("arrive", "buddy", "round", "switch-off", "accounted")
    ]


def test_silence_fits_in_its_phase(protocol: Protocol) -> None:
    for phase in protocol.phases:
        assert phase.silent <= phase.planned_seconds(1)


def test_the_load_is_asked_for_in_words_where_it_is_asked_for(protocol: Protocol) -> None:
    for phase in protocol.phases:
        for language in LANGUAGES:
            asked = any("0" in prompt and "10" in prompt for prompt in phase.prompts.to(language))
            assert asked == phase.asks_load, (phase.key, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_phase_of_a_shift_asks_whether_anything_must_be_acted_on(language: str) -> None:
    word = {"da": "et barn, et liv i fare", "nb": "et barn, et liv i fare", "en": "a life in"}
    for protocol_id in ("shift-defuse", "home-checkin", "large-round"):
        prompts = shipped(protocol_id).phases[-1].prompts.to(language)
        assert any(word[language] in prompt for prompt in prompts)


def test_a_note_never_promises_prevention() -> None:
    note = bundled("shift-defuse").evidence_note
    assert "do not promise" in note.en
    assert "lov ikke" in note.da
    assert "ikke lov" in note.nb
    assert "not measured" in bundled("stop5").evidence_note.en


@pytest.mark.parametrize("language", LANGUAGES)
def test_seven_ground_rules(language: str) -> None:
    rules = ground_rules(language)
    assert len(rules) == len(set(rules)) == 7
    assert all(len(rule) <= 120 and rule.endswith(".") for rule in rules)


def test_ground_rules_are_written_separately_and_carry_their_version() -> None:
    assert not set(ground_rules("da")) & set(ground_rules("nb"))
    assert ground_rules("fr") == ground_rules("en")
    data = tomllib.loads((PACKAGE / "texts" / "ground-rules.toml").read_text(encoding="utf-8"))
    assert data["version"] == GROUND_RULES_VERSION == "2026-1"


def test_a_text_in_an_unknown_language_is_english(protocol: Protocol) -> None:
    assert protocol.name.to("sv") == protocol.name.en
    assert protocol.avoid.to("sv") == protocol.avoid.en
