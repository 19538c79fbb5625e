"""The tree of commands, made once the language is known."""

from __future__ import annotations

from pathlib import Path

import click

from debrief import __version__
from debrief.cli import (
    cards,
    collect,
    completion,
    doctor,
    followups,
    holding,
    keeping,
    keymap,
    keys,
    looking,
    mine,
    outbox,
    past,
    plugins,
    protocols,
    signs,
)
from debrief.cli.context import Options, write
from debrief.cli.shape import Group, choice, flag, option, refusal
from debrief.i18n import LANGUAGES, _


def build() -> Group:
    """Return every command, with its help in the language in force."""
    root = Group(
        "debrief",
        callback=_root,
        help=_(
            "Lead a group debrief after a shift: a structured round, signs, follow-up, one sealed "
            "session file. Without a command, the app opens."
        ),
        params=[
            option("--workspace", help=_("Folder to work in."), metavar=_("FOLDER")),
            choice("--lang", of=LANGUAGES, help=_("Language of the interface.")),
            flag("--no-plugins", help=_("Run nothing but what comes with the program.")),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help=_("Show the version."),
            ),
        ],
    )
    rooms = (
        holding, followups, past, looking, mine, keeping, protocols, signs, outbox, plugins,
        collect, keys, cards, doctor, keymap, completion,
    )  # fmt: skip
    for room in rooms:
        room.add_to(root)
    return root


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        write(f"debrief {__version__}\n")
        context.exit(0)


def _root(workspace: str | None, lang: str | None, no_plugins: bool) -> int | None:  # noqa: ARG001
    """Keep the options; with no command, open the app."""
    context = click.get_current_context()
    context.obj = Options(Path(workspace) if workspace else None, not no_plugins)
    if context.invoked_subcommand is None:
        return holding.open_app()
    return None


def run(arguments: list[str]) -> int:
    """Run a command line; return its exit status. Raises Problem, in one sentence."""
    root = build()
    answered = completion.answer(root)
    if answered is not None:
        return answered
    try:
        with root.make_context("debrief", arguments) as context:
            status = root.invoke(context)
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        raise refusal(error) from None
    return status if isinstance(status, int) else 0
