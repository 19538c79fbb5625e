"""A plugin's text on the bench."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from debrief.delivery.job import Source

Put = Callable[..., Source]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a plugin file, and return where it is."""

    def made(text: str, name: str = "mine") -> Source:
        path = tmp_path / f"{name}.py"
        path.write_text(text, "utf-8")
        return Source("file", name, str(path), hashlib.sha256(path.read_bytes()).hexdigest())

    return made
