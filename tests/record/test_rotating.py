"""New keys: what was sealed stays open, what was signed verifies, and a stop rolls forward."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pyrage
import pytest

from debrief.errors import EXIT_KEY, Problem
from debrief.record import identities, rotating, signers, together
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.keys import Keys, Locked
from debrief.record.sessionfile import open_private
from debrief.record.verify import verify_folder

from . import cheap
from .crash import CrashSystem, put
from .faults import names
from .rounds import a_round
from .test_power_cut import FAULTS, Stop, Watch, broken_states, is_broken
from .test_verify import both

DAY = dt.date(2026, 11, 28)
FIRST, SECOND = "2026-11-21-k7q2m9", "2026-11-28-aaaaaa"
WORDS = "fire heste på en bro"


def rotated(folder: Path, day: dt.date = DAY) -> Keys:
    rotating.rotate(Disk(), folder, Keys.load_or_create(Disk(), folder), day)
    return Keys.load_or_create(Disk(), folder)


def test_the_old_identity_opens_and_the_new_one_seals(tmp_path: Path) -> None:
    old = Keys.load_or_create(Disk(), tmp_path)
    sealed = old.seal(b"before")
    new = rotated(tmp_path)
    assert new.recipient != old.recipient
    assert new.public_key != old.public_key
    assert new.recipients == (new.recipient, old.recipient)
    assert new.unseal(sealed) == b"before"
    assert new.opener().unseal(sealed) == b"before"
    with pytest.raises(Problem):
        old.unseal(new.seal(b"after"))
    assert new.former == {old.public_key: "2026-11-28"}


def test_the_old_signing_key_is_gone_and_its_public_half_is_kept(tmp_path: Path) -> None:
    old = Keys.load_or_create(Disk(), tmp_path)
    secret = (tmp_path / "signing_key").read_bytes().split(b"\n")[3]
    rotated(tmp_path)
    for path in tmp_path.iterdir():
        assert path.is_dir() or secret not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert old.public_key in (tmp_path / "former_signing_keys").read_text()
    assert "key_change" not in names(tmp_path)


def test_what_was_signed_before_and_after_verifies(tmp_path: Path) -> None:
    folder, config = tmp_path / "sessions", tmp_path / "config"
    old = Keys.load_or_create(Disk(), config)
    seal(Disk(), folder, a_round(2, session=FIRST), old)
    new = rotated(config)
    seal(Disk(), folder, a_round(2, session=SECOND), new)
    lines = (folder / signers.NAME).read_text().splitlines()
    assert lines == [
        f'debrief namespaces="debrief-seal" {old.public_key} until 2026-11-28',
        f'debrief namespaces="debrief-seal" {new.public_key}',
    ]
    assert both(folder) == set()
    for session in (FIRST, SECOND):
        data = (folder / f"2026/{session}.toml").read_bytes()
        assert open_private(data, new)["round"]["notes"]


def test_allowed_signers_is_changed_only_where_there_is_something_to_say(tmp_path: Path) -> None:
    path = tmp_path / signers.NAME
    theirs = b"# ours\nann ssh-ed25519 AAAA\n"
    path.write_bytes(theirs)
    one, two = (Keys.load_or_create(Disk(), tmp_path / name) for name in ("one", "two"))
    signers.remember(Disk(), tmp_path, one.public_key)
    signers.remember(Disk(), tmp_path, two.public_key, {one.public_key: "2026-11-28"})
    told = path.read_bytes()
    assert told.startswith(theirs)
    assert signers.read(told) == (one.public_key, two.public_key)
    assert told.count(b" until 2026-11-28\n") == 1
    signers.remember(Disk(), tmp_path, two.public_key, {one.public_key: "2026-11-30"})
    assert path.read_bytes() == told


def test_why_the_last_day_is_no_valid_before(tmp_path: Path, keys: Keys) -> None:
    allowed, signature = tmp_path / "allowed", tmp_path / "signature"
    signature.write_text(keys.sign(b"hello\n"))
    good = {}
    for options, after in (("", " until 2025-01-01"), (',valid-before="20250101"', "")):
        line = f'debrief namespaces="debrief-seal"{options} {keys.public_key}{after}\n'
        allowed.write_text(line)
        done = subprocess.run(
            ["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "debrief", "-n", "debrief-seal",
             "-s", signature],
            input=b"hello\n", capture_output=True, check=False,
        )  # fmt: skip
        good[options] = done.returncode == 0
    assert list(good.values()) == [True, False]


def test_keys_may_be_rotated_many_times(tmp_path: Path) -> None:
    sealed, seen = [], []
    for at in range(4):
        keys = rotated(tmp_path, DAY + dt.timedelta(at))
        sealed.append(keys.seal(b"%d" % at))
        seen.append(keys.public_key)
    assert [keys.unseal(one) for one in sealed] == [b"0", b"1", b"2", b"3"]
    assert list(keys.former)[1:] == seen[:-1]
    data = (tmp_path / "identity.txt").read_bytes()
    assert identities.parse(data) == keys.opener().identities
    assert identities.render(identities.parse(data)) == data


def test_plain_tools_use_the_new_keys(tmp_path: Path) -> None:
    keys = rotated(tmp_path)
    signed = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", tmp_path / "signing_key", "-n", "debrief-seal"],
        input=b"hello\n", capture_output=True, check=True,
    )  # fmt: skip
    assert signed.stdout.decode() == keys.sign(b"hello\n")


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not here")
@pytest.mark.peer
def test_age_opens_with_every_identity(tmp_path: Path) -> None:
    old = Keys.load_or_create(Disk(), tmp_path).seal(b"before")
    new = rotated(tmp_path).seal(b"after")
    for sealed, wanted in ((old, b"before"), (new, b"after")):
        opened = subprocess.run(
            ["age", "-d", "-i", tmp_path / "identity.txt"],
            input=sealed.encode(), capture_output=True, check=True,
        )  # fmt: skip
        assert opened.stdout == wanted


def test_keys_that_another_window_changed_are_left(tmp_path: Path) -> None:
    stale = Keys.load_or_create(Disk(), tmp_path)
    now = rotated(tmp_path)
    with pytest.raises(Problem, match="meanwhile") as caught:
        rotating.rotate(Disk(), tmp_path, stale, DAY)
    assert caught.value.status == EXIT_KEY
    assert Keys.load_or_create(Disk(), tmp_path).public_key == now.public_key


# A passphrase


def protected(folder: Path) -> Keys:
    """Make keys in the folder, protected by WORDS."""
    keys = Keys.load_or_create(Disk(), folder)
    data = (folder / "identity.txt").read_bytes()
    with together.locked(Disk(), folder):
        together.change_locked(
            Disk(), folder, {identities.LOCKED: cheap.sealed(WORDS, data), identities.NAME: None}
        )
    return keys


def opened(folder: Path) -> bytes:
    data: bytes = pyrage.passphrase.decrypt((folder / "identity.age").read_bytes(), WORDS)
    return data


def test_protected_keys_are_locked_until_they_are_opened(tmp_path: Path) -> None:
    keys = protected(tmp_path)
    with pytest.raises(Locked) as caught:
        Keys.load_or_create(Disk(), tmp_path)
    assert caught.value.status == EXIT_KEY
    assert caught.value.path == tmp_path / "identity.age"
    again = Keys.load_or_create(Disk(), tmp_path, opened(tmp_path))
    assert (again.recipient, again.public_key) == (keys.recipient, keys.public_key)
    for wrong in (b"", b"garbage"):
        with pytest.raises(Problem):
            Keys.load_or_create(Disk(), tmp_path, wrong)
    assert "identity.txt" not in names(tmp_path)


def test_protected_keys_stay_protected_when_rotated(tmp_path: Path) -> None:
    keys = protected(tmp_path)
    sealed = keys.seal(b"before")
    rotating.rotate(Disk(), tmp_path, keys, DAY, lambda data: cheap.sealed(WORDS, data))
    assert "identity.txt" not in names(tmp_path)
    new = Keys.load_or_create(Disk(), tmp_path, opened(tmp_path))
    assert new.recipient != keys.recipient
    assert new.unseal(sealed) == b"before"


def test_two_identities_of_which_nobody_knows_which_counts_are_refused(tmp_path: Path) -> None:
    data = b"anything"
    Keys.load_or_create(Disk(), tmp_path)
    (tmp_path / "identity.age").write_bytes(data)
    with pytest.raises(Problem, match="which one counts"):
        Keys.load_or_create(Disk(), tmp_path)
    assert (tmp_path / "identity.age").read_bytes() == data


# A stop at any moment

Change = Callable[[Disk, Path, Keys], None]


def _rotate(disk: Disk, folder: Path, keys: Keys) -> None:
    rotating.rotate(disk, folder, keys, DAY)


def _protect(disk: Disk, folder: Path, keys: Keys) -> None:
    data = identities.render(keys.opener().identities)
    with together.locked(disk, folder):
        together.change_locked(
            disk, folder, {identities.LOCKED: cheap.sealed(WORDS, data), identities.NAME: None}
        )


CHANGES: Mapping[str, Change] = {"rotate": _rotate, "protect": _protect}


class Some(Watch):
    """Collects as many trees as a fault needs to show."""

    def look(self, name: str = "") -> None:
        for tree in itertools.islice(self.system.leftovers(), 40):
            self.trees[tree] = max(self.promised, self.trees.get(tree, 0))


def watched(base: Path, change: Change, broken: str = "") -> tuple[Watch, str]:
    """Change the keys on a disk in memory; return what may be left, and what the old key sealed."""
    base.mkdir()
    system = CrashSystem(base)
    keys = Keys.load_or_create(Disk(system), base)
    sealed = keys.seal(b"before")
    system.broken = broken
    watch = Some(system) if broken else Watch(system)
    change(Disk(system), base, keys)
    watch.promised = 1
    watch.look()
    return watch, sealed


def is_good(sealed: str) -> Callable[[Path, int], bool]:
    """Tell whether the keys are whole, all old or all new, and open what was sealed."""

    def good(folder: Path, promised: int) -> bool:
        together.finish(Disk(), folder)
        given = opened(folder) if (folder / "identity.age").exists() else None
        if given is not None and (folder / "identity.txt").exists():
            return False
        keys = Keys.load_or_create(Disk(), folder, given)
        again = Keys.load_or_create(Disk(), folder, given)
        new = bool(given) or (len(keys.recipients) == 2 and len(keys.former) == 1)
        old = given is None and len(keys.recipients) == 1 and not keys.former
        if keys.public_key in keys.former or keys.recipients != again.recipients:
            return False
        return keys.unseal(sealed) == b"before" and (new if promised else new or old)

    return good


@pytest.mark.parametrize("change", CHANGES)
def test_a_power_cut_leaves_the_old_keys_or_the_new(tmp_path: Path, change: str) -> None:
    watch, sealed = watched(tmp_path / "base", CHANGES[change])
    assert len(watch.trees) > 10
    assert broken_states(watch, tmp_path, is_good(sealed)) == 0


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "sync_data"])
def test_a_disk_that_lies_is_caught(tmp_path: Path, fault: str, change: str) -> None:
    watch, sealed = watched(tmp_path / "base", CHANGES[change], fault)
    assert is_broken(watch, tmp_path, forgiving(is_good(sealed)))


def forgiving(good: Callable[[Path, int], bool]) -> Callable[[Path, int], bool]:
    def no_trace(folder: Path, promised: int) -> bool:
        try:
            return good(folder, promised)
        except (Problem, pyrage.DecryptError):
            return False

    return no_trace


def _without_telling_first(disk: Disk, folder: Path, files: Mapping[str, bytes | None]) -> None:
    together._carry_out(disk, folder, files)


def _gone_too_early(disk: Disk, folder: Path, files: Mapping[str, bytes | None]) -> None:
    told = together.CHANGE
    for name, data in files.items():
        if data is None:
            disk.unlink(folder / name)
    disk.publish(folder / told, b"")
    disk.unlink(folder / told)
    together._carry_out(disk, folder, files)


@pytest.mark.parametrize(
    ("faulty", "change"),
    [
        (_without_telling_first, "rotate"),
        (_without_telling_first, "protect"),
        (_gone_too_early, "protect"),
    ],
)
def test_a_faulty_change_is_caught(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    faulty: Callable[[Disk, Path, Mapping[str, bytes | None]], None],
    change: str,
) -> None:
    monkeypatch.setattr(together, "change_locked", faulty)
    watch, sealed = watched(tmp_path / "base", CHANGES[change])
    monkeypatch.undo()
    assert is_broken(watch, tmp_path, forgiving(is_good(sealed)))


@pytest.mark.parametrize("change", CHANGES)
def test_a_kill_at_every_call_rolls_forward(tmp_path: Path, change: str) -> None:
    for at in range(100):
        base = tmp_path / str(at)
        base.mkdir()
        system = CrashSystem(base)
        keys = Keys.load_or_create(Disk(system), base)
        sealed = keys.seal(b"before")
        Stop(system, at)
        try:
            CHANGES[change](Disk(system), base, keys)
        except KeyboardInterrupt:
            system.before = lambda name: None
            together.finish(Disk(system), base)
            watch = Watch(system)
            watch.look()
            for number, tree in enumerate(watch.trees):
                place = base / f"left-{number}"
                put(tree, place)
                assert is_good(sealed)(place, 0), at
        else:
            break
    assert 10 < at < 99


def test_sessions_verify_whenever_it_stopped(tmp_path: Path) -> None:
    folder, base = tmp_path / "sessions", tmp_path / "base"
    base.mkdir()
    system = CrashSystem(base)
    keys = Keys.load_or_create(Disk(system), base)
    seal(Disk(), folder, a_round(1, session=FIRST), keys)
    watch = Watch(system)
    _rotate(Disk(system), base, keys)
    watch.look()
    for number, tree in enumerate(list(watch.trees)[::7]):
        place, copy = tmp_path / str(number), tmp_path / f"sessions-{number}"
        put(tree, place)
        shutil.copytree(folder, copy)
        seal(Disk(), copy, a_round(1, session=SECOND), Keys.load_or_create(Disk(), place))
        assert all(verdict.ok for verdict in verify_folder(Disk(), copy))
