"""The index says what the files say, follows every change, and holds nothing that is sealed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from debrief.record.closing import seal
from debrief.record.correcting import Draft, correct
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.workspace import index as indexes
from debrief.workspace.index import Index, load, save
from tests.record.rounds import CLOSED, a_round

SESSIONS = tuple(f"2026-11-{day:02}-k7q2m9" for day in range(1, 5))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.load_or_create(Disk(), tmp_path_factory.mktemp("keys") / "config")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    folder = tmp_path_factory.mktemp("closed") / "sessions"
    for number, session in enumerate(SESSIONS, 2):
        seal(Disk(), folder, a_round(number, session=session), keys)
    said = Draft(session=SESSIONS[0], about="round", text="Rettet.", at=CLOSED)
    correct(Disk(), folder, said, keys)
    return folder


@pytest.fixture
def folder(closed: Path, tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(closed, tmp_path / "sessions"))
    age(copy)
    return copy


def age(folder: Path) -> None:
    """Make every file an hour old, so that its time tells of a change."""
    for path in folder.glob("*/*.toml"):
        stamp = path.stat().st_mtime_ns - 3_600_000_000_000
        os.utime(path, ns=(stamp, stamp))


def filled(folder: Path, stored: bytes | None = None) -> Index:
    made = Index(folder, stored)
    made.refresh()
    return made


def tables(index: Index) -> list[list[tuple[object, ...]]]:
    names = ("sessions", "people", "corrections")
    return [sorted(index.ask(f"select * from {name}")) for name in names]


def test_it_says_what_the_files_say(folder: Path) -> None:
    index = filled(folder)
    assert index.ask("select id, people from sessions order by id") == [
        (session, number) for number, session in enumerate(SESSIONS, 2)
    ]
    assert index.ask("select count(*) from people")[0][0] == 2 + 3 + 4 + 5
    assert index.ask("select id, session, about from corrections") == [
        (f"{SESSIONS[0]}-k1", SESSIONS[0], "round")
    ]
    assert index.ask("select name from files where problem != ''") == []


def test_nothing_that_is_sealed_is_in_it(folder: Path, keys: Keys, tmp_path: Path) -> None:
    index = filled(folder)
    stored = index.stored()
    for word in (b"Mette", b"Holm", b"Opkaldet", b"hovedet", b"Rettet", b"sleep"):
        assert word not in stored
    save(Disk(), tmp_path / "state" / "index.age", index, keys)
    kept = (tmp_path / "state" / "index.age").read_bytes()
    assert kept.startswith(b"age-encryption.org/v1")
    assert SESSIONS[0].encode() not in kept
    assert (tmp_path / "state" / "index.age").stat().st_mode & 0o777 == 0o600


def test_what_was_kept_is_not_read_again(folder: Path, keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "index.age"
    save(Disk(), path, filled(folder), keys)
    index = load(Disk(), path, folder, keys)
    assert index.refresh() == indexes.Changes(0, 0, 5)
    assert not index.changed
    assert tables(index) == tables(filled(folder))


@pytest.mark.parametrize("kept", [b"", b"SQLite format 3\0", b"age-encryption.org/v1\n", b"x" * 99])
def test_one_that_cannot_be_used_is_made_anew(
    folder: Path, keys: Keys, tmp_path: Path, kept: bytes
) -> None:
    path = tmp_path / "index.age"
    path.write_bytes(kept)
    index = load(Disk(), path, folder, keys)
    assert index.refresh().read == 5
    path.write_bytes(keys.seal_binary(kept))
    assert load(Disk(), path, folder, keys).refresh().read == 5
    assert Index(folder, kept).refresh().read == 5


def test_one_of_another_version_or_another_key_is_made_anew(
    folder: Path, keys: Keys, tmp_path: Path
) -> None:
    index = filled(folder)
    index.database.execute("pragma user_version = 99")
    assert filled(folder, index.stored()).ask("pragma user_version") == [(indexes.VERSION,)]
    other = Keys.load_or_create(Disk(), tmp_path / "other")
    save(Disk(), tmp_path / "index.age", filled(folder), other)
    assert load(Disk(), tmp_path / "index.age", folder, keys).refresh().read == 5


def test_only_what_changed_is_read_again(folder: Path, keys: Keys) -> None:
    index = filled(folder)
    path = folder / "2026" / f"{SESSIONS[1]}.toml"
    path.write_bytes(path.read_bytes().replace(b'team = "Nord"', b'team = "Syd!"'))
    (folder / "2026" / f"{SESSIONS[2]}.toml").unlink()
    assert index.refresh() == indexes.Changes(1, 1, 4)
    assert index.ask("select team from sessions where id = ?", [SESSIONS[1]]) == [("Syd!",)]
    assert tables(index) == tables(filled(folder))


def test_a_change_in_the_same_moment_is_not_missed(folder: Path) -> None:
    path = folder / "2026" / f"{SESSIONS[1]}.toml"
    path.write_bytes(path.read_bytes())
    index = filled(folder)
    before = path.stat()
    with path.open("r+b") as file:
        data = file.read()
        file.seek(0)
        file.write(data.replace(b'team = "Nord"', b'team = "Syd!"'))
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    index.refresh()
    assert index.ask("select team from sessions where id = ?", [SESSIONS[1]]) == [("Syd!",)]


@pytest.mark.parametrize("name", ["2026-11-01-k7q2m9 (conflicted copy 2026-11-02).toml", "x.toml"])
def test_a_copy_under_another_name_is_told_and_takes_no_ones_place(folder: Path, name: str) -> None:
    shutil.copy2(folder / "2026" / f"{SESSIONS[0]}.toml", folder / "2026" / name)
    index = filled(folder)
    assert index.ask("select count(*) from sessions")[0][0] == 4
    found = index.ask("select name, problem from files where problem != ''")
    assert [row[0] for row in found] == [f"2026/{name}"]
    assert SESSIONS[0] in found[0][1]


def test_what_is_no_session_is_told(folder: Path) -> None:
    year = folder / "2026"
    (year / "2026-11-09-a.toml").write_text("not toml", "utf-8")
    (year / "2026-11-10-a.toml").mkdir()
    (year / "2026-11-11-a.toml").symlink_to(year / f"{SESSIONS[0]}.toml")
    os.mkfifo(year / "2026-11-12-a.toml")
    (year / ".2026-11-13-a.toml.x.tmp").write_text("left", "utf-8")
    (folder / "notes").mkdir()
    index = filled(folder)
    told = index.ask("select name, problem from files where problem != '' order by name")
    assert [name[13:15] for name, _problem in told] == ["09", "10", "11", "12"]
    assert all(problem.endswith(".") for _name, problem in told)
    assert len(index.ask("select id from sessions")) == 4


class Following(RuleBasedStateMachine):
    """Whatever happens to the files, a refreshed index equals one made anew."""

    closed: Path
    place: Path

    @initialize()
    def start(self) -> None:
        self.folder = self.place / f"{id(self)}" / "sessions"
        shutil.copytree(self.closed, self.folder)
        age(self.folder)
        self.index = filled(self.folder)

    def path(self, session: str) -> Path:
        return self.folder / "2026" / f"{session}.toml"

    @rule(session=st.sampled_from(SESSIONS), team=st.sampled_from(["Syd!", "Vest", "N"]))
    def change(self, session: str, team: str) -> None:
        source = (self.closed / "2026" / f"{session}.toml").read_bytes()
        self.path(session).write_bytes(source.replace(b'"Nord"', f'"{team}"'.encode()))

    @rule(session=st.sampled_from(SESSIONS))
    def remove(self, session: str) -> None:
        self.path(session).unlink(missing_ok=True)

    @rule(session=st.sampled_from(SESSIONS))
    def spoil(self, session: str) -> None:
        self.path(session).write_bytes(b"spoiled")

    @rule()
    def keep(self) -> None:
        self.index = Index(self.folder, self.index.stored())

    @rule()
    def look(self) -> None:
        self.index.refresh()
        assert tables(self.index) == tables(filled(self.folder))

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.look()


def test_it_follows_whatever_happens_to_the_files(closed: Path, tmp_path: Path) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("Here", (Following,), {"closed": closed, "place": tmp_path})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )


def test_many_files_are_read_by_several_processes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from debrief.record import atonce

    monkeypatch.setattr(atonce, "FEW", 2)
    monkeypatch.setattr(atonce, "processors", lambda: 2)
    monkeypatch.setattr(indexes, "SOME", 2)
    told: list[tuple[int, int]] = []
    index = Index(folder)
    index.refresh(lambda done, whole: told.append((done, whole)))
    assert tables(index) == tables(filled(folder))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_a_row_has_a_value_for_every_column(folder: Path) -> None:
    row = indexes.read_row(folder, f"2026/{SESSIONS[0]}.toml")
    index = Index(folder)
    for table, values in (("sessions", row.session), ("people", row.people[0])):
        columns = [name for _at, name, *_rest in index.ask(f"pragma table_info({table})")]
        assert len(columns) == len(values)
    assert (
        dict(
            zip([c[1] for c in index.ask("pragma table_info(sessions)")], row.session, strict=True)
        )["team"]
        == "Nord"
    )
    assert msgspec.json.decode(msgspec.json.encode(row), type=indexes.Row) == row
