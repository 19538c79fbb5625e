"""Looking for words in everything that was written, sealed or not.

There is no index of words: the sealed blocks are opened one after another, in processes of their
own, and forgotten again. A screen asks for this in a thread and shows what comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from debrief.desk import past
from debrief.desk.telling import phase_names
from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import correcting, sessionfile
from debrief.record.atonce import FEW, Progress, at_once, pays_off
from debrief.record.blocks import LIMIT
from debrief.record.disk import Disk
from debrief.text import clean, clean_line

if TYPE_CHECKING:
    from debrief.desk.desk import Desk
    from debrief.record.opening import Opens

_PART: Final = 25
"""Sessions that a process looks through before it tells what it found."""
_BEFORE, _AFTER = 30, 70
"""Characters shown before and after what was found."""


class Hit(msgspec.Struct, frozen=True):
    """A text that holds every word looked for.

    `person` is a pseudonym, `round`, or `record`; `phase` is empty for a correction.
    """

    session: str
    person: str
    name: str
    phase: str
    words: str
    """The place where the first of them stands."""
    phase_name: str = ""
    """What the phase is called, where its protocol is known here."""


class Looked(msgspec.Struct, frozen=True):
    """What one session gave: the texts that fit, and how many blocks no key here opened."""

    hits: tuple[Hit, ...] = ()
    closed: int = 0


def search(
    desk: Desk,
    text: str,
    where: past.Where = past.Where(),
    progress: Progress | None = None,
) -> Iterator[Looked]:
    """Yield what each session gave, newest first; a text fits when it holds every word.

    Capitals do not matter, and a word may be part of another. Raises Problem when there is nothing
    to look for, or no key.
    """
    wanted = tuple(dict.fromkeys(clean(text).casefold().split()))
    if not wanted:
        raise Problem(_("There is nothing to look for; write a word."))
    held = past.held(past.index(desk, progress), where)
    names = [name for one in held if not one.problem for name in _files(desk, one)]
    work = partial(_some, desk.places.sessions, desk.keys.opener(), wanted, where.person)
    parts = [names[at : at + _PART] for at in range(0, len(names), _PART)]
    named = _Naming(desk, held)
    several = progress is not None and pays_off(len(names) * FEW // _PART)
    found = at_once(work, parts) if several else (one for part in parts for one in work(part))
    for done, looked in enumerate(found, 1):
        if progress is not None:
            progress(done, len(names))
        yield Looked(tuple(map(named, looked.hits)), looked.closed)


class _Naming:
    """Gives each hit the name of its phase; a protocol is read once."""

    def __init__(self, desk: Desk, held: Iterable[past.Held]) -> None:
        self._desk = desk
        self._protocols = {one.id: one.protocol for one in held}
        self._names: dict[str, dict[str, str]] = {}

    def __call__(self, hit: Hit) -> Hit:
        if not hit.phase or not (protocol := self._protocols.get(hit.session, "")):
            return hit
        if protocol not in self._names:
            self._names[protocol] = phase_names(self._desk, protocol)
        name = self._names[protocol].get(hit.phase, "")
        return msgspec.structs.replace(hit, phase_name=name)


def _files(desk: Desk, one: past.Held) -> tuple[str, ...]:
    if not one.corrections:
        return (one.name,)
    year = one.name.partition("/")[0]
    made = correcting.of(desk.disk, desk.places.sessions, one.id)
    return (one.name, *(f"{year}/{name}.toml" for name in made))


def _some(
    folder: Path, keys: Opens, wanted: tuple[str, ...], person: str, names: Sequence[str]
) -> list[Looked]:
    return [_look(folder / name, keys, wanted, person) for name in names]


def _look(path: Path, keys: Opens, wanted: tuple[str, ...], person: str) -> Looked:
    """Look through one file; one that cannot be read gives nothing."""
    try:
        data = Disk().read(path, LIMIT + 1)
        names = [block.name for block in sessionfile.parts(data, path.name)]
    except Problem:
        return Looked()
    owners = [name.removeprefix("private.") for name in names if name.startswith("private.")]
    hits, closed = _in_clear(data, path, wanted, person), 0
    for owner in (one for one in owners if not person or one == person):
        try:
            block = sessionfile.open_private(data, keys, path.name, only=[owner])[owner]
        except Problem:
            closed += 1
            continue
        hits += _in_block(path.stem, owner, block, wanted)
    return Looked(tuple(hits), closed)


def _in_clear(data: bytes, path: Path, wanted: tuple[str, ...], person: str) -> list[Hit]:
    """Return what fits among the texts that are not sealed: agreed work, corrected records."""
    if person:
        return []
    try:
        if correcting.corrected(path.stem):
            texts = [sessionfile.read_correction(data, path.name).text]
        else:
            actions = sessionfile.read(data, path.name, whole=False).actions
            texts = [action.text for action in actions]
    except Problem:
        return []
    found = (_place(text, wanted) for text in texts)
    return [Hit(path.stem, correcting.RECORD, "", "", words) for words in found if words]


def _in_block(
    session: str, owner: str, block: dict[str, Any], wanted: tuple[str, ...]
) -> Iterator[Hit]:
    notes = block.get("notes")
    texts = dict(notes) if isinstance(notes, dict) else {}
    if isinstance(block.get("text"), str):
        texts[""] = block["text"]
    for phase, text in texts.items():
        if words := _place(str(text), wanted):
            yield Hit(session, owner, str(block.get("name", "")), str(phase), words)


def _place(text: str, wanted: tuple[str, ...]) -> str:
    """Return where the first word stands, with some of what is around it; empty if one lacks."""
    folded = text.casefold()
    if not all(word in folded for word in wanted):
        return ""
    at = folded.find(wanted[0])
    start, end = max(0, at - _BEFORE), at + len(wanted[0]) + _AFTER
    start = text.rfind(" ", 0, start) + 1
    end = text.find(" ", end) if end < len(text) else -1
    before, after = ("…" if start else ""), ("…" if end >= 0 else "")
    return before + clean_line(text[start : end if end >= 0 else None]) + after
