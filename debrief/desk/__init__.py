"""What a supervisor can do: open the workspace, start, resume, close, list, follow up, send."""

from debrief.desk.desk import Desk
from debrief.desk.overview import Due, Held, Overview, Unfinished

__all__ = ["Desk", "Due", "Held", "Overview", "Unfinished"]
