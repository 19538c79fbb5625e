"""What is put right about a closed session: written, and read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from debrief.desk import keyring
from debrief.desk.keeping import owner_of
from debrief.errors import Problem
from debrief.record import content, correcting, sessionfile
from debrief.session.model import Person

if TYPE_CHECKING:
    import datetime as dt

    from debrief.desk.desk import Desk


class Correction(msgspec.Struct, frozen=True):
    """What was put right about somebody, the round or the record, and when."""

    id: str
    about: str
    at: dt.datetime
    text: str | None
    """None where it is sealed and was not opened, or was erased."""


def corrections(desk: Desk, session: str, opened: bool = True) -> tuple[Correction, ...]:
    """Return the corrections of a session, in the order they were made; raises Problem.

    Without `opened` no key is asked for, and what is sealed stays so.
    """
    folder = desk.places.sessions
    found = []
    for name in correcting.of(desk.disk, folder, session):
        data = desk.disk.read(sessionfile.path_for(folder, name))
        record = sessionfile.read_correction(data, name)
        text: str | None = record.text
        if record.about != correcting.RECORD:
            text = _sealed(desk, data, name) if opened else None
        found.append(Correction(name, record.about, record.at, text))
    return tuple(found)


def _sealed(desk: Desk, data: bytes, name: str) -> str | None:
    try:
        return correcting.words(data, desk.keys, name)
    except Problem:
        return None


def correct(desk: Desk, wanted: str, about: str, text: str) -> correcting.Corrected:
    """Put something right about a closed session, sealed beside it; raises Problem.

    `about` is a person by name or pseudonym, `round`, or `record`. Names of people in the session
    are replaced by pseudonyms in what stands in the clear.
    """
    path = desk.session_path(wanted)
    data = desk.disk.read(path)
    owner = about if about == correcting.RECORD else owner_of(desk, path.stem, data, about)
    if owner == correcting.RECORD:
        text = content.without_names(_named(desk, data, path.stem))(text)
    made = correcting.Draft(
        session=path.stem,
        about=owner,
        text=text,
        supervisor=desk.roster.supervisor,
        at=desk.clock(),
    )
    return correcting.correct(
        desk.disk,
        desk.places.sessions,
        made,
        desk.keys,
        recipients=keyring.sealed_for(desk),
        privacy=desk.config.privacy,
    )


def _named(desk: Desk, data: bytes, session: str) -> Iterator[Person]:
    """Yield the people of a session by the names that are known here."""
    file = sessionfile.read(data, session)
    try:
        opened = sessionfile.open_private(data, desk.keys, session)
    except Problem:
        opened = {}
    known = {one.id: one.name for one in desk.roster.people}
    for person in file.people:
        if name := str(opened.get(person, {}).get("name", known.get(person, ""))):
            yield Person(person, name)
