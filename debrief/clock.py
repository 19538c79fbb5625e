"""The time now: the one place where the program asks for it."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """Return the time now, timezone-aware, in UTC."""
    return dt.datetime.now(dt.UTC)
