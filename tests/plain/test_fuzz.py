"""Whatever is typed, a round is never lost, never ended by mistake, and always readable again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debrief.plain import vocabulary as v
from debrief.record import verify
from debrief.record.disk import Disk
from tests.plain.conftest import Room

WORDS = (
    "Mette", "Per", "1", "2", "9", "nu", "handlet", "aftalt", "i morgen 10", "ingen", "ja", "nej",
    "child-at-risk", "x; y; 1/12", "anyway", "bekræft", "tilbage", "en", "Aisha, tlf", "måned",
)  # fmt: skip
NOTES = ("Sov ikke i nat.", "Hun ville tage sit eget liv.", "", "//skrå", "Jeg kan ikke mere.")
commands = st.builds(
    lambda names, rest: f"/{names} {rest}",
    st.sampled_from([n for one in v.COMMANDS.values() for names in one.values() for n in names]),
    st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join),
)
lines = st.one_of(commands, st.sampled_from(NOTES + WORDS), st.text(max_size=30))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(lines.map(lambda line: line.replace("\n", " ")), max_size=25))
def test_no_lines_break_a_round(said: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder))
        done = room.hold(*said)
        open_still = room.desk().unfinished()
        closed = list(room.places.sessions.glob("2*/*.toml"))
        assert len(open_still) + len(closed) == 1
        assert all(one.state is not None for one in open_still)
        if closed:
            assert done.status == 0
            assert all(one.ok for one in verify.verify_path(Disk(), room.places.sessions))
