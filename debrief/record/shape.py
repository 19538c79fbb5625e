"""What the record part of a session file holds, as typed values. No name and no state of a person.

Times are UTC, durations whole seconds. Every block ends with a random 128-bit `salt` in hex.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from debrief.session.model import Channel, DutyOutcome, FollowUpOutcome, Place, Role, Turn

Count = Annotated[int, msgspec.Meta(ge=0)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
OptionalId = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=64)]
Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]
Line = Annotated[str, msgspec.Meta(pattern=r"^[^\n]*\Z")]
"""A text on one line: what else could pass for another line where it is shown."""
ContactOutcome = Literal["done", "declined", "not-reached", "moved"]
"""What came of a contact."""
ActionOutcome = Literal["done", "open", "dropped"]
"""What became of agreed work."""
Direction = Literal["better", "same", "worse"]
"""How it goes, beside last time."""
Wants = Literal["more", "less", "other"]
"""What somebody wants of the house: more, less, or somebody else."""
NotHeldReason = Literal["nobody-there", "no-need", "no-time", "other-support", "other"]
Salt = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]


class Salted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A clear block; a key that is not known is refused."""

    salt: Salt


class SessionRecord(Salted, frozen=True, kw_only=True):
    """`[session]`: which round this was, and how long its file and private blocks are kept."""

    id: Id
    protocol: Id
    protocol_version: Annotated[int, msgspec.Meta(ge=1)]
    language: Literal["da", "nb", "en"]
    team: Line
    place: Line
    supervisor: OptionalId
    opened: Time
    closed: Time
    ground_rules: Line
    keep: Literal["notes", "nothing"] = "notes"
    """`nothing`: the protocol takes no notes and no load, so no private block holds any."""
    overridden: tuple[Line, ...] = ()
    """Guardrails about the round that the supervisor saw and went on from."""
    private_until: dt.date
    retain_until: dt.date


class PhaseRecord(Salted, frozen=True, kw_only=True):
    """`[phases.pN]`: one phase, in the order planned."""

    name: Id
    planned_s: Count
    used_s: Count
    passed: bool = False
    """The group as a whole passed it."""


class PersonRecord(Salted, frozen=True, kw_only=True):
    """`[people.ID]`: that a counsellor, by pseudonym, took part; `turns` by phase name."""

    role: Role
    place: Place
    channel: Channel
    turns: Mapping[Id, Turn]
    follow_up: FollowUpOutcome | Literal["open"]


class DutyRecord(Salted, frozen=True, kw_only=True):
    """`[duties.dN]`: a duty of `holder`, and how it ended; `at` is when, absent while open."""

    kind: Line
    holder: Id
    outcome: DutyOutcome | Literal["open"]
    at: Time | None = None


class ActionRecord(Salted, frozen=True, kw_only=True):
    """`[actions.aN]`: agreed work on the work."""

    text: str
    owner: Line
    due: dt.date | None = None


class Counts(Salted, frozen=True, kw_only=True):
    """`[counts]`: that signs and guardrails were handled, without whose."""

    signs_shown: Count
    signs_confirmed: Count
    signs_dismissed: Count
    guardrails_overridden: Count
    contacts: Count = 0
    """Dated contacts that were agreed."""


class CorrectionRecord(Salted, frozen=True, kw_only=True):
    """`[correction]`: what is put right about a closed session, of which `root` is the seal's.

    `about` is a pseudonym or `round`, and then the words are in that private block; or `record`,
    and then they are `text`.
    """

    id: Id
    session: Id
    root: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    about: Id
    supervisor: OptionalId
    at: Time
    text: str = ""
    private_until: dt.date
    retain_until: dt.date


class FollowUpRecord(Salted, frozen=True, kw_only=True):
    """`[follow-up]`: what came of something agreed in a closed session.

    `about` is a pseudonym, and then `contact` numbers the contact, those of the session first and
    then each that was agreed since; what was said is in that private block. Or it is `record`, and
    then `action` numbers the session's action.
    """

    id: Id
    session: Id
    root: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    about: Id
    supervisor: OptionalId
    at: Time
    contact: Annotated[int, msgspec.Meta(ge=1, le=9999)] | None = None
    action: Annotated[int, msgspec.Meta(ge=1, le=9999)] | None = None
    outcome: ContactOutcome | ActionOutcome
    again: bool = False
    """Whether a further contact was agreed."""
    private_until: dt.date
    retain_until: dt.date


class NotHeldRecord(Salted, frozen=True, kw_only=True):
    """`[not-held]`: that a team's round was not held on a day, and why; no person is in it."""

    id: Id
    team: str
    day: dt.date
    reason: NotHeldReason
    supervisor: OptionalId
    at: Time
    retain_until: dt.date


class SessionFile(msgspec.Struct, frozen=True, kw_only=True):
    """The record part of one session file, and the names of what is sealed in it."""

    session: SessionRecord
    phases: tuple[PhaseRecord, ...]
    people: Mapping[str, PersonRecord]
    duties: tuple[DutyRecord, ...]
    actions: tuple[ActionRecord, ...]
    counts: Counts
    private_ids: tuple[str, ...]
    """Whose private blocks the file has: ids of people, and `round`."""
    root: str
    """SHA-256 of the list of blocks, in hex; the ledger has the same."""


class Retention(msgspec.Struct, frozen=True):
    """For how many days after closing each part is kept."""

    private_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 180
    record_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 730
