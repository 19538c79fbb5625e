"""The beginning of a house's own protocol: complete, valid, and told in the language in force."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from debrief.i18n import LANGUAGES

_FILE: Final = Path(__file__).parent / "texts" / "template.toml"
_TOLD: Final = re.compile(r"#(\w\w)\|(.*)\n")


def template(protocol_id: str, language: str) -> bytes:
    """Return a protocol file with this id, its texts in three languages, explained in `language`.

    `language` is one of da, nb, en; English for any other.
    """
    spoken = language if language in LANGUAGES else "en"
    text = _FILE.read_text(encoding="utf-8")
    told = _TOLD.sub(lambda line: f"#{line[2]}\n" if line[1] == spoken else "", text)
    return told.replace("{id}", protocol_id, 1).encode()
