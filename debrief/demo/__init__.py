"""A fictional evening shift to look around in, and fictional rounds from beginning to end."""

from debrief.demo.playing import Player, ShiftClock, evening, held_sessions, prepare

__all__ = ["Player", "ShiftClock", "evening", "held_sessions", "prepare"]
