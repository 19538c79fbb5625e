"""The one error of a round: an event that does not fit."""

from __future__ import annotations

from debrief.errors import Problem


class Refused(Problem):
    """An event does not fit the state it meets; the state stands as it was."""
