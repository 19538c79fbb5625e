"""Statistics: one row of numbers for each delivery, in a file of its own, for a spreadsheet.

Only level `counts` goes there, and only what has the form of a number, a month or a small count
that is hidden (`<5`, `5+`, which stay text). The header is the same in every file, so that a folder
of them can be read as one table; a column whose field the destination has not is empty.
"""

from __future__ import annotations

import csv
import importlib
import io
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final

import msgspec

from debrief.exporters.folder import Folder
from debrief.i18n import _
from debrief.plugin import (
    Document,
    Http,
    Link,
    NotSent,
    Page,
    Receipt,
    RenderContext,
    Renders,
    Reply,
    Secret,
    Setting,
    View,
)

SCHEMA: Final = "debrief-statistics/1"
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "schema": (),
        "document": (),
        "session": (),
        "revision": (),
        "month": ("month",),
        "minutes": ("minutes",),
        "people": ("people",),
        "phases": ("phases",),
        "turns_spoke": ("turns", "spoke"),
        "turns_passed": ("turns", "passed"),
        "turns_left": ("turns", "left"),
        "follow_ups_dated": ("follow_ups", "dated"),
        "follow_ups_declined": ("follow_ups", "declined"),
        "follow_ups_not_needed": ("follow_ups", "not-needed"),
        "duties_acted": ("duties", "acted"),
        "duties_agreed": ("duties", "agreed"),
        "duties_not_a_duty": ("duties", "not-a-duty"),
        "duties_open": ("duties", "open"),
        "actions": ("actions",),
        "signs_acute": ("signs", "acute"),
        "signs_urgent": ("signs", "urgent"),
        "signs_watch": ("signs", "watch"),
    }
)
"""Column -> where its number stands in the fields of the view; without a place, it is our own."""

WHOLE: Final = frozenset({"revision", "minutes", "phases", "actions"})
"""Columns that are always whole numbers; the others may hide a small one, or are names."""

_NUMBER: Final = re.compile(r"[0-9]{1,6}|<[0-9]{1,2}|[0-9]{1,2}\+")
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_YEAR: Final = re.compile(r"; year=([0-9]{4})$")
_LAYOUTS: Final = ("flat", "year")
_LAYOUT: Final = Setting("layout", "flat, or year for a folder for each year", False, "flat")


class Statistics(Folder):
    """CSV files (UTF-8, commas), `<id>.csv`, each complete or not there, and never overwritten."""

    name: ClassVar[str] = "statistics"
    renders: ClassVar[Renders] = "own"
    settings: ClassVar[tuple[Setting | Secret, ...]] = (*Folder.settings, _LAYOUT)
    suffix: ClassVar[str] = ".csv"
    media_type: ClassVar[str] = "text/csv; charset=utf-8; header=present"

    def render(self, view: View, context: RenderContext) -> Page:
        """Write the header and the row. Raises NotSent for another level than counts."""
        year = _check(view, context)
        body = self.write(row(view, context.document_id))
        return Page(body, self.media_type + (f"; year={year}" if year else ""), self.suffix)

    def write(self, cells: Mapping[str, str]) -> bytes:
        """Return the file for one row."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(cells)
        writer.writerow(cells.values())
        return text.getvalue().encode()

    def send(self, doc: Document, to: Link) -> Receipt:
        """Write the file; with layout `year`, into the folder of the year that the round was in."""
        named = msgspec.structs.replace(doc, filename=f"{doc.id}{self.suffix}")
        year = _YEAR.search(doc.media_type)
        return super().send(named, _Into(to, _year_folder(to["path"], year[1])) if year else to)


class StatisticsParquet(Statistics):
    """The same as Parquet. Needs DuckDB, the extra `reports`: of the two libraries that write it,
    it is half the size of the other, and it is what reads a folder of them as one table.
    """

    name: ClassVar[str] = "statistics-parquet"
    suffix: ClassVar[str] = ".parquet"
    media_type: ClassVar[str] = "application/vnd.apache.parquet"

    def write(self, cells: Mapping[str, str]) -> bytes:
        """Return the file for one row; raises NotSent where the library is missing."""
        import tempfile

        columns = ", ".join(f"{name} {_kind(name)}" for name in cells)
        marks = ", ".join("?" * len(cells))
        with _database() as database, tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "row.parquet")
            database.execute(f"CREATE TABLE counted ({columns})")
            values = [value or None for value in cells.values()]
            database.execute(f"INSERT INTO counted VALUES ({marks})", values)  # noqa: S608
            database.execute("COPY counted TO ? (FORMAT parquet)", [str(file)])
            return file.read_bytes()


class _Into:
    """The destination, with another folder in the place of its own."""

    def __init__(self, to: Link, folder: Path) -> None:
        self._to = to
        self._folder = folder

    def __getitem__(self, setting: str) -> Any:
        """Return a setting."""
        return str(self._folder) if setting == "path" else self._to[setting]

    @property
    def http(self) -> Http:
        """The guarded HTTP client."""
        return self._to.http

    def accept(self, reply: Reply, **how: Any) -> Receipt:
        """Turn a server's answer into a receipt."""
        return self._to.accept(reply, **how)


def _year_folder(path: str, year: str) -> Path:
    """Return the folder of a year, which is made where only it is missing; raises NotSent."""
    folder = Path(path).expanduser()
    if folder.is_dir():
        try:
            (folder / year).mkdir(exist_ok=True)
        except OSError:
            raise NotSent(_("the folder of the year can't be made"), "disk") from None
    return folder / year


def _check(view: View, context: RenderContext) -> str:
    """Return the year whose folder it belongs in, or nothing for layout `flat`.

    Raises NotSent when the destination's level or layout does not go together with this.
    """
    if view.level != "counts":
        raise NotSent(_('it takes numbers only: give the destination level = "counts"'), "request")
    layout = context.settings.get("layout", "flat")
    if layout not in _LAYOUTS:
        raise NotSent(_("layout is flat or year"), "request")
    if layout == "flat":
        return ""
    if "month" not in view.fields:
        raise NotSent(_("layout year needs the field month"), "request")
    return _cell("month", view, COLUMNS["month"])[:4]


def row(view: View, document_id: str) -> Mapping[str, str]:
    """Return the cells by column, empty where there is nothing; raises NotSent for other text."""
    own = {
        "schema": SCHEMA,
        "document": document_id,
        "session": view.session_ref,
        "revision": str(view.revision),
    }
    return {name: own.get(name) or _cell(name, view, place) for name, place in COLUMNS.items()}


def _cell(column: str, view: View, place: tuple[str, ...]) -> str:
    """Return one number as text; nothing but what has the form of one ever comes out of here."""
    value: Any = view.fields
    for key in place:
        value = value.get(key, "") if isinstance(value, Mapping) else value
    text = str(value)
    form = _MONTH if column == "month" else _NUMBER
    if text and not form.fullmatch(text):
        raise NotSent(_("a field holds something else than a number"), "request")
    return text


def _kind(column: str) -> str:
    """Return the type of a column in Parquet: small counts are hidden behind text."""
    return "INTEGER" if column in WHOLE else "VARCHAR"


def _database() -> Any:
    """Return an empty database in memory that fetches nothing; NotSent without the extra."""
    try:
        duckdb = importlib.import_module("duckdb")
    except ImportError:
        raise NotSent(
            _("the package duckdb is missing; install shift-debrief[reports]"), "no-package"
        ) from None
    settings = {"threads": 1, "autoinstall_known_extensions": "false"}
    return duckdb.connect(":memory:", config=settings)
