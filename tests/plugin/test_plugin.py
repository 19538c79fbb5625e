from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import debrief.plugin
from debrief.plugin import Exporter, Receipt, Secret, Setting, Unknown, exporter, hook_manager

QUIET = ("httpx", "pluggy", "asyncio", "textual", "rich", "click", "sqlite3", "subprocess")


@pytest.mark.parametrize(
    ("module", "may"),
    [
        ("debrief.summary", ()),
        ("debrief.plugin", ()),
        ("debrief.delivery.outbox", ("sqlite3",)),
        ("debrief.delivery.config", ("subprocess",)),
        ("debrief.delivery.trust", ("subprocess",)),
        ("debrief.delivery.courier", ("subprocess", "sqlite3")),
        ("debrief.delivery.worker", ("subprocess",)),
        ("debrief.delivery.link", ("subprocess",)),
    ],
)
def test_it_loads_nothing_heavy(module: str, may: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print([m for m in {QUIET!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(done.stdout)) <= set(may)


def test_a_function_becomes_an_exporter_with_what_it_declared() -> None:
    settings = [Setting("url", "Address"), Secret("token", "Token")]

    @exporter("wiki", api=1, renders="html", dedupe="key", window_hours=24, settings=settings)
    def send(doc, to):
        """Put it there."""
        return Receipt(str(doc) + str(to))

    assert issubclass(send, Exporter)
    assert (send.name, send.api, send.renders, send.dedupe) == ("wiki", 1, "html", "key")
    assert send.window_hours == 24
    assert send.settings == tuple(settings)
    assert send.__doc__ == "Put it there."
    assert send().send("a", "b") == Receipt("ab")


def test_a_package_hands_over_its_exporters_by_a_hook() -> None:
    class Mine(Exporter):
        name = "mine"

    class Plugin:
        @debrief.plugin.hookimpl
        def debrief_exporters(self):
            return [Mine]

        @debrief.plugin.hookimpl
        def debrief_protocols(self):
            return [Path("protocols")]

    manager = hook_manager()
    manager.register(Plugin())
    manager.check_pending()
    assert manager.hook.debrief_exporters() == [[Mine]]
    assert manager.hook.debrief_protocols() == [[Path("protocols")]]
    assert manager.hook.debrief_signs() == []


def test_a_reply_that_is_no_json_is_unknown() -> None:
    with pytest.raises(Unknown):
        debrief.plugin.Reply(200, {}, b"<html>").json()
    assert debrief.plugin.Reply(200, {}, b'{"ok": true}').json() == {"ok": True}


def test_what_is_exported_is_there_and_the_guide_tells_of_it() -> None:
    guide = Path(__file__).parents[2].joinpath("plugins", "README.md").read_text("utf-8")
    for name in debrief.plugin.__all__:
        assert getattr(debrief.plugin, name) is not None
        assert name in guide, name
    with pytest.raises(AttributeError):
        debrief.plugin.nothing  # noqa: B018
