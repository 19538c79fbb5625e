"""Completion: what a shell needs to finish commands and options, and the answer when it asks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

import click

from debrief.cli.context import write
from debrief.cli.shape import Group
from debrief.errors import EXIT_USAGE, Problem
from debrief.i18n import _

SHELLS: Final = ("bash", "zsh", "fish")
VARIABLE: Final = "_DEBRIEF_COMPLETE"
"""Set by the shell's script when it asks: `bash_complete` and the like."""
_PROGRAM: Final = "debrief"


def add_to(root: Group) -> None:
    """Add `completion`."""
    argument = click.Argument(["shell"], type=click.Choice(SHELLS), metavar="bash|zsh|fish")
    root.add(
        "completion",
        _("Write the script that lets the shell complete commands: bash, zsh or fish."),
        argument,
    )(_completion)


def _completion(shell: str) -> int:
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if kind is None:
        raise Problem(_("There is no completion for {shell}.").format(shell=shell), EXIT_USAGE)
    # Asked of click's base class, since bash's own looks at the installed bash first.
    script = kind(root, {}, _PROGRAM, VARIABLE)
    write(script.source_template % script.source_vars())
    return 0


def answer(root: click.Command, environment: Mapping[str, str] | None = None) -> int | None:
    """Answer a shell that asks what may stand here; None when none does."""
    instruction = (os.environ if environment is None else environment).get(VARIABLE, "")
    if not instruction:
        return None
    from click.shell_completion import get_completion_class

    shell, _line, asked = instruction.partition("_")
    kind = get_completion_class(shell) if asked == "complete" else None
    if kind is None:
        return None
    write(kind(root, {}, _PROGRAM, VARIABLE).complete() + "\n")
    return 0
