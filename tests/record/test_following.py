"""What came of things agreed, and rounds not held: sealed beside the sessions, and checked so."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debrief.errors import Problem
from debrief.record import beside, erasing, following, ledger
from debrief.record.blocks import LayoutError
from debrief.record.closing import seal
from debrief.record.correcting import RECORD, Draft, correct
from debrief.record.disk import Disk
from debrief.record.following import Contact, NotHeld, Said, Work, follow, not_held, said
from debrief.record.keys import Keys
from debrief.record.sessionfile import read_follow_up, read_not_held

from .crash import CrashSystem
from .rounds import a_round
from .test_erasing import FIRST, NAME, PERSON
from .test_power_cut import FAULTS, Watch, broken_states, is_broken
from .test_verify import both, by_python

AT = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)
THEN = dt.datetime(2026, 12, 2, 9, 0, tzinfo=dt.UTC)
WORSE = Said("worse", "more", True, THEN)
NONE = NotHeld(team="Nord", day=dt.date(2026, 11, 20), reason="no-time", at=AT)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    folder = tmp_path_factory.mktemp("closed") / "sessions"
    seal(Disk(), folder, a_round(2), keys)
    return folder


@pytest.fixture
def folder(closed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(closed, tmp_path / "sessions"))


def contact(**changes: Any) -> Contact:
    fields: dict[str, Any] = {
        "session": FIRST,
        "person": PERSON,
        "number": 1,
        "outcome": "done",
        "said": WORSE,
        "supervisor": "s-4h2k",
        "at": AT,
    }
    return Contact(**{**fields, **changes})


def test_what_came_of_a_contact_stands_beside_the_file(folder: Path, keys: Keys) -> None:
    before = (folder / NAME).read_bytes()
    made = follow(Disk(), folder, contact(), keys)
    assert (folder / NAME).read_bytes() == before
    assert made.id == f"{FIRST}-f1"
    data = made.path.read_bytes()
    for word in (b"worse", b"more", b"referral", b"2026-12-02"):
        assert word not in data
    record = read_follow_up(data, made.id)
    assert (record.about, record.contact, record.action) == (PERSON, 1, None)
    assert (record.outcome, record.again, record.at) == ("done", True, AT)
    assert said(data, keys, made.id) == WORSE
    line = ledger.lines((folder / ledger.NAME).read_bytes())[-1]
    assert (line.number, line.event, line.session) == (made.ledger_line, "follow-up", made.id)
    assert both(folder) == both(made.path) == both(folder / NAME) == set()


def test_open_privacy_reads_the_same(folder: Path, keys: Keys) -> None:
    made = follow(Disk(), folder, contact(), keys, privacy="open")
    data = made.path.read_bytes()
    assert b'direction = "worse"' in data
    assert said(data, keys, made.id) == WORSE
    assert both(folder) == set()


def test_kinds_are_numbered_apart(folder: Path, keys: Keys) -> None:
    draft = Draft(session=FIRST, about=RECORD, text="Mødet begyndte 21.15.", at=AT)
    assert correct(Disk(), folder, draft, keys).id == f"{FIRST}-k1"
    made = [follow(Disk(), folder, contact(number=n), keys).id for n in (1, 2)]
    assert made == [f"{FIRST}-f1", f"{FIRST}-f2"]
    assert beside.of(Disk(), folder, FIRST, beside.FOLLOW_UP) == tuple(made)
    assert len(beside.of(Disk(), folder, FIRST)) == 3
    ledger.append(Disk(), folder, {"event": "expire", "session": made[1]})
    erasing.finish(Disk(), folder)
    assert follow(Disk(), folder, contact(), keys).id == f"{FIRST}-f3"


def test_erasing_a_person_reaches_what_came_of_their_contacts(folder: Path, keys: Keys) -> None:
    theirs = follow(Disk(), folder, contact(), keys)
    others = follow(Disk(), folder, contact(person="c-0k2m"), keys)
    assert erasing.erase(Disk(), folder, FIRST, [PERSON], "request") == (PERSON,)
    assert said(theirs.path.read_bytes(), keys, theirs.id) is None
    assert said(others.path.read_bytes(), keys, others.id) == WORSE
    assert both(folder) == set()


def test_it_goes_with_the_file_when_its_time_is_up(folder: Path, keys: Keys) -> None:
    follow(Disk(), folder, contact(), keys)
    erasing.remove(Disk(), folder, FIRST)
    assert [*(folder / "2026").iterdir()] == []
    assert both(folder) == set()


def test_what_became_of_an_action_is_record_and_seals_nothing(folder: Path, keys: Keys) -> None:
    what = Work(session=FIRST, number=1, outcome="done", supervisor="s-4h2k", at=AT)
    made = follow(Disk(), folder, what, keys)
    data = made.path.read_bytes()
    assert b"AGE ENCRYPTED" not in data
    record = read_follow_up(data, made.id)
    assert (record.about, record.action, record.outcome) == (RECORD, 1, "done")
    assert both(folder) == set()


@pytest.mark.parametrize(
    "what",
    [
        contact(person="c-zzzz"),
        contact(person="round"),
        Work(session=FIRST, number=99, outcome="done", at=AT),
        Work(session=FIRST, number=0, outcome="done", at=AT),
    ],
)
def test_nothing_is_kept_of_what_was_not_agreed(
    folder: Path, keys: Keys, what: Contact | Work
) -> None:
    with pytest.raises(Problem, match="nothing was kept"):
        follow(Disk(), folder, what, keys)
    assert beside.of(Disk(), folder, FIRST) == ()


def test_nothing_is_put_beside_a_changed_session(folder: Path, keys: Keys) -> None:
    path = folder / NAME
    path.write_bytes(path.read_bytes().replace(b"used_s = ", b"used_s = 1", 1))
    with pytest.raises(Problem, match="nothing was put beside it"):
        follow(Disk(), folder, contact(), keys)
    assert beside.of(Disk(), folder, FIRST) == ()


def test_a_changed_outcome_is_seen_by_both_checkers(folder: Path, keys: Keys) -> None:
    made = follow(Disk(), folder, contact(), keys)
    data = made.path.read_bytes()
    made.path.write_bytes(data.replace(b'outcome = "done"', b'outcome = "moved"', 1))
    assert {code for _name, code, *_rest in both(folder)} >= {"changed"}


def test_a_round_that_was_not_held_is_a_file_of_its_own(folder: Path, keys: Keys) -> None:
    what = NotHeld(
        team="Nord", day=dt.date(2026, 11, 28), reason="no-time", supervisor="s-4h2k", at=AT
    )
    made = not_held(Disk(), folder, what, keys)
    record = read_not_held(made.path.read_bytes(), made.id)
    assert (record.team, record.day, record.reason) == ("Nord", what.day, "no-time")
    assert record.retain_until == what.day + dt.timedelta(days=730)
    line = ledger.lines((folder / ledger.NAME).read_bytes())[-1]
    assert (line.event, line.session) == ("not-held", made.id)
    assert both(folder) == both(made.path) == set()
    erasing.remove(Disk(), folder, made.id)
    assert not made.path.exists()
    assert both(folder) == set()


def followed_in_memory(base: Path, keys: Keys, broken: str = "") -> Watch:
    """Keep a first round that was not held, a session, and what came of a contact in it."""
    base.mkdir()
    system = CrashSystem(base)
    watch = Watch(system)
    not_held(Disk(system), base, NONE, keys)
    seal(Disk(system), base, a_round(2), keys)
    system.broken = broken
    follow(Disk(system), base, contact(), keys)
    watch.promised = 1
    watch.look()
    return watch


def is_good(keys: Keys, folder: Path, promised: int) -> bool:
    """Tell whether what was said to be kept is there, and all is whole at the next start."""
    if not (folder / ledger.NAME).exists():
        return not promised
    erasing.finish(Disk(), folder)
    if {finding for _name, finding, _where in by_python(folder)} - {"torn", "unlisted"}:
        return False
    there = beside.of(Disk(), folder, FIRST)
    found = [said((folder / f"2026/{one}.toml").read_bytes(), keys, one) for one in there]
    return found == [WORSE] * len(found) and len(found) >= promised


def test_a_power_cut_leaves_them_kept_or_not_begun(tmp_path: Path, keys: Keys) -> None:
    watch = followed_in_memory(tmp_path / "base", keys)
    assert len(watch.trees) > 8
    assert broken_states(watch, tmp_path, lambda *left: is_good(keys, *left)) == 0


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "sync_data"])
def test_a_faulty_disk_is_caught(tmp_path: Path, keys: Keys, fault: str) -> None:
    watch = followed_in_memory(tmp_path / "base", keys, fault)

    def good(folder: Path, promised: int) -> bool:
        try:
            return is_good(keys, folder, promised)
        except (Problem, KeyError, LayoutError):
            return False

    assert is_broken(watch, tmp_path, good)


SAID = st.builds(
    Said,
    direction=st.sampled_from((None, *following.DIRECTIONS)),
    wants=st.sampled_from((None, *following.WANTS)),
    referral=st.booleans(),
    then=st.none()
    | st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC)),
)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(SAID)
def test_whatever_was_said_reads_back(closed: Path, keys: Keys, what: Said) -> None:
    name, file = f"{FIRST}-f1", beside.whole_session(Disk(), closed, FIRST)
    told = contact(said=what)
    entries = following._record(name, told, file)
    assert ("again", True) in entries or what.then is None
    block = following.sessionfile.private_block(
        f"private.{PERSON}", following._sealed(what), keys, (), "sealed"
    )
    record = following.layout.render("follow-up", entries)
    data = following.sessionfile.sealed([("follow-up", record), (f"private.{PERSON}", block)], keys)
    then = what.then and what.then.replace(microsecond=0)
    assert said(data, keys, name) == Said(what.direction, what.wants, what.referral, then)
