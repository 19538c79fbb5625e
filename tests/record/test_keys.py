from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from debrief.errors import EXIT_KEY, Problem
from debrief.record import sshsig
from debrief.record.disk import Disk
from debrief.record.keys import Keys, verify_signature

from .faults import FaultySystem, names


def test_made_once_and_loaded_again(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "keys"
    first, second = (Keys.load_or_create(Disk(), folder) for _ in range(2))
    assert first.recipient == second.recipient
    assert first.public_key == second.public_key
    assert names(folder) == ["identity.txt", "signing_key", "signing_key.pub"]
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (folder / "identity.txt").read_text().startswith("# debrief: this key opens")
    secret = (folder / "identity.txt").read_text().split()[-1]
    assert secret not in repr(first)


def test_seal_and_unseal(keys: Keys, tmp_path: Path) -> None:
    other = Keys.load_or_create(Disk(), tmp_path)
    armored = keys.seal(b"Natten var tung.")
    assert armored.startswith("-----BEGIN AGE ENCRYPTED FILE-----\n")
    assert keys.unseal(armored) == b"Natten var tung."
    with pytest.raises(Problem) as caught:
        other.unseal(armored)
    assert caught.value.status == EXIT_KEY
    both = keys.seal(b"x", (other.recipient, other.public_key))
    assert other.unseal(both) == keys.unseal(both) == b"x"
    for broken in (armored[:-60], armored.replace("A", "B", 3), "", "x"):
        with pytest.raises(Problem):
            keys.unseal(broken)
    with pytest.raises(Problem, match="recipients"):
        keys.seal(b"x", ("age1nonsense",))
    with pytest.raises(Problem, match="recipients"):
        keys.seal(b"x", ("ssh-ed25519 nonsense",))


@pytest.mark.parametrize("name", ["identity.txt", "signing_key", "signing_key.pub"])
@pytest.mark.parametrize("content", [b"", b"garbage\n", b"\xff\x00"])
def test_broken_key_is_told_and_left(tmp_path: Path, name: str, content: bytes) -> None:
    Keys.load_or_create(Disk(), tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Problem) as caught:
        Keys.load_or_create(Disk(), tmp_path)
    assert caught.value.status == EXIT_KEY
    assert (tmp_path / name).read_bytes() == content


@pytest.mark.parametrize("name", ["identity.txt", "signing_key"])
def test_lost_key_is_not_made_anew(tmp_path: Path, name: str) -> None:
    Keys.load_or_create(Disk(), tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(Problem, match="missing"):
        Keys.load_or_create(Disk(), tmp_path)
    assert not (tmp_path / name).exists()


def test_interrupted_first_time_is_finished(tmp_path: Path) -> None:
    before = Keys.load_or_create(Disk(), tmp_path)
    (tmp_path / "signing_key.pub").unlink()
    assert Keys.load_or_create(Disk(), tmp_path).public_key == before.public_key
    for name in ("signing_key", "signing_key.pub"):
        (tmp_path / name).unlink()
    after = Keys.load_or_create(Disk(), tmp_path)
    assert after.recipient == before.recipient


def test_full_disk_makes_no_key(tmp_path: Path) -> None:
    system = FaultySystem()
    system.full_after = 10
    with pytest.raises(Problem, match="full"):
        Keys.load_or_create(Disk(system), tmp_path)
    assert names(tmp_path) == []


def test_ssh_keygen_reads_the_keys(tmp_path: Path) -> None:
    keys = Keys.load_or_create(Disk(), tmp_path)
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", tmp_path / "signing_key.pub"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert keys.fingerprint in shown.stdout
    signed = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", tmp_path / "signing_key", "-n", "debrief-seal"],
        input=b"hello\n", capture_output=True, check=True,
    )  # fmt: skip
    assert signed.stdout.decode() == keys.sign(b"hello\n")


def test_ssh_keygen_verifies(keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text(f"debrief {keys.public_key}\n")
    (tmp_path / "sig").write_text(keys.sign(b"hello\n"))
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "debrief", "-s", "sig", "-n"]
    for namespace, message, fits in (
        ("debrief-seal", b"hello\n", True),
        ("debrief-seal", b"hello", False),
        ("file", b"hello\n", False),
    ):
        done = subprocess.run(
            [*command, namespace], input=message, cwd=tmp_path, capture_output=True, check=False
        )
        assert (done.returncode == 0) is fits


def test_signatures(keys: Keys, tmp_path: Path) -> None:
    other = Keys.load_or_create(Disk(), tmp_path)
    armored = keys.sign(b"hello")
    assert verify_signature(b"hello", armored, (other.public_key, f"{keys.public_key} Nord"))
    assert not verify_signature(b"hello", armored, (other.public_key,))
    assert not verify_signature(b"hallo", armored, (keys.public_key,))
    assert not verify_signature(b"hello", armored, (keys.public_key,), "other")
    assert not verify_signature(b"hello", armored, ())
    assert sshsig.fingerprint("nonsense") == ""
    for at in range(len(armored)):
        changed = armored[:at] + ("A" if armored[at] != "A" else "B") + armored[at + 1 :]
        assert not verify_signature(b"hello", changed, (keys.public_key,))
        assert not verify_signature(b"hello", armored[:at], (keys.public_key,))
