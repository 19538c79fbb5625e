"""Keys are read in order: one has done what it does before the next is looked at."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

from textual import events
from textual.app import App
from textual.dom import DOMNode

PATIENCE = 0.3
"""Seconds that a key may take before the next one is read all the same."""


class InOrderApp(App[int]):
    """An app in which keys that come at once act as if they came one by one.

    A command acts when the app reads its key, a letter when the widget it is for reads it. Without
    waiting, a letter pressed before a command would act after it, and be kept in another's note.
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: deque[events.Key] = deque()
        self._acting = 0
        """The number of the key that acts now; 0 while none does."""
        self._read = 0
        self.after_keys: Callable[[], None] | None = None
        """What is to be done once no key acts or waits any more."""

    @property
    def reads_keys(self) -> bool:
        """Whether a key still acts or waits to be read."""
        return bool(self._acting)

    async def on_event(self, event: events.Event) -> None:
        """Pass an event on; a key waits for the one before."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._keys.append(event)
        if not self._acting:
            await self._read_key()

    async def _read_key(self) -> None:
        """Read the next key, and follow what it does from the widget up to the app, twice.

        Once for the key itself and once for what came of it: a binding, an answer, a dialog gone.
        """
        if not self._keys:
            self._acting = 0
            if self.after_keys is not None:
                self.after_keys()
            return
        self._read += 1
        self._acting = number = self._read
        late = partial(self.call_later, self._go_on_after, number)
        asyncio.get_running_loop().call_later(PATIENCE, late)
        at: DOMNode = self.focused or self.screen
        way = [at, *at.ancestors_with_self]
        await super().on_event(self._keys.popleft())
        self._follow(number, [*way, *way])

    def _follow(self, number: int, way: list[DOMNode]) -> None:
        """Wait until each on the way has dealt with what waits for it; then read on."""
        while way:
            if way.pop(0).call_later(self._follow, number, way):
                return
        self.call_later(self._go_on_after, number)

    async def _go_on_after(self, number: int) -> None:
        """Read the next key, unless that was done already."""
        if self._acting == number:
            await self._read_key()
