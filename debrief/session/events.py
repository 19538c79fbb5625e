"""Everything that can happen in a round. Each event is one journal record (tagged JSON)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec

from debrief.session.model import (
    Decision,
    DutyOutcome,
    FollowUpOutcome,
    Level,
    Person,
    SeenSign,
    Setup,
    Subject,
    Turn,
)

Load = Annotated[int, msgspec.Meta(ge=0, le=10)]
Moment = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class Event(msgspec.Struct, frozen=True, tag_field="event", forbid_unknown_fields=True):
    """Something that happened at `at` (timezone-aware, UTC)."""

    at: Moment


class Opened(Event, frozen=True, tag="opened"):
    """The round began."""

    id: str
    setup: Setup


class PhaseEntered(Event, frozen=True, tag="phase"):
    """The round moved to the phase with this index, forward or back.

    `groups` are the pairs or threes that people talk in there, made on the way in.
    """

    index: int
    groups: tuple[tuple[str, ...], ...] = ()


class PhasePassed(Event, frozen=True, tag="phase-passed"):
    """The group passed the running phase, whose key this is, as a whole; the next one follows."""

    phase: str


class GroupsMade(Event, frozen=True, tag="groups"):
    """People talk in these pairs or threes in the phase; what was made before is gone."""

    phase: str
    groups: tuple[tuple[str, ...], ...]


class SpeakerChosen(Event, frozen=True, tag="speaker"):
    """This person's voice is next; None: the group as a whole."""

    person: str | None


class TurnEnded(Event, frozen=True, tag="turn"):
    """The person spoke, passed or had left; `turn` None takes it back."""

    phase: str
    person: str
    turn: Turn | None


class Wrote(Event, frozen=True, tag="wrote"):
    """A note changed: at character `start`, `cut` characters gave way to `text`."""

    phase: str
    person: str
    start: int
    cut: int
    text: str


class LoadGiven(Event, frozen=True, tag="load"):
    """The person gave a load, 0 to 10; None takes it back. Asked, never demanded."""

    person: str
    load: Load | None


class AloneSaid(Event, frozen=True, tag="alone"):
    """The person will be alone tonight, or not."""

    person: str
    alone: bool


class CallAsked(Event, frozen=True, tag="call"):
    """The person is to be called after the round, or no longer; the close asks when."""

    person: str
    asked: bool = True


class PersonJoined(Event, frozen=True, tag="joined"):
    """Somebody came late."""

    person: Person


class PersonChanged(Event, frozen=True, tag="person"):
    """The person's name, role, place or channel was corrected; `person.id` says whose."""

    person: Person


class PersonLeft(Event, frozen=True, tag="left"):
    """The person left early, or came back."""

    person: str
    left: bool = True


class OrderChanged(Event, frozen=True, tag="order"):
    """The speaking order changed; `people` are all the ids, in the new order."""

    people: tuple[str, ...]


class SignsSeen(Event, frozen=True, tag="signs"):
    """What the scanner sees in one note, complete: what is not here is no longer seen."""

    phase: str
    person: str
    signs: tuple[SeenSign, ...]


class PatternsSeen(Event, frozen=True, tag="patterns"):
    """What this person's earlier sessions and tonight show, complete, as `SignsSeen` is."""

    person: str
    signs: tuple[SeenSign, ...]


class SignDecided(Event, frozen=True, tag="sign"):
    """The supervisor decided about a sign, and whose it is and how serious."""

    phase: str
    person: str
    code: str
    words: str
    decision: Decision
    subject: Subject
    level: Level


class DutyOpened(Event, frozen=True, tag="duty"):
    """A duty was opened by hand."""

    id: str
    kind: str
    holder: str


class DutyEnded(Event, frozen=True, tag="duty-end"):
    """A duty ended so; None opens it again."""

    id: str
    outcome: DutyOutcome | None


class ActionAgreed(Event, frozen=True, tag="action"):
    """Work on the work was agreed, or an agreed action was changed (same id)."""

    id: str
    text: str
    owner: str = ""
    due: dt.date | None = None


class ActionDropped(Event, frozen=True, tag="action-dropped"):
    """An action was taken back."""

    id: str


class FollowUpAgreed(Event, frozen=True, tag="follow-up"):
    """The next contact with a person was settled; `outcome` None takes it back."""

    person: str
    outcome: FollowUpOutcome | None
    when: Moment | None = None
    by: str = ""
    further: tuple[Moment, ...] = ()


class SupervisorLoad(Event, frozen=True, tag="supervisor-load"):
    """The supervisor's own load, 0 to 10, in the close-down; None takes it back."""

    load: Load | None


class Overridden(Event, frozen=True, tag="overridden"):
    """The supervisor saw the guardrail with this code and went on."""

    guardrail: str


class Undone(Event, frozen=True, tag="undone"):
    """The last step was taken back (writing is not a step: the editor undoes text)."""


class Redone(Event, frozen=True, tag="redone"):
    """The last step that was taken back was made again."""


class Closed(Event, frozen=True, tag="closed"):
    """The round was closed; nothing follows."""


AnyEvent = (
    Opened
    | PhaseEntered
    | PhasePassed
    | GroupsMade
    | SpeakerChosen
    | TurnEnded
    | Wrote
    | LoadGiven
    | AloneSaid
    | CallAsked
    | PersonJoined
    | PersonChanged
    | PersonLeft
    | OrderChanged
    | SignsSeen
    | PatternsSeen
    | SignDecided
    | DutyOpened
    | DutyEnded
    | ActionAgreed
    | ActionDropped
    | FollowUpAgreed
    | SupervisorLoad
    | Overridden
    | Undone
    | Redone
    | Closed
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: Event) -> bytes:
    """Return the event as one JSON object in UTF-8, without line ends."""
    return _encoder.encode(event)


def decode(data: bytes) -> AnyEvent:
    """Return the event in `data`; raises msgspec.MsgspecError when it is none."""
    try:
        return _decoder.decode(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("the record is not UTF-8") from error
