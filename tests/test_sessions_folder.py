"""The fictional sessions that come along are whole, and hold what the guide says."""

from __future__ import annotations

import subprocess
from pathlib import Path

from debrief.record import sessionfile, verify
from debrief.record.disk import Disk

SESSIONS = Path(__file__).resolve().parents[1] / "sessions"


def test_they_verify_by_program_and_by_shell() -> None:
    verdicts = verify.verify_folder(Disk(), SESSIONS)
    assert all(one.ok for one in verdicts), verdicts
    assert len(list(SESSIONS.glob("20*/*.toml"))) >= 3
    done = subprocess.run(
        ["sh", str(SESSIONS / "VERIFY.sh"), str(SESSIONS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_are_fictional_and_in_both_countries() -> None:
    files = [sessionfile.read(path.read_bytes(), path.name) for path in SESSIONS.glob("20*/*.toml")]
    fictional = [file.session for file in files if "opdigtet" in file.session.team]
    assert {session.protocol for session in fictional} >= {"home-checkin"}
    assert {file.session.language for file in files} >= {"da", "nb"}
