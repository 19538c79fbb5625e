"""From closed rounds to the organisation's set: two sites, a folder, a server, and one key."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomli_w

from debrief.demo import Player, ShiftClock, held_sessions
from debrief.demo.scripts import HELD
from debrief.desk import Desk, keeping, sending
from debrief.errors import EXIT_FOUND
from debrief.exporters.sealed import canonical, seal
from debrief.session import State
from debrief.workspace.places import Places
from tests.cli.conftest import Run, places, run  # noqa: F401 - fixtures
from tests.collecting.drops import KEY, table
from tests.exporters.peers import PASSWORD, USER, Dav, running
from tests.summary.rounds import a_round

NIGHT = dt.datetime(2026, 11, 28, 20, tzinfo=dt.UTC)
READER = str(KEY.to_public())
FIELDS = ["month", "minutes", "people", "duties", "follow_ups", "actions"]


@pytest.fixture
def dav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dav]:
    monkeypatch.setenv("DEBRIEF_TEST_DAV", PASSWORD)
    with running(Dav(tmp_path / "served")) as server:
        yield server


class Site:
    """A supervisor's desk that sends every round to the folder, and its numbers to the server."""

    def __init__(self, root: Path, name: str, drops: Path, dav: Dav) -> None:
        self.clock = ShiftClock(lambda: NIGHT)
        where = root / name
        at = Places(where / "workspace", where / "config", where / "state")
        at.workspace.mkdir(parents=True)
        who = {"recipients": [READER], "site": name}
        cloud = {"url": dav.url, "user": USER, "password": {"env": "DEBRIEF_TEST_DAV"}, **who}
        destinations = {
            "drops": _table("sealed", "record", path=str(drops), **who),
            "cloud": _table("sealed-webdav", "counts", **cloud),
        }
        at.settings.write_text(tomli_w.dumps({"version": 1, "destinations": destinations}))
        self.desk = Desk(at, self.clock, plugins=False)
        self.name = name

    def hold(self, at: int = 0) -> str:
        """Hold and close one more round; return its name."""
        return Player(self.desk, self.clock).hold(HELD[at]).path.stem

    def send(self) -> list[str]:
        return [one.ending for one in sending.send(self.desk)]

    def drop_of(self, session: str) -> list[str]:
        """Return the names of the drops of a round."""
        with sending.outbox(self.desk) as box:
            return [f"{row.id}.age" for row in box.rows(session)]


def _table(exporter: str, level: str, **settings: Any) -> dict[str, Any]:
    return {
        "exporter": exporter,
        "level": level,
        "fields": FIELDS,
        "approve": level != "counts",
        "settings": settings,
    }


def numbers(site: Site) -> dict[str, tuple[int, str]]:
    """Return number and state of the drop for the folder, by session."""
    with sending.outbox(site.desk) as box:
        rows = [row for row in box.rows() if row.destination == "drops"]
        return {row.session: (json.loads(box.body(row.id))["sequence"], row.state) for row in rows}


def closed_round(name: str) -> State:
    return msgspec.structs.replace(a_round(), id=name)


def digests(found: tuple[sending.Preview, ...]) -> frozenset[str]:
    return frozenset(one.document.sha256 for one in found if one.document is not None)


def test_what_was_shown_goes_unless_another_round_was_queued_meanwhile(
    dav: Dav, tmp_path: Path
) -> None:
    """The number is in the bytes that are approved; with another number they are other bytes."""
    site = Site(tmp_path, "aarhus", tmp_path, dav)
    slow, fast = closed_round("2026-11-21-aaaaaa"), closed_round("2026-11-21-bbbbbb")
    shown = digests(sending.previews(site.desk, slow))
    assert not site.desk.places.outbox.exists(), "showing makes nothing"
    sending.queue(site.desk, fast, digests(sending.previews(site.desk, fast)))
    sending.queue(site.desk, slow, shown)
    assert numbers(site) == {fast.id: (1, "ready"), slow.id: (2, "awaiting-approval")}
    again = digests(sending.previews(site.desk, slow))
    sending.queue(site.desk, slow, again)  # as after a stop in the middle of closing
    assert numbers(site) == {fast.id: (1, "ready"), slow.id: (2, "ready")}


def test_a_round_that_is_overtaken_while_it_is_queued_is_made_anew(
    dav: Dav, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, "aarhus", tmp_path, dav)
    slow, fast = closed_round("2026-11-21-aaaaaa"), closed_round("2026-11-21-bbbbbb")
    plain = sending.previews
    calls: list[str] = []

    def overtaken(desk: Desk, state: State) -> tuple[sending.Preview, ...]:
        found = plain(desk, state)
        calls.append(state.id)
        if calls == [slow.id]:
            sending.queue(desk, fast)
        return found

    monkeypatch.setattr(sending, "previews", overtaken)
    sending.queue(site.desk, slow)
    assert calls == [slow.id, fast.id, slow.id]
    assert {session: number for session, (number, _s) in numbers(site).items()} == {
        fast.id: 1,
        slow.id: 2,
    }


@pytest.mark.slow
def test_two_sites_a_folder_a_server_and_a_round_that_is_taken_back(
    dav: Dav,
    tmp_path: Path,
    run: Run,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drops = tmp_path / "drops"
    drops.mkdir()
    key = tmp_path / "organisation.txt"
    key.write_text(f"{KEY}\n")
    to = tmp_path / "to"
    cloud = dav.url.replace("://", f"://{USER}@")

    def collected() -> tuple[int, dict[str, Any], int | None, int | None]:
        """Return status, report, and how many rounds and people there were in all."""
        said = run(
            *("collect", str(drops), cloud, "--to", str(to), "--key", str(key)),
            *("--password", "env:DEBRIEF_TEST_DAV", "--minimum", "2", "--format", "json"),
        )
        assert said.err == ""
        found = table(to)
        rounds, people = (found[what, "*", "*"][0] for what in ("rounds", "people"))
        return said.status, json.loads(said.out), rounds, people

    aarhus, odense = (Site(tmp_path, name, drops, dav) for name in ("aarhus", "odense"))
    for site in (aarhus, odense):
        held_sessions(site.desk, site.clock)
        assert site.send() == ["receipt"] * 6
    people = [len(script.people) for script in HELD]
    status, report, rounds, heads = collected()
    assert (status, report["new"], report["gaps"], report["silences"]) == (0, 12, [], [])
    assert (rounds, heads) == (6, 2 * sum(people))

    # A round that could not be sent, and of which somebody is erased: it never comes.
    drops.rename(tmp_path / "away")
    gone = odense.hold()
    odense.send()
    erased = keeping.erase(odense.desk, gone, "round", "request")
    assert erased.stopped == 1
    (tmp_path / "away").rename(drops)
    last = odense.hold(1)
    assert odense.send() == ["receipt"] * 2
    status, report, rounds, heads = collected()
    assert (status, report["new"], report["gaps"]) == (0, 3, [])
    assert rounds == 8, "by the server, the first of them had come"
    few = people[0] if people[0] >= 5 else 0
    assert heads == 2 * sum(people) + few + people[1]

    # The organisation is told that a round is taken back, and its numbers are out.
    back = f"back-{last}"
    told = {"document": back, "schema": "debrief-retraction/1", "session": last, "site": "odense"}
    (drops / f"{back}.age").write_bytes(seal(canonical(told), [READER]))
    status, report, rounds, after = collected()
    assert (status, rounds, report["erased"]) == (EXIT_FOUND, 7, 1)
    assert after == heads - people[1]
    lying = {one["name"] for one in report["still_there"]}
    assert lying == {*odense.drop_of(last)}
    for folder in (drops, dav.folder):
        for path in folder.iterdir():
            if path.name in lying:
                path.unlink()
    status, report, rounds, after = collected()
    assert (status, rounds, after, report["gaps"]) == (0, 7, heads - people[1], [])

    # One that is lost on its way is missed as soon as another follows.
    lost = aarhus.hold(2)
    aarhus.send()
    name = next(name for name in aarhus.drop_of(lost) if (drops / name).exists())
    (drops / name).unlink()
    aarhus.hold(2)
    aarhus.send()
    status, report, rounds, _heads = collected()
    [gap] = report["gaps"]
    assert (status, gap["site"], gap["documents"]) == (EXIT_FOUND, "aarhus", [name[:-4]])
    assert rounds == 9
