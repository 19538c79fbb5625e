"""The counsellors who have been in a round here, offered again next time.

One TOML file. What a record may hold (pseudonym, role, usual place and channel) is clear; names,
and what is considerate of somebody, are sealed as the private blocks of a session are. A pseudonym
stays with its person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

import msgspec
import tomli_w

from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _
from debrief.record.opening import unseal
from debrief.record.reading import document
from debrief.session.model import Channel, Person, Place, Role
from debrief.text import clean_line, token

_HEAD = "# debrief roster. Names are sealed with age; pseudonyms are those in the session files.\n"


class Sealer(Protocol):
    """What can seal and open a few bytes, as `debrief.record.keys.Keys` does."""

    def seal(self, data: bytes, extra_recipients: Iterable[str] = ()) -> str:
        """Return `data` as an armoured age file."""

    def unseal(self, sealed: str | bytes) -> bytes:
        """Return what was sealed; raises Problem when the key does not fit."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: Role = "volunteer"
    place: Place = "home"
    channel: Channel = "video"
    last: str = ""


class _About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    supporter: str = ""
    needs: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["debrief-roster/1"]
    supervisor: str = ""
    team: str = ""
    people: dict[str, _Entry] = {}
    names: str = ""
    about: str = ""


class Roster(msgspec.Struct, frozen=True):
    """The people known here, newest round first. Names are here only once they are unsealed."""

    people: tuple[Person, ...] = ()
    supervisor: str = ""
    team: str = ""
    last: Mapping[str, str] = {}
    """Person id -> ISO date of their last round here."""

    def find(self, name: str) -> Person | None:
        """Return the person of that name, case aside."""
        wanted = clean_line(name).casefold()
        return next((one for one in self.people if one.name.casefold() == wanted), None)

    def person(self, name: str) -> Person:
        """Return the person of that name, a new one with a new pseudonym if there is none."""
        known = self.find(name)
        if known is not None:
            return known
        taken = {one.id for one in self.people}
        return Person(new_id("c", taken), clean_line(name))

    def with_round(self, people: Iterable[Person], day: str, team: str = "") -> Roster:
        """Return the roster after a round with `people` on `day` (ISO date).

        Who they call first and how long they stay holds for one evening only.
        """
        tonight = tuple(msgspec.structs.replace(one, stay="whole", buddy="") for one in people)
        ids = {one.id for one in tonight}
        rest = tuple(one for one in self.people if one.id not in ids)
        last = {**self.last, **dict.fromkeys(ids, day)}
        supervisor = self.supervisor or new_id("s", ())
        return Roster((*tonight, *rest), supervisor, team or self.team, last)

    def without(self, person: str) -> Roster:
        """Return the roster without the person of that pseudonym."""
        people = tuple(one for one in self.people if one.id != person)
        last = {one: day for one, day in self.last.items() if one != person}
        return msgspec.structs.replace(self, people=people, last=last)


def new_id(kind: str, taken: Iterable[str]) -> str:
    """Return a pseudonym such as c-7k2m that is not among `taken`."""
    used = set(taken)
    while (made := f"{kind}-{token(4)}") in used:
        pass
    return made


def dump(roster: Roster, keys: Sealer, recipients: Iterable[str] = ()) -> bytes:
    """Return the roster file's bytes, names sealed."""
    names = tomli_w.dumps({one.id: one.name for one in roster.people})
    about = {one.id: told for one in roster.people if (told := _about(one))}
    people = {
        one.id: {
            "role": one.role,
            "place": one.place,
            "channel": one.channel,
            "last": roster.last.get(one.id, ""),
        }
        for one in roster.people
    }
    table: dict[str, object] = {
        "format": "debrief-roster/1",
        "supervisor": roster.supervisor,
        "team": roster.team,
        "names": keys.seal(names.encode(), recipients),
        "people": people,
    }
    if about:
        table["about"] = keys.seal(tomli_w.dumps(about).encode(), recipients)
    return (_HEAD + tomli_w.dumps(table, multiline_strings=True)).encode()


def _person(ident: str, name: str, entry: _Entry, told: _About) -> Person:
    return Person(
        ident,
        clean_line(name),
        entry.role,
        entry.place,
        entry.channel,
        supporter=clean_line(told.supporter),
        needs=clean_line(told.needs),
    )


def _about(person: Person) -> dict[str, str]:
    """Return what is considerate of a person and whom they chose, which only the key opens."""
    told = {"supporter": person.supporter, "needs": person.needs}
    return {key: value for key, value in told.items() if value}


def load(data: bytes, keys: Sealer, name: str = "roster.toml") -> Roster:
    """Return the roster in `data`; raises Problem when it can't be read or opened."""
    try:
        file = msgspec.convert(document(data), _File)
        names = document(unseal(keys, file.names)) if file.names else {}
        about = document(unseal(keys, file.about)) if file.about else {}
        told = msgspec.convert(about, dict[str, _About])
    except (ValueError, RecursionError, msgspec.ValidationError):
        raise Problem(
            _(
                "{file} can't be read as a roster. It was left as it is; "
                "move it away to start a new one, or restore it from a backup."
            ).format(file=name)
        ) from None
    except Problem as problem:
        raise Problem(
            _("The names in {file} are sealed to another key. {why}").format(
                file=name, why=str(problem)
            ),
            EXIT_KEY,
        ) from None
    people = tuple(
        _person(one, str(names.get(one, one)), e, told.get(one, _About()))
        for one, e in file.people.items()
    )
    return Roster(people, file.supervisor, file.team, {k: e.last for k, e in file.people.items()})
