"""What can be looked up: duty cards, the hand-over chain, sign cards, the words used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief import i18n
from debrief.cli.context import options, out, out_json, warn
from debrief.cli.shape import Group, argument, choice
from debrief.errors import EXIT_FOUND
from debrief.i18n import LANGUAGES, _

if TYPE_CHECKING:
    import click

    from debrief.desk.guiding import Shown
    from debrief.guidance import Line

_COUNTRIES = ("DK", "NO", "other")
_MARKS = {"head": "", "say": "  » ", "item": "  - ", "never": "  x ", "step": "  ", "number": "  ",
          "warn": "  ! ", "small": "  ", "text": "  ", "title": ""}  # fmt: skip


def add_to(root: Group) -> None:
    """Add `cards list`, `show`, `chain` and `check`."""
    group = Group("cards", help=_("What can be looked up: duties, numbers, signs, words."))
    group.add("list", _("List the cards."), *_shared())(_list)
    group.add("show", _("Show one card."), argument("card", "ID"), *_shared())(_show)
    group.add("chain", _("Show who takes over, from the top."), *_shared())(_chain)
    group.add(
        "check",
        _("Tell what was not checked for half a year, or never; status 1 if there is any."),
        *_shared(),
    )(_check)
    root.add_command(group)


def _shared() -> tuple[click.Parameter, ...]:
    return (
        choice("--country", of=_COUNTRIES, help=_("Whose law and numbers.")),
        choice("--language", of=LANGUAGES, help=_("Language of the cards.")),
        choice("--format", of=("text", "json"), help=_("How it is written."), default="text"),
    )


def _look(country: str | None, language: str | None) -> Shown:
    """Return what can be looked up; what is wrong with the house's own files is told."""
    from debrief.desk import guiding
    from debrief.guidance import COUNTRIES

    if language is not None:
        i18n.use(language)
    desk = options().desk()
    chosen = next((one for one in COUNTRIES if one == country), None)
    shown = guiding.look(desk.places, desk.config, desk.clock(), chosen)
    for problem in shown.problems:
        warn(str(problem))
    return shown


def _list(country: str | None, language: str | None, format: str) -> int:
    shown = _look(country, language)
    rows = [(ident, shown.title(ident)) for ident in shown.library.ids]
    if format == "json":
        out_json([{"id": ident, "name": name} for ident, name in rows])
    else:
        out(*(f"{ident}  {name}" for ident, name in rows))
    return EXIT_FOUND if shown.problems else 0


def _show(card: str, country: str | None, language: str | None, format: str) -> int:
    shown = _look(country, language)
    _tell(card, shown.lines(card), shown, format)
    return 0


def _chain(country: str | None, language: str | None, format: str) -> int:
    from debrief.guidance import CHAIN

    shown = _look(country, language)
    _tell(CHAIN, shown.lines(CHAIN), shown, format)
    return 0


def _tell(ident: str, lines: tuple[Line, ...], shown: Shown, format: str) -> None:
    if format == "json":
        told = [{"kind": line.kind, "text": line.text} for line in lines if line.text]
        out_json({"id": ident, "country": shown.library.country, "lines": told})
        return
    for line in lines:
        if line.kind == "head":
            out("")
        out(f"{_MARKS[line.kind]}{line.text}".rstrip())


def _check(country: str | None, language: str | None, format: str) -> int:
    shown = _look(country, language)
    found = shown.unsure()
    if format == "json":
        out_json([{"what": what, "why": why} for what, why in found])
    elif found:
        out(*(f"{what} - {why}" for what, why in found))
    else:
        out(_("Everything was checked within the last half year."))
    return EXIT_FOUND if found or shown.problems else 0
