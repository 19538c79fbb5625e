"""Holding a round: the app, plain mode, and the demonstration."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn

from debrief.cli.context import options
from debrief.cli.shape import Group, choice, flag, option
from debrief.errors import EXIT_USAGE, Problem
from debrief.i18n import LANGUAGES, _, language

if TYPE_CHECKING:
    from debrief.desk import Desk

NARROWEST: Final = 80
LOWEST: Final = 24


def add_to(root: Group) -> None:
    """Add `run` and `demo`."""
    root.add(
        "run",
        _("Set up and hold a round."),
        flag("--plain", help=_("Line by line, without a screen.")),
        option("--protocol", help=_("Id of the protocol."), metavar="ID"),
        choice("--round-lang", of=LANGUAGES, help=_("Language of the prompts.")),
        option("--team", help=_("Name of the team."), metavar=_("NAME")),
        option("--resume", help=_("Go on with a round that was not closed."), metavar="ID"),
    )(_run)
    root.add(
        "demo",
        _("Look around in a fictional evening shift; nothing of it is kept."),
        flag("--plain", help=_("Line by line, without a screen.")),
    )(_demo)


def open_app() -> int:
    """Open the app at its first screen."""
    check_terminal()
    from debrief.tui.app import run

    return run(options().desk())


def _run(
    plain: bool,
    protocol: str | None,
    round_lang: str | None,
    team: str | None,
    resume: str | None,
) -> int:
    if plain:
        return _run_plain(protocol, round_lang, team, resume)
    if protocol or round_lang or team:
        raise Problem(
            _("--protocol, --round-lang and --team go with --plain; the app asks for them."),
            EXIT_USAGE,
        )
    check_terminal()
    desk = options().desk()
    if resume is not None:
        from debrief.plain import pick

        resume = pick(desk.unfinished(), resume).id
    from debrief.tui.app import run

    return run(desk, setup=resume is None, resume=resume)


def _run_plain(
    protocol: str | None, round_lang: str | None, team: str | None, resume: str | None
) -> int:
    from debrief import plain

    desk, talk = options().desk(), plain.terminal()
    if resume is not None:
        return plain.go_on(desk, resume, talk)
    return plain.start(desk, talk, plain.Asked(protocol, round_lang, team))


def _demo(plain: bool) -> int:
    if not plain:
        check_terminal()
    from debrief import demo

    for ending in ("SIGTERM", "SIGHUP"):  # a closed window must not leave the folder behind
        if hasattr(signal, ending):
            signal.signal(getattr(signal, ending), _end)
    with demo.evening(language=language()) as (desk, session_id):
        return _show_demo(desk, session_id, plain)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _show_demo(desk: Desk, session_id: str, plain: bool) -> int:
    if plain:
        from debrief import plain as lines

        return lines.go_on(desk, session_id, lines.terminal(), lasting=False)
    from debrief.tui.app import run

    return run(desk, resume=session_id)


def check_terminal(environment: Mapping[str, str] | None = None) -> None:
    """Raise Problem, offering plain mode, where the app can't be shown."""
    values = os.environ if environment is None else environment
    plain = "`debrief run --plain`"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Problem(
            _("The app needs a terminal on both sides. {plain} works on any input.").format(
                plain=plain
            ),
            EXIT_USAGE,
        )
    if values.get("TERM", "") in ("", "dumb"):
        raise Problem(
            _("This terminal can't show screens (TERM). Use {plain} instead.").format(plain=plain),
            EXIT_USAGE,
        )
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return
    if columns < NARROWEST or rows < LOWEST:
        raise Problem(
            _(
                "The window is {columns} by {rows}; the app needs {width} by {height}. "
                "Make it larger, or use {plain}."
            ).format(columns=columns, rows=rows, width=NARROWEST, height=LOWEST, plain=plain),
            EXIT_USAGE,
        )
