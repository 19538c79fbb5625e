"""The bundled protocols and the ground rules: complete, honest, and written three times."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

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
)

PACKAGE = Path(debrief.protocol.__file__).parent
NOT_IN_NB = {"hvad", "nogen", "noget", "meget", "efter", "dig", "mig", "jer", "nu", "gøre"}
NOT_IN_NB |= {"vagt", "vagten", "tjek", "svært", "af", "tage", "sige"}
NOT_IN_DA = {"hva", "noen", "noe", "etter", "deg", "meg", "dere", "nå", "gjøre", "vakt"}
NOT_IN_DA |= {"vakten", "sjekk", "vanskelig", "av", "ta", "si", "hjelpetelefoner"}


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


@pytest.fixture(params=BUNDLED)
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return bundled(request.param)


def test_the_folder_holds_what_is_offered_and_nothing_else() -> None:
    assert {path.stem for path in (PACKAGE / "library").iterdir()} == set(BUNDLED)
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


def test_danish_and_norwegian_are_written_separately(protocol: Protocol) -> None:
    for lines in line_sets(protocol):
        for danish, norwegian, english in zip(lines.da, lines.nb, lines.en, strict=True):
            assert len({danish, norwegian, english}) == 3, danish
    for text in (protocol.purpose, protocol.when, protocol.roles, protocol.evidence_note):
        assert len({text.da, text.nb, text.en}) == 3, text.da


def words(lines: list[str]) -> set[str]:
    return set(re.findall(r"\w+", " ".join(lines).lower()))


def test_no_danish_in_the_norwegian_and_no_norwegian_in_the_danish(protocol: Protocol) -> None:
    assert not words(every_line(protocol, "nb")) & NOT_IN_NB
    assert not words(every_line(protocol, "da")) & NOT_IN_DA
    assert not words(list(ground_rules("nb"))) & NOT_IN_NB
    assert not words(list(ground_rules("da"))) & NOT_IN_DA


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


@pytest.mark.parametrize(
    ("protocol_id", "people", "minutes"),
    [
        ("shift-defuse", 5, 25),
        ("shift-defuse", 8, 34),
        ("home-checkin", 5, 9.5),
        ("stop5", 4, 5),
        ("stop5", 12, 5),
        ("leader-close", 1, 4),
    ],
)
def test_planned_time(protocol_id: str, people: int, minutes: float) -> None:
    protocol = bundled(protocol_id)
    assert protocol.planned_seconds(people) == minutes * 60
    assert protocol.planned_seconds(people) == sum(
        phase.planned_seconds(people) for phase in protocol.phases
    )


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


def test_kinds_grades_and_sizes() -> None:
    facts = {p.id: (p.kind, p.evidence, p.max_people) for p in library().values()}
    assert facts == {
        "shift-defuse": ("defusing", "C", 8),
        "home-checkin": ("check-in", "C", 10),
        "stop5": ("learning", "B", 12),
        "leader-close": ("check-in", "C", 1),
    }


def test_the_load_is_asked_for_in_words_where_it_is_asked_for(protocol: Protocol) -> None:
    for phase in protocol.phases:
        for language in LANGUAGES:
            asked = any("0" in prompt and "10" in prompt for prompt in phase.prompts.to(language))
            assert asked == phase.asks_load, (phase.key, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_phase_of_a_shift_asks_whether_anything_must_be_acted_on(language: str) -> None:
    word = {"da": "et barn, et liv i fare", "nb": "et barn, et liv i fare", "en": "a life in"}
    for protocol_id in ("shift-defuse", "home-checkin"):
        prompts = bundled(protocol_id).phases[-1].prompts.to(language)
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
