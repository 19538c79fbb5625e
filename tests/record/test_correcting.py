"""Corrections: the closed file stays, what is put right stands beside it and is checked like it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debrief.errors import Problem
from debrief.record import correcting, erasing, ledger
from debrief.record.blocks import LayoutError
from debrief.record.closing import seal
from debrief.record.correcting import RECORD, Draft, correct
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.record.sessionfile import read_correction
from debrief.text import clean

from .crash import CrashSystem, put
from .rounds import a_round
from .test_erasing import FIRST, NAME, PERSON
from .test_power_cut import WHOLE_FILES, Stop, Watch, broken_states, is_broken
from .test_verify import both, by_python

AT = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)
WORDS = 'Jeg sagde ikke, at jeg ville stoppe.\n[Jeg] sagde: "måske".'


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    folder = tmp_path_factory.mktemp("closed") / "sessions"
    seal(Disk(), folder, a_round(2), keys)
    return folder


@pytest.fixture
def folder(closed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(closed, tmp_path / "sessions"))


def draft(about: str = PERSON, text: str = WORDS) -> Draft:
    return Draft(session=FIRST, about=about, text=text, supervisor="s-4h2k", at=AT)


def test_what_is_put_right_stands_sealed_beside_the_file(folder: Path, keys: Keys) -> None:
    before = (folder / NAME).read_bytes()
    made = correct(Disk(), folder, draft(), keys)
    assert (folder / NAME).read_bytes() == before
    assert made.id == f"{FIRST}-k1"
    assert made.path == folder / "2026" / f"{FIRST}-k1.toml"
    data = made.path.read_bytes()
    assert b"stoppe" not in data
    assert correcting.words(data, keys, made.id) == WORDS
    record = read_correction(data, made.id)
    assert (record.session, record.about, record.supervisor, record.at) == (
        FIRST,
        PERSON,
        "s-4h2k",
        AT,
    )
    assert record.root.encode() in before
    line = ledger.lines((folder / ledger.NAME).read_bytes())[-1]
    assert (line.number, line.event, line.session) == (made.ledger_line, "correct", made.id)
    assert both(folder) == both(made.path) == both(folder / NAME) == set()


def test_what_is_about_the_record_stands_in_the_clear(folder: Path, keys: Keys) -> None:
    made = correct(Disk(), folder, draft(RECORD, "Mødet begyndte 21.15."), keys)
    data = made.path.read_bytes()
    assert "Mødet begyndte 21.15.".encode() in data
    assert b"AGE ENCRYPTED" not in data
    assert correcting.words(data, keys, made.id) == "Mødet begyndte 21.15."
    assert both(folder) == set()


def test_they_are_numbered_and_a_number_never_comes_again(folder: Path, keys: Keys) -> None:
    made = [correct(Disk(), folder, draft("round", f"{n}"), keys).id for n in range(1, 4)]
    assert made == [f"{FIRST}-k{n}" for n in (1, 2, 3)]
    assert correcting.of(Disk(), folder, FIRST) == tuple(made)
    ledger.append(Disk(), folder, {"event": "expire", "session": made[2]})
    erasing.finish(Disk(), folder)
    assert correcting.of(Disk(), folder, FIRST) == tuple(made[:2])
    assert correct(Disk(), folder, draft(), keys).id == f"{FIRST}-k4"


def test_erasing_a_person_reaches_what_corrections_say_of_them(folder: Path, keys: Keys) -> None:
    theirs = correct(Disk(), folder, draft(), keys)
    others = correct(Disk(), folder, draft("c-0k2m", "Noget andet."), keys)
    assert erasing.erase(Disk(), folder, FIRST, [PERSON], "request") == (PERSON,)
    assert correcting.words(theirs.path.read_bytes(), keys, theirs.id) is None
    assert correcting.words(others.path.read_bytes(), keys, others.id) == "Noget andet."
    assert both(folder) == set()
    later = correct(Disk(), folder, draft(text="Tilføjet senere."), keys)
    assert erasing.erase(Disk(), folder, FIRST, [PERSON], "request") == (PERSON,)
    assert correcting.words(later.path.read_bytes(), keys, later.id) is None
    assert both(folder) == set()


def test_they_go_with_the_file_when_its_time_is_up(folder: Path, keys: Keys) -> None:
    correct(Disk(), folder, draft(), keys)
    erasing.remove(Disk(), folder, FIRST)
    assert [*(folder / "2026").iterdir()] == []
    assert both(folder) == set()


@pytest.mark.parametrize("about", ["c-zzzz", "nobody", ""])
def test_nobody_of_that_name_took_part(folder: Path, keys: Keys, about: str) -> None:
    with pytest.raises(Problem, match="nothing was corrected"):
        correct(Disk(), folder, draft(about), keys)
    assert correcting.of(Disk(), folder, FIRST) == ()


@pytest.mark.parametrize("text", ["", " \n ", "\t", "x" * 20_001])
def test_a_text_of_nothing_or_too_much_is_refused(folder: Path, keys: Keys, text: str) -> None:
    with pytest.raises(Problem, match="nothing was kept"):
        correct(Disk(), folder, draft(text=text), keys)
    assert correcting.of(Disk(), folder, FIRST) == ()


def test_nothing_is_put_beside_a_changed_file(folder: Path, keys: Keys) -> None:
    path = folder / NAME
    path.write_bytes(path.read_bytes().replace(b"used_s = ", b"used_s = 1", 1))
    with pytest.raises(Problem, match="not as it was sealed"):
        correct(Disk(), folder, draft(), keys)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'about = "{PERSON}"', 'about = "c-0k2m"'),
        (f'session = "{FIRST}"', 'session = "2026-11-22-k7q2m9"'),
        ("AGE ENCRYPTED", "AGE EMCRYPTED"),
    ],
)
def test_a_change_is_found(folder: Path, keys: Keys, old: str, new: str) -> None:
    made = correct(Disk(), folder, draft(), keys)
    made.path.write_bytes(made.path.read_bytes().replace(old.encode(), new.encode()))
    assert {finding for _name, finding, _where in both(folder)} == {"changed", "ledger"}


def test_one_that_is_gone_is_missed(folder: Path, keys: Keys) -> None:
    made = correct(Disk(), folder, draft(), keys)
    made.path.unlink()
    assert both(folder) == {(f"2026/{made.id}.toml", "missing", "")}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1).filter(lambda text: clean(text).strip()))
def test_any_text_comes_back(closed: Path, keys: Keys, text: str) -> None:
    made = correct(Disk(), closed, draft(text=text), keys)
    found = correcting.words(made.path.read_bytes(), keys, made.id)
    ledger.append(Disk(), closed, {"event": "expire", "session": made.id})
    erasing.finish(Disk(), closed)
    assert found == clean(text).strip()


def corrected_in_memory(base: Path, keys: Keys, broken: str = "") -> Watch:
    base.mkdir()
    system = CrashSystem(base)
    seal(Disk(system), base, a_round(2), keys)
    system.broken = broken
    watch = Watch(system)
    correct(Disk(system), base, draft(), keys)
    watch.promised = 1
    watch.look()
    return watch


def is_good(keys: Keys, folder: Path, promised: int) -> bool:
    """Tell whether what was said to be kept is there, and all is whole at the next start."""
    erasing.finish(Disk(), folder)
    if {finding for _name, finding, _where in by_python(folder)} - {"torn"}:
        return False
    there = correcting.of(Disk(), folder, FIRST)
    found = [correcting.words((folder / f"2026/{x}.toml").read_bytes(), keys, x) for x in there]
    if found != [WORDS] * len(found) or len(found) < promised:
        return False
    again = correct(Disk(), folder, draft(text="En til."), keys)
    return again.id == f"{FIRST}-k{len(there) + 1}" and by_python(folder) == set()


def test_a_power_cut_leaves_it_kept_or_not_begun(tmp_path: Path, keys: Keys) -> None:
    watch = corrected_in_memory(tmp_path / "base", keys)
    assert len(watch.trees) > 8
    assert broken_states(watch, tmp_path, lambda *left: is_good(keys, *left)) == 0


# A ledger line that was not synced is no loss here: it follows from the file, and is entered again.
@pytest.mark.parametrize("fault", WHOLE_FILES)
def test_a_faulty_correction_is_caught(tmp_path: Path, keys: Keys, fault: str) -> None:
    watch = corrected_in_memory(tmp_path / "base", keys, fault)

    def good(folder: Path, promised: int) -> bool:
        try:
            return is_good(keys, folder, promised)
        except (Problem, KeyError, LayoutError):
            return False

    assert is_broken(watch, tmp_path, good)


def test_a_kill_at_every_call_rolls_forward(tmp_path: Path, keys: Keys) -> None:
    for at in range(100):
        base = tmp_path / str(at)
        base.mkdir()
        system = CrashSystem(base)
        seal(Disk(system), base, a_round(2), keys)
        Stop(system, at)
        try:
            correct(Disk(system), base, draft(), keys)
        except KeyboardInterrupt:
            system.before = lambda name: None
            erasing.finish(Disk(system), base)
            watch = Watch(system)
            watch.look()
            for number, tree in enumerate(watch.trees):
                place = base / f"left-{number}"
                put(tree, place)
                assert is_good(keys, place, promised=0), at
        else:
            break
    assert 8 < at < 99
