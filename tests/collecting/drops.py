"""Drops as sites make them: plain, sealed, and in folders."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pyrage

from debrief.collecting.keeping import Place
from debrief.collecting.run import MINIMUM, Report, collect
from debrief.collecting.sources import FolderSource, Source
from debrief.exporters.sealed import SCHEMA, canonical, seal
from debrief.record.opening import Opener

KEY = pyrage.x25519.Identity.generate()
OTHER = pyrage.x25519.Identity.generate()
OPENER = Opener((str(KEY),))
TODAY = dt.date(2026, 11, 28)


def identity(*parts: object) -> str:
    return f"d-{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"


def fields(**changes: Any) -> dict[str, Any]:
    """Return the fields of a round of nine, as level counts has them."""
    return {
        "month": "2026-10",
        "minutes": 45,
        "people": 9,
        "phases": 6,
        "turns": {"spoke": "5+", "passed": "<5", "left": "<5"},
        "follow_ups": {"dated": "<5", "declined": "<5", "not-needed": "5+"},
        "duties": {"acted": "<5", "agreed": "<5", "not-a-duty": "<5", "open": "<5"},
        "actions": 2,
        "signs": {"acute": "<5", "urgent": "<5", "watch": "<5"},
        **changes,
    }


def content(site: str = "aarhus", number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return what is in the drop that `site` makes of its round `number`."""
    session = changes.get(
        "session", f"s-{hashlib.sha256(f'{site} {number}'.encode()).hexdigest()[:16]}"
    )
    made = {
        "document": identity(site, session, changes.get("revision", 1), changes.get("level")),
        "fields": fields(),
        "fields_schema": 1,
        "language": "da",
        "level": "counts",
        "previous": "",
        "revision": 1,
        "schema": SCHEMA,
        "sequence": 0,
        "session": session,
        "site": site,
    }
    return made | changes


def retraction(of: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the document that takes back the round of another one."""
    made = {
        "document": identity("back", of["site"], of["session"]),
        "schema": "debrief-retraction/1",
        "session": of["session"],
        "site": of["site"],
    }
    return made | changes


def sealed(what: dict[str, Any] | bytes, key: Any = KEY) -> bytes:
    plain = what if isinstance(what, bytes) else canonical(what)
    return seal(plain, [str(key.to_public())])


def drop(folder: Path, what: dict[str, Any], name: str = "", key: Any = KEY) -> Path:
    """Put a sealed drop into the folder."""
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / (name or f"{what['document']}.age")
    path.write_bytes(sealed(what, key))
    return path


def gathered(to: Path, *sources: Path | Source, **how: Any) -> Report:
    """Collect from folders, with the organisation's key."""
    found = [FolderSource(one) if isinstance(one, Path) else one for one in sources]
    keys = how.pop("keys", OPENER)
    today = how.pop("today", TODAY)
    disk = how.pop("disk", None)
    how.setdefault("minimum", MINIMUM)
    return collect(Place(to, disk), found, keys, today, **how)


def table(to: Path) -> dict[tuple[str, str, str], tuple[int | None, str]]:
    """Return the set that lies in `to`, read as anybody would."""
    import duckdb

    with duckdb.connect(":memory:") as database:
        found = database.execute(
            "SELECT measure, site, month, value, state FROM read_parquet(?)",
            [str(to / "set" / "counts.parquet")],
        ).fetchall()
    return {row[:3]: row[3:] for row in found}
