"""The one kind of error a person can meet: a sentence, and a status for scripts."""

from __future__ import annotations

from typing import Final

from debrief.text import clean

EXIT_FOUND: Final = 1
"""The command worked and found something wrong, such as a changed session file."""
EXIT_USAGE: Final = 2
"""The command line could not be understood."""
EXIT_INPUT: Final = 3
"""A file, protocol, configuration or answer could not be used."""
EXIT_DISK: Final = 4
"""The disk refused: full, read-only, or an input/output error."""
EXIT_KEY: Final = 5
"""A key is missing, or does not fit."""
EXIT_DELIVERY: Final = 6
"""Something that should leave is still waiting."""


class Problem(Exception):
    """Something a person must know: what happened, what was kept, what to do.

    `str(problem)` is the whole message, one sentence or two, ready to be shown. It never holds
    note text, names or secrets, since it may be logged, and nothing that steers a terminal.
    """

    def __init__(self, sentence: str, status: int = EXIT_INPUT) -> None:
        super().__init__(clean(sentence))
        self.status = status
