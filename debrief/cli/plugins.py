"""Plugins: which there are, what they say of themselves, and which may run."""

from __future__ import annotations

import ast
import difflib
import importlib.util
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.cli import trying
from debrief.cli.context import options, out, out_json
from debrief.cli.shape import Group, argument, choice, flag
from debrief.errors import EXIT_FOUND, EXIT_USAGE, Problem
from debrief.exporters import BUILT_IN
from debrief.i18n import _, pgettext

if TYPE_CHECKING:
    from debrief.delivery.trust import Pins, PluginFile


def add_to(root: Group) -> None:
    """Add `plugins` and its commands."""
    group = Group("plugins", help=_("Exporters: those that come along, and those of your own."))
    form = choice("--format", of=("text", "json"), help=_("How it is written."), default="text")
    group.add("list", _("List them without running any; status 1 if one must be looked at."), form)(
        _list
    )
    name = argument("name", _("NAME"))
    group.add("show", _("Show what is known of an exporter, and a plugin's text."), name)(_show)
    group.add(
        "new",
        _("Write the file of a new plugin, which works as it stands."),
        name,
        flag("--http", help=_("It sends to a web server (so also without this).")),
        flag("--file", help=_("It writes to a folder.")),
    )(_new)
    trying.add_to(group)
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


def _packaged() -> tuple[EntryPoint, ...]:
    """Return what installed packages announce; nothing of them is imported."""
    return tuple(entry_points(group="debrief.exporters"))


def _find(name: str) -> PluginFile:
    """Return a plugin's file; raises Problem naming the nearest, or saying why there is none."""
    files = _files()
    wanted = name.removesuffix(".py")
    found = next((one for one in files if one.name == wanted), None)
    if found is not None:
        return found
    if wanted in BUILT_IN or any(one.name == wanted for one in _packaged()):
        raise Problem(
            _("{name} is no file in the plugins folder; it can run without being trusted.").format(
                name=name
            )
        )
    raise _missing(name, [one.name for one in files])


def _missing(name: str, known: list[str]) -> Problem:
    folder = options().places.plugins
    near = difflib.get_close_matches(name.removesuffix(".py"), known, n=1, cutoff=0.5)
    if near:
        return Problem(
            _("There is no plugin {name} in {folder}; did you mean {near}?").format(
                name=name, folder=folder, near=near[0]
            )
        )
    return Problem(_("There is no plugin {name} in {folder}.").format(name=name, folder=folder))


def _state(one: PluginFile) -> str:
    return {
        "trusted": pgettext("plugin", "trusted"),
        "new": pgettext("plugin", "new, does not run"),
        "changed": pgettext("plugin", "changed since it was trusted, does not run"),
        "broken": pgettext("plugin", "broken, does not run"),
    }[one.state]


def _list(format: str) -> int:
    files, packaged = _files(), _packaged()
    if format == "json":
        out_json([*map(_file_row, files), *map(_package_row, packaged), *map(_own_row, BUILT_IN)])
    else:
        for one in files:
            problem = f" ({one.problem})" if one.problem else ""
            out(f"{one.name}  {_state(one)}{problem} · {', '.join(one.exporters)}")
        for entry in packaged:
            told = _("from the package {package}").format(package=_package(entry))
            out(f"{entry.name}  {told}")
        if not files and not packaged:
            out(_("There is no plugin in {folder}.").format(folder=options().places.plugins))
        out(_("Built in: {names}").format(names=", ".join(BUILT_IN)))
    return EXIT_FOUND if any(one.state != "trusted" for one in files) else 0


def _file_row(one: PluginFile) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": "file",
        "path": str(one.path),
        "sha256": one.sha256,
        "state": one.state,
        "exporters": one.exporters,
        "problem": one.problem,
    }


def _package_row(entry: EntryPoint) -> dict[str, object]:
    return {
        "name": entry.name,
        "kind": "package",
        "package": _package(entry),
        "where": entry.value,
        "state": "trusted",
    }


def _own_row(name: str) -> dict[str, object]:
    return {"name": name, "kind": "built-in", "where": BUILT_IN[name], "state": "trusted"}


def _package(entry: EntryPoint) -> str:
    """Return name and version of the package that announces an exporter."""
    dist = entry.dist
    return f"{dist.name} {dist.version}" if dist is not None else "?"


def _facts(one: PluginFile) -> None:
    out(
        str(one.path),
        f"sha256 {one.sha256}",
        _("State: {state}").format(state=_state(one)),
        _("Exporters: {names}").format(names=", ".join(one.exporters) or "-"),
    )


def _show(name: str) -> int:
    wanted = name.removesuffix(".py")
    files = _files()
    if not any(one.name == wanted for one in files):
        return _show_other(name, [one.name for one in files])
    one = _find(name)
    _facts(one)
    try:
        text = one.path.read_text("utf-8", "replace")
    except OSError:
        text = ""
    out("", *(f"  | {line}" for line in text.splitlines()))
    return 0


def _show_other(name: str, files: list[str]) -> int:
    """Show an exporter that is no file of one's own, from what is written down about it."""
    packaged = [entry for entry in _packaged() if entry.name == name]
    if name in BUILT_IN:
        module = BUILT_IN[name].partition(":")[0]
        out(_("{name} comes with the program ({where}).").format(name=name, where=module))
        out("", *(f"  | {line}" for line in _module_text(module).splitlines()))
    elif packaged:
        for entry in packaged:
            out(_("{name} comes from the package {package} ({where}).").format(
                name=name, package=_package(entry), where=entry.value))  # fmt: skip
            about = entry.dist.metadata["Summary"] if entry.dist is not None else ""
            out(*([f"  | {about}"] if about else []))
    else:
        raise _missing(name, [*files, *(entry.name for entry in _packaged()), *BUILT_IN])
    return 0


def _module_text(module: str) -> str:
    """Return what stands at the top of a module, without importing it."""
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        return ""
    return ast.get_docstring(ast.parse(Path(found.origin).read_bytes())) or ""


def _new(name: str, http: bool, file: bool) -> int:
    from debrief.kit import template
    from debrief.record.disk import Disk

    if http and file:
        raise Problem(_("Choose --http or --file; nothing was written."), EXIT_USAGE)
    taken = name.removesuffix(".py")
    places = options().places
    if any(entry.name == taken for entry in _packaged()):
        raise Problem(
            _("An installed package has an exporter called {name}; choose another name.").format(
                name=taken
            )
        )
    path = template.write(places.plugins, taken, "file" if file else "http", Disk())
    out(
        _("Written: {path}").format(path=path),
        _("It works as it stands. Change what is yours, then: debrief plugins test {name}").format(
            name=taken
        ),
    )
    return 0


def _trust(name: str) -> int:
    one = _find(name)
    _pins().trust(one)
    _facts(_find(name))
    out(
        _(
            "Next: a destination for it in {file}, if there is none yet, as the text at the top of"
            " the plugin shows; then: debrief plugins check {name}"
        ).format(file=options().places.settings, name=one.name)
    )
    return 0


def _forget(name: str) -> int:
    _pins().forget(_find(name))
    _facts(_find(name))
    return 0
