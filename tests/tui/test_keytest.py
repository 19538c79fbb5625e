"""`debrief doctor --keys`: what arrives is told by name, what has not come stands below."""

from __future__ import annotations

from textual.widgets import Static

from debrief.tui import commands
from debrief.tui.keytest import KeyTest


def said(app: KeyTest, ident: str) -> str:
    return str(app.query_one(ident, Static).render())


async def test_what_arrives_is_told_and_what_it_does() -> None:
    app = KeyTest({}, "dusk")
    async with app.run_test() as pilot:
        assert "^n" in said(app, "#missing")
        await pilot.press("ctrl+n", "æ", "backspace", "ctrl+q", "tab")
        arrived = said(app, "#arrived").split("\n")
        assert "the word goes to the next" in arrived[0]
        assert [row.split()[0] for row in arrived] == ["^n", "æ", "backspace", "^q", "tab"]
        assert "^n" not in said(app, "#missing")
        assert app.is_running


async def test_the_keys_of_one_s_own_are_waited_for() -> None:
    app = KeyTest({"round.next-voice": "ctrl+]"}, "dusk")
    async with app.run_test():
        assert "^]" in said(app, "#missing")
        assert "^n" not in said(app, "#missing")


async def test_all_keys_seen_and_escape_twice_ends_it() -> None:
    app = KeyTest({}, "dusk")
    async with app.run_test() as pilot:
        wanted = {
            key for scope in ("app", "round") for one in commands.of(scope) for key in one.keys
        }
        await pilot.press(*sorted(wanted - {"escape"}), "escape")
        assert "Every key of a round arrives" in said(app, "#missing")
        assert app.is_running
        await pilot.press("x", "escape")
        assert app.is_running
        await pilot.press("escape")
    assert app.return_value == 0
