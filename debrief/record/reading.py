"""TOML that anybody may have written: read in bounded time, or refused."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, TypeVar

import msgspec

from debrief.text import clean

_FEW: Final = 2000
"""Dots in a text that no key can be too long to be taken apart with."""
_STRINGS: Final = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"""|\Z)|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'''(?:[^']++|'(?!''))*+(?:'''|\Z)|'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
"""Strings and comments, unfinished ones too."""
_LONG_KEY: Final = re.compile(r"(?<![\w.-])(?:[\w-]++[ \t]*+\.[ \t]*+){100}")
YEARS: Final = range(1971, 9999)
"""The years in which a time can be turned into that of any place."""
_T = TypeVar("_T")
Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]


def document(data: bytes) -> dict[str, Any]:
    """Return what the TOML says.

    Raises UnicodeDecodeError, TOMLDecodeError, RecursionError; nothing else, and soon.
    """
    text = data.decode("utf-8")
    if text.count(".") > _FEW and _LONG_KEY.search(_STRINGS.sub("s", text)):
        raise tomllib.TOMLDecodeError("a key of very many parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a number of too many digits
        raise tomllib.TOMLDecodeError("a value that cannot be one") from error


class _Sign(msgspec.Struct, frozen=True):
    code: str = ""
    subject: str = ""
    level: str = ""
    decision: str = ""


class _FollowUp(msgspec.Struct, frozen=True):
    when: Time | None = None
    by: str = ""


class _Private(msgspec.Struct, frozen=True):
    """What may be in a private block, see `sessionfile.open_private`; other keys are let pass."""

    name: str = ""
    load: int | None = None
    alone: bool = False
    follow_up: _FollowUp = _FollowUp()
    overridden: tuple[str, ...] = ()
    notes: Mapping[str, str] = {}
    signs: Mapping[str, _Sign] = {}
    supervisor: str = ""
    supervisor_load: int | None = None
    text: str = ""
    erased: Time | None = None
    reason: str = ""


def converted(table: object, kind: type[_T]) -> _T:
    """Return a table as `kind`; raises ValidationError of msgspec, also for what steers."""
    found = msgspec.convert(table, kind)
    if all(map(is_plain, leaves(table))):
        return found
    raise msgspec.ValidationError


def is_private(block: object) -> bool:
    """Tell whether a private block that was opened is of a form that can be shown and counted."""
    try:
        converted(block, _Private)
    except msgspec.ValidationError:
        return False
    return True


def leaves(value: object) -> Iterator[object]:
    """Yield every key, and every value that holds no others."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def is_plain(value: object) -> bool:
    """Tell whether a text steers nothing, a time has a usual year, a number is of usual size."""
    if isinstance(value, str):
        usual = value.isascii() and value.isprintable()
        return usual or clean(value) == unicodedata.normalize("NFC", value)
    if isinstance(value, dt.date):
        return value.year in YEARS
    return not isinstance(value, int) or abs(value) < 2**53
