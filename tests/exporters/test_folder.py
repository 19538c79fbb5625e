from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from debrief.delivery.evidence import Evidence
from debrief.delivery.job import Way
from debrief.delivery.link import Link
from debrief.exporters.folder import Folder
from debrief.plugin import Document, NotSent, Rejected


def document(body: bytes = b"# Hej\n") -> Document:
    digest = hashlib.sha256(body).hexdigest()
    return Document("d-1", body, "text/markdown", digest, "debrief-x.md")


def to(folder: Path) -> Link:
    return Link({"path": str(folder)}, {}, Way(), Evidence((), lambda: None))


def test_the_file_is_whole_and_private_and_nothing_else_is_left(tmp_path: Path) -> None:
    receipt = Folder().send(document(), to(tmp_path))
    assert (receipt.reference, receipt.duplicate) == ("debrief-x.md", False)
    [file] = tmp_path.iterdir()
    assert file.read_bytes() == b"# Hej\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_same_again_is_a_duplicate_and_another_is_never_overwritten(tmp_path: Path) -> None:
    Folder().send(document(), to(tmp_path))
    assert Folder().send(document(), to(tmp_path)).duplicate
    with pytest.raises(Rejected):
        Folder().send(document(b"other"), to(tmp_path))
    [file] = tmp_path.iterdir()
    assert file.read_bytes() == b"# Hej\n"


def test_a_folder_that_is_away_means_not_sent(tmp_path: Path) -> None:
    with pytest.raises(NotSent) as caught:
        Folder().send(document(), to(tmp_path / "away"))
    assert caught.value.why == "no-folder"
    assert str(tmp_path) not in str(caught.value)


def test_a_part_that_an_attempt_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".d-1.part").write_bytes(b"# H")
    Folder().send(document(), to(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["debrief-x.md"]


def test_a_disk_without_links_still_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_paths: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert not Folder().send(document(), to(tmp_path)).duplicate
    assert Folder().send(document(), to(tmp_path)).duplicate
    with pytest.raises(Rejected):
        Folder().send(document(b"other"), to(tmp_path))


def test_a_full_disk_means_not_sent_and_leaves_no_torn_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotSent) as caught:
        Folder().send(document(), to(tmp_path))
    assert caught.value.why == "disk"
    assert list(tmp_path.iterdir()) == []
