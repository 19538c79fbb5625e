"""Plugins: which files there are, what they say of themselves, and which may run."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from debrief.cli.context import options, out, out_json
from debrief.cli.shape import Group, argument, choice
from debrief.errors import EXIT_FOUND, Problem
from debrief.i18n import _, pgettext

if TYPE_CHECKING:
    from debrief.delivery.trust import Pins, PluginFile


def add_to(root: Group) -> None:
    """Add `plugins list`, `show`, `trust` and `forget`."""
    group = Group("plugins", help=_("Exporters of your own, one file each."))
    form = choice("--format", of=("text", "json"), help=_("How it is written."), default="text")
    group.add("list", _("List them without running any; status 1 if one must be looked at."), form)(
        _list
    )
    name = argument("name", _("NAME"))
    group.add("show", _("Show what a plugin's text says, and the text."), name)(_show)
    group.add("trust", _("Let exactly this file run; a changed file is asked for again."), name)(
        _trust
    )
    group.add("forget", _("Take trust back; what the plugin should send waits."), name)(_forget)
    root.add_command(group)


def _pins() -> Pins:
    from debrief.delivery.trust import Pins
    from debrief.record.disk import Disk

    disk = Disk()
    disk.make_folder(options().places.config)
    return Pins(options().places.config, disk)


def _files() -> tuple[PluginFile, ...]:
    from debrief.delivery.trust import Pins, list_plugins

    return list_plugins(options().places.plugins, Pins(options().places.config).read())


def _find(name: str) -> PluginFile:
    files = _files()
    wanted = name.removesuffix(".py")
    found = next((one for one in files if one.name == wanted), None)
    if found is not None:
        return found
    folder = options().places.plugins
    near = difflib.get_close_matches(wanted, [one.name for one in files], n=1, cutoff=0.5)
    if near:
        raise Problem(
            _("There is no plugin {name} in {folder}; did you mean {near}?").format(
                name=name, folder=folder, near=near[0]
            )
        )
    raise Problem(_("There is no plugin {name} in {folder}.").format(name=name, folder=folder))


def _state(one: PluginFile) -> str:
    return {
        "trusted": pgettext("plugin", "trusted"),
        "new": pgettext("plugin", "new, does not run"),
        "changed": pgettext("plugin", "changed since it was trusted, does not run"),
        "broken": pgettext("plugin", "broken, does not run"),
    }[one.state]


def _list(format: str) -> int:
    files = _files()
    if format == "json":
        out_json([{"name": one.name, "path": str(one.path), "sha256": one.sha256,
                   "state": one.state, "exporters": one.exporters, "problem": one.problem}
                  for one in files])  # fmt: skip
    elif not files:
        out(_("There is no plugin in {folder}.").format(folder=options().places.plugins))
    else:
        for one in files:
            problem = f" ({one.problem})" if one.problem else ""
            out(f"{one.name}  {_state(one)}{problem} · {', '.join(one.exporters)}")
    return EXIT_FOUND if any(one.state != "trusted" for one in files) else 0


def _facts(one: PluginFile) -> None:
    out(
        str(one.path),
        f"sha256 {one.sha256}",
        _("State: {state}").format(state=_state(one)),
        _("Exporters: {names}").format(names=", ".join(one.exporters) or "-"),
    )


def _show(name: str) -> int:
    one = _find(name)
    _facts(one)
    try:
        text = one.path.read_text("utf-8", "replace")
    except OSError:
        text = ""
    out("", *(f"  | {line}" for line in text.splitlines()))
    return 0


def _trust(name: str) -> int:
    one = _find(name)
    _pins().trust(one)
    _facts(_find(name))
    return 0


def _forget(name: str) -> int:
    _pins().forget(_find(name))
    _facts(_find(name))
    return 0
