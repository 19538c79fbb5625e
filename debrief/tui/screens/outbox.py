"""The outbox: what needs a decision, what waits, what has arrived; byte for byte what leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from debrief import words
from debrief.delivery import words as told
from debrief.delivery.rows import DeliveryReceipt, Resolution
from debrief.desk import outgoing
from debrief.desk.outgoing import Item, Outgoing
from debrief.errors import Problem
from debrief.i18n import _, language
from debrief.summary import words as leaving
from debrief.tui import commands, looks
from debrief.tui.dialogs import LineDialog, PreviewDialog
from debrief.tui.screens.base import BaseScreen
from debrief.tui.widgets.bars import KeyBar, TopBar


class OutboxScreen(BaseScreen):
    """What leaves, and what became of it. Nothing goes that was not shown."""

    SCOPES: ClassVar[tuple[str, ...]] = ("outbox",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("outbox")]

    class Looked(Message):
        """The outbox was looked through."""

        def __init__(self, found: Outgoing | Problem) -> None:
            super().__init__()
            self.found = found

    def __init__(self) -> None:
        super().__init__()
        self._found: Outgoing | None = None
        self._problem = ""
        self._sending = False

    def compose(self) -> ComposeResult:
        """Lay out the list, and beside it the one that is chosen."""
        yield TopBar()
        with Horizontal(id="outbox"):
            yield OptionList(id="rows")
            with VerticalScroll(id="one", can_focus=True):
                yield Static(id="about", markup=False)
                yield Static(id="body", markup=False, classes="paper")
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "The outbox shows what leaves this computer and what became of it. Nothing goes that "
            "you have not seen, and what may have arrived is never sent again by itself."
        )

    def on_mount(self) -> None:
        """Look through the outbox, with the list in hand."""
        self.redraw()
        self._list.focus()
        self.look()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#rows", OptionList)

    @work(thread=True, exclusive=True, group="outbox", exit_on_error=False)
    def look(self) -> None:
        """Read the outbox, off the screen's thread."""
        self._tell(lambda: None)

    def _tell(self, first: Callable[[], object]) -> None:
        """Do something, look through the outbox, and say what was found."""
        found: Outgoing | Problem
        try:
            first()
            found = outgoing.look(self.desk_app.desk)
        except Problem as problem:
            found = problem
        if not get_current_worker().is_cancelled:
            self.post_message(self.Looked(found))

    def on_outbox_screen_looked(self, message: Looked) -> None:
        """Show what was found."""
        self._sending = False
        if isinstance(message.found, Problem):
            self._problem = str(message.found)
        else:
            self._found, self._problem = message.found, ""
        self.redraw()

    # Showing

    def redraw(self) -> None:
        """Say everything in the language in force."""
        self.query_one(KeyBar).show(self.SCOPES, self._hidden())
        self.show_top(_("Outbox"))
        self._list.border_title = _("What leaves")
        at = self._list.highlighted
        self._list.clear_options()
        self._list.add_options(self._rows())
        last = len(self._items) - 1
        self._list.highlighted = None if last < 0 else min(at or 0, last)
        self._show_one()

    @property
    def _items(self) -> tuple[Item, ...]:
        return self._found.items if self._found else ()

    @property
    def _chosen(self) -> Item | None:
        at = self._list.highlighted
        return self._items[at] if at is not None and at < len(self._items) else None

    def _hidden(self) -> list[str]:
        """Return the commands that do nothing for what is chosen."""
        item, hidden = self._chosen, []
        state = item.row.state if item else ""
        stuck = state in ("held", "rejected", "unknown", "blocked")
        hidden += [] if state == "awaiting-approval" else ["outbox.approve"]
        hidden += [] if stuck and item and item.body is not None else ["outbox.again"]
        hidden += [] if stuck or state == "ready" else ["outbox.arrived"]
        hidden += [] if item and state != "sending" else ["outbox.abandon"]
        hidden += [] if item and item.pause else ["outbox.resume"]
        return hidden

    def _rows(self) -> list[Option]:
        if self._found is None:
            return []
        rows = [Option(_row(item)) for item in self._items]
        arrived = [Option(_arrived(one), disabled=True) for one in self._found.arrived]
        if not rows:
            nothing = Content.styled(_("Nothing waits to be sent."), "$muted")
            rows.append(Option(nothing, disabled=True))
        return [*rows, *arrived]

    @on(OptionList.OptionHighlighted, "#rows")
    def _highlighted(self) -> None:
        self.query_one(KeyBar).show(self.SCOPES, self._hidden())
        self._show_one()

    def _show_one(self) -> None:
        about, body = self.query_one("#about", Static), self.query_one("#body", Static)
        pane = self.query_one("#one", VerticalScroll)
        pane.border_title = _("The one chosen")
        item = self._chosen
        if self._problem:
            about.update(Content.styled(f"▲ {self._problem}", "$warning"))
        elif self._sending:
            about.update(Content.styled(_("Sending ..."), "$muted"))
        else:
            about.update(_about(item) if item else Content(""))
        text = item.body.decode("utf-8", "replace") if item and item.body else ""
        body.display = bool(text) and not self._problem
        body.update(text)

    # Doing

    def action_approve(self) -> None:
        """Let exactly what is shown go, and send it."""
        item = self._chosen
        if item is not None and item.row.state == "awaiting-approval":
            self._send(lambda: outgoing.approve(self.desk_app.desk, item.row))

    def action_send(self) -> None:
        """Send everything that may go."""
        self._send(lambda: None)

    def action_again(self) -> None:
        """Send it again, under the same id."""
        self._decide("send", "")

    def action_arrived(self) -> None:
        """It did arrive, the supervisor knows: ask how."""
        self._ask(_("How do you know that it arrived?"), "arrived")

    def action_abandon(self) -> None:
        """Give it up: ask why."""
        self._ask(_("Why is it given up? What it holds is removed from the outbox."), "abandon")

    def _ask(self, question: str, decision: Resolution) -> None:
        if self._chosen is not None:
            hint = _("Enter does it, an empty line or Esc leaves it as it is.")
            self.app.push_screen(
                LineDialog(question, hint), lambda why: self._decide(decision, why) if why else None
            )

    def _decide(self, decision: Resolution, why: str) -> None:
        item = self._chosen
        if item is None:
            return
        done = self._send if decision == "send" else self._change
        done(lambda: outgoing.resolve(self.desk_app.desk, item.row, decision, why))

    def action_resume(self) -> None:
        """Let things go again to a destination that did not let us in."""
        item = self._chosen
        if item is not None and item.pause is not None:
            self._send(lambda: outgoing.resume(self.desk_app.desk, item.row.destination))

    def action_preview(self) -> None:
        """Show on the whole screen what is sent."""
        item = self._chosen
        if item is not None and item.body is not None:
            heading = f"{item.row.destination} · sha256 {item.row.sha256}"
            self.app.push_screen(PreviewDialog([(heading, item.body.decode("utf-8", "replace"))]))

    @on(OptionList.OptionSelected, "#rows")
    def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_preview()

    def action_back(self) -> None:
        """Go back to where the outbox was opened."""
        self.app.pop_screen()

    @work(thread=True, exclusive=True, group="outbox", exit_on_error=False)
    def _change(self, first: Callable[[], object]) -> None:
        self._tell(first)

    def _send(self, first: Callable[[], object]) -> None:
        self._sending = True
        self._show_one()
        self._send_now(first)

    @work(thread=True, exclusive=True, group="outbox", exit_on_error=False)
    def _send_now(self, first: Callable[[], object]) -> None:
        from debrief.desk import sending

        def both() -> None:
            first()
            sending.send(self.desk_app.desk)

        self._tell(both)


def _row(item: Item) -> Content:
    """Return one line and a half: where to, of which session, and how it stands."""
    glyph, style = ("▲", "$warning") if item.decide else (looks.AHEAD, "$foreground")
    row = item.row
    state = _("held back: it did not let us in") if item.pause else told.state(row.state)
    return Content.assemble(
        (f"{glyph} {row.destination}", style),
        (f"  {row.session}", "$muted"),
        "\n  ",
        (state, style if item.decide else "$muted"),
        (f", {words.moment(row.next_at)}" if row.next_at and not item.pause else "", "$muted"),
    )


def _arrived(one: DeliveryReceipt) -> Content:
    when = words.moment(one.at)
    return Content.styled(f"{looks.DONE} {one.destination}  {one.session}\n  {when}", "$muted")


def _about(item: Item) -> Content:
    """Return all that is known of a delivery, above what it holds."""
    row = item.row
    lines = [
        _("To {destination} ({exporter}), level {level}: {fields}").format(
            destination=row.destination,
            exporter=row.exporter,
            level=leaving.level(row.level, language()),
            fields=leaving.fields(row.fields, language()),
        ),
        _("{size} bytes, sha256 {digest}").format(size=row.size, digest=row.sha256[:16] or "-"),
    ]
    if row.approved_by:
        lines.append(_("approved by {name}").format(name=row.approved_by))
    for one in item.tried:
        lines.append(told.tried(one))
    said = [told.state(row.state).capitalize() + ".", told.why(row.why), item.problem]
    if item.pause is not None:
        more = _("Nothing more goes there until it is put right; {key} lets it go on.")
        said.append(more.format(key=commands.shown_key("outbox.resume")))
    state = " ".join(part for part in said if part)
    style = "$warning" if item.decide else "$foreground"
    return Content("\n").join(
        [Content.styled(state, style), *(Content.styled(line, "$muted") for line in lines)]
    )
