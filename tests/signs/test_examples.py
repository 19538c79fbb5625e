"""Every pattern of every lexicon is held to its own examples."""

from __future__ import annotations

import pytest

from debrief.signs import CODES, Sign
from debrief.signs.lexicon import LANGUAGES, Group, Lexicon, Rule, load
from debrief.signs.pattern import Matcher
from debrief.signs.scanning import RULES, scan_with
from debrief.signs.words import Words

NAMES = {"da": "Jens", "nb": "Jens", "en": "Jim"}
LEXICA = {language: load(language) for language in LANGUAGES}
GROUPS = [
    pytest.param(lexicon, group, id=f"{group.file}-{place}-{group.sign}")
    for lexicon in LEXICA.values()
    for place, group in enumerate(lexicon.groups)
]


def found(lexicon: Lexicon, group: Group, text: str) -> list[Sign]:
    bands = ("firm", "possible", group.band)
    signs = scan_with(lexicon, text, NAMES[lexicon.language], RULES)
    return [sign for sign in signs if sign.sign == group.sign and sign.band in bands]


@pytest.mark.parametrize(("lexicon", "group"), GROUPS)
def test_a_group_fires_on_its_examples(lexicon: Lexicon, group: Group) -> None:
    missed = [text for text in group.fires if not found(lexicon, group, text)]
    assert missed == []


@pytest.mark.parametrize(("lexicon", "group"), GROUPS)
def test_a_group_is_quiet_on_its_counter_examples(lexicon: Lexicon, group: Group) -> None:
    loud = [text for text in group.quiet if found(lexicon, group, text)]
    assert loud == []


@pytest.mark.parametrize(("lexicon", "group"), GROUPS)
def test_the_examples_use_every_pattern_of_a_group(lexicon: Lexicon, group: Group) -> None:
    used = set()
    for text in group.fires:
        matcher = Matcher(Words(text, lexicon.short), lexicon.fillers)
        for kept, _start, _end in lexicon.patterns.matches(matcher):
            if isinstance(kept, Rule) and kept.group is group:
                used.add(kept.line)
    assert set(group.patterns) - used == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_labelled_code_has_a_group_in_every_language(language: str) -> None:
    unlabelled = {"case_vulnerable_adult", "case_destitution", "case_coercion"}
    wanted = {code for code, what in CODES.items() if what.kind != "pattern"} - unlabelled
    assert wanted <= {group.sign for group in LEXICA[language].groups}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "Jens var ved at dø af grin over mailen."),
        ("da", "Jens' telefon døde midt i samtalen."),
        ("nb", "Jens holdt på å dø av latter."),
        ("nb", "Jens er ikke utbrent, kjøkkenet er malt."),
        ("en", "Jim was dying of embarrassment."),
        ("en", "Jim could murder a curry, he killed it today."),
    ],
)
def test_a_figure_of_speech_is_not_shown(language: str, text: str) -> None:
    signs = scan_with(LEXICA[language], text, NAMES[language], RULES)
    assert [s for s in signs if s.band in ("firm", "possible")] == []
