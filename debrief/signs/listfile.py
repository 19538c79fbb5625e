"""One TOML file of a lexicon, read strictly: every refusal names the file, the line and the key.

The bytes are taken in whole and nothing is run from them. What a group may say is told in
`debrief.signs.lexicon`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from debrief.errors import Problem
from debrief.i18n import _
from debrief.signs.codes import CODES, LEVELS, Level
from debrief.signs.index import anchor
from debrief.signs.pattern import PatternError, Spelling, read

Person = Literal["self", "any", "counsellor", "other"]
Negation = Literal["cancels", "built_in", "keeps"]

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "level": LEVELS,
    "person": get_args(Person),
    "neg": get_args(Negation),
    "past": ("moves", "keeps"),
    "band": ("firm", "possible", "topic"),
}
_GROUP_KEYS: Final = ("sign", *_CHOICES, "patterns", "fires", "quiet")
_LONGEST: Final = 600
"""Characters in a pattern; a longer one is a slip, and costs more than it finds."""
_DEEPEST: Final = 4
"""Braces in a pattern; each pair doubles the work of reading it."""


class Group(NamedTuple):
    """One sign and the patterns that point at it; the keys are explained in this module."""

    sign: str
    level: Level
    person: Person
    neg: Negation
    past: Literal["moves", "keeps"]
    band: Literal["firm", "possible", "topic"]
    patterns: tuple[str, ...]
    fires: tuple[str, ...]
    quiet: tuple[str, ...]
    file: str


class ListFile:
    """One file of a lexicon while it is read."""

    def __init__(self, name: str, data: bytes, *, own: bool = False) -> None:
        """Take in the bytes of a file; `own` for one that does not come with the program.

        Raises Problem when they are no TOML.
        """
        import tomllib  # not needed to know the codes

        self.name = name
        self.own = own
        self.line = 0
        self.lines: list[str] = []
        try:
            text = data.decode("utf-8-sig")
            self.table: dict[str, Any] = tomllib.loads(text.replace("\r\n", "\n"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            detail = _("it is not valid TOML ({detail})").format(detail=_told(error))
            raise self.problem(detail) from None
        self.lines = [line.strip() for line in text.splitlines()]

    @classmethod
    def open(cls, path: Path) -> ListFile:
        """Read a file that comes with the program; raises Problem."""
        name = f"{path.parent.name}/{path.name}"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _refusal(name, _("the file cannot be opened"), own=False) from error
        return cls(name, data)

    def problem(self, detail: str) -> Problem:
        """Return what a person is told of this file, with the line that was being read."""
        if self.line:
            detail = _("line {line}: {detail}").format(line=self.line, detail=detail)
        return _refusal(self.name, detail, own=self.own)

    def find(self, text: str) -> None:
        """Go to the line that is `text`, or holds it; stay where none does."""
        begin = max(self.line - 1, 0)
        for fits in (text.__eq__, lambda line: text in line):
            for number, line in enumerate(self.lines[begin:], begin + 1):
                if fits(line):
                    self.line = number
                    return

    def known(self, table: Mapping[str, Any], keys: Iterable[str]) -> None:
        """Refuse a key that nothing knows, naming the nearest one."""
        wanted = tuple(keys)
        for key in table:
            if key not in wanted:
                raise self.problem(
                    _("nothing knows the key {key}, the nearest is {nearest}").format(
                        key=key, nearest=nearest(key, wanted)
                    )
                )

    def text(self, table: Mapping[str, Any], key: str) -> str:
        """Return a text of `table`, empty where it has none; raises Problem."""
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.problem(_("the key {key} must be a text").format(key=key))
        return value

    def part(
        self, key: str, keys: Iterable[str] | None = None, within: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the table `key`, of which nothing but `keys` may stand in; raises Problem."""
        value = (self.table if within is None else within).get(key, {})
        if not isinstance(value, dict):
            raise self.problem(_("the key {key} must be a table").format(key=key))
        if keys is not None:
            self.known(value, keys)
        return value

    def words(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Return a text of `table` word by word; raises Problem."""
        return tuple(self.text(table, key).split())

    def check(self, lines: Iterable[str], spelling: Spelling) -> None:
        """Refuse a pattern that cannot be read."""
        for line in lines:
            try:
                _readable(line, spelling)
            except (PatternError, RecursionError) as error:
                self.find(line)
                raise self.problem(
                    _("the pattern “{line}” cannot be read: {detail}").format(
                        line=line, detail=_told(error)
                    )
                ) from None

    def groups(self) -> list[Group]:
        """Return the `[[group]]` tables; raises Problem."""
        tables = self.table.get("group", [])
        if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            raise self.problem(_("the key {key} must be a table").format(key="group"))
        heads = [at for at, line in enumerate(self.lines, 1) if line.startswith("[[group]]")]
        found = []
        for place, table in enumerate(tables):
            self.line = heads[place] if place < len(heads) else 0
            found.append(_group(self, table))
        self.line = 0
        return found


def _readable(line: str, spelling: Spelling) -> None:
    """Read a pattern once; raises PatternError, or RecursionError when it is nested too deeply."""
    if len(line) > _LONGEST or line.count("{") > _DEEPEST:
        raise PatternError("it is too long")
    read(line, spelling)
    anchor(line, spelling)


def _told(error: Exception) -> str:
    """Return what an error says, or that the text is nested beyond reading."""
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _refusal(name: str, detail: str, *, own: bool) -> Problem:
    if own:
        text = _(
            "The word list {file} was left out: {detail}. Signs are still found by the other "
            "lists; mend the file and try it with debrief signs check."
        )
    else:
        text = _(
            "The sign list {file} cannot be used: {detail}. No text was read for signs; "
            "install the program again, or mend the file."
        )
    return Problem(text.format(file=name, detail=detail))


def nearest(key: str, wanted: tuple[str, ...]) -> str:
    """Return the known key that looks most like `key`."""
    from difflib import get_close_matches  # only a broken file needs it

    return (get_close_matches(key, wanted, 1, 0.0) or ["-"])[0]


def rows(text: str) -> tuple[str, ...]:
    """Return the lines of a text that hold anything."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _group(file: ListFile, table: Mapping[str, Any]) -> Group:
    file.known(table, _GROUP_KEYS)
    sign = file.text(table, "sign")
    if sign not in CODES or CODES[sign].kind == "pattern":
        raise file.problem(
            _("nothing knows the sign {sign}, the nearest is {nearest}").format(
                sign=sign or "-", nearest=nearest(sign, tuple(CODES))
            )
        )
    case = CODES[sign].kind == "case"
    values = {
        "level": CODES[sign].level,
        "person": "other" if case else "any",
        "neg": "cancels",
        "past": "moves",
        "band": "firm",
    }
    for key, choices in _CHOICES.items():
        if key in table:
            values[key] = file.text(table, key)
            if values[key] not in choices:
                raise file.problem(
                    _("{key} is {value}, which is none of: {choices}").format(
                        key=key, value=values[key], choices=", ".join(choices)
                    )
                )
    listed = {key: rows(file.text(table, key)) for key in ("patterns", "fires", "quiet")}
    if not listed["patterns"] or not listed["fires"]:
        raise file.problem(
            _("a group of the sign {sign} lacks patterns or fires").format(sign=sign)
        )
    read: dict[str, Any] = {**values, **listed}
    return Group(sign=sign, file=file.name, **read)
