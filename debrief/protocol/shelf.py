"""The protocols at hand: the bundled ones, and a house's own that stand before them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from debrief.errors import Problem
from debrief.i18n import _
from debrief.protocol.housefile import files, is_file, read
from debrief.protocol.loading import MAX_BYTES, load
from debrief.protocol.model import Protocol
from debrief.protocol.refusal import nearest, shown
from debrief.text import is_id

DEFAULT: Final = "shift-defuse"
"""The protocol a round is held by unless another is chosen."""
BUNDLED: Final = (
    *(DEFAULT, "home-checkin", "stop5", "leader-close", "pause", "first-hour", "follow-up"),
    *("three-days", "peer-two-track", "jobcentre-daily", "large-round", "ten-minutes", "aar"),
    *("pi-ops", "reflecting-team", "sparring-15", "erfa", "balint", "colleague-support"),
    *("story-round", "cisd"),
)
"""The ids of the bundled protocols, in the order they are offered."""

_FOLDER: Final = Path(__file__).with_name("library")


@cache
def bundled(protocol_id: str) -> Protocol:
    """Return one bundled protocol by its id, one of BUNDLED; KeyError for any other."""
    if protocol_id not in BUNDLED:
        raise KeyError(protocol_id)
    name = f"{protocol_id}.toml"
    return load((_FOLDER / name).read_bytes(), name)


@cache
def library() -> Mapping[str, Protocol]:
    """Return every bundled protocol by id, the default first; read once."""
    return MappingProxyType({protocol_id: bundled(protocol_id) for protocol_id in BUNDLED})


def merge(
    protocols: Mapping[str, Protocol], files: Iterable[tuple[str, bytes]]
) -> Mapping[str, Protocol]:
    """Return `protocols` with those in `files` (name, bytes) added; a later one with the same id
    takes the place of an earlier. Raises Problem for the first file that cannot be used.
    """
    merged = dict(protocols)
    for name, data in files:
        protocol = load(data, name)
        merged[protocol.id] = protocol
    return MappingProxyType(merged)


def available(
    extra_folders: Iterable[Path] = (),
) -> tuple[Mapping[str, Protocol], tuple[Problem, ...]]:
    """Return every protocol that can be used, and why each other file in the folders cannot.

    One broken file in a house's folder costs that file only. A later folder stands before an
    earlier one, and every folder before the bundled ones. A folder that is not there is empty.
    """
    protocols, problems = library(), []
    for folder in extra_folders:
        try:
            paths = files(folder)
        except Problem as problem:
            problems.append(problem)
            continue
        for path in paths:
            try:
                protocols = merge(protocols, [(path.name, read(path, MAX_BYTES))])
            except Problem as problem:
                problems.append(problem)
    return protocols, tuple(problems)


def find(protocol_id: str, extra_folders: Iterable[Path] = ()) -> Protocol:
    """Return the protocol with this id, a house's own before the bundled one.

    Only the one file is read. Raises Problem when its file cannot be used, and, naming the
    nearest id and all there are, when there is none.
    """
    folders = tuple(extra_folders)
    if is_id(protocol_id):
        for folder in reversed(folders):
            path = folder / f"{protocol_id}.toml"
            if is_file(path):
                return load(read(path, MAX_BYTES), path.name)
        if protocol_id in BUNDLED:
            return bundled(protocol_id)
    raise _not_found(protocol_id, folders)


def _not_found(protocol_id: str, folders: tuple[Path, ...]) -> Problem:
    own = {path.stem for folder in folders for path in files(folder) if is_id(path.stem)}
    known = (*BUNDLED, *sorted(own.difference(BUNDLED)))
    near = nearest(protocol_id, known)
    if near is not None:
        return Problem(
            _(
                "There is no protocol called {id}; did you mean {nearest}? There are: {known}."
            ).format(id=shown(protocol_id), nearest=near, known=", ".join(known))
        )
    return Problem(
        _("There is no protocol called {id}. There are: {known}.").format(
            id=shown(protocol_id), known=", ".join(known)
        )
    )
