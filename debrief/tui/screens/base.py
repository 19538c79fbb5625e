"""What every screen of the app has: a top bar, a key bar, and a way to say everything again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.content import Content
from textual.screen import Screen

from debrief import words
from debrief.tui.widgets.bars import KeyBar, TopBar

if TYPE_CHECKING:
    from debrief.tui.app import DebriefApp


class BaseScreen(Screen[None]):
    """A full screen: `SCOPES` are the command scopes that hold on it, `PANES` its panes'."""

    SCOPES: ClassVar[tuple[str, ...]] = ()
    PANES: ClassVar[tuple[str, ...]] = ()
    AUTO_FOCUS = ""

    @property
    def desk_app(self) -> DebriefApp:
        """The app, as what it is."""
        return cast("DebriefApp", self.app)

    def purpose(self) -> str:
        """Return in two sentences what the screen is for."""
        return ""

    def redraw(self) -> None:
        """Show everything, in the interface language in force."""
        self.query_one(KeyBar).show(self.SCOPES)

    def show_top(self, *left: str, right: Content | None = None) -> None:
        """Fill the top bar: the program's name, then what it is about."""
        about = " · ".join(part for part in left if part)
        title = Content.assemble(("debrief", "bold $accent"), "  ", about)
        when = right if right is not None else Content.styled(self._now(), "$muted")
        self.query_one(TopBar).show(title, when)

    def _now(self) -> str:
        return words.moment(self.desk_app.desk.clock())

    def on_resize(self) -> None:
        """Fit what is shown to the width."""
        if self.is_mounted:
            self.redraw()
