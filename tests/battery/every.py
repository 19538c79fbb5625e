"""Every piece of work that the batteries disturb."""

from __future__ import annotations

from typing import Final

from .afterwards import Correcting, Erasing, Expiring
from .evening import Evening
from .scenes import Closing, FirstRun, Scene, Writing

Scenes = tuple[type[Scene], ...]
AGAIN: Final[Scenes] = (Closing, Erasing, Expiring, Correcting, FirstRun)
"""What can be done again as a whole after a kill."""
SCENES: Final[Scenes] = (Writing, *AGAIN)
ALL_SCENES: Final[Scenes] = (*SCENES, Evening)
