"""Doctor: whether this computer and this terminal are fit for a round."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from debrief.cli.context import options, out, out_json
from debrief.cli.holding import LOWEST, NARROWEST
from debrief.cli.shape import Group, choice
from debrief.errors import EXIT_FOUND
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.desk.doctor import Found

_MARKS: Final = {"well": "✓", "mind": "▲", "wrong": "■"}


def add_to(root: Group) -> None:
    """Add `doctor`."""
    root.add(
        "doctor",
        _("Look whether all is well here: terminal, keys, disk, clock, what is synced."),
        choice("--format", of=("text", "json"), help=_("How it is written."), default="text"),
    )(_doctor)


def _doctor(format: str) -> int:
    from debrief.desk import doctor

    found = [*_terminal(), *doctor.look(options().desk())]
    if format == "json":
        out_json(found)
    else:
        wide = max(len(one.about) for one in found)
        out(*(f"{_MARKS[one.weight]} {one.about:<{wide}}  {one.told}" for one in found))
    return EXIT_FOUND if any(one.weight == "wrong" for one in found) else 0


def _terminal() -> Iterator[Found]:
    from debrief.desk.doctor import Found

    about = _("terminal")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Found(about, "well", _("This is no terminal; `debrief run --plain` works anyway."))
        return
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    if columns < NARROWEST or rows < LOWEST:
        told = _("The window is {columns} by {rows}; the app needs {width} by {height}.")
        yield Found(
            about,
            "mind",
            told.format(columns=columns, rows=rows, width=NARROWEST, height=LOWEST),
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        yield Found(about, "mind", _("TERM says nothing of this terminal; use --plain."))
    coding = locale.getencoding() if hasattr(locale, "getencoding") else "utf-8"
    if coding.casefold().replace("-", "") != "utf8":
        told = _("The locale writes {coding}, not UTF-8: Danish letters may come out wrong.")
        yield Found(about, "mind", told.format(coding=coding))
    yield Found(about, "well", _("{columns} by {rows}.").format(columns=columns, rows=rows))
