"""Whatever a person types comes out of the sealed file as it went in, by way of the journal."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from debrief.desk import Desk
from debrief.record import sessionfile, verify
from debrief.record.disk import Disk
from debrief.session import events as ev
from debrief.text import clean
from tests.builders import Clock, people

from .evening import AISHA, places

ODD = "\r\n|\r|\n[seal]\n|[|\"\"\"|'''|\\|\\u005B|\ud800|\udfff|\u202e|a\u030a|\u0300|"
ODD += "👩\u200d👧|\ufeff|\x00|\x1b[2J|\x9b|\t|æøå|#| "
PIECES = st.sampled_from(ODD.split("|"))
TEXTS = st.lists(PIECES | st.text(max_size=20), max_size=30).map("".join)
LONG = 100_000


def through(folder: Path, first: str, then: str) -> str:
    """Write a note, leave the round, go on, write it anew, close; return what was sealed of it."""
    desk = Desk(places(folder), Clock(), plugins=False)
    live = desk.start(desk.setup(desk.protocol("stop5"), people("Aisha"), "da"))
    phase = live.state.plan.key
    live.write(phase, AISHA, first)
    desk.pause(live)
    again = Desk(places(folder), Clock(), plugins=False)
    live = again.resume(live.state.id)
    assert live.state.note(phase, AISHA) == clean(first)
    live.write(phase, AISHA, then)
    live.do(ev.FollowUpAgreed(again.clock(), AISHA, "not-needed"))
    path = again.close(live, again.draft(live)).path
    assert all(one.ok for one in verify.verify_path(Disk(), path))
    opened = sessionfile.open_private(path.read_bytes(), again.keys)[AISHA]
    return str(opened.get("notes", {}).get(phase, ""))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, TEXTS)
@example("x" * LONG, "[" * LONG)
@example("\r\n" * (LONG // 2), '"""\\' * (LONG // 4))
@example("a", "a\u0300\u202e\ud800" * (LONG // 4))
def test_any_text_comes_out_as_it_went_in(first: str, then: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert through(Path(folder), first, then) == clean(then)
