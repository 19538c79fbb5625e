"""What holds for every test: how fast a machine is decides nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
