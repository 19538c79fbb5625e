"""Collecting from folders: what counts once, what counts not at all, and what is told."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debrief.collecting import kept, run, sources
from debrief.collecting.drop import LIMIT
from debrief.collecting.keeping import Place
from debrief.collecting.kept import Kept, State
from debrief.collecting.run import Report
from debrief.errors import EXIT_KEY, Problem
from debrief.record.disk import Disk
from debrief.record.system import System
from tests.collecting.drops import (
    OTHER,
    TODAY,
    content,
    drop,
    fields,
    gathered,
    identity,
    retraction,
    sealed,
    table,
)

AN_OLD_TIME = dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC).timestamp()


def many(site: str, rounds: int, folder: Path, **changes: Any) -> list[dict[str, Any]]:
    made = [content(site, number, **changes) for number in range(1, rounds + 1)]
    for what in made:
        drop(folder, what)
    return made


def whys(report: Report) -> dict[str, str]:
    return {one.name: one.why for one in report.refused}


def test_rounds_of_sites_become_one_set_with_totals(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    many("odense", 7, tmp_path / "in", fields=fields(people=8, month="2026-11"))
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert (report.new, report.refused, report.different) == (13, [], [])
    found = table(tmp_path / "to")
    assert found["rounds", "aarhus", "2026-10"] == (6, "exact")
    assert found["rounds", "*", "*"] == (13, "exact")
    assert found["people", "odense", "2026-11"] == (56, "exact")
    assert found["people", "*", "*"] == (110, "exact")
    assert found["minutes", "aarhus", "*"] == (270, "exact")
    assert found["turns_spoke", "aarhus", "2026-10"] == (30, "at-least")
    assert found["signs_acute", "*", "*"] == (None, "hidden")
    about = json.loads((tmp_path / "to" / "set" / "about.json").read_text("utf-8"))
    assert (about["minimum"], about["sites"]) == (5, ["aarhus", "odense"])


def test_a_small_site_is_hidden_and_so_is_what_would_tell_it(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    many("odense", 9, tmp_path / "in")
    many("ringe", 2, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    found = table(tmp_path / "to")
    hidden = {key[1] for key, (value, _s) in found.items() if key[0] == "rounds" and value is None}
    assert "ringe" in hidden
    assert len(hidden) > 1
    assert found["minutes", "ringe", "2026-10"] == (None, "hidden")
    assert all(value is None or value >= 5 for value, _state in found.values())
    gathered(tmp_path / "to", tmp_path / "in", minimum=2)
    assert table(tmp_path / "to")["rounds", "ringe", "2026-10"] == (2, "exact")


def test_the_record_is_counted_and_nothing_else_of_it_is_anywhere(tmp_path: Path) -> None:
    told = {
        "date": "2026-10-03",
        "team": "Canaryteam",
        "people": 9,
        "duties": [{"kind": "canarykind", "outcome": "acted"}] * 5,
        "actions": [{"action": "canaryaction", "due": ""}] * 6,
        "notes": [{"name": "Canaryname", "note": "canarynote", "phase": "x", "phase_name": "x"}],
    }
    what = content("aarhus", session="2026-10-03-k7q2m9", level="full", fields=told)
    drop(tmp_path / "in", what)
    many("aarhus", 6, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    found = table(tmp_path / "to")
    assert found["duties_acted", "aarhus", "2026-10"] == (5, "at-least")
    assert found["actions", "aarhus", "2026-10"] == (18, "exact")
    everything = b"".join(p.read_bytes() for p in (tmp_path / "to").rglob("*") if p.is_file())
    assert b"anary" not in everything
    assert b"k7q2m9" not in everything


def test_a_second_run_reads_only_what_is_new(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    drop(tmp_path / "in", content("aarhus", 7))
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert (report.new, report.known, report.repeated) == (1, 6, 0)
    assert table(tmp_path / "to")["rounds", "*", "*"] == (7, "exact")


def test_what_was_collected_stays_when_the_source_is_emptied(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    shutil.rmtree(tmp_path / "in")
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert len(report.unread) == 1
    assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")


def test_a_document_sealed_twice_or_lying_in_two_places_counts_once(tmp_path: Path) -> None:
    made = many("aarhus", 6, tmp_path / "a")
    drop(tmp_path / "b", made[0])
    report = gathered(tmp_path / "to", tmp_path / "a", tmp_path / "b")
    assert (report.new, report.repeated, report.different) == (6, 1, [])
    drop(tmp_path / "b", made[0])  # sealed anew, so other bytes
    report = gathered(tmp_path / "to", tmp_path / "a", tmp_path / "b")
    assert (report.new, report.known, report.repeated) == (0, 6, 1)


def test_a_correction_takes_the_place_of_the_first_telling(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    later = content("aarhus", 1, revision=2, fields=fields(people=10))
    drop(tmp_path / "in", later)
    gathered(tmp_path / "to", tmp_path / "in")
    found = table(tmp_path / "to")
    assert found["rounds", "*", "*"] == (6, "exact")
    assert found["people", "*", "*"] == (55, "exact")


def test_a_round_that_came_at_two_levels_counts_once(tmp_path: Path) -> None:
    from debrief.collecting.drop import round_key

    name = "2026-10-03-k7q2m9"
    drop(tmp_path / "in", content("aarhus", session=name, level="record", fields=fields(phases=[])))
    drop(tmp_path / "in", content("aarhus", session=round_key(name), fields=fields(people=8)))
    many("aarhus", 5, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    found = table(tmp_path / "to")
    assert found["rounds", "*", "*"] == (6, "exact")
    assert found["people", "*", "*"] == (54, "exact")


def test_different_contents_under_one_id_count_not_at_all(tmp_path: Path) -> None:
    made = many("aarhus", 7, tmp_path / "a")
    drop(tmp_path / "b", made[0] | {"fields": fields(people=10)})
    for turn in range(2):
        report = gathered(tmp_path / "to", tmp_path / "a", tmp_path / "b")
        assert report.different == [made[0]["document"]], turn
        assert table(tmp_path / "to")["people", "*", "*"] == (54, "exact")
        assert len(list((tmp_path / "to" / "private" / "aside").iterdir())) == 2


class Going(sources.FolderSource):
    """A folder that is read once, and then is away."""

    reads = 0

    def read(self, entry: sources.Entry) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise sources.unread(self.name, "no answer")
        return super().read(entry)


def test_a_source_that_goes_before_its_document_is_put_aside_ends_nothing(tmp_path: Path) -> None:
    made = many("aarhus", 1, tmp_path / "a")
    drop(tmp_path / "b", made[0] | {"fields": fields(people=10)})
    report = gathered(tmp_path / "to", Going(tmp_path / "a"), tmp_path / "b")
    assert report.different == [made[0]["document"]]
    assert len(list((tmp_path / "to" / "private" / "aside").iterdir())) == 1


def test_a_document_replaced_later_is_told_and_its_numbers_are_out(tmp_path: Path) -> None:
    made = many("aarhus", 7, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    drop(tmp_path / "in", made[0] | {"fields": fields(people=10)})
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert report.different == [made[0]["document"]]
    assert table(tmp_path / "to")["people", "*", "*"] == (54, "exact")
    assert len(list((tmp_path / "to" / "private" / "aside").iterdir())) == 1


def test_the_right_one_counts_once_a_person_has_chosen(tmp_path: Path) -> None:
    made = many("aarhus", 7, tmp_path / "a")
    wrong = drop(tmp_path / "b", made[0] | {"fields": fields(people=10)})
    gathered(tmp_path / "to", tmp_path / "a", tmp_path / "b")
    wrong.unlink()
    for path in (tmp_path / "to" / "private" / "aside").iterdir():
        path.unlink()
    report = gathered(tmp_path / "to", tmp_path / "a", tmp_path / "b")
    assert (report.different, report.new) == ([], 1)
    assert table(tmp_path / "to")["people", "*", "*"] == (63, "exact")


def test_a_round_that_is_taken_back_is_out_before_and_after(tmp_path: Path) -> None:
    made = many("aarhus", 7, tmp_path / "in")
    back = retraction(made[0])
    drop(tmp_path / "in", back)
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert (report.erased, [one.name for one in report.still_there]) == (
        1,
        [f"{made[0]['document']}.age"],
    )
    assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")
    drop(tmp_path / "in", content("aarhus", 1, revision=2))
    gathered(tmp_path / "to", tmp_path / "in")
    assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")
    state = json.loads((tmp_path / "to" / "private" / "state.json").read_text("utf-8"))
    assert "counted" not in state["documents"][made[0]["document"]]


def test_of_a_round_that_is_taken_back_nothing_stays_aside(tmp_path: Path) -> None:
    made = many("aarhus", 7, tmp_path / "a")
    drop(tmp_path / "b", made[0] | {"fields": fields(people=10)})
    gathered(tmp_path / "to", tmp_path / "a", tmp_path / "b")
    aside = tmp_path / "to" / "private" / "aside"
    assert len(list(aside.iterdir())) == 2
    drop(tmp_path / "b", retraction(made[0]))
    for turn in range(2):
        report = gathered(tmp_path / "to", tmp_path / "a", tmp_path / "b")
        assert (report.different, report.new, len(report.still_there)) == ([], 1 - turn, 2)
        assert list(aside.iterdir()) == []
        assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")


def test_one_site_takes_nothing_of_another_back(tmp_path: Path) -> None:
    made = many("aarhus", 7, tmp_path / "in")
    drop(tmp_path / "in", retraction(made[0], site="odense"))
    gathered(tmp_path / "to", tmp_path / "in")
    assert table(tmp_path / "to")["rounds", "*", "*"] == (7, "exact")


def test_missing_numbers_are_told_by_the_ids_that_others_name(tmp_path: Path) -> None:
    for number in (1, 2, 5):
        drop(tmp_path / "in", content("aarhus", number, sequence=number))
    chain = [content("odense", n) for n in range(5)]
    for n in (0, 1, 4):
        previous = chain[n - 1]["document"] if n else ""
        place = {"sequence": n + 1, "previous": previous, "series": chain[0]["document"]}
        drop(tmp_path / "in", chain[n] | place)
    many("ringe", 3, tmp_path / "in")
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert [(gap.site, gap.missing, gap.numbers, gap.documents) for gap in report.gaps] == [
        ("aarhus", 2, (3, 4), ()),
        ("odense", 2, (3,), (chain[3]["document"],)),
    ]


def test_a_number_that_was_given_up_is_not_missing(tmp_path: Path) -> None:
    drop(tmp_path / "in", content("aarhus", 1, sequence=1))
    drop(tmp_path / "in", content("aarhus", 5, sequence=5, given_up=[2, 4]))
    [gap] = gathered(tmp_path / "to", tmp_path / "in").gaps
    assert gap.numbers == (3,)


def test_two_computers_of_a_site_count_for_themselves(tmp_path: Path) -> None:
    for computer, numbers in (("a", (1, 2, 3)), ("b", (1, 3))):
        for number in numbers:
            place = {"sequence": number, "series": f"d-{computer}"}
            drop(tmp_path / "in", content("aarhus", f"{computer}{number}", **place))  # type: ignore[arg-type]
    [gap] = gathered(tmp_path / "to", tmp_path / "in").gaps
    assert (gap.missing, gap.numbers) == (1, (2,))


def test_a_site_that_changes_its_name_goes_on_counting(tmp_path: Path) -> None:
    drop(tmp_path / "in", content("aarhus", 1, sequence=1, series="d-a"))
    drop(tmp_path / "in", content("aarhus-c", 2, sequence=2, series="d-a"))
    assert gathered(tmp_path / "to", tmp_path / "in").gaps == ()
    drop(tmp_path / "in", content("aarhus-c", 4, sequence=4, series="d-a"))
    [gap] = gathered(tmp_path / "to", tmp_path / "in").gaps
    assert (gap.site, gap.numbers) == ("aarhus-c", (3,))


def test_a_document_made_again_under_another_number_is_the_same(tmp_path: Path) -> None:
    """A site that lost its outbox counts anew; what it sends a second time counts once."""
    made = [content("aarhus", n, sequence=n, series="d-a") for n in range(1, 7)]
    for what in made:
        drop(tmp_path / "a", what)
    again = made[2]["document"]
    drop(tmp_path / "b", made[2] | {"sequence": 1, "series": again})
    drop(tmp_path / "b", content("aarhus", 7, sequence=2, series=again, previous=again))
    report = gathered(tmp_path / "to", tmp_path / "a", tmp_path / "b")
    assert (report.new, report.repeated, report.different, report.gaps) == (7, 1, [], ())


def test_an_absurd_number_makes_no_absurd_list(tmp_path: Path) -> None:
    drop(tmp_path / "in", content("aarhus", sequence=999_999_999))
    [gap] = gathered(tmp_path / "to", tmp_path / "in").gaps
    assert gap.missing == 1


def test_weeks_in_which_a_site_fell_silent_are_told(tmp_path: Path) -> None:
    for day in ("2026-10-27", "2026-11-12"):
        told = {"date": day, "people": 9}
        drop(tmp_path / "in", content("aarhus", day, level="record", fields=told))  # type: ignore[arg-type]
    many("odense", 1, tmp_path / "in")
    for path in (tmp_path / "in").iterdir():
        os.utime(path, (AN_OLD_TIME, AN_OLD_TIME))
    report = gathered(tmp_path / "to", tmp_path / "in")
    weeks = {one.site: one.weeks for one in report.silences}
    assert weeks == {
        "aarhus": ("2026-W45", "2026-W47"),
        "odense": ("2026-W44", "2026-W45", "2026-W46", "2026-W47"),
    }


def test_only_months_from_since_on_are_in_the_set(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    many("odense", 7, tmp_path / "in", fields=fields(month="2026-11"))
    gathered(tmp_path / "to", tmp_path / "in", since="2026-11")
    found = table(tmp_path / "to")
    assert found["rounds", "*", "*"] == (7, "exact")
    assert {site for _m, site, _month in found} == {"odense", "*"}


def test_hostile_things_in_a_folder_are_told_and_stop_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    many("aarhus", 6, folder)
    secret = tmp_path / "secret.age"
    secret.write_bytes(sealed(content("secret", 1)))
    (folder / "d-huge.age").write_bytes(b"age-encryption.org/v1\n" + b"x" * LIMIT)
    (folder / "d-plain.age").write_bytes(b"not age at all")
    (folder / "d-empty.age").write_bytes(b"")
    (folder / "d-torn.age").write_bytes(sealed(content("aarhus", 99))[:-9])
    drop(folder, content("aarhus", 98), "d-theirs.age", OTHER)
    drop(folder, content("aarhus", 97), "d-renamed.age")
    (folder / "d-list.age").write_bytes(sealed(b"[]"))
    (folder / "d-link.age").symlink_to(secret)
    (folder / "d-folder.age").mkdir()
    os.mkfifo(folder / "d-pipe.age")
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(os.path.relpath(folder / "d-socket.age"))
    (folder / "notes.txt").write_text("not ours")
    (folder / ".d-1.part").write_text("half")
    (folder / "d-\x1b[31m.age").write_text("red")
    (folder / b"d-\xff.age".decode("utf-8", "surrogateescape")).write_text("no name")
    (folder / "x..%2f..%2fetc.age").write_text("out")
    report = gathered(tmp_path / "to", folder)
    assert whys(report) == {
        "d-huge.age": "large",
        "d-plain.age": "form",
        "d-empty.age": "form",
        "d-torn.age": "key",
        "d-theirs.age": "key",
        "d-renamed.age": "name",
        "d-list.age": "text",
    }
    assert (report.new, report.others) == (6, 8)
    assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")
    assert msgspec.json.encode(report)  # names that are no text are told as text


def test_what_was_refused_is_tried_again(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    late = drop(tmp_path / "in", content("aarhus", 7))
    whole = late.read_bytes()
    late.write_bytes(whole[:-5])
    assert whys(gathered(tmp_path / "to", tmp_path / "in")) == {late.name: "key"}
    late.write_bytes(whole)
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert (report.refused, report.new) == ([], 1)


def test_a_folder_with_too_many_files_is_bounded_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MOST", 5)
    made = many("aarhus", 7, tmp_path / "in")
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert (report.new, report.more) == (5, [str(tmp_path / "in")])
    for what in sorted(made, key=lambda one: str(one["document"]))[:5]:
        (tmp_path / "in" / f"{what['document']}.age").unlink()
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert (report.new, report.more) == (2, [])
    assert table(tmp_path / "to")["rounds", "*", "*"] == (7, "exact")


@pytest.mark.slow
def test_a_hundred_thousand_files_are_looked_at(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    for number in range(100_000):
        (tmp_path / "in" / f"e-{number:06}.age").touch()
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert (report.new, len(report.more)) == (6, 1)
    assert len(report.refused) == 100_000 - 6


def test_without_the_key_nothing_is_collected(tmp_path: Path) -> None:
    many("aarhus", 1, tmp_path / "in")
    with pytest.raises(Problem) as error:
        gathered(tmp_path / "to", tmp_path / "in", keys=None)
    assert error.value.status == EXIT_KEY
    assert not (tmp_path / "to" / "set").exists()


def test_a_state_that_is_not_ours_is_left(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    state = tmp_path / "to" / "private" / "state.json"
    for text in ("{", "[]", '{"schema": "debrief-collected/9"}', '{"extra": 1}'):
        state.write_text(text)
        with pytest.raises(Problem):
            gathered(tmp_path / "to", tmp_path / "in")
        assert state.read_text() == text
    assert (tmp_path / "to" / "set" / "counts.parquet").exists()


def test_what_is_remembered_is_for_nobody_else(tmp_path: Path) -> None:
    many("aarhus", 1, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    private = tmp_path / "to" / "private"
    assert private.stat().st_mode & 0o077 == 0
    assert (private / "state.json").stat().st_mode & 0o077 == 0


def test_without_duckdb_the_set_is_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    many("aarhus", 6, tmp_path / "in")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    report = gathered(tmp_path / "to", tmp_path / "in")
    assert report.file.endswith("counts.csv")
    lines = Path(report.file).read_text("utf-8").splitlines()
    assert lines[0] == "measure,site,month,value,state"
    assert "people,aarhus,2026-10,54,exact" in lines
    assert "signs_acute,aarhus,2026-10,,hidden" in lines


class Stops(System):
    """A disk that fails for good at one of its calls."""

    def __init__(self, at: int) -> None:
        self._left = at

    def _call(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OSError(5, "stopped")

    def rename(self, source: Path, target: Path) -> None:
        self._call()
        super().rename(source, target)

    def sync_folder(self, path: Path) -> None:
        self._call()
        super().sync_folder(path)

    def write(self, handle: int, data: bytes | memoryview) -> int:
        self._call()
        return super().write(handle, data)


def test_wherever_it_stops_the_next_run_makes_the_same_set(tmp_path: Path) -> None:
    first = many("aarhus", 6, tmp_path / "in")
    gathered(tmp_path / "whole", tmp_path / "in")
    drop(tmp_path / "in", first[0] | {"fields": fields(people=10)}, key=OTHER)
    many("odense", 8, tmp_path / "in")
    gathered(tmp_path / "whole", tmp_path / "in")
    for at in itertools.count():
        to = tmp_path / f"to-{at}"
        try:
            gathered(to, tmp_path / "in", disk=Disk(Stops(at)))
            break
        except Problem:
            if (to / "set").exists():
                table(to)  # whatever stands there is whole
        gathered(to, tmp_path / "in")
        assert table(to)["rounds", "odense", "*"] == (8, "exact")
    assert at > 5


@pytest.mark.parametrize("step", ["old is beside", "new is half"])
def test_a_set_that_was_left_half_is_made_anew(step: str, tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in")
    before = table(tmp_path / "to")
    if step == "old is beside":
        (tmp_path / "to" / "set").rename(tmp_path / "to" / ".set.old")
    else:
        (tmp_path / "to" / ".set.new").mkdir()
        (tmp_path / "to" / ".set.new" / "counts.parquet").write_text("half")
    gathered(tmp_path / "to", tmp_path / "in")
    assert table(tmp_path / "to") == before
    assert {path.name for path in (tmp_path / "to").iterdir()} == {"set", "private"}


def test_two_at_once_do_not_mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from debrief.collecting import keeping
    from debrief.record.lock import folder_lock

    monkeypatch.setattr(keeping, "folder_lock", lambda path: folder_lock(path, 0))
    many("aarhus", 1, tmp_path / "in")
    with Place(tmp_path / "to").lock(), pytest.raises(Problem):
        gathered(tmp_path / "to", tmp_path / "in")


# Whatever the order, the repeats and the number of runs, the set is the same.

SITES = ("aarhus", "odense", "ringe")


@st.composite
def documents(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few documents, some of them corrections, retractions, or different under one id."""
    made: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 7))):
        site = draw(st.sampled_from(SITES))
        told = fields(
            people=draw(st.integers(5, 10)), month=draw(st.sampled_from(("2026-10", "2026-11")))
        )
        made.append(content(site, number, fields=told))
        kind = draw(st.sampled_from(("plain", "plain", "corrected", "back", "different")))
        if kind == "corrected":
            made.append(content(site, number, revision=2, fields=fields(people=7)))
        elif kind == "back":
            made.append(retraction(made[-1]))
        elif kind == "different":
            made.append(made[-1] | {"fields": fields(people=6, minutes=1)})
    return made


@settings(deadline=None, max_examples=25)
@given(documents(), st.data())
def test_order_repeats_and_runs_change_nothing(made: list[dict[str, Any]], data: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for n, what in enumerate(made):
            drop(root / f"one-{n}", what)
        gathered(root / "once", *(root / f"one-{n}" for n in range(len(made))), minimum=2)
        order = data.draw(st.permutations(range(len(made))))
        again = data.draw(st.lists(st.sampled_from(range(len(made))), max_size=4))
        steps = [*order, *again]
        cuts = data.draw(st.lists(st.integers(0, len(steps)), max_size=3).map(sorted))
        for start, end in itertools.pairwise([0, *cuts, len(steps)]):
            for n in again[:1]:
                drop(root / f"one-{n}", made[n])  # sealed anew
            found = [root / f"one-{n}" for n in steps[start:end]]
            gathered(root / "often", *found, minimum=2)
        assert table(root / "often") == table(root / "once")


def first_wins(state: State, document: str, new: Kept) -> str:
    if document in state.documents:
        return "repeat"
    state.documents[document] = new
    return "new"


def last_wins(state: State, document: str, new: Kept) -> str:
    state.documents[document] = new
    return "new"


def taken_back_at_once(state: State, document: str, new: Kept) -> str:
    """Take a round back only where it came before, and forget that afterwards."""
    if new.retracts:
        for other, one in [*state.documents.items()]:
            if one.round == new.round:
                state.documents[other] = msgspec.structs.replace(one, counted=None)
        return "new"
    return kept.take(state, document, new)


@pytest.mark.parametrize(
    "wrong", [None, first_wins, last_wins, taken_back_at_once], ids=lambda f: f and f.__name__
)
def test_the_check_of_orders_finds_what_depends_on_them(
    wrong: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if wrong is not None:
        monkeypatch.setattr(run, "take", wrong)
    made = [content("aarhus", number) for number in range(7)]
    made += [made[0] | {"fields": fields(people=6)}, retraction(made[1])]
    for n, what in enumerate(made):
        drop(tmp_path / f"one-{n}", what)
    folders = [tmp_path / f"one-{n}" for n in range(len(made))]
    gathered(tmp_path / "forth", *folders)
    gathered(tmp_path / "back", *reversed(folders))
    same = table(tmp_path / "forth") == table(tmp_path / "back")
    assert same is (wrong is None)


def test_a_set_holds_nothing_but_words_of_ours_sites_months_and_numbers(tmp_path: Path) -> None:
    many("aarhus", 6, tmp_path / "in")
    gathered(tmp_path / "to", tmp_path / "in", today=TODAY)
    for (measure, site, month), (value, state) in table(tmp_path / "to").items():
        assert measure.replace("_", "").isalpha()
        assert site in ("aarhus", "*")
        assert month in ("2026-10", "*")
        assert value is None or value >= 5
        assert state in ("exact", "at-least", "hidden")
    assert identity("x") not in (tmp_path / "to" / "set" / "about.json").read_text()
