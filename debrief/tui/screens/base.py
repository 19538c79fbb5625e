"""What every screen of the app has: a top bar, a key bar, and a way to say everything again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.content import Content
from textual.screen import Screen

from debrief import words
from debrief.i18n import _
from debrief.tui.widgets.bars import KeyBar, TopBar

if TYPE_CHECKING:
    from debrief.tui.app import DebriefApp


class BaseScreen(Screen[None]):
    """A full screen. `SCOPES` are the command scopes that hold on it."""

    SCOPES: ClassVar[tuple[str, ...]] = ()
    AUTO_FOCUS = None

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
        bar = self.query_one(TopBar)
        about = " · ".join(part for part in left if part)
        bar.left = Content.assemble(("debrief", "bold $accent"), "  ", about)
        bar.right = right if right is not None else Content.styled(self._now(), "$muted")

    def _now(self) -> str:
        return words.moment(self.desk_app.desk.clock())

    def on_mount(self) -> None:
        """Draw for the first time, and again whenever the width may change what fits."""
        self.redraw()

    def on_resize(self) -> None:
        """Fit what is shown to the width."""
        if self.is_mounted:
            self.redraw()


def too_small(width: int, height: int) -> str:
    """Return the sentence for a window that can't hold a screen; empty when it can."""
    if width >= 80 and height >= 24:
        return ""
    return _(
        "This window is {width}x{height}; the screens need 80x24. "
        "Make it larger, or use: debrief run --plain"
    ).format(width=width, height=height)
