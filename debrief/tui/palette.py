"""What the palette offers: our own commands only, so that nothing can write a picture of a screen.

Offered are the commands of the screen and of its panes, those that hold everywhere, and, where a
dialog is open, those of the screen below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from debrief.tui import commands
from debrief.tui.commands import Command

_OF_WHAT_IS_CHOSEN: Final = ("signs",)
"""Scopes whose commands are about one row; unless their pane has the focus, nobody sees which."""


def offered(app: App[Any], screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Yield a palette entry for every command that can be given from `screen`."""
    below = standing(app.screen_stack, screen)
    seen: set[str] = set()
    taken: set[str] = set()
    for scope in (*scopes(below), "app"):
        for command in commands.of(scope):
            target = _target(app, below, command)
            if target is None or command.id in seen:
                continue
            if scope in _OF_WHAT_IS_CHOSEN and target is not below.focused:
                continue
            seen.add(command.id)
            free = not (command.yields and taken & {*command.keys})
            taken |= {*command.keys}
            title = f"{command.label()}  {command.shown_key if free else ''}".rstrip()
            yield SystemCommand(title, command.help(), partial(_give, app, below, target, command))


def scopes(screen: Screen[Any]) -> tuple[str, ...]:
    """Return the scopes of a screen and of its panes."""
    return (*getattr(screen, "SCOPES", ()), *getattr(screen, "PANES", ()))


def standing(stack: Sequence[Screen[Any]], screen: Screen[Any]) -> Screen[Any]:
    """Return the screen, or the one below it in the stack while it is a dialog."""
    at = stack.index(screen) if screen in stack else len(stack) - 1
    while at > 0 and not scopes(stack[at]):
        at -= 1
    return stack[at]


def _target(app: App[Any], screen: Screen[Any], command: Command) -> DOMNode | None:
    """Return what does the command: a pane of the screen, the screen, or the app."""
    name = f"action_{command.action}"
    if command.scope == "app":
        return app if hasattr(app, name) else None
    for pane in screen.query("*"):
        if command.scope in panes_of(pane) and hasattr(pane, name):
            return pane
    return screen if hasattr(screen, name) else None


def panes_of(node: DOMNode) -> tuple[str, ...]:
    """Return the scopes whose commands a widget binds itself."""
    idents = [one.id for one in node.BINDINGS if isinstance(one, Binding) and one.id]
    found = {ident.partition(".")[0] for ident in idents if "." in ident}
    return tuple(
        scope for scope in dict.fromkeys(one.scope for one in commands.COMMANDS) if scope in found
    )


async def _give(app: App[Any], screen: Screen[Any], target: DOMNode, command: Command) -> None:
    """Leave the dialogs above the screen, and do what the command does."""
    if target is not app:
        while app.screen is not screen and len(app.screen_stack) > 1:
            app.pop_screen()
        if target is not screen:
            screen.set_focus(target)  # type: ignore[arg-type]  # every node below a screen is a widget
    await app.run_action(command.action, target)
