"""Every message of the interface is there in every language, and says the same."""

from __future__ import annotations

import re

import pytest

from debrief import i18n
from tests import catalogs

WANTED = {(message.id, message.context) for message in catalogs.template() if message.id}
PLACEHOLDER = re.compile(r"\{[a-z_0-9]*\}")


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


@pytest.mark.parametrize("language", catalogs.LANGUAGES)
class TestCatalog:
    def test_nothing_is_missing_and_nothing_left_over(self, language: str) -> None:
        there = {
            (message.id, message.context)
            for message in catalogs.read(language)
            if message.id and all(forms(message.string)) and not message.fuzzy
        }
        assert there == WANTED, "python -m tests.catalogs brings the catalogs up to date"

    def test_placeholders_are_those_of_the_message(self, language: str) -> None:
        for message in catalogs.read(language):
            wanted = set(PLACEHOLDER.findall(" ".join(forms(message.id))))
            for form in forms(message.string):
                found = set(PLACEHOLDER.findall(form))
                assert found <= wanted, message.id
                if not isinstance(message.id, tuple):
                    assert found == wanted, message.id

    def test_spaces_at_the_ends_are_kept(self, language: str) -> None:
        for message in catalogs.read(language):
            one, other = forms(message.id)[0], forms(message.string)[0]
            if not one:
                continue
            assert one[: len(one) - len(one.lstrip())] == other[: len(other) - len(other.lstrip())]
            assert one[len(one.rstrip()) :] == other[len(other.rstrip()) :]

    def test_the_compiled_catalog_is_that_of_its_source(self, language: str) -> None:
        stored = (catalogs.folder(language) / "debrief.mo").read_bytes()
        wanted = catalogs.compiled(catalogs.read(language))
        assert catalogs.said(stored) == catalogs.said(wanted)

    def test_it_is_what_the_interface_says(self, language: str) -> None:
        before = i18n.language()
        try:
            i18n.use(language)
            assert i18n._("next voice") == {"da": "næste stemme", "nb": "neste stemme"}[language]
        finally:
            i18n.use(before)
