"""Which exporters there are, and which of them may run.

Files in the plugins folder are read as text, never imported, until a person has trusted exactly
these bytes. What is trusted is kept as sha256 in `plugins-trusted.toml` in the user's own
configuration folder, so that nothing in a shared folder can trust itself.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from debrief.delivery.config import About
from debrief.delivery.job import Job, Result, Source, Way
from debrief.errors import Problem
from debrief.exporters import BUILT_IN
from debrief.i18n import _
from debrief.summary import nearest

if TYPE_CHECKING:
    from debrief.record.disk import Disk

State = Literal["trusted", "new", "changed", "broken"]
PINS_FILE: Final = "plugins-trusted.toml"
_LARGEST: Final = 1_000_000
_LOAD_SECONDS: Final = 10.0
_LISTS_SECONDS: Final = 2.0


class PluginFile(msgspec.Struct, frozen=True):
    """One file in the plugins folder, seen from outside."""

    path: Path
    sha256: str
    state: State
    exporters: tuple[str, ...] = ()
    """The names its text declares."""
    problem: str = ""
    line: int = 0

    @property
    def name(self) -> str:
        """The name a person calls it by: the file's, without its ending."""
        return self.path.stem


class Pins:
    """The trusted bytes: path -> sha256, in a file of the user's own."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._path = folder / PINS_FILE
        self._disk = disk

    def read(self) -> Mapping[str, str]:
        """Return sha256 (hex) by path; raises Problem when the file can't be used."""
        try:
            table = tomllib.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise Problem(
                _(
                    "{path} can't be read, so no plugin is run and what they should send waits;"
                    " put it right or remove it, then trust the plugins again."
                ).format(path=self._path)
            ) from error
        trusted = table.get("trusted", {})
        return {str(k): str(v).removeprefix("sha256:") for k, v in trusted.items()}

    def trust(self, file: PluginFile) -> None:
        """Trust exactly the bytes that `file` had when it was listed; raises Problem."""
        if file.state == "broken":
            raise Problem(
                _(
                    "{name} can't be trusted, since it can't run: {problem}. Nothing was changed."
                ).format(name=file.path.name, problem=file.problem)
            )
        self._write({**self.read(), str(file.path): file.sha256})

    def forget(self, file: PluginFile) -> None:
        """Take trust back; what the plugin should send waits."""
        self._write({path: pin for path, pin in self.read().items() if path != str(file.path)})

    def _write(self, pins: Mapping[str, str]) -> None:
        import tomli_w

        if self._disk is None:
            from debrief.record.disk import Disk

            self._disk = Disk()
        table = {"trusted": {path: f"sha256:{pin}" for path, pin in sorted(pins.items())}}
        self._disk.publish(self._path, tomli_w.dumps(table).encode(), mode=0o600)


def list_plugins(folder: Path, pins: Mapping[str, str]) -> tuple[PluginFile, ...]:
    """Return the plugin files in `folder`, by name, without running any of them."""
    if not folder.is_dir():
        return ()
    paths = sorted(folder.resolve().glob("*.py"))
    return tuple(_look(path, pins) for path in paths if not path.name.startswith(("_", ".")))


def _look(path: Path, pins: Mapping[str, str]) -> PluginFile:
    """Return what the text of a file says about it."""
    try:
        data = path.read_bytes()
    except OSError:
        return PluginFile(path, "", "broken", problem=_("the file can't be read"))
    digest = hashlib.sha256(data).hexdigest()
    if len(data) > _LARGEST:
        return PluginFile(path, digest, "broken", problem=_("the file is too large"))
    try:
        names = _declared(ast.parse(data, str(path)))
    except SyntaxError as error:
        line = error.lineno or 0
        return PluginFile(path, digest, "broken", problem=f"{path.name}:{line}", line=line)
    except (ValueError, RecursionError, MemoryError):
        return PluginFile(path, digest, "broken", problem=_("the file is not Python"))
    pinned = pins.get(str(path))
    state: State = "new" if pinned is None else "trusted" if pinned == digest else "changed"
    return PluginFile(path, digest, state, names or (path.stem,))


def _declared(tree: ast.Module) -> tuple[str, ...]:
    """Return the exporter names that a file declares in plain text at its top level."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names += [name for each in node.decorator_list if (name := _decorated(each))]
        elif isinstance(node, ast.ClassDef):
            names += [name for each in node.body if (name := _assigned(each))]
    return tuple(names)


def _decorated(node: ast.expr) -> str:
    """Return NAME of a decorator `exporter("NAME", ...)`."""
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node.func, ast.Name):
        called = node.func.id
    return _text(node.args[0]) if called == "exporter" else ""


def _assigned(node: ast.stmt) -> str:
    """Return NAME of a class member `name = "NAME"`."""
    if isinstance(node, ast.Assign):
        targets: list[ast.expr] = node.targets
        value: ast.expr | None = node.value
    elif isinstance(node, ast.AnnAssign):
        targets, value = [node.target], node.value
    else:
        return ""
    named = any(isinstance(target, ast.Name) and target.id == "name" for target in targets)
    return _text(value) if named and value is not None else ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


class Offer(msgspec.Struct, frozen=True):
    """An exporter that could be used, and whether it may be."""

    source: Source
    state: State = "trusted"
    problem: str = ""

    @property
    def where(self) -> str:
        """Where it comes from, for people."""
        return self.source.where


def built_in(name: str) -> About | None:
    """Return what an exporter that comes with the program says of itself."""
    where = BUILT_IN.get(name)
    if where is None:
        return None
    module, _colon, member = where.partition(":")
    return About.of(getattr(importlib.import_module(module), member))


class Registry:
    """Every exporter there is: built in, from installed packages, and from the plugins folder."""

    def __init__(
        self,
        folder: Path | None = None,
        pins: Mapping[str, str] | None = None,
        *,
        plugins: bool = True,
    ) -> None:
        """`plugins=False` leaves only what is built in."""
        self._folder = folder
        self._pins = pins or {}
        self._plugins = plugins
        self._about: dict[Source, About] = {}

    def files(self) -> tuple[PluginFile, ...]:
        """Return the files in the plugins folder as they are now."""
        if self._folder is None or not self._plugins:
            return ()
        return list_plugins(self._folder, self._pins)

    def offers(self) -> tuple[Offer, ...]:
        """Return all exporters, without importing any plugin."""
        offers = [Offer(Source("built-in", name, where)) for name, where in BUILT_IN.items()]
        if self._plugins:
            offers += self._packaged
        for file in self.files():
            names = file.exporters or (file.name,)
            offers += [
                Offer(Source("file", name, str(file.path), file.sha256), file.state, file.problem)
                for name in names
            ]
        return tuple(offers)

    @functools.cached_property
    def _packaged(self) -> tuple[Offer, ...]:
        """The exporters that installed packages announce, by name only."""
        from importlib.metadata import entry_points

        entries = entry_points(group="debrief.exporters")
        return tuple(Offer(Source("package", entry.name, entry.value)) for entry in entries)

    def sign_lists(self) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
        """Return the word lists that installed packages offer, and what is wrong with the others.

        Each package is asked in a worker process; without packages none is started.
        """
        if not self._plugins:
            return (), ()
        paths: list[Path] = []
        problems: list[Problem] = []
        for offer in self._packaged:
            result = _work(Job("signs", offer.source, way=Way(deadline_s=_LISTS_SECONDS)))
            paths += map(Path, result.paths)
            if result.ending != "receipt":
                problems.append(_listless(offer.source, result))
        return tuple(dict.fromkeys(paths)), tuple(problems)

    def find(self, name: str) -> Source:
        """Return the exporter called `name`; raises Problem when it can't or may not be used."""
        offers = self.offers()
        found = [offer for offer in offers if offer.source.name == name]
        if not found:
            raise self._missing(name, offers)
        if len(found) > 1:
            raise Problem(
                _(
                    "There are two exporters called “{name}”, so neither is used and what they"
                    " should send waits; take one away: {first} or {second}."
                ).format(name=name, first=found[0].where, second=found[1].where)
            )
        if found[0].state != "trusted":
            raise _untrusted(found[0])
        return found[0].source

    def _missing(self, name: str, offers: tuple[Offer, ...]) -> Problem:
        guess = nearest(name, [offer.source.name for offer in offers])
        if guess:
            text = _(
                "There is no exporter “{name}”, so nothing was sent and it waits; did you mean"
                " “{guess}”?"
            )
        else:
            text = _(
                "There is no exporter “{name}”, so nothing was sent and it waits; install it, or"
                " put its file in the plugins folder."
            )
        return Problem(text.format(name=name, guess=guess))

    def about(self, name: str) -> About:
        """Return what the exporter says of itself; raises Problem when it can't or may not be used.

        A plugin is asked in a worker process, once for the same bytes.
        """
        source = self.find(name)
        known = self._about.get(source)
        if known is None:
            known = self._about[source] = _ask(source)
        return known


def _untrusted(offer: Offer) -> Problem:
    name = Path(offer.where).stem
    if offer.state == "broken":
        text = _(
            "The plugin {name} can't run ({problem}), so what it should send waits; put the file"
            " right, then trust it again."
        )
    elif offer.state == "changed":
        text = _(
            "The plugin {name} has changed since it was trusted, so it was not run and what it"
            " should send waits; read it, then run: debrief plugins trust {name}"
        )
    else:
        text = _(
            "The plugin {name} is new, so it was not run and what it should send waits; read it,"
            " then run: debrief plugins trust {name}"
        )
    return Problem(text.format(name=name, problem=offer.problem))


def _ask(source: Source) -> About:
    """Return what an exporter says of itself, from a worker where it is not our own code."""
    if source.kind == "built-in":
        found = built_in(source.name)
        if found is not None:
            return found
    result = _work(Job("describe", source, way=Way(deadline_s=_LOAD_SECONDS)))
    if result.about is None:
        raise Problem(
            _(
                "The exporter {name} could not be loaded ({problem}), so what it should send waits;"
                " put it right, then send again."
            ).format(name=source.name, problem=result.said or result.why)
        )
    return result.about


def _work(job: Job) -> Result:
    """Return what a worker says to a job."""
    from debrief.delivery.runner import run

    return run(job).result


def _listless(source: Source, result: Result) -> Problem:
    return Problem(
        _(
            "The package {name} could not give its word lists ({problem}), so signs are looked for"
            " without them; put it right, or start with --no-plugins."
        ).format(name=source.name, problem=result.said or result.why)
    )
