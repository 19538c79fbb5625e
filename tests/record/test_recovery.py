"""A recovery key: shown once, asked back, kept nowhere - and it opens what was sealed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import EXIT_KEY, EXIT_USAGE, Problem
from debrief.record import identities, recovery
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.record.recovery import Making

from .faults import names

DAY = dt.date(2026, 11, 28)


def made(folder: Path) -> tuple[Keys, str]:
    """Keep a recovery key in the folder; return the keys from then on, and what was written."""
    Keys.load_or_create(Disk(), folder)
    making = Making()
    written = "\n".join(making.lines())
    assert making.matches(written.replace(" ", "")[-6:])
    making.keep(Disk(), folder, DAY)
    return Keys.load_or_create(Disk(), folder), written


def end(making: Making) -> str:
    return "".join(making.lines()).replace(" ", "")[-6:]


def test_all_is_sealed_for_it_too(tmp_path: Path) -> None:
    keys, written = made(tmp_path / "a")
    identity = pyrage.x25519.Identity.from_str(recovery.secret_of(written))
    for sealed in (
        keys.seal(b"x").encode(),
        keys.seal_binary(b"x"),
        keys.seal_binary(b"x", [keys.spare, keys.recipient]),
    ):
        assert pyrage.decrypt(sealed, [identity]) == b"x"
        assert keys.unseal(sealed) == b"x"


def test_one_that_another_window_made_is_sealed_for_from_then_on(tmp_path: Path) -> None:
    here = Keys.load_or_create(Disk(), tmp_path)
    assert here.spare == ""
    _there, written = made(tmp_path)
    identity = pyrage.x25519.Identity.from_str(recovery.secret_of(written))
    assert pyrage.decrypt(here.seal_binary(b"x"), [identity]) == b"x"
    (tmp_path / recovery.NAME).write_bytes(b"broken meanwhile")
    assert pyrage.decrypt(here.seal_binary(b"y"), [identity]) == b"y"


def test_its_secret_is_on_no_disk(tmp_path: Path) -> None:
    keys, written = made(tmp_path)
    bare = written.partition("\n")[2].replace(" ", "").replace("\n", "")
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert bare[-8:] not in path.read_text("utf-8")
    kept = recovery.read(Disk(), tmp_path)
    assert kept == recovery.Recovery(keys.spare, DAY)
    assert (tmp_path / recovery.NAME).stat().st_mode & 0o777 == 0o600


def test_it_is_written_in_groups_of_four() -> None:
    lines = Making().lines()
    assert lines[0] == "AGE-SECRET-KEY-1"
    groups = " ".join(lines[1:]).split(" ")
    assert [len(group) for group in groups] == [4] * 14 + [2]
    assert max(map(len, lines)) < 30


def test_it_is_kept_only_when_it_was_typed_back(tmp_path: Path) -> None:
    making = Making()
    with pytest.raises(Problem) as caught:
        making.keep(Disk(), tmp_path, DAY)
    assert caught.value.status == EXIT_USAGE
    assert not making.matches("qqqqqq")
    assert making.left == 2
    assert not making.matches("")
    assert not making.matches(end(making)[-5:])
    assert making.left == 0
    assert not making.matches(end(making)), "there is no fourth time"
    with pytest.raises(Problem):
        making.keep(Disk(), tmp_path, DAY)
    assert not (tmp_path / recovery.NAME).exists()


@given(st.integers(), st.sampled_from(["", "AGE-SECRET-KEY-1 ", "age secret key 1\n"]))
def test_spaces_hyphens_case_and_look_alikes_do_not_matter(seed: int, prefix: str) -> None:
    secret, chance = identities.new(), Random(seed)
    look = {"0": "0Oo", "8": "8Bb", "L": "Ll1Ii"}
    typed = prefix
    for one in secret.removeprefix(identities.PREFIX):
        typed += chance.choice(look.get(one, one + one.lower()))
        typed += chance.choice(["", "", " ", "-", "\n", "–"])
    assert recovery.secret_of(typed) == secret


@given(st.integers(0, 57), st.sampled_from("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"))
def test_a_misread_character_is_found(at: int, wrong: str) -> None:
    bare = identities.new().removeprefix(identities.PREFIX)
    if bare[at] == wrong:
        return
    with pytest.raises(Problem, match="misread") as caught:
        recovery.secret_of(bare[:at] + wrong + bare[at + 1 :])
    assert caught.value.status == EXIT_KEY
    assert bare[:8] not in str(caught.value)


@given(st.text(max_size=100))
def test_whatever_is_typed_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(Problem):
        recovery.secret_of(typed)
    assert not Making().matches(typed)


def test_another_computer_opens_with_it_what_was_sealed_since(tmp_path: Path) -> None:
    before = Keys.load_or_create(Disk(), tmp_path / "old").seal(b"before")
    keys, written = made(tmp_path / "old")
    since = keys.seal(b"since")
    assert recovery.restore(Disk(), tmp_path / "new", written.lower()) == keys.spare
    other = Keys.load_or_create(Disk(), tmp_path / "new")
    assert other.recipient == keys.spare
    assert other.unseal(since) == b"since"
    with pytest.raises(Problem):
        other.unseal(before)
    assert "identity.txt" in names(tmp_path / "new")


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    _keys, written = made(tmp_path)
    for name in ("identity.txt", "identity.age"):
        for path in tmp_path.iterdir():
            path.unlink()
        (tmp_path / name).write_bytes(b"anything")
        with pytest.raises(Problem, match="already"):
            recovery.restore(Disk(), tmp_path, written)
        assert (tmp_path / name).read_bytes() == b"anything"


def test_where_only_the_identity_was_lost_its_spare_takes_over(tmp_path: Path) -> None:
    keys, written = made(tmp_path)
    spare = keys.spare
    (tmp_path / "identity.txt").unlink()
    recovery.restore(Disk(), tmp_path, written)
    again = Keys.load_or_create(Disk(), tmp_path)
    assert (again.recipient, again.public_key) == (spare, keys.public_key)
    assert again.spare == "", "a key is no spare of itself"


@pytest.mark.parametrize("content", [b"", b"garbage", b"# created: 2026-13-01\nage1abc\n"])
def test_a_broken_note_of_it_is_told_and_left(tmp_path: Path, content: bytes) -> None:
    made(tmp_path)
    (tmp_path / recovery.NAME).write_bytes(content)
    with pytest.raises(Problem, match="recovery"):
        Keys.load_or_create(Disk(), tmp_path)
    assert (tmp_path / recovery.NAME).read_bytes() == content


def test_no_secret_shows() -> None:
    making = Making()
    assert end(making) not in repr(making)
