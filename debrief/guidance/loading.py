"""From the bytes of a guidance file to checked values, or one sentence about what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from debrief.errors import Problem
from debrief.guidance.model import FORMAT, Book, Card, Duty, Law, Number, Step, Word
from debrief.i18n import LANGUAGES, _
from debrief.protocol.model import Lines
from debrief.protocol.refusal import nearest, shown
from debrief.text import clean_line

MAX_BYTES: Final = 256 * 1024
"""The largest guidance file that is read."""
MAX_LINE: Final = 4000
"""The longest line, in bytes: a dotted key of n parts costs the TOML reader n squared."""

_TABLES: Final[dict[str, type[msgspec.Struct]]] = {
    "numbers": Number,
    "laws": Law,
    "cards": Card,
    "duties": Duty,
    "chain": Step,
    "words": Word,
}
_TEXTS: Final = frozenset({"name", "holder", "deadline", "note", "term", "meaning"})
_LINES: Final = frozenset(
    {"text", "steps", "say", "tonight", "next", "hand_over", "never", "check"}
)
_WHERE: Final = re.compile(r"\A(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?\Z", re.DOTALL)
_POSITION: Final = re.compile(r"\(at line (\d+), column (\d+)\)\Z")


def load(data: bytes, name: str) -> Book:
    """Return the guidance in `data`; `name` is the file's name.

    A text written once, without languages, stands for all three. Raises Problem, one sentence with
    file, place and remedy, for whatever is wrong; no bytes give any other error.
    """
    file = shown(name)
    value = _widened(_parse(data, file))
    try:
        book = msgspec.convert(value, Book)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), file) from None
    for table in _TABLES:
        _check_table(table, getattr(book, table), file)
    return book


def _parse(data: bytes, file: str) -> Any:
    try:
        return _cleaned(tomllib.loads(_decode(data, file)))
    except tomllib.TOMLDecodeError as error:
        at = _POSITION.search(str(error))
        where = _("line {line}, column {column}").format(line=at[1], column=at[2]) if at else ""
        raise Problem(
            _("The guidance file {file} is not valid TOML ({where}); mend it there.").format(
                file=file, where=where or _("near its end")
            )
        ) from None
    except (RecursionError, ValueError):  # nested too deep, or a number longer than int() takes
        raise Problem(
            _("The guidance file {file} holds something that no guidance needs.").format(file=file)
        ) from None


def _decode(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES or any(len(line) > MAX_LINE for line in data.split(b"\n")):
        raise Problem(
            _(
                "The guidance file {file} is larger than {limit} KiB or has a line of more than"
                " {longest} bytes, so it was not read."
            ).format(file=file, limit=MAX_BYTES // 1024, longest=MAX_LINE)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise Problem(
            _(
                "The guidance file {file} is not UTF-8 text at line {line}; save it again as UTF-8."
            ).format(file=file, line=number)
        ) from None


def _cleaned(value: Any) -> Any:
    """Return `value` with every text on one clean line; keys stay as they are."""
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _widened(value: Any) -> Any:
    """Return `value` with each text that stands without a language put in every one."""
    if not isinstance(value, dict):
        return value
    return {
        key: [_wide(item) for item in table]
        if key in _TABLES and isinstance(table, list)
        else table
        for key, table in value.items()
    }


def _wide(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    wide = dict(item)
    for key, given in item.items():
        if (key in _TEXTS and isinstance(given, str)) or (
            key in _LINES and isinstance(given, list)
        ):
            wide[key] = dict.fromkeys(LANGUAGES, given)
    return wide


def _misfit(message: str, file: str) -> Problem:
    """Return the refusal for a msgspec validation message."""
    match = _WHERE.match(message)
    what, path = (match["what"], match["path"] or "") if match else (message, "")
    place = path.removeprefix(".")
    if found := re.match(r"Object contains unknown field `(.*)`\Z", what, re.DOTALL):
        known = _known(place)
        near = nearest(found[1], known)
        sentence = _(
            "The guidance file {file} has the key {key}, which is not known; did you mean {near}?"
        )
        if near is None:
            sentence = _(
                "The guidance file {file} has the key {key}, which is not known; there are {known}."
            )
        key = shown(f"{place}.{found[1]}" if place else found[1])
        return Problem(sentence.format(file=file, key=key, near=near, known=", ".join(known)))
    if found := re.match(r"Object missing required field `(.*)`\Z", what):
        key = shown(f"{place}.{found[1]}" if place else found[1])
        if key == "format":
            return Problem(
                _('The guidance file {file} must begin with: format = "{format}"').format(
                    file=file, format=FORMAT
                )
            )
        return Problem(_("The guidance file {file} lacks {key}.").format(file=file, key=key))
    return Problem(
        _(
            "In the guidance file {file}, {key} can't be used as it stands; see the file"
            " that comes along, or leave it out."
        ).format(file=file, key=shown(place) or FORMAT)
    )


def _known(place: str) -> tuple[str, ...]:
    table = re.fullmatch(r"(\w+)\[\d+\]", place)
    if table and table[1] in _TABLES:
        return _TABLES[table[1]].__struct_fields__
    return LANGUAGES if place else Book.__struct_fields__


def _check_table(table: str, items: tuple[Any, ...], file: str) -> None:
    """Refuse an id given twice, and lines that are not as many in every language."""
    ids = [item.card if isinstance(item, Duty) else item.id for item in items]
    twice = [one for one, count in Counter(ids).items() if count > 1]
    if twice:
        raise Problem(
            _("The guidance file {file} has {id} more than once among {table}.").format(
                file=file, id=twice[0], table=table
            )
        )
    for number, item in enumerate(items):
        for key, lines in _lines_of(item):
            if len({len(lines.to(language)) for language in LANGUAGES}) > 1:
                raise Problem(
                    _(
                        "In the guidance file {file}, {key} needs the same number of lines in da,"
                        " nb and en."
                    ).format(file=file, key=f"{table}[{number}].{key}")
                )


def _lines_of(item: msgspec.Struct) -> Iterator[tuple[str, Lines]]:
    for key in item.__struct_fields__:
        value = getattr(item, key)
        if isinstance(value, Lines):
            yield key, value
