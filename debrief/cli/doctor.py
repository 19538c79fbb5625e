"""Doctor: whether this computer and this terminal are fit for a round."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from debrief.cli.context import options, out, out_json
from debrief.cli.holding import LOWEST, NARROWEST, check_terminal
from debrief.cli.shape import Group, choice, flag
from debrief.errors import EXIT_FOUND, Problem
from debrief.i18n import _, ngettext

if TYPE_CHECKING:
    from debrief.desk import Desk
    from debrief.desk.doctor import Found, Weight

_MARKS: Final = {"well": "✓", "mind": "▲", "wrong": "■"}


def add_to(root: Group) -> None:
    """Add `doctor`."""
    root.add(
        "doctor",
        _("Look whether all is well here: terminal, keys, disk, clock, what is synced."),
        flag("--keys", help=_("Show what arrives of the keys that are pressed.")),
        choice("--format", of=("text", "json"), help=_("How it is written."), default="text"),
    )(_doctor)


def _doctor(keys: bool, format: str) -> int:
    from debrief.desk import doctor

    desk = options().desk()
    if keys:
        check_terminal()
        from debrief.tui.keytest import run

        return run(desk)
    found = [*_terminal(), *_keymap(desk), *_editor(desk), *doctor.look(desk)]
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
    for weight, told in window(columns, rows, os.environ):
        yield Found(about, weight, told)


def window(columns: int, rows: int, environment: Mapping[str, str]) -> Iterator[tuple[Weight, str]]:
    """Yield what is to be said of a terminal of this size that says this of itself."""
    from debrief.tui.glyphs import coding, wants_ascii

    term = environment.get("TERM", "")
    if columns < NARROWEST or rows < LOWEST:
        told = _("The window is {columns} by {rows}; the app needs {width} by {height}.")
        size = {"columns": columns, "rows": rows, "width": NARROWEST, "height": LOWEST}
        yield "mind", told.format(**size)
    else:
        yield "well", _("{columns} by {rows}.").format(columns=columns, rows=rows)
    if term in ("", "dumb"):
        yield "mind", _("TERM says nothing of this terminal; use --plain.")
    written = coding(environment)
    if written.casefold().replace("-", "") != "utf8":
        told = _("The locale writes {coding}, not UTF-8: Danish letters may come out wrong.")
        yield "mind", told.format(coding=written)
    if "NO_COLOR" in environment:
        yield "well", _("NO_COLOR is set: the screens are grey, and every state has its own sign.")
    elif environment.get("COLORTERM") in ("truecolor", "24bit"):
        yield "well", _("It shows all colours.")
    elif "256" in term:
        yield "well", _("It shows 256 colours, so the looks come near to how they are meant.")
    else:
        yield "well", _('It may show 16 colours only; theme = "ansi" in debrief.toml fits those.')
    if wants_ascii("auto", environment):
        yield "well", _("Signs and frames are drawn with plain letters here.")


def _keymap(desk: Desk) -> Iterator[Found]:
    """Yield what is wrong with the keys of one's own."""
    from debrief.desk.doctor import Found
    from debrief.tui import keymap

    if desk.config.keys:
        try:
            mine = keymap.read(desk.config.keys)
        except Problem as problem:
            yield Found(_("keyboard"), "mind", str(problem))
            return
        told = ngettext(
            "{n} key of your own; `debrief doctor --keys` shows whether it arrives.",
            "{n} keys of your own; `debrief doctor --keys` shows whether they arrive.",
            len(mine),
        )
        yield Found(_("keyboard"), "well", told.format(n=len(mine)))


def _editor(desk: Desk) -> Iterator[Found]:
    """Yield whether a note can be written in an editor of one's own; none is needed."""
    from debrief.desk.doctor import Found
    from debrief.tui import outside

    try:
        editor, place = outside.command(), outside.folder(desk.config.editor_tmp)
    except Problem as problem:
        yield Found(_("editor"), "well", str(problem))
        return
    told = _("A note can be written in {editor}; meanwhile it lies in {folder}.")
    yield Found(_("editor"), "well", told.format(editor=editor[0], folder=place))
