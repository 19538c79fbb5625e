"""Interface language: gettext catalogs for Danish, Norwegian Bokmål and English.

English is the language of the source; `da` and `nb` are catalogs under `locale/`. The chosen
language is one per process. Text that belongs to a round (prompts) has its own language and does
not come from here.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("da", "nb", "en")
"""Every language the interface is complete in, in the order the language key steps through."""

NAMES: Final[Mapping[str, str]] = {"da": "Dansk", "nb": "Norsk bokmål", "en": "English"}

_FOLDER: Final = Path(__file__).with_name("locale")
_LOCALE_NAMES: Final[Mapping[str, str]] = {
    "da": "da",
    "nb": "nb",
    "no": "nb",
    "nn": "nb",
    "en": "en",
}


class _Chosen:
    """The language in force, and its catalog."""

    def __init__(self) -> None:
        self.language = "en"
        self.catalog: _gettext.NullTranslations = _gettext.NullTranslations()


_chosen = _Chosen()


def use(language: str) -> None:
    """Make `language` the interface language; raises ValueError for one we do not have."""
    if language not in LANGUAGES:
        raise ValueError(language)
    _chosen.language = language
    _chosen.catalog = _gettext.translation(
        "debrief", localedir=_FOLDER, languages=[language], fallback=True
    )


def language() -> str:
    """Return the interface language in force: da, nb or en."""
    return _chosen.language


def from_environment(environment: Mapping[str, str] | None = None) -> str:
    """Return the language that LC_ALL, LC_MESSAGES or LANG asks for, English if it is another.

    Norwegian locales of any kind (no, nb, nn) give Bokmål.
    """
    values = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = values.get(name, "")
        if value:
            return _LOCALE_NAMES.get(value.split(".")[0].split("_")[0].lower(), "en")
    return "en"


def _(message: str) -> str:
    """Return `message` in the interface language."""
    return _chosen.catalog.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a counted message that fits `count`; the caller formats the number in."""
    return _chosen.catalog.ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """Return `message` in the interface language, where the English word has several meanings."""
    return _chosen.catalog.pgettext(context, message)
