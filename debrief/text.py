"""What may be in a text, and how short identifiers are made."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final

_REPLACEMENT: Final = "\ufffd"
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1 (0x9b is an 8-bit CSI)
    "\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"  # bidi controls, zero width
    "\u2028\u2029\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)
_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/l/i: they are read aloud
ID_PATTERN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def clean(text: str) -> str:
    """Return `text` safe for any terminal, pager and TOML parser; letters are never lost.

    Line ends become LF. Control characters (C0, C1, DEL), bidi controls, zero-width characters and
    lone surrogates become U+FFFD, so that it shows that something stood there. U+200D stays, since
    emoji need it. The result is NFC. `clean(clean(x)) == clean(x)`.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE.sub(_REPLACEMENT, unicodedata.normalize("NFC", text))


def escaped(text: str) -> str:
    """Return JSON `text` with everything that could steer a terminal as an escape of JSON's own.

    It says the same: such characters stand nowhere in JSON but within its strings.
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def clean_line(text: str) -> str:
    """Return `text` cleaned, on one line, without space at the ends: for names and short fields."""
    return " ".join(clean(text).split())


def token(length: int, choose: Callable[[str], str] = secrets.choice) -> str:
    """Return `length` random characters that can be read aloud without mistakes."""
    return "".join(choose(_ALPHABET) for _ in range(length))


def is_id(text: str) -> bool:
    """Tell whether `text` may be an identifier in a session file: `[a-z0-9-]`, at most 64 long."""
    return len(text) <= 64 and ID_PATTERN.fullmatch(text) is not None
