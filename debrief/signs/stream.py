"""Texts in, lines out: what the command `debrief scan` reads and writes.

    python -m debrief.signs.stream [--lang da|nb|en|auto] [--format text|jsonl] [--all]

reads standard input; the command of the program gives the same.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from debrief.errors import EXIT_USAGE, Problem
from debrief.i18n import _
from debrief.signs.codes import name
from debrief.signs.model import Sign, severity, shown
from debrief.signs.scanning import scan

LANGUAGES: Final = ("da", "nb", "en", "auto")
FORMATS: Final = ("text", "jsonl")


class Asked(msgspec.Struct, frozen=True):
    """One line of jsonl input. A missing `lang` is the one the command was given."""

    id: str
    text: str
    lang: str | None = None
    counsellor: str | None = None


_asked: Final = msgspec.json.Decoder(Asked)
_answer: Final = msgspec.json.Encoder()


def scan_lines(lines: Iterable[str], lang: str = "auto", every: bool = True) -> Iterator[str]:
    """Yield a line `{"id", "signs"}` for each line `{"id", "lang", "counsellor", "text"}`.

    Empty lines are skipped. With `every` false only the signs that are shown are given. Raises
    Problem with the number of the first line that cannot be used; the lines before it are given.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        asked = _read(line, number)
        language = asked.lang or lang
        if language not in LANGUAGES:
            raise _refusal(number)
        signs = scan(asked.text, language, asked.counsellor)
        given = signs if every else shown(signs)
        answer = {"id": asked.id, "signs": [sign._asdict() for sign in given]}
        yield _answer.encode(answer).decode("utf-8")


def _read(line: str, number: int) -> Asked:
    try:
        return _asked.decode(line.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, UnicodeError):
        raise _refusal(number) from None


def _refusal(number: int) -> Problem:
    return Problem(
        _(
            "Line {number} of the input cannot be used: each line must be a JSON object with the "
            "texts id and text, and if wanted lang (da, nb, en or auto) and counsellor. The lines "
            "before it were scanned."
        ).format(number=number)
    )


def scan_text(text: str, lang: str = "auto", every: bool = False) -> Iterator[str]:
    """Yield a line for each sign in `text`, the most pressing first, or one that says none.

    With `every` true also those that were set aside, each with its reason.
    """
    found = scan(text, lang)
    signs = tuple(sorted(found, key=severity)) if every else shown(found)
    if not signs:
        yield _("No signs found. Signs may be missed; your own ear comes first.")
    for sign in signs:
        yield _("{level} · {subject} · {sign}: “{words}” {why}").format(
            level=_level(sign),
            subject=_subject(sign),
            sign=name(sign.sign),
            words=" ".join(text[sign.start : sign.end].split()),
            why=sign.why,
        )


def _level(sign: Sign) -> str:
    if sign.band == "possible":
        return _("read again")
    if sign.band != "firm":
        return _("set aside")
    return {"acute": _("acute"), "urgent": _("urgent"), "watch": _("watch")}[sign.level]


def _subject(sign: Sign) -> str:
    return {
        "counsellor": _("counsellor"),
        "case": _("citizen"),
        "unsure": _("whose?"),
    }[sign.subject]


def run(
    lines: Iterable[str],
    write: Callable[[str], object],
    lang: str = "auto",
    form: str = "text",
    every: bool = False,
) -> None:
    """Scan `lines` and give each line of the answer, with its line end, to `write`."""
    given = (
        scan_lines(lines, lang, every)
        if form == "jsonl"
        else scan_text("".join(lines), lang, every)
    )
    for line in given:
        write(line + "\n")


def main(arguments: Sequence[str]) -> int:
    """Run as a program; return the exit status."""
    options = {"--lang": "auto", "--format": "text"}
    rest = list(arguments)
    every = "--all" in rest
    rest = [word for word in rest if word != "--all"]
    for flag, value in zip(rest[::2], rest[1::2], strict=False):
        if flag in options:
            options[flag] = value
    lang, form = options["--lang"], options["--format"]
    if len(rest) % 2 or set(rest[::2]) - set(options) or lang not in LANGUAGES:
        return EXIT_USAGE
    if form not in FORMATS:
        return EXIT_USAGE
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        run(sys.stdin, sys.stdout.write, lang, form, every)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
