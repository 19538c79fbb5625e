"""Keymap: every command of the screens with its id and the key it has here."""

from __future__ import annotations

from debrief.cli.context import options, out, out_json
from debrief.cli.shape import Group, choice
from debrief.i18n import _


def add_to(root: Group) -> None:
    """Add `keymap`."""
    root.add(
        "keymap",
        _("List the keys of the screens, with the ids that [keys] in debrief.toml takes."),
        choice(
            "--format", of=("text", "json", "toml"), help=_("How it is written."), default="text"
        ),
    )(_keymap)


def _keymap(format: str) -> int:
    from debrief.tui import commands, keymap

    commands.use(keymap.read(options().desk().config.keys))
    every = commands.everything()
    if format == "json":
        out_json([{"id": one.id, "keys": one.keys, "does": one.help()} for one in every])
    elif format == "toml":
        out("[keys]", *(f'"{one.id}" = "{",".join(one.keys)}"' for one in every if one.keys))
    else:
        wide = max(len(one.id) for one in every)
        out(*(f"{one.id:<{wide}}  {_shown(one.keys):<9}  {one.help()}" for one in every))
    return 0


def _shown(keys: tuple[str, ...]) -> str:
    from debrief.tui.commands import show_key

    return " ".join(map(show_key, keys)) or "-"
