"""What the palette looks through, and what it says where nothing fits."""

from __future__ import annotations

from textual.command import Hit, Hits
from textual.system_commands import SystemCommandsProvider

from debrief.i18n import _


class Offers(SystemCommandsProvider):
    """The commands that the app offers; a row in the interface language where none fits."""

    async def search(self, query: str) -> Hits:
        """Yield the commands that fit `query`, or the row that says there are none."""
        found = False
        async for hit in super().search(query):
            found = True
            yield hit
        if not found:
            yield Hit(1, _("Nothing here is called that. Try another word."), _nothing)


def _nothing() -> None:
    """Leave the palette, and do nothing."""
