"""Closing a round that was closed before: the same close rolls forward, another one is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from debrief.errors import Problem
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.keys import Keys

from .rounds import CLOSED, a_round


def test_the_same_close_may_be_done_again(tmp_path: Path, keys: Keys) -> None:
    folder = tmp_path / "sessions"
    first = seal(Disk(), folder, a_round(2), keys)
    data = first.path.read_bytes()
    assert seal(Disk(), folder, a_round(2), keys) == first
    assert first.path.read_bytes() == data


def test_another_close_of_the_round_is_told_and_drops_nothing(tmp_path: Path, keys: Keys) -> None:
    folder = tmp_path / "sessions"
    first = seal(Disk(), folder, a_round(2), keys)
    data = first.path.read_bytes()
    later = msgspec.structs.replace(
        a_round(2, text="Skrevet på den anden."), closed=CLOSED + dt.timedelta(minutes=5)
    )
    with pytest.raises(Problem, match="another close"):
        seal(Disk(), folder, later, keys)
    assert first.path.read_bytes() == data
