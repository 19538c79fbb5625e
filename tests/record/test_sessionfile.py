from __future__ import annotations

import datetime as dt
import errno
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debrief.errors import EXIT_DISK, EXIT_INPUT, EXIT_KEY, Problem
from debrief.record import closing, ledger
from debrief.record.blocks import LIMIT, split
from debrief.record.content import without_names
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.record.sessionfile import (
    Privacy,
    Retention,
    build,
    open_private,
    path_for,
    read,
)
from debrief.record.verify import verify_folder
from debrief.session.model import ROUND, Action, NoteKey, Person
from debrief.text import clean

from .faults import FaultySystem
from .rounds import CLOSED, NAMES, PHASES, a_round, noted

BOTH: tuple[Privacy, ...] = ("sealed", "open")


def test_the_record_is_read_back(keys: Keys) -> None:
    state = a_round(3)
    found = read(build(state, keys), "x.toml")
    session = found.session
    assert (session.id, session.protocol, session.team) == (state.id, "shift-defuse", "Nord")
    assert session.closed == CLOSED.replace(microsecond=0)
    assert session.private_until == dt.date(2027, 5, 20)
    assert session.retain_until == dt.date(2028, 11, 20)
    assert session.overridden == ("supervisor-involved",)
    assert [(phase.name, phase.used_s) for phase in found.phases] == [(p, 200) for p in PHASES]
    first, last = found.people["c-0k2m"], found.people["c-2k2m"]
    assert (first.follow_up, last.follow_up) == ("dated", "declined")
    assert found.people["c-1k2m"].follow_up == "open"
    assert last.turns == {"check-in": "spoke", "shift": "spoke", "hard": "passed"}
    (duty,) = found.duties
    assert (duty.kind, duty.holder, duty.outcome) == ("child-at-risk", "c-0k2m", "acted")
    assert found.actions[0].due == dt.date(2026, 12, 1)
    counts = found.counts
    assert (counts.signs_shown, counts.signs_confirmed, counts.signs_dismissed) == (2, 1, 1)
    assert counts.guardrails_overridden == 2
    assert found.private_ids == ("c-0k2m", "c-1k2m", "c-2k2m", ROUND)


@pytest.mark.parametrize("privacy", BOTH)
def test_the_private_part_is_read_back(keys: Keys, privacy: Privacy) -> None:
    state = a_round(2)
    opened = open_private(build(state, keys, privacy=privacy), keys)
    text = state.note("shift", "c-0k2m")
    assert opened["c-0k2m"] == {
        "name": "Mette Holm",
        "load": 7,
        "alone": False,
        "follow_up": {"when": dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), "by": "Kirsten"},
        "notes": dict.fromkeys(PHASES, text),
        "signs": {
            "s1": {
                "code": "sleep", "subject": "counsellor", "level": "urgent",
                "decision": "confirmed",
            }
        },
    }  # fmt: skip
    assert opened["c-1k2m"]["alone"] is True
    assert opened["c-1k2m"]["overridden"] == ["acute-without-date"]
    assert opened[ROUND] == {"supervisor_load": 4, "notes": {"close": text}}


def clear_part(data: bytes) -> str:
    """Return what is readable, less the signature: by chance, its letters spell any short name."""
    clear = b"".join(b.data for b in split(data) if not b.name.startswith("private.")).decode()
    words, found, _ = clear.partition("-----BEGIN SSH SIGNATURE-----")
    assert found
    return words


@pytest.mark.parametrize("privacy", BOTH)
def test_quick_reading_gives_the_same(keys: Keys, privacy: Privacy) -> None:
    data = build(noted(a_round(2), "[x]\n[y]\n"), keys, privacy=privacy)
    assert read(data, "x", whole=False) == read(data, "x")


def test_nothing_of_a_person_is_in_the_clear(keys: Keys) -> None:
    state = a_round(10)
    clear = clear_part(build(state, keys))
    for name in NAMES:
        assert name not in clear
        assert name.split()[0] not in clear
    states = ("load", "alone", "acute", "urgent", "sleep", "case_child", "køre")
    for word in (*states, "Kirsten", "2026-11-23"):
        assert word not in clear


def test_the_words_of_a_sign_are_not_kept_twice(keys: Keys) -> None:
    data = build(noted(a_round(2), "andet"), keys, privacy="open").decode()
    assert "køre i hovedet" not in data


def test_names_give_way_to_pseudonyms() -> None:
    hide = without_names((
        Person("c-1", "Mette Holm"), Person("c-2", "Bo"), Person("c-3", "Anne-Grethe Lund"),
        Person("c-4", "mette"), Person("c-5", ""),
    ))  # fmt: skip
    assert hide("Mette Holms vagt, METTE HOLM og Mette") == "c-1's vagt, c-1 og c-1"
    assert hide("Bo's plan, Bos plan; de bor her og kan bo her") == (
        "c-2's plan, c-2's plan; de bor her og kan bo her"
    )
    assert hide("Anne-Grethe og Grethe (Lund)") == "c-3 og c-3 (c-3)"
    assert hide("Holmen og metterne") == "Holmen og metterne"
    assert without_names(())("Mette") == "Mette"


def test_supervisor_who_is_named_is_private(keys: Keys) -> None:
    state = a_round(1)
    state = msgspec.structs.replace(
        state, setup=msgspec.structs.replace(state.setup, supervisor="Kirsten Dahl")
    )
    data = build(state, keys)
    assert read(data, "x").session.supervisor == ""
    assert open_private(data, keys)[ROUND]["supervisor"] == "Kirsten Dahl"


def test_note_of_somebody_no_longer_there_is_kept(keys: Keys) -> None:
    state = a_round(1)
    state = msgspec.structs.replace(state, notes={NoteKey("shift", "c-gone"): "x"})
    opened = open_private(build(state, keys), keys)
    assert opened["c-gone"] == {"alone": False, "notes": {"shift": "x"}}


def test_sealed_length_does_not_tell_who_said_much(keys: Keys) -> None:
    state = a_round(2, text="")
    loud = msgspec.structs.replace(state, notes={NoteKey("shift", "c-0k2m"): "ord " * 100})
    sizes = [
        block.data.count(b"\n")
        for block in split(build(loud, keys))
        if ".c-" in block.name and block.name.startswith("private")
    ]
    assert max(sizes) - min(sizes) <= 3  # age itself adds up to three lines of random filling


def test_extra_recipients_can_open(keys: Keys, tmp_path: Path) -> None:
    organisation = Keys.load_or_create(Disk(), tmp_path)
    data = build(a_round(1), keys, recipients=(organisation.recipient,))
    assert open_private(data, organisation) == open_private(data, keys)
    with pytest.raises(Problem) as caught:
        open_private(build(a_round(1), keys), organisation)
    assert caught.value.status == EXIT_KEY


def test_retention(keys: Keys) -> None:
    found = read(build(a_round(1), keys, retention=Retention(30, 365)), "x").session
    assert (found.private_until, found.retain_until) == (
        dt.date(2026, 12, 21), dt.date(2027, 11, 21),
    )  # fmt: skip


def test_only_a_closed_round_is_built(keys: Keys) -> None:
    with pytest.raises(ValueError):
        build(msgspec.structs.replace(a_round(1), closed=None), keys)
    with pytest.raises(ValueError):
        build(msgspec.structs.replace(a_round(1), people=(Person("../x", "X"),)), keys)
    with pytest.raises(ValueError):
        path_for(Path("sessions"), "../x")


NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("[]\"'\\\n\t =#{}\u005b\r\x00\x1b\x7f\x9b\u202e\u2028\ufeff\u200dæøå"),
        st.characters(),
    ),
    max_size=60,
)


@pytest.mark.parametrize("privacy", BOTH)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.one_of(NASTY, st.sampled_from(["[seal]", "[x]\n[y]\n", '"""\n[a]', "'''", "\\"])))
def test_any_clean_text_comes_back(keys: Keys, privacy: Privacy, text: str) -> None:
    state = noted(a_round(1), clean(text))
    state = msgspec.structs.replace(state, people=(Person("c-0k2m", "?"),))
    data = build(state, keys, privacy=privacy)
    opened = open_private(data, keys)
    wanted = dict.fromkeys(PHASES, clean(text)) if text else None
    assert opened["c-0k2m"].get("notes") == wanted
    hidden = without_names(state.people)(clean(text))
    assert read(data, "x").actions[0].text == hidden
    assert b"\r" not in data
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data)


def test_text_that_was_not_cleaned_is_cleaned(keys: Keys) -> None:
    data = build(noted(a_round(1), "a\r\nb\x1b[31m\ud800"), keys, privacy="open")
    assert open_private(data, keys)["c-0k2m"]["notes"]["shift"] == "a\nb\ufffd[31m\ufffd"


def test_blocks_stand_alone(keys: Keys) -> None:
    data = build(noted(a_round(2), "[a]\n[[b]]\n"), keys, privacy="open")
    whole = tomllib.loads(data.decode())
    for block in split(data):
        part = tomllib.loads(block.data.decode())
        group, _dot, name = block.name.partition(".")
        assert (part[group][name] if name else part[group]) == (
            whole[group][name] if name else whole[group]
        )


def test_salts_are_fresh(keys: Keys) -> None:
    one, two = (re.findall(r'salt = "(.*)"', build(a_round(3), keys).decode()) for _ in range(2))
    assert len({*one, *two}) == 2 * len(one)
    assert {len(salt) for salt in one} == {32}


def edited(old: str, new: str) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return edit


DEEP = "[" * 200_000


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (edited("session/1", "session/2"), "newer debrief"),
        (edited("session/1", "notes/1"), "line 1:"),
        (lambda data: b"\xef\xbb\xbf" + data, "line 1:"),
        (lambda data: data.replace(b"\n", b"\r\n"), "line 1: the line ends"),
        (lambda data: b"", "line 1:"),
        (lambda data: data + b"#" * LIMIT, "larger than"),
        (edited('team = "Nord"', 'team = "Nord'), "line 9: this is not valid TOML"),
        (edited("Nord", "No\x1brd"), "line 9: there is a control character"),
        (lambda data: data.replace(b"Nord", b"N\xff"), "line 9: this is not UTF-8"),
        (edited('team = "Nord"', "team = 7"), "line 4: the block [session]"),
        (edited('team = "Nord"', 'team = "Nord"\nextra = 1'), "line 4: the block [session]"),
        (edited('place = "home"', 'place = "the moon"'), "the block [people.c-0k2m]"),
        (edited("used_s = 200", "used_s = -1"), "line 22: the block [phases.p1]"),
        (edited("[phases.p2]", "[phases.p9]"), "[phases.p9] does not belong"),
        (edited("[counts]", "[people.c-0k2m]"), "[people.c-0k2m] does not belong"),
        (edited("[counts]", "[surprise]"), "[surprise] does not belong"),
        (edited("[counts]", "[[counts]]"), "not the name of a block"),
        (edited('team = "Nord"', f"team = {DEEP}"), "nested too deeply"),
        (lambda data: data[: data.index(b"[seal]")], "does not belong"),
        (edited("root = ", "ROOT = "), "the seal is not spelled"),
        (lambda data: data[: data.index(b"[counts]")] + data[data.index(b"[seal]") :], "[counts]"),
    ],
)
def test_strange_files_are_refused_in_a_sentence(
    keys: Keys, edit: Callable[[bytes], bytes], said: str
) -> None:
    data = edit(build(a_round(2), keys))
    with pytest.raises(Problem) as caught:
        read(data, "2026-11-21-x.toml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("2026-11-21-x.toml")
    assert caught.value.status == EXIT_INPUT
    assert "moon" not in str(caught.value)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_reader_never_crashes(keys: Keys, data: st.DataObject) -> None:
    whole = build(a_round(1), keys, privacy="open")
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=8))
    cut = data.draw(st.integers(0, 8))
    for call in (read, partial(read, whole=False), lambda x, name: open_private(x, keys, name)):
        try:
            call(whole[:at] + junk + whole[at + cut :], "x")
        except Problem:
            continue


class StoppingSystem(FaultySystem):
    """Stops the program before one call, counted from 0."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def _call(self, name: str) -> None:
        if len(self.calls) == self.at:
            raise KeyboardInterrupt
        super()._call(name)


def test_close_may_be_interrupted_anywhere(tmp_path: Path, keys: Keys) -> None:
    state = a_round(1)
    for count in range(100):
        folder = tmp_path / str(count)
        try:
            closing.seal(Disk(StoppingSystem(count)), folder, state, keys)
            break
        except KeyboardInterrupt:
            pass
        sealed = closing.seal(Disk(), folder, state, keys)
        assert all(verdict.ok for verdict in verify_folder(Disk(), folder)), count
        assert sealed.ledger_line == 1
        assert closing.seal(Disk(), folder, state, keys) == sealed
    assert 12 < count < 99


class FailingSystem(FaultySystem):
    """Refuses one call, counted from 0."""

    def __init__(self, at: int, number: int) -> None:
        super().__init__()
        self.at = at
        self.number = number

    def _call(self, name: str) -> None:
        super()._call(name)
        if len(self.calls) == self.at + 1:
            raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EROFS])
def test_close_may_be_refused_anywhere(tmp_path: Path, keys: Keys, number: int) -> None:
    state = a_round(1)
    refused = 0
    for count in range(100):
        folder, system = tmp_path / str(count), FailingSystem(count, number)
        try:
            closing.seal(Disk(system), folder, state, keys)
        except Problem as problem:
            refused += 1
            assert problem.status == EXIT_DISK  # noqa: PT017
        closing.seal(Disk(), folder, state, keys)
        assert all(verdict.ok for verdict in verify_folder(Disk(), folder)), count
        if len(system.calls) <= count:
            break
    assert 12 < refused <= count < 99


def test_close_does_not_touch_a_strange_file(tmp_path: Path, keys: Keys) -> None:
    path = path_for(tmp_path, a_round(1))
    path.parent.mkdir()
    path.write_bytes(b"not ours")
    with pytest.raises(Problem, match="left as it is"):
        closing.seal(Disk(), tmp_path, a_round(1), keys)
    assert path.read_bytes() == b"not ours"
    assert not (tmp_path / ledger.NAME).exists()


def test_actions_keep_their_lines(keys: Keys) -> None:
    state = msgspec.structs.replace(a_round(1), actions={"zz": Action("zz", "a\n[b]\nc")})
    assert read(build(state, keys), "x").actions[0].text == "a\n[b]\nc"


@pytest.mark.parametrize(
    "module", ["disk", "sessionfile", "verify", "ledger", "signers", "journal", "keys", "closing"]
)
def test_importing_is_cheap(module: str) -> None:
    code = (
        f"import sys, debrief.record.{module}\n"
        "heavy = {'pyrage', 'cryptography', 'textual', 'asyncio', 'filelock', 'tomli_w', 'httpx'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
