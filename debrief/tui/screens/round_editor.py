"""The note in hand, written in an editor of one's own."""

from __future__ import annotations

from textual.app import SuspendNotSupported

from debrief.errors import Problem
from debrief.i18n import _
from debrief.tui.screens.round_together import RoundTogether
from debrief.tui.widgets.notes import Notes


class RoundEditor(RoundTogether):
    """A round whose notes may be written elsewhere; they come back as if they were typed."""

    def action_editor(self) -> None:
        """Give the note to the editor; the screen waits, and takes back what was saved."""
        from debrief.tui import outside

        self.keep_writing()
        notes = self.query_one(Notes)
        try:
            editor = outside.command()
            place = outside.folder(self.desk_app.desk.config.editor_tmp)
            with self.app.suspend():
                written = outside.write(notes.text, editor, place)
        except SuspendNotSupported:
            self.app.notify(_("This terminal can't be given to another program."), markup=False)
            return
        except Problem as problem:
            self.desk_app.tell(problem)
            return
        if written.text != notes.text:
            notes.replace(written.text, (0, 0), notes.document.end)
            notes.move_cursor(notes.document.end)
        self.keep_writing()
        if written.ended_by:
            self.desk_app.end_by(written.ended_by)
            return
        self.redraw()
        self.to_pane(Notes)
