"""The editor for one note, with the words of its signs marked where they stand."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.reactive import var
from textual.timer import Timer
from textual.widgets import TextArea

from debrief import words
from debrief.text import clean

PAUSE = 0.15
"""Seconds without a key after which the note is kept and scanned."""
REST = 0.8
"""Seconds without a key after which the word before the cursor counts as written to its end."""


class Mark(msgspec.Struct, frozen=True):
    """A stretch of the note to mark: character offsets, and the level that colours it."""

    start: int
    end: int
    level: str


class Notes(TextArea):
    """A plain text editor for the note of one voice in one phase.

    It posts `Written` a moment after the last key and again when the hands have rested, and
    whatever is unposted when `flush` is called, so that moving on never loses a word.
    """

    marks: var[tuple[Mark, ...]] = var(())

    class Written(Message):
        """The note was changed, and the hands rest.

        `typing_at` is the cursor's character offset where they have rested only a moment, so that
        the word there may be half typed; None once they have rested.
        """

        def __init__(
            self, phase: str, person: str, text: str, typing_at: int | None = None
        ) -> None:
            super().__init__()
            self.phase = phase
            self.person = person
            self.text = text
            self.typing_at = typing_at

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self.cursor_blink = False
        self.highlight_cursor_line = False
        self._of: tuple[str, str] = ("", "")
        self._kept = ""
        self._half = False
        """Whether what was posted last may end in half a word."""
        self._waiting: list[Timer] = []

    def show(self, phase: str, person: str, text: str) -> None:
        """Show the note of `person` in `phase`; what stood unposted is posted first.

        Where it is shown already and has been written on since, the editor is ahead and stays.
        """
        if (phase, person) == self._of and (clean(self.text) == text or self.text != self._kept):
            return
        self.flush()
        self._of = (phase, person)
        self._kept = text
        self.load_text(text)
        self.move_cursor(self.document.end)
        self._count()

    def flush(self) -> None:
        """Post what was written since the last time, as written to its end."""
        written = self.take()
        if written is not None:
            self.post_message(self.Written(*written))

    def take(self) -> tuple[str, str, str] | None:
        """Return (phase, person, text) that was not posted as written to its end, and count it so.

        Timers that still wait find nothing left to post.
        """
        text = self.text
        if not self._of[0] or (text == self._kept and not self._half):
            return None
        self._kept, self._half = text, False
        return (*self._of, text)

    def standing(self) -> tuple[str, str, str] | None:
        """Return (phase, person, text) as it stands, posted or not; None before anything did."""
        return (*self._of, self.text) if self._of[0] else None

    def _pause(self) -> None:
        """Post what was written, the word at the cursor being perhaps half typed."""
        text = self.text
        if not self._of[0] or text == self._kept:
            return
        self._kept, self._half = text, True
        row, column = self.cursor_location
        before = [*self.document.lines[:row], self.document.lines[row][:column]]
        self.post_message(self.Written(*self._of, text, len(clean("\n".join(before)))))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Wait for the hands to rest."""
        event.stop()
        for timer in self._waiting:
            timer.stop()
        self._waiting = [self.set_timer(PAUSE, self._pause), self.set_timer(REST, self.flush)]
        self._count()

    def _count(self) -> None:
        number = len(self.text.split())
        subtitle = words.count_words(number) if number else ""
        if subtitle != self.border_subtitle:
            self.border_subtitle = subtitle

    def mark(self, marks: Sequence[Mark]) -> None:
        """Mark these stretches of the note as it was last posted."""
        wanted = tuple(marks)
        if wanted == self.marks:
            return
        self.marks = wanted
        self.notify_style_update()
        self.refresh()

    def get_line(self, line_index: int) -> Text:
        """Return a line with its marks: underlined, and coloured by level."""
        line = super().get_line(line_index)
        if not self.marks:
            return line
        start = sum(len(one) + 1 for one in self.document.lines[:line_index])
        for mark in self.marks:
            if mark.start < start + len(line) and mark.end > start:
                line.stylize(self._style(mark.level), max(0, mark.start - start), mark.end - start)
        return line

    def _style(self, level: str) -> Style:
        colours = self.app.theme_variables
        name = {"acute": "error", "urgent": "warning"}.get(level, "muted")
        colour = colours.get(name, "default").removeprefix("ansi_")
        return Style(color=colour, underline=True, bold=level == "acute")
