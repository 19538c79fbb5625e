"""Which language the interface speaks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from debrief import i18n, words


@pytest.fixture(autouse=True)
def _as_it_was() -> object:
    before = i18n.language()
    yield
    i18n.use(before)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": ""}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "da"}, "da"),
        ({"LANG": "da_DK.UTF-8"}, "da"),
        ({"LANG": "da_DK@euro"}, "da"),
        ({"LANG": "DA_dk"}, "da"),
        ({"LANG": "nb_NO.UTF-8"}, "nb"),
        ({"LANG": "nn_NO.UTF-8"}, "nb"),
        ({"LANG": "no_NO"}, "nb"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "sv_SE.UTF-8"}, "en"),
        ({"LC_ALL": "nb_NO", "LC_MESSAGES": "da_DK", "LANG": "en_US"}, "nb"),
        ({"LC_MESSAGES": "da_DK", "LANG": "nb_NO"}, "da"),
        ({"LC_ALL": "", "LANG": "nb_NO"}, "nb"),
        ({"LC_ALL": "C", "LANG": "da_DK"}, "en"),
        ({"LC_CTYPE": "da_DK"}, "en"),
    ],
    ids=str,
)
def test_the_environment_asks_for_a_language(environment: dict[str, str], language: str) -> None:
    assert i18n.from_environment(environment) == language


def test_the_process_environment_counts_where_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "da_DK.UTF-8")
    assert i18n.from_environment() == "da"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_language_can_be_put_in_force(language: str) -> None:
    i18n.use(language)
    assert i18n.language() == language
    assert i18n.NAMES[language]


@pytest.mark.parametrize("language", ["sv", "", "DA", "../da"])
def test_a_language_that_is_not_here_changes_nothing(language: str) -> None:
    i18n.use("da")
    with pytest.raises(ValueError):
        i18n.use(language)
    assert i18n.language() == "da"


def test_english_is_the_language_of_the_source() -> None:
    i18n.use("en")
    assert i18n._("There is nothing to take back.") == "There is nothing to take back."
    assert i18n.ngettext("{n} person", "{n} people", 1) == "{n} person"
    assert i18n.ngettext("{n} person", "{n} people", 2) == "{n} people"
    assert i18n.pgettext("duty", "open") == "open"


def test_no_sentence_hides_inside_an_f_string_where_no_catalog_sees_it() -> None:
    folder = Path(i18n.__file__).parent
    assert _hidden('f"{_(1)}"') == ["_(1)"]
    found = [one for path in folder.rglob("*.py") for one in _hidden(path.read_text("utf-8"))]
    assert found == []


def _hidden(source: str) -> list[str]:
    """Return the calls for a translation that stand inside an f-string."""
    return [
        ast.unparse(call)
        for text in ast.walk(ast.parse(source))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "ngettext", "pgettext")
    ]


@pytest.mark.parametrize(
    ("lang", "told"), [("da", "»piller«"), ("nb", "«piller»"), ("en", "“piller”")]
)
def test_words_of_others_stand_in_the_quotation_marks_of_the_language(lang: str, told: str) -> None:
    before = i18n.language()
    i18n.use(lang)
    assert words.quoted("piller") == told
    i18n.use(before)
