"""The one error of a round: an event that does not fit."""

from __future__ import annotations

from debrief.errors import Problem
from debrief.i18n import _


class Refused(Problem):
    """An event does not fit the state it meets; the state stands as it was."""


def keeps_nothing() -> str:
    """Return the sentence for what would be kept where a protocol keeps nothing."""
    return _(
        "This protocol keeps nothing of what is said, so nothing was written;"
        " agreements and the next contact can be noted."
    )
