"""The round as a pure state machine: events in, a new frozen state out.

`apply` and `replay` are the only ways a state changes; `guardrails` tells what must be settled
before the close and what the supervisor should be warned of; `rounds` answers who is next.
"""

from debrief.session.apply import Session, apply, replay, start
from debrief.session.model import PATTERNS, ROUND, NoteKey, Person, Setup, SignKey, State
from debrief.session.refused import Refused

__all__ = [
    "PATTERNS",
    "ROUND",
    "NoteKey",
    "Person",
    "Refused",
    "Session",
    "Setup",
    "SignKey",
    "State",
    "apply",
    "replay",
    "start",
]
