"""The reading lane: what it adds, what it never does, and that its files are sound."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.signs import CODES, scan
from debrief.signs.lexicon import lexicon
from debrief.signs.reading import load, model
from debrief.signs.reading.features import COUNSELLOR, Meanings, sentences
from debrief.signs.reading.model import ACUTE, FOLDER, OWNERS
from debrief.signs.scanning import Switches, scan_with
from debrief.signs.words import Words

CORPUS = Path(__file__).with_name("corpus")
LANGUAGES = ("da", "nb", "en")


def notes(language: str, part: str = "test") -> list[dict]:
    lines = (CORPUS / f"{part}-{language}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("language", LANGUAGES)
class TestModel:
    def test_it_knows_only_real_codes_of_both_owners(self, language: str) -> None:
        counsellors, cases = model(language).codes
        assert {*counsellors, *cases} <= set(CODES)
        assert not any(code.startswith("case_") for code in counsellors)
        assert all(code.startswith("case_") for code in cases)

    def test_it_is_small(self, language: str) -> None:
        assert (FOLDER / f"{language}.model").stat().st_size < 1_000_000

    def test_it_sees_more_than_the_rules_of_notes_it_was_not_trained_on(self, language) -> None:
        def seen(switches: Switches) -> int:
            return sum(
                any(sign.band in ("firm", "possible") for sign in found)
                for note in notes(language)
                if note["signs"]
                for found in [
                    scan_with(lexicon(language), note["text"], note["counsellor"], switches)
                ]
            )

        assert seen(Switches()) > seen(Switches(reading=False))

    def test_it_never_makes_a_sign_firm(self, language: str) -> None:
        for note in notes(language):
            ruled = scan_with(
                lexicon(language), note["text"], note["counsellor"], Switches(reading=False)
            )
            firm = {(s.sign, s.start, s.end) for s in ruled if s.band == "firm"}
            for sign in scan(note["text"], language, note["counsellor"]):
                assert sign.band != "firm" or (sign.sign, sign.start, sign.end) in firm

    def test_bands_and_owners_move_but_no_sign_goes(self, language: str) -> None:
        for note in notes(language)[:80]:
            ruled = scan_with(
                lexicon(language), note["text"], note["counsellor"], Switches(reading=False)
            )
            places = {(s.start, s.end) for s in scan(note["text"], language, note["counsellor"])}
            assert {(s.start, s.end) for s in ruled} <= places

    def test_every_sign_it_adds_is_explained_by_words_of_the_note(self, language: str) -> None:
        for note in notes(language)[:80]:
            for sign in scan(note["text"], language, note["counsellor"]):
                assert sign.why
                assert 0 <= sign.start < sign.end <= len(note["text"])

    def test_training_and_test_parts_share_no_note(self, language: str) -> None:
        trained = {note["text"] for note in notes(language, "train")}
        assert not trained & {note["text"] for note in notes(language)}


def features_of(text: str, *names: str) -> list[dict[str, int]]:
    words = Words(text, frozenset())
    found = sentences(
        words,
        set(names),
        Meanings({"sove*": ("sleep",), "i nat": ("night",)}),
        {"jeg": "first"},
    )
    return [sentence.features for sentence in found]


def test_names_and_numbers_are_only_that_they_are_there() -> None:
    (features,) = features_of("Mette ringede til Karim 14 gange", "mette")
    assert f"w:{COUNSELLOR}" in features
    assert "w:@n" in features
    assert "w:#" in features
    assert not any("mette" in feature or "karim" in feature for feature in features)


def test_meanings_stand_for_words_stems_and_phrases() -> None:
    (features,) = features_of("jeg sover ikke i nat")
    assert {"m:sleep", "m:night", "mm:night+sleep", "r:first"} <= set(features)


def test_a_sentence_sees_its_neighbours() -> None:
    first, second = features_of("Hun græd. Så gik hun.")
    assert "q:gik" in first
    assert "p:graed" in second


@given(st.text(max_size=300))
def test_any_text_has_features_within_its_words(text: str) -> None:
    words = Words(text, frozenset())
    covered = 0
    for sentence in sentences(words, (), Meanings({"aben*": ("x",)}), {}):
        assert sentence.start == covered
        covered = sentence.end
        assert all(sentence.start <= at < sentence.end for at in sentence.places().values())
    assert covered == len(words)


def test_a_phrase_needs_all_its_words() -> None:
    known = Meanings({"lagde på": ("hung_up",), "lagde på røre*": ("hung_up_well",)})
    assert list(known.of(["lagde", "på"], 0, 2)) == ["hung_up"]
    assert list(known.of(["lagde", "op"], 0, 2)) == []
    assert list(known.of(["lagde", "på", "røret"], 0, 3)) == ["hung_up", "hung_up_well"]
    assert list(known.of(["lagde", "på", "røret"], 0, 2)) == ["hung_up"]


@pytest.mark.parametrize("data", [b"", b"x", zlib.compress(b"x"), zlib.compress(b"\x80")])
def test_a_broken_model_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="reading model"):
        load(data)


def test_a_language_without_a_model_is_read_by_rules_alone() -> None:
    assert model("sv") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_tells_cases_counsellors_and_calm_notes_apart(language: str) -> None:
    def likely(note: dict) -> list[float]:
        words = Words(note["text"], frozenset())
        reader, roles = model(language), lexicon(language).roles
        found = sentences(words, (), reader.meanings, roles)
        readings = [reader.reading(sentence.features) for sentence in found]
        assert all(len(one.owners) == len(OWNERS) for one in readings)
        outputs = [[*one.owners, one.acute] for one in readings]
        return [max(values) for values in zip(*outputs, strict=True)]

    kinds: dict[str, list[list[float]]] = {"case": [], "counsellor": [], "calm": []}
    for note in notes(language):
        subjects = {sign["subject"] for sign in note["signs"]} or {"calm"}
        if len(subjects) == 1:
            kinds[subjects.pop()].append(likely(note))
    mean = {
        k: [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        for k, rows in kinds.items()
    }
    assert mean["counsellor"][0] > 1.5 * mean["case"][0]
    assert mean["counsellor"][0] > 1.5 * mean["calm"][0]
    assert mean["case"][1] > 1.5 * mean["counsellor"][1]
    assert mean["case"][1] > 1.5 * mean["calm"][1]
    assert mean["case"][ACUTE] > mean["calm"][ACUTE]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Borgeren ville tage sit eget liv i aften.", "da"),
        ("Brukeren ville ta sitt eget liv i kveld.", "nb"),
        ("The caller wanted to take her own life tonight.", "en"),
    ],
)
def test_plain_words_for_danger_now_stay_firm(text: str, language: str) -> None:
    found = [(s.sign, s.band) for s in scan(text, language, "Mette") if s.level == "acute"]
    assert ("case_suicide_risk", "firm") in found


@pytest.mark.parametrize(
    ("text", "language", "sign"),
    [
        ("Mette sover ikke.", "da", "sleep"),
        ("Mette er udbrændt.", "da", "burnout"),
        ("Mette sover ikke.", "nb", "sleep"),
        ("Mette can't sleep.", "en", "sleep"),
    ],
)
def test_a_short_plain_sentence_is_not_doubted(text: str, language: str, sign: str) -> None:
    assert (sign, "firm") in [(s.sign, s.band) for s in scan(text, language, "Mette")]
