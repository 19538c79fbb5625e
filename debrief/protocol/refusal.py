"""Why a protocol file is refused, as one sentence that names the file, the key and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from debrief.errors import Problem
from debrief.i18n import LANGUAGES, _
from debrief.protocol.model import EVIDENCE, FORMAT, KEEPS, KINDS, SHIFTS, Phase, Protocol
from debrief.text import clean_line

_WHERE: Final = re.compile(r"\A(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?\Z", re.DOTALL)
_POSITION: Final = re.compile(r"\(at line (\d+), column (\d+)\)\Z")
_TWICE: Final = ("Cannot overwrite", "Cannot declare", "Duplicate", "Cannot mutate", "Cannot add")
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "format": (FORMAT,),
    "evidence": EVIDENCE,
    "kind": KINDS,
    "keep": KEEPS,
    "only_if": SHIFTS,
    "groups": ("2", "3"),
}


def shown(text: str) -> str:
    """Return a name or key from outside, fit for a message: one clean line of at most 60 signs."""
    line = clean_line(text)
    return line if len(line) <= 60 else line[:59] + "…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was most likely meant to be, if one is near."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word[:80].lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def syntax(reason: str, file: str) -> Problem:
    """Return the refusal of a file that is not TOML; `reason` is what the TOML reader said."""
    at = _POSITION.search(reason)
    twice = reason.startswith(_TWICE)
    if at is None:
        if twice:
            return Problem(
                _("The protocol file {file} gives the same key twice near its end.").format(
                    file=file
                )
            )
        return Problem(
            _(
                "The protocol file {file} is not valid TOML: it ends in the middle of something."
                " Look for a missing quotation mark or bracket."
            ).format(file=file)
        )
    if twice:
        return Problem(
            _("The protocol file {file} gives the same key twice, at line {line}.").format(
                file=file, line=at[1]
            )
        )
    return Problem(
        _(
            "The protocol file {file} is not valid TOML at line {line}, column {column}. Texts"
            " stand in quotation marks and lists in square brackets."
        ).format(file=file, line=at[1], column=at[2])
    )


def misfit(message: str, file: str) -> Problem:
    """Return the refusal for a msgspec validation message."""
    match = _WHERE.match(message)
    what, path = (match["what"], match["path"] or "") if match else (message, "")
    key = path.removeprefix(".")
    if found := re.match(r"Object contains unknown field `(.*)`\Z", what, re.DOTALL):
        return _unknown(key, found[1], file)
    if found := re.match(r"Object missing required field `(.*)`\Z", what):
        return _missing(key, found[1], file)
    if what.startswith("Invalid enum value"):
        return _choice(key, what.removeprefix("Invalid enum value ").strip("'"), file)
    if found := re.match(r"Expected `([^`]*)`, got `([^`]*)`\Z", what):
        return Problem(
            _("In the protocol file {file}, {key} must be {expected}, but it is {found}.").format(
                file=file, key=shown(key), expected=_kind(found[1]), found=_kind(found[2])
            )
        )
    return _bounds(what, key, file)


def _join(path: str, field: str) -> str:
    return shown(f"{path}.{field}" if path else field)


def _known(path: str) -> tuple[str, ...]:
    if not path:
        return Protocol.__struct_fields__
    if re.fullmatch(r"phases\[\d+\]", path):
        return Phase.__struct_fields__
    return LANGUAGES


def _unknown(path: str, field: str, file: str) -> Problem:
    known = _known(path)
    near = nearest(field, known)
    if near is not None:
        return Problem(
            _(
                "The protocol file {file} has the key {key}, which is not known;"
                " did you mean {nearest}?"
            ).format(file=file, key=_join(path, field), nearest=near)
        )
    return Problem(
        _(
            "The protocol file {file} has the key {key}, which is not known;"
            " the keys that can stand there are {known}."
        ).format(file=file, key=_join(path, field), known=", ".join(known))
    )


def _missing(path: str, field: str, file: str) -> Problem:
    if field in LANGUAGES:
        return Problem(
            _(
                "The protocol file {file} lacks {key}: every text must be there in da, nb and en."
            ).format(file=file, key=_join(path, field))
        )
    return Problem(
        _("The protocol file {file} lacks the key {key}.").format(file=file, key=_join(path, field))
    )


def _choice(key: str, value: str, file: str) -> Problem:
    known = _CHOICES.get(key.rpartition(".")[2], ())
    near = nearest(value, known)
    if near is not None and len(known) > 1:
        return Problem(
            _(
                "In the protocol file {file}, {key} must be one of {known}; did you mean {nearest}?"
            ).format(file=file, key=key, known=", ".join(known), nearest=near)
        )
    return Problem(
        _("In the protocol file {file}, {key} must be one of: {known}.").format(
            file=file, key=key, known=", ".join(known)
        )
    )


def _kind(name: str) -> str:
    """Return the plain name of a msgspec type, with its article."""
    name = name.removesuffix(" | null")
    if name == "str":
        return _("a text in quotation marks")
    if name == "int":
        return _("a whole number")
    if name == "float":
        return _("a number")
    if name == "bool":
        return _("true or false")
    if name == "array":
        return _("a list in square brackets")
    if name == "object":
        return _("a table with keys of its own")
    return _("a date or a time")


def _bounds(what: str, key: str, file: str) -> Problem:
    """Return the refusal of a value of the right type outside its bounds."""
    if found := re.match(r"Expected `(?:int|float)` (<=|>=|<|>) (-?[\d.]+)\Z", what):
        limit = found[2].removesuffix(".0")
        sentence = {
            ">": _("In the protocol file {file}, {key} must be more than {limit}."),
            ">=": _("In the protocol file {file}, {key} must be at least {limit}."),
            "<": _("In the protocol file {file}, {key} must be less than {limit}."),
            "<=": _("In the protocol file {file}, {key} must be at most {limit}."),
        }[found[1]]
        return Problem(sentence.format(file=file, key=shown(key), limit=limit))
    if found := re.match(r"Expected `(str|array)` of length (<=|>=) (\d+)\Z", what):
        if found[2] == ">=":
            sentence = _("In the protocol file {file}, {key} is empty.")
        elif found[1] == "str":
            sentence = _("In the protocol file {file}, {key} is longer than {limit} characters.")
        else:
            sentence = _("In the protocol file {file}, {key} has more than {limit} entries.")
        return Problem(sentence.format(file=file, key=shown(key), limit=found[3]))
    if "matching regex" in what:
        return Problem(
            _(
                "In the protocol file {file}, {key} may only hold the small letters a to z and"
                " digits, with single hyphens between them."
            ).format(file=file, key=shown(key))
        )
    return Problem(
        _("In the protocol file {file}, {key} holds something that cannot be used.").format(
            file=file, key=shown(key)
        )
    )
