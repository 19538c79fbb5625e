"""The folder that is collected into.

```
set/           what may be handed on: counts.parquet (or counts.csv) and about.json
private/       for the one who collects: state.json, and aside/ with documents to look at
```

The state is replaced in one step, after which everything in it counts as collected; the set is
made from it anew each time, in a folder beside, which then takes the place of the old one. Whatever
stops the program between two steps, the next collection makes the same set.
"""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from debrief.collecting.kept import STATE, State
from debrief.collecting.numbers import MEASURES
from debrief.collecting.tally import COLUMNS, Row
from debrief.errors import Problem
from debrief.i18n import _
from debrief.record.disk import AlreadyThere, Disk, disk_problem
from debrief.record.lock import Lock, folder_lock

SET: Final = "set"
SET_SCHEMA: Final = "debrief-counts/1"
_NEW, _OLD = ".set.new", ".set.old"
_TYPES: Final = ("VARCHAR", "VARCHAR", "VARCHAR", "BIGINT", "VARCHAR")


class Place:
    """A folder that is collected into; made when it is missing."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder.expanduser().absolute()
        self._disk = disk or Disk()
        self._private = self.folder / "private"
        self.aside = self._private / "aside"
        self.set = self.folder / SET
        self._disk.make_folder(self.aside)

    def lock(self) -> Lock:
        """Keep others out; raises Problem when another collection is under way."""
        return folder_lock(self._private / ".lock")

    def load(self) -> State:
        """Return what is remembered, empty at first; raises Problem for one that is not ours."""
        path = self._private / "state.json"
        if not self._disk.exists(path):
            return State()
        try:
            state = msgspec.json.decode(self._disk.read(path), type=State)
            whole = state.schema == STATE
        except (msgspec.DecodeError, UnicodeDecodeError):
            whole = False
        if not whole:
            raise Problem(
                _(
                    "{path} can't be understood, so nothing was collected and the set was left as"
                    " it is. Take it from a backup, or collect everything anew into an empty"
                    " folder."
                ).format(path=path)
            )
        return state

    def save(self, state: State) -> None:
        """Remember it, in one step; raises Problem, and then what was remembered before stands."""
        data = msgspec.json.format(msgspec.json.encode(state, order="sorted"), indent=1)
        self._disk.sweep(self._private)
        self._disk.publish(self._private / "state.json", data)

    def put_aside(self, document: str, sha256: str, data: bytes) -> None:
        """Keep one of several documents of one id as it came; raises Problem."""
        path = self.aside / f"{document}.{sha256[:16]}"
        with contextlib.suppress(AlreadyThere):
            self._disk.publish(path, data, exclusive=True)

    def drop_aside(self, document: str) -> None:
        """Remove what lies aside under an id; raises Problem."""
        for name in self._disk.list(self.aside):
            if name.partition(".")[0] == document:
                self._disk.unlink(self.aside / name)

    def set_aside(self) -> frozenset[str]:
        """Return the ids of the documents of which something lies aside; raises Problem."""
        names = self._disk.list(self.aside)
        return frozenset(name.partition(".")[0] for name in names if not name.startswith("."))

    def write(self, rows: Sequence[Row], about: dict[str, Any]) -> Path:
        """Put the set in the place of the old one; return its file of counts. Raises Problem."""
        new, old = self.folder / _NEW, self.folder / _OLD
        name, data = counts(rows)
        told = {"schema": SET_SCHEMA, "measures": [*MEASURES], "file": name, **about}
        text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        try:
            for left in (new, old):
                if left.exists():
                    shutil.rmtree(left)
            self._disk.make_folder(new, 0o755)
            self._disk.publish(new / name, data, 0o644)
            self._disk.publish(new / "about.json", text.encode(), 0o644)
            if self.set.exists():
                self.set.rename(old)
            new.rename(self.set)
            self._disk.confirm(self.folder)
            if old.exists():
                shutil.rmtree(old)
        except OSError as error:
            raise disk_problem(error, self.set) from error
        return self.set / name


def counts(rows: Iterable[Row]) -> tuple[str, bytes]:
    """Return the name and bytes of the file of counts: Parquet, or CSV where DuckDB is missing."""
    try:
        duckdb: Any = importlib.import_module("duckdb")
    except ImportError:
        return "counts.csv", _csv(rows).encode()
    settings = {"threads": 1, "autoinstall_known_extensions": "false"}
    kinds = ", ".join(map(" ".join, zip(COLUMNS, _TYPES, strict=True)))
    columns = "{" + ", ".join(f"'{c}': '{t}'" for c, t in zip(COLUMNS, _TYPES, strict=True)) + "}"
    with (
        duckdb.connect(":memory:", config=settings) as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        source, file = Path(folder, "counts.csv"), Path(folder, "counts.parquet")
        source.write_text(_csv(rows), "utf-8")
        database.execute(f"CREATE TABLE counts ({kinds})")
        read = f"read_csv(?, header=true, auto_detect=false, columns={columns})"
        database.execute(f"INSERT INTO counts SELECT * FROM {read}", [str(source)])  # noqa: S608
        database.execute("COPY counts TO ? (FORMAT parquet)", [str(file)])
        return "counts.parquet", file.read_bytes()


def _csv(rows: Iterable[Row]) -> str:
    """Return the rows as CSV; a hidden value is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        value = "" if row.value is None else row.value
        writer.writerow((row.measure, row.site, row.month, value, row.state))
    return text.getvalue()
