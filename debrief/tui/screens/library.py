"""Library: what to do, whom to call, what to say - over whatever is shown, and back to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from debrief.desk import guiding
from debrief.desk.guiding import Shown
from debrief.guidance import CHAIN
from debrief.i18n import _
from debrief.tui import commands, guides
from debrief.tui.screens.base import BaseScreen
from debrief.tui.widgets.bars import KeyBar, TopBar


class LibraryScreen(BaseScreen):
    """All cards in sections, one search over all of them, and the one chosen beside the list.

    The search has the focus; the arrows move in the list all the while. `first` are the ids of the
    cards that belong to the screen below.
    """

    SCOPES: ClassVar[tuple[str, ...]] = ("library",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("library")]

    def __init__(self, first: Iterable[str] = ()) -> None:
        super().__init__()
        self._first = tuple(dict.fromkeys(first))
        self._shown: Shown | None = None

    def compose(self) -> ComposeResult:
        """Lay out the search, the list, and the card."""
        yield TopBar()
        with Horizontal(id="library"):
            with Vertical(id="library-list"):
                yield Input(id="look-for")
                yield OptionList(id="cards")
            with VerticalScroll(id="card", can_focus=True):
                yield Static(id="card-text", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "The library says what to do, whom to call and what to say. Type to find a card; the "
            "round below goes on as it stood."
        )

    def on_mount(self) -> None:
        """Begin with what belongs to the screen below, ready to type."""
        self.redraw()
        self.query_one(Input).focus()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#cards", OptionList)

    @property
    def chosen(self) -> str | None:
        """The id of the card that is shown."""
        at = self._list.highlighted
        return None if at is None else self._list.get_option_at_index(at).id

    # Showing

    def redraw(self) -> None:
        """Say everything in the language in force, with the card that was shown."""
        desk = self.desk_app.desk
        self._shown = guiding.look(desk.places, desk.config, desk.clock())
        self.query_one(KeyBar).show(self.SCOPES)
        self.show_top(_("Library"), self._shown.library.country)
        self.query_one(Input).border_title = _("Find")
        self._list.border_title = _("Cards")
        self._fill(self.chosen)

    def _fill(self, keep: str | None) -> None:
        """List what fits the search, and show `keep` or else the first."""
        shown, options = self._shown, self._list
        if shown is None:
            return
        query = self.query_one(Input).value
        found = shown.find(query) if query.strip() else list(shown.library.ids)
        rows = list(self._rows(shown, found, query))
        with self.prevent(OptionList.OptionHighlighted):
            options.clear_options()
            options.add_options(rows)
            ids = [one.id for one in rows]
            first = next((at for at, one in enumerate(rows) if not one.disabled), None)
            options.highlighted = ids.index(keep) if keep and keep in ids else first
        self._show_card()

    def _rows(self, shown: Shown, found: list[str], query: str) -> Iterator[Option]:
        """Yield headings and cards; a search gives one plain list, best first."""
        if not found:
            yield _heading(_("Nothing fits. Try another word."))
        pressing = [one for one in self._first if one in found]
        if query.strip():
            for ident in found:
                yield self._option(shown, ident, ident in pressing)
            return
        if pressing:
            yield _heading(_("On the screen now"))
            yield from (self._option(shown, ident, True) for ident in pressing)
        above = ""
        for ident in (one for one in found if one not in pressing):
            section = _section(shown, ident)
            if section != above:
                yield _heading(section)
                above = section
            yield self._option(shown, ident, False)

    def _option(self, shown: Shown, ident: str, pressing: bool) -> Option:
        room = self._list.content_size.width - 4  # the edges of a row, and the scroll bar
        return Option(guides.listed(shown.title(ident), pressing, room), ident)

    def _show_card(self) -> None:
        pane, shown, ident = self.query_one("#card", VerticalScroll), self._shown, self.chosen
        if shown is None:
            return
        pane.border_title = shown.title(ident) if ident is not None else ""
        room = pane.scrollable_content_region.width - 1
        content = guides.card(shown.lines(ident), room) if ident is not None else Content("")
        told = [Content.styled(f"▲ {one}", "$warning") for one in shown.problems]
        self.query_one("#card-text", Static).update(Content("\n").join([*told, content]))
        pane.scroll_home(animate=False)

    # Finding

    @on(Input.Changed, "#look-for")
    def _typed(self, event: Input.Changed) -> None:
        """Show what fits so far; the first one found is shown at once."""
        event.stop()
        self._fill(None)

    @on(OptionList.OptionHighlighted, "#cards")
    def _highlighted(self) -> None:
        self._show_card()

    @on(Input.Submitted, "#look-for")
    @on(OptionList.OptionSelected, "#cards")
    def _read(self, event: Input.Submitted | OptionList.OptionSelected) -> None:
        """Enter goes to the card, to read it with the arrows."""
        event.stop()
        self.query_one("#card").focus()

    # Moving

    def action_next_card(self) -> None:
        """Go to the next card."""
        self._list.action_cursor_down()

    def action_previous_card(self) -> None:
        """Go to the card before."""
        self._list.action_cursor_up()

    def action_next_section(self) -> None:
        """Go to the first card of the next section; after the last comes the first."""
        options = self._list.options
        at = self._list.highlighted or 0
        order = [*range(at + 1, len(options)), *range(at + 1)]
        for one in order:
            if not options[one].disabled and one and options[one - 1].disabled:
                self._list.highlighted = one
                return

    def action_read_on(self) -> None:
        """Read further down."""
        self.query_one("#card", VerticalScroll).scroll_page_down(animate=False)

    def action_read_back(self) -> None:
        """Read further up."""
        self.query_one("#card", VerticalScroll).scroll_page_up(animate=False)

    def action_back(self) -> None:
        """Back to where the person was."""
        self.app.pop_screen()


def _heading(text: str) -> Option:
    return Option(Content.styled(text, "$muted"), disabled=True)


def _section(shown: Shown, ident: str) -> str:
    """Return the heading a card stands under."""
    if ident in (CHAIN, guiding.ACUTE):
        return _("Danger now")
    card = shown.library.cards.get(ident)
    kind = card.kind if card is not None else "page"
    return {
        "duty": _("Duties"),
        "sign": _("Signs and what to do"),
        "page": _("To say and to know"),
    }[kind]
