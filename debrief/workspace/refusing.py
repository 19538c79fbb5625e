"""Why debrief.toml is refused, in the interface language: the place, and what may stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from debrief.i18n import _

_POSITION: Final = re.compile(r"\(at line (\d+), column (\d+)\)\Z")
_REASON: Final = re.compile(r"\A(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?\Z", re.DOTALL)
_EXTRA: Final = re.compile(r"Object contains unknown field `([^`]*)`")
_MISSING: Final = re.compile(r"Object missing required field `([^`]*)`")
_TYPE: Final = re.compile(
    r"Expected `(?P<kind>\w+)(?: \| null)?`(?: (?P<side>[<>]=) (?P<limit>\d+))?"
)


def syntax(reason: str) -> str:
    """Return where a file stops being TOML; `reason` is what the TOML reader said."""
    at = _POSITION.search(reason)
    if at is None:
        return _("it ends in the middle of something")
    return _("line {line}, column {column}").format(line=at[1], column=at[2])


def choices(kind: type[Any]) -> dict[str, tuple[object, ...]]:
    """Return the values of each key of a table that takes one of a few."""
    found = {}
    for key, hint in get_type_hints(kind).items():
        hints = [getattr(hint, "__value__", hint), *get_args(hint)]
        literal = next((one for one in hints if get_origin(one) is Literal), None)
        if literal is not None:
            found[key] = get_args(literal)
    return found


def misfit(reason: str, choices: Mapping[str, tuple[object, ...]]) -> str:
    """Return which key does not fit, and what it takes; `reason` is a message of msgspec.

    `choices` are the values of the keys that take one of a few.
    """
    found = _REASON.match(reason)
    what, path = (found["what"], found["path"] or "") if found else (reason, "")
    key = path.replace("[...]", "") or _("it")
    if known := choices.get(key):
        return _("{key} takes one of: {known}").format(key=key, known=", ".join(map(str, known)))
    if missing := _MISSING.match(what):
        return _("{key} is missing").format(key=f"{path}.{missing[1]}" if path else missing[1])
    if extra := _EXTRA.match(what):
        return _("{key} has the key {field}, which is not known").format(key=key, field=extra[1])
    expected = _TYPE.match(what)
    if expected is None:
        return _("{key} holds something that can't be used").format(key=key)
    if expected["side"]:
        told = _("{key} must be at most {n}")
        if expected["side"] == ">=":
            told = _("{key} must be at least {n}")
        return told.format(key=key, n=expected["limit"])
    return _("{key} must be {expected}").format(key=key, expected=_kind(expected["kind"]))


def _kind(name: str) -> str:
    """Return the plain name of a msgspec type, with its article."""
    return {
        "str": _("a text in quotation marks"),
        "int": _("a whole number"),
        "bool": _("true or false"),
        "array": _("a list in square brackets"),
    }.get(name, _("a table with keys of its own"))
