"""Numbers of drops: whatever happens at a site, the organisation is told the true gaps only."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debrief.collecting import kept, run
from debrief.collecting.kept import note_place
from debrief.collecting.run import Report
from debrief.delivery import series
from debrief.delivery.outbox import Moved, Outbox
from debrief.delivery.rows import FINAL, Place, Plan
from debrief.delivery.series import place_of
from debrief.errors import Problem
from debrief.exporters.sealed import page, seal
from debrief.plugin import Document, RenderContext
from debrief.summary import View
from tests.collecting.drops import KEY, content, gathered, identity, table

READER = [str(KEY.to_public())]


class Open:
    """A cipher that hides nothing, so that every process has the same."""

    def encrypt(self, data: bytes) -> bytes:
        return data

    def decrypt(self, data: bytes) -> bytes:
        return data


class PowerCut(BaseException):
    """The machine stops before the transaction is on the disk."""


class Stops(Outbox):
    """An outbox whose machine stops when everything was said and nothing is kept yet."""

    def _insert(self, db: sqlite3.Connection, *what: Any) -> str:
        super()._insert(db, *what)
        raise PowerCut


class Site:
    """One computer of a site with a real outbox, and a folder that its drops are carried to."""

    def __init__(self, root: Path, name: str = "aarhus") -> None:
        self.name = name
        self.drops = root / f"drops-{name}"
        self.drops.mkdir(exist_ok=True)
        self._file = root / f"{name}.sqlite3"
        self.seen: dict[str, Document] = {}
        self.number: dict[str, int] = {}
        """What the test knows by itself: document -> number, by when it was put in."""
        self.arrived: dict[str, frozenset[int]] = {}
        """Document that arrived -> numbers that had been given up when it was made."""
        self.made: dict[str, frozenset[int]] = {}
        self.given_up: set[int] = set()

    @contextlib.contextmanager
    def box(self, kind: type[Outbox] = Outbox) -> Iterator[Outbox]:
        found = kind.open(self._file, Open())
        try:
            yield found
        finally:
            found.close()

    def document(self, session: str) -> tuple[Document, Place]:
        """Make a document as the desk does: by the place that it would have now."""
        name = identity(self.name, session)
        with self.box() as box:
            place = box.place("org", name)
        told = content(self.name, session=session)
        view = View("counts", told["fields"], session, "da", 1)
        given_ = {"site": self.name, "recipients": READER}
        context = RenderContext(
            name, given_, place.sequence, place.previous, place.series, place.given_up
        )
        body = page(view, context).body
        digest = hashlib.sha256(body).hexdigest()
        return Document(name, body, "application/json", digest, f"{name}.json"), place

    def put(self, session: str, made: tuple[Document, Place], *, replace: bool = False) -> None:
        """Put a document in; raises Moved."""
        document, place = made
        with self.box() as box:
            self._put(box, session, document, place, replace)
            if document.id not in self.number:
                self.number[document.id] = len(self.number) + 1
                self.made[document.id] = frozenset(self.given_up)
            else:
                self.given_up.discard(self.number[document.id])
            self.seen[document.id] = box.document(document.id)

    def close(self, session: str, *, stops: bool = False, overtaken_by: str = "") -> None:
        """Do what a desk does when a round is closed, and again if somebody was faster."""
        made = self.document(session)
        if stops:
            with self.box(Stops) as box, contextlib.suppress(PowerCut):
                self._put(box, session, *made)
        if overtaken_by:
            self.put(overtaken_by, self.document(overtaken_by))
        try:
            self.put(session, made)
        except Moved:
            self.put(session, self.document(session))

    def give_up(self, name: str) -> None:
        with self.box() as box:
            if box.row(name).state not in FINAL:
                box.resolve(name, "abandon", "Supervisor")
                self.given_up.add(self.number[name])

    def again(self, name: str) -> None:
        """Plan once more what was given up."""
        with self.box() as box:
            row = box.row(name)
        if row.state == "abandoned":
            before = self.seen[name]
            self.put(row.session, self.document(row.session), replace=True)
            assert self.seen[name] == before, "made again, it is the same"

    def send(self, name: str, *, lost: bool = False) -> None:
        with self.box() as box:
            if box.row(name).state in FINAL:
                return
            data = seal(box.body(name), READER)
            box.resolve(name, "arrived", "Supervisor")
        if not lost:
            (self.drops / f"{name}.age").write_bytes(data)
            self.arrived[name] = self.made[name]

    def true_gaps(self) -> set[int]:
        """Return the numbers below the last that came which nobody got and nobody was told of."""
        came = {self.number[name] for name in self.arrived}
        told = frozenset().union(*self.arrived.values())
        return {n for n in range(1, max(came, default=0)) if n not in came | told}

    def _put(
        self, box: Outbox, session: str, document: Document, place: Place, replace: bool = False
    ) -> None:
        plan = Plan(session, "org", "sealed", "counts", ("month",), document, False, place=place)
        box.plan_all([plan], replace=replace)


def told_gaps(report: Report, site: Site) -> set[int]:
    found = [gap for gap in report.gaps if gap.site == site.name]
    numbers = {n for gap in found for n in gap.numbers}
    by_id = {site.number[name] for gap in found for name in gap.documents}
    assert sum(gap.missing for gap in found) == len(numbers | by_id)
    return numbers | by_id


KINDS = (
    "close",
    "preview",
    "stops",
    "overtaken",
    "send",
    "send",
    "lost",
    "give up",
    "again",
    "collect",
)
STEPS = st.lists(
    st.tuples(st.sampled_from((0, 1)), st.sampled_from(KINDS), st.integers(0, 30)), max_size=24
)


def play(root: Path, steps: list[tuple[int, str, int]]) -> None:
    """Let two computers of two sites live through `steps`; raises AssertionError."""
    sites = [Site(root, "aarhus"), Site(root, "odense")]
    for at, (who, kind, pick) in enumerate(steps):
        site = sites[who]
        names = sorted(site.number)
        name = names[pick % len(names)] if names else ""
        if kind in ("close", "stops"):
            site.close(f"s-{who}-{at}", stops=kind == "stops")
        elif kind == "preview":
            site.document(f"s-{who}-{at}")
        elif kind == "overtaken":
            site.close(f"s-{who}-{at}", overtaken_by=f"s-{who}-{at}-b")
        elif kind == "collect":
            gathered(root / "to", *(one.drops for one in sites), minimum=2)
        elif name and kind in ("send", "lost"):
            site.send(name, lost=kind == "lost")
        elif name and kind == "give up":
            site.give_up(name)
        elif name:
            site.again(name)
    report = gathered(root / "to", *(one.drops for one in sites), minimum=2)
    assert (report.different, report.refused) == ([], [])
    for site in sites:
        assert told_gaps(report, site) == site.true_gaps()
        numbers = [json.loads(site.seen[name].body)["sequence"] for name in site.number]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_just_the_true_gaps_are_told(steps: list[tuple[int, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as root:
        play(Path(root), steps)


LIVES: list[list[tuple[int, str, int]]] = [
    [(0, "preview", 0), (0, "close", 0), (0, "send", 0)],
    [(0, "close", 0), (0, "overtaken", 0), (0, "send", 0), (0, "send", 1), (0, "send", 2)],
    [(0, "close", n) for n in range(5)] + [(0, "send", n) for n in (0, 1, 3, 4)],
    [(0, "close", 0), (0, "give up", 0), (0, "close", 0), (0, "send", 0), (0, "send", 1)],
    [(0, "stops", 0), (0, "stops", 0), (0, "send", 0), (0, "send", 1)],
    [(0, "close", 0), (0, "close", 0), (0, "give up", 0), (0, "give up", 1), (0, "close", 0)]
    + [(0, "again", n) for n in range(3)]
    + [(0, "send", n) for n in range(3)],
    *(
        [(who, "close", n) for n in range(3) for who in (0, 1)] + [(0, "lost", lost)]
        + [(who, "send", n) for n in range(3) for who in (0, 1)]
        for lost in range(3)
    ),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(LIVES)))
def test_lives_of_two_sites(at: int, tmp_path: Path) -> None:
    play(tmp_path, LIVES[at])


def taken_without_looking(ask: Any, destination: str, document: str, place: Place) -> None:
    told = msgspec.json.encode(place).decode()
    values = (destination, place.sequence, document, told)
    ask("INSERT OR IGNORE INTO series VALUES (?, ?, ?, ?)", values)


def taken_when_it_is_made(ask: Any, destination: str, document: str) -> Place:
    place = place_of(ask, destination, document)
    taken_without_looking(ask, destination, document, place)
    return place


def no_word_of_what_was_given_up(ask: Any, destination: str, document: str) -> Place:
    place = place_of(ask, destination, document)
    return Place(place.sequence, place.previous, place.series)


def counted_anew(ask: Any, destination: str, document: str) -> Place:
    """Count what is in the outbox, so that a number depends on what happens to the others."""
    query = "SELECT count(*) FROM delivery WHERE destination = ? AND state <> 'abandoned'"
    place = place_of(ask, destination, document)
    return Place(ask(query, (destination,))[0][0] + 1, place.previous, place.series)


def all_of_one_series(state: kept.State, found: Any) -> None:
    note_place(state, msgspec.structs.replace(found, series="d-one"))


def given_up_forgotten(state: kept.State, found: Any) -> None:
    note_place(state, msgspec.structs.replace(found, given_up=()))


WRONG = {
    "taken without looking": (series, "enter", taken_without_looking),
    "taken when it is made": (series, "place_of", taken_when_it_is_made),
    "no word of what was given up": (series, "place_of", no_word_of_what_was_given_up),
    "counted anew": (series, "place_of", counted_anew),
    "all of one series": (run, "note_place", all_of_one_series),
    "given up forgotten": (run, "note_place", given_up_forgotten),
}


@pytest.mark.parametrize("bug", WRONG)
def test_the_check_finds_numbers_that_are_wrong(
    bug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*WRONG[bug])
    found = 0
    for at, life in enumerate(LIVES):
        root = tmp_path / str(at)
        root.mkdir()
        try:
            play(root, life)
        except (AssertionError, Problem, Moved):
            found += 1
    assert found


def test_numbers_stay_where_the_file_is_opened_anew(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.close("s-1")
    site.close("s-2")
    _document, place = site.document("s-3")
    first, second = identity("aarhus", "s-1"), identity("aarhus", "s-2")
    assert place == Place(3, second, first)
    assert site.document("s-2")[1] == Place(2, first, first)


def test_whenever_a_process_is_killed_no_number_is_without_its_document(tmp_path: Path) -> None:
    for turn in range(6):
        command = [sys.executable, "-m", "tests.collecting.freezer", str(tmp_path), str(turn)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _line in itertools.islice(child.stdout, 2 + turn):
            pass
        child.kill()
        child.wait()
        child.stdout.close()
    box = Outbox.open(tmp_path / "aarhus.sqlite3", Open())
    query = "SELECT number, document, place FROM series ORDER BY number"
    taken = box.read(query)
    rows = {row.id: row for row in box.rows()}
    assert [number for number, _d, _p in taken] == list(range(1, len(rows) + 1))
    assert {document for _n, document, _p in taken} == set(rows)
    assert len(rows) >= sum(range(2, 8))
    before = ""
    for number, document, text in taken:
        place = msgspec.json.decode(text, type=Place)
        assert (place.sequence, place.previous, place.series) == (number, before, taken[0][1])
        before = document
        if rows[document].state == "ready":
            assert json.loads(box.body(document))["sequence"] == number
    box.close()


def test_each_destination_counts_for_itself(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.close("s-1")
    with site.box() as box:
        assert box.place("other", "d-1") == series.first("d-1") == Place(1, "", "d-1")


def test_a_place_that_somebody_else_took_puts_nothing_in(tmp_path: Path) -> None:
    site = Site(tmp_path)
    slow = site.document("s-slow")
    site.close("s-fast")
    with pytest.raises(Moved):
        site.put("s-slow", slow)
    with site.box() as box:
        assert [row.session for row in box.rows()] == ["s-fast"]


def test_what_was_given_up_is_told_once_something_follows(tmp_path: Path) -> None:
    site = Site(tmp_path)
    for session in ("s-1", "s-2", "s-3"):
        site.close(session)
    site.give_up(identity("aarhus", "s-2"))
    for session in ("s-1", "s-3"):
        site.send(identity("aarhus", session))
    [gap] = gathered(tmp_path / "to", site.drops).gaps
    assert gap.documents == (identity("aarhus", "s-2"),)
    site.close("s-4")
    site.send(identity("aarhus", "s-4"))
    assert gathered(tmp_path / "to", site.drops).gaps == ()
    assert table(tmp_path / "to")["rounds", "*", "*"] == (None, "hidden")
