"""What a round that keeps nothing seals, and where what is considerate of somebody may stand."""

from __future__ import annotations

import datetime as dt
import tomllib

import msgspec
import pytest

from debrief.desk import Desk
from debrief.errors import Problem
from debrief.live import Live
from debrief.record import sessionfile, verify
from debrief.record.content import private_blocks
from debrief.session import events as ev
from debrief.session.model import Circumstances, Person
from debrief.summary import FIELDS, reduce
from debrief.workspace.places import Places
from tests.builders import Clock, person
from tests.record.rounds import a_round

NEEDS = "Hyppige pauser, ingen video"


@pytest.fixture
def desk(tmp_path) -> Desk:
    folder = tmp_path
    places = Places(folder / "workspace", folder / "config", folder / "state")
    places.workspace.mkdir()
    places.settings.write_text(
        f"""version = 1
[destinations.board]
exporter = "folder"
level = "record"
fields = ["team", "minutes", "phases", "duties", "actions"]
[destinations.board.settings]
path = "{folder}/out"
""",
        "utf-8",
    )
    return Desk(places, Clock(step_s=1))


def people() -> tuple[Person, ...]:
    return (
        person("Mette", buddy="c-per", needs=NEEDS, supporter="Ragnhild"),
        person("Per", stay="late"),
    )


def held(desk: Desk, protocol: str, **around: object) -> Live:
    circumstances = Circumstances(**around)  # type: ignore[arg-type]
    setup = desk.setup(desk.protocol(protocol), people(), "da", circumstances=circumstances)
    live = desk.start(setup)
    for one in live.state.people:
        later = desk.clock() + dt.timedelta(days=3)
        live.do(ev.FollowUpAgreed(desk.clock(), one.id, "dated", later, "Ole"))
        live.do(ev.AloneSaid(desk.clock(), one.id, True))
    return live


def test_a_round_that_keeps_nothing_says_so_and_proves_it(desk: Desk) -> None:
    live = held(desk, "balint")
    key = live.state.plan.key
    assert not live.write(key, "c-mette", "Det skal ikke gemmes.")
    assert not live.write(key, "round", "Heller ikke det.")
    live.pass_phase()
    sealed = desk.close(live, desk.draft(live))
    data = sealed.path.read_bytes()
    file = sessionfile.read(data, sealed.path.name)
    assert file.session.keep == "nothing"
    assert [phase.passed for phase in file.phases] == [True, False, False, False, False, False]
    assert [one.follow_up for one in file.people.values()] == ["dated", "dated"]
    private = sessionfile.open_private(data, desk.keys)
    assert {owner: set(block) for owner, block in private.items()} == {
        "c-mette": {"name", "follow_up"},
        "c-per": {"name", "follow_up"},
        "round": set(),
    }
    assert all(one.ok for one in verify.verify_folder(desk.disk, desk.places.sessions))


def test_even_what_stands_in_the_state_is_not_sealed_where_nothing_is_kept() -> None:
    state = a_round()
    setup = msgspec.structs.replace(state.setup, keep="nothing")
    before = {key for _name, entries in private_blocks(state) for key, _value in entries}
    assert {"load", "alone", "notes.close", "signs.s1"} <= before
    nothing = msgspec.structs.replace(state, setup=setup)
    keys = {key for _name, entries in private_blocks(nothing) for key, _value in entries}
    assert keys <= {"name", "follow_up.when", "follow_up.by", "supervisor_load", "overridden"}


def test_what_is_considerate_is_sealed_and_reaches_no_destination(desk: Desk) -> None:
    live = held(desk, "shift-defuse")
    draft = desk.draft(live)
    (preview,) = draft.previews
    assert preview.document is not None, preview.problem
    everything = repr(reduce(draft.state, "full", tuple(FIELDS), "da"))
    assert "Mette" in everything
    for secret in (NEEDS, "Hyppige", "Ragnhild"):
        assert secret.encode() not in preview.document.body
        assert secret not in everything
    sealed = desk.close(live, draft)
    data = sealed.path.read_bytes()
    for secret in (NEEDS, "Ragnhild", "Mette"):
        assert secret.encode() not in data
        assert secret.encode() not in desk.places.roster.read_bytes()
    mette = sessionfile.open_private(data, desk.keys)["c-mette"]
    assert (mette["needs"], mette["supporter"], mette["buddy"]) == (NEEDS, "Ragnhild", "c-per")
    assert "keep" not in tomllib.loads(data.decode())["session"]


def test_what_is_considerate_is_there_next_time_and_the_evenings_own_is_not(desk: Desk) -> None:
    live = held(desk, "shift-defuse")
    desk.close(live, desk.draft(live))
    again = Desk(desk.places, desk.clock).roster.find("Mette")
    assert again == msgspec.structs.replace(people()[0], buddy="")
    per = desk.roster.find("Per")
    assert per is not None
    assert per.stay == "whole"


def test_a_locked_protocol_opens_only_once_it_is_confirmed(desk: Desk) -> None:
    with pytest.raises(Problem, match="This protocol is locked, so no round was opened"):
        held(desk, "cisd", hours_since=30)
    with pytest.raises(Problem, match="never held with those who were part of it and those"):
        held(desk, "cisd", hours_since=30, lock_confirmed=True, mixed_exposure=True)
    assert not desk.places.live.exists()
    live = held(desk, "cisd", hours_since=30, lock_confirmed=True)
    sealed = desk.close(live, desk.draft(live))
    record = tomllib.loads(sealed.path.read_text("utf-8"))
    assert record["session"]["overridden"] == ["locked"]
    assert record["session"]["keep"] == "nothing"
