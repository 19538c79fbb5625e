from __future__ import annotations

import csv
import datetime as dt
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.courier import send_due
from debrief.delivery.outbox import Outbox
from debrief.errors import Problem
from debrief.exporters.statistics import COLUMNS, SCHEMA, Statistics, StatisticsParquet, row
from debrief.plugin import NotSent, Rejected, RenderContext
from debrief.summary import FEW, View, reduce
from debrief.summary.levels import allowed
from tests.delivery.conftest import NOW, Locked, planned
from tests.delivery.test_redaction import seen_in
from tests.exporters.peers import about, attempt, config, frozen, link, table
from tests.summary.rounds import a_round

LATER = NOW + dt.timedelta(days=1)
FIELDS = [*allowed("counts")]
HEADER = (
    "schema,document,session,revision,month,minutes,people,phases,turns_spoke,turns_passed,"
    "turns_left,follow_ups_dated,follow_ups_declined,follow_ups_not_needed,duties_acted,"
    "duties_agreed,duties_not_a_duty,duties_open,actions,signs_acute,signs_urgent,signs_watch"
)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox.open(tmp_path / "outbox.sqlite3", Locked())
    yield box
    box.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "statistics"
    folder.mkdir()
    return folder


def view(people: int = 4, fields: list[str] = FIELDS) -> View:
    return reduce(a_round(people), "counts", fields, "da")


def context(**settings: Any) -> RenderContext:
    return RenderContext("d-1", {"path": "/nowhere", **settings})


def cells(body: bytes) -> dict[str, str]:
    [found] = csv.DictReader(io.StringIO(body.decode()))
    return found


def test_every_counted_field_has_its_column_and_few_stay_hidden() -> None:
    page = Statistics().render(view(), context())
    header, values, end = page.body.decode().split("\n")
    assert (header, end) == (HEADER, "")
    assert values.endswith(",1,2026-11,23,<5,2,<5,<5,<5,<5,<5,<5,<5,<5,<5,<5,1,<5,<5,<5")
    assert cells(page.body)["schema"] == SCHEMA
    assert page.suffix == ".csv"
    taken = {place[0] for place in COLUMNS.values() if place}
    assert taken == set(FIELDS), "a counted field without a column would be lost in silence"


def test_the_view_has_no_number_that_the_columns_leave_out() -> None:
    have = {place for place in COLUMNS.values() if place}
    for name, value in view(12).fields.items():
        keys = [(name, key) for key in value] if isinstance(value, Mapping) else [(name,)]
        assert set(keys) <= have


def test_a_field_that_the_destination_has_not_is_an_empty_column() -> None:
    found = cells(Statistics().render(view(9, ["people", "turns"]), context()).body)
    assert found["people"] == "9"
    assert found["turns_spoke"] == "5+"
    assert found["turns_passed"] == f"<{FEW}"
    assert found["month"] == found["minutes"] == found["signs_acute"] == ""
    assert ",".join(found) == HEADER


@pytest.mark.parametrize(
    ("exporter", "level"), [("statistics", "record"), ("statistics-parquet", "named")]
)
def test_another_level_is_refused_in_one_sentence(
    exporter: str, level: str, outbox: Outbox
) -> None:
    where = config("stats", table(exporter, level, ["month", "team"], path="/nowhere"))
    with pytest.raises(Problem, match='level = "counts"') as caught:
        planned(outbox, where, "stats")
    assert "Nord" not in str(caught.value)


@given(st.dictionaries(st.sampled_from(FIELDS), st.text() | st.integers() | st.none()))
def test_no_text_gets_through_whatever_the_view_holds(fields: dict[str, Any]) -> None:
    try:
        found = row(View("counts", fields, "s-1", "da"), "d-1")
    except NotSent:
        return
    own = ("schema", "document", "session", "revision")
    for name, value in found.items():
        assert name in own or set(value) <= set("0123456789<+-"), (name, value)


def test_files_are_named_by_document_and_never_written_over(outbox: Outbox, target: Path) -> None:
    what = table("statistics", "counts", FIELDS, path=str(target)) | {"approve": False}
    destinations = config("stats", what)
    doc = planned(outbox, destinations, "stats")
    planned(outbox, destinations, "stats", session="2026-11-22-second")
    assert [one.state for one in send_due(outbox, destinations, NOW)] == ["delivered"] * 2
    names = sorted(path.name for path in target.iterdir())
    assert f"{doc.id}.csv" in names
    assert len(names) == 2
    assert (target / f"{doc.id}.csv").read_bytes() == doc.body
    to = link({"path": str(target), "layout": "flat"})
    assert Statistics().send(doc, to).duplicate
    (target / f"{doc.id}.csv").write_text("mine")
    with pytest.raises(Rejected):
        Statistics().send(doc, to)
    assert (target / f"{doc.id}.csv").read_text() == "mine"


def test_years_have_folders_of_their_own(outbox: Outbox, target: Path) -> None:
    destinations = config(
        "stats", table("statistics", "counts", FIELDS, path=str(target), layout="year")
    )
    doc = planned(outbox, destinations, "stats")
    [done] = send_due(outbox, destinations, NOW)
    assert done.state == "delivered"
    assert (target / "2026" / f"{doc.id}.csv").read_bytes() == doc.body


def test_a_year_in_a_folder_that_is_away_makes_no_folder(tmp_path: Path) -> None:
    doc = frozen("statistics", "counts", FIELDS, path=str(tmp_path / "away"), layout="year")
    result = attempt("statistics", doc, {"path": str(tmp_path / "away"), "layout": "year"})
    assert (result.ending, result.why) == ("not-sent", "no-folder")
    assert not (tmp_path / "away").exists()


@pytest.mark.parametrize(
    ("settings", "fields"), [({"layout": "week"}, FIELDS), ({"layout": "year"}, ["people"])]
)
def test_a_layout_that_can_not_be_is_refused(settings: dict[str, str], fields: list[str]) -> None:
    with pytest.raises(NotSent) as caught:
        Statistics().render(view(4, fields), context(**settings))
    assert caught.value.why == "request"


@pytest.mark.parametrize("exporter", ["statistics", "statistics-parquet"])
def test_nothing_of_a_higher_level_is_in_the_file(exporter: str, target: Path) -> None:
    doc = frozen(exporter, "counts", FIELDS, path=str(target))
    assert attempt(exporter, doc, {"path": str(target), "layout": "flat"}).ending == "receipt"
    [file] = target.iterdir()
    text = f"{file.name} {file.read_bytes().decode('latin-1')}"
    assert seen_in(text) == set()
    for word in ("Nord", "2026-11-21", "online", "fredag"):
        assert word not in text


@pytest.mark.parametrize("made", [Statistics, StatisticsParquet])
def test_a_page_is_the_same_whenever_it_is_made(made: type[Statistics]) -> None:
    assert made().render(view(), context()) == made().render(view(), context())


def test_a_folder_of_parquet_files_reads_as_one_table(target: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    for people in (4, 12):
        page = StatisticsParquet().render(view(people), context())
        (target / f"{people}{page.suffix}").write_bytes(page.body)
    query = "SELECT people, turns_spoke, minutes, typeof(minutes) FROM read_parquet(?) ORDER BY 1"
    rows = duckdb.execute(query, [f"{target}/*.parquet"]).fetchall()
    assert rows == [("12", "5+", 23, "INTEGER"), ("<5", "<5", 23, "INTEGER")]
    names = duckdb.execute("SELECT * FROM read_parquet(?)", [f"{target}/4.parquet"]).description
    assert ",".join(name for name, *_rest in names) == HEADER


def test_a_missing_library_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(NotSent, match=r"shift-debrief\[reports\]"):
        StatisticsParquet().render(view(), context())


def test_they_say_what_they_are() -> None:
    for name in ("statistics", "statistics-parquet"):
        said = about(name)
        assert (said.renders, said.dedupe, said.seals) == ("own", "name", False)
