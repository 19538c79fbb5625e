"""What a supervisor can do: open the workspace, start, resume, close, list, follow up, send."""

from debrief.desk.desk import Desk

__all__ = ["Desk"]
