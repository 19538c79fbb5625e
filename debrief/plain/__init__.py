"""The round as questions and answers, line by line: for screen readers, bad links and scripts."""

from debrief.plain.sitting import Asked, go_on, pick, start
from debrief.plain.talk import InputEnded, Talk, terminal

__all__ = ["Asked", "InputEnded", "Talk", "go_on", "pick", "start", "terminal"]
