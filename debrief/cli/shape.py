"""Commands that speak the interface language: headings, hints and refusals of their own."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, TypeVar

import click

from debrief.cli.context import write
from debrief.errors import EXIT_USAGE, Problem
from debrief.i18n import _

_Made = TypeVar("_Made", bound=Callable[..., Any])


class _Speaking(click.Command):
    """A command whose help has headings in the interface language."""

    def __init__(self, name: str | None, **more: Any) -> None:
        more.setdefault("options_metavar", _("[OPTIONS]"))
        super().__init__(name, **more)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help`, told in the interface language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _("Show this help.")
            option.callback = _show_help
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the command is called."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Use: "))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        rows = [row for one in self.get_params(ctx) if (row := one.get_help_record(ctx))]
        if rows:
            with formatter.section(_("Options")):
                formatter.write_dl(rows)


class Command(_Speaking):
    """A command."""


class Group(_Speaking, click.Group):
    """A command with commands of its own; called alone it shows its help, unless it does more."""

    def __init__(self, name: str | None, **more: Any) -> None:
        more.setdefault("subcommand_metavar", _("[COMMAND]"))
        more.setdefault("callback", _help_when_alone)
        super().__init__(name, invoke_without_command=True, **more)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(100)))
        with formatter.section(_("Commands")):
            formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order they were made: what is used most stands first."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; raises Problem naming the nearest right one."""
        name = args[0]
        if name in self.commands or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        near = difflib.get_close_matches(name, self.commands, n=1, cutoff=0.5)
        if near:
            sentence = _("There is no command {name}; did you mean {near}?").format(
                name=name, near=near[0]
            )
        else:
            sentence = _("There is no command {name}. There are: {known}.").format(
                name=name, known=", ".join(self.commands)
            )
        raise Problem(sentence, EXIT_USAGE)

    def add(
        self, name: str, help: str, *params: click.Parameter
    ) -> Callable[[_Made], _Made]:  # click's own word
        """Return a decorator that makes a function the command called `name`."""

        def made(function: _Made) -> _Made:
            self.add_command(Command(name, callback=function, params=[*params], help=help))
            return function

        return made


def _show_help(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        write(context.get_help() + "\n")
        context.exit()


def _help_when_alone() -> int | None:
    context = click.get_current_context()
    if context.invoked_subcommand is not None:
        return None
    write(context.get_help() + "\n")
    return EXIT_USAGE


def argument(
    name: str, metavar: str, *, many: bool = False, required: bool = True
) -> click.Argument:
    """Return an argument, shown in help as `metavar`."""
    return click.Argument(
        [name], metavar=metavar, nargs=-1 if many else 1, required=required and not many
    )


def option(*names: str, help: str, metavar: str | None = None, **more: Any) -> click.Option:
    """Return an option."""
    return click.Option(list(names), help=help, metavar=metavar, **more)


def flag(*names: str, help: str) -> click.Option:
    """Return an option that is there or not."""
    return click.Option(list(names), help=help, is_flag=True)


def choice(*names: str, of: tuple[str, ...], help: str, default: str | None = None) -> click.Option:
    """Return an option that takes one of a few words."""
    return click.Option(
        list(names), help=help, type=click.Choice(of), metavar="|".join(of), default=default
    )


def refusal(error: click.ClickException) -> Problem:
    """Return one sentence for what click says of the command line."""
    return Problem(_sentence(error), EXIT_USAGE)


def _sentence(error: click.ClickException) -> str:
    where = ""
    context = getattr(error, "ctx", None)
    if context is not None:
        where = f" `{context.command_path} --help`"
    if isinstance(error, click.NoSuchOption):
        near = sorted(error.possibilities or ())
        if near:
            return _("There is no option {name}; did you mean {near}?").format(
                name=error.option_name, near=near[0]
            )
        return _("There is no option {name}; see{help}.").format(
            name=error.option_name, help=where or " `debrief --help`"
        )
    if isinstance(error, click.BadOptionUsage):
        return _("Something must stand after {name}; see{help}.").format(
            name=error.option_name, help=where
        )
    if isinstance(error, click.MissingParameter):
        name = error.param.make_metavar(context) if error.param and context else "?"
        return _("{name} is missing; see{help}.").format(name=name, help=where)
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.opts[0]
        if isinstance(error.param.type, click.Choice):
            known = ", ".join(map(str, error.param.type.choices))
            return _("{name} takes one of: {known}.").format(name=name, known=known)
        return _("What stands at {name} can't be used; see{help}.").format(name=name, help=where)
    return _("The command line holds more than it should, or less; see{help}.").format(
        help=where or " `debrief --help`"
    )
