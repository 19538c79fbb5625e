"""Asking and telling, one line at a time, on any two text streams."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterable
from typing import TextIO

from debrief.i18n import _
from debrief.plain.vocabulary import offered, yes_or_no
from debrief.text import clean


class InputEnded(Exception):
    """No more lines come."""


class Talk:
    """A conversation. `read` gives the next line after a prompt and raises EOFError at the end."""

    def __init__(self, read: Callable[[str], str], write: Callable[[str], object]) -> None:
        self._read = read
        self._write = write
        self.heard = 0
        """How many lines have been read."""

    @classmethod
    def over(cls, source: TextIO, sink: TextIO) -> Talk:
        """Return a talk over two streams, without prompts: what is asked stands as a line."""

        def read(_prompt: str) -> str:
            sink.flush()
            line = source.readline()
            if not line:
                raise EOFError
            return line.removesuffix("\n")

        return cls(read, sink.write)

    def tell(self, *lines: str) -> None:
        """Write each line; control characters never come through."""
        for line in lines or ("",):
            self._write(clean(line) + "\n")

    def listen(self) -> str:
        """Return the next line, cleaned, without space at its ends. Raises InputEnded."""
        try:
            line = self._read("> ")
        except EOFError:
            raise InputEnded from None
        self.heard += 1
        return clean(line).replace("\n", " ").strip()

    def ask(self, question: str) -> str:
        """Write the question as a line of its own and return the answer. Raises InputEnded."""
        self.tell(question)
        return self.listen()

    def agrees(self, question: str) -> bool:
        """Ask until the answer is yes or no. Raises InputEnded."""
        while True:
            asked = _("{question} ({yes} or {no})").format(question=question, **offered())
            answer = yes_or_no(self.ask(asked))
            if answer is not None:
                return answer
            self.tell(_("Answer {yes} or {no}.").format(**offered()))

    def number(self, title: str, rows: Iterable[str]) -> None:
        """Write a titled list, numbered from one."""
        self.tell(title, *(f"  {number}. {row}" for number, row in enumerate(rows, 1)))


def terminal() -> Talk:
    """Return a talk over standard input and output.

    At a terminal the line can be edited and is as long as one likes, which needs readline; the
    terminal's own line ends at 4,095 bytes. Nothing typed goes into a history.
    """
    source, sink = sys.stdin, sys.stdout
    if isinstance(source, io.TextIOWrapper):
        source.reconfigure(errors="surrogateescape")
    if isinstance(sink, io.TextIOWrapper):
        sink.reconfigure(errors="replace", line_buffering=True)
    if not (source.isatty() and sink.isatty()):
        return Talk.over(source, sink)
    with contextlib.suppress(ImportError):
        import readline

        readline.set_auto_history(False)
    return Talk(input, sink.write)
