"""`debrief checkpoint` and `verify --since`: lines that are gone are missed."""

from __future__ import annotations

import json
import subprocess

from debrief.desk import Desk
from debrief.errors import EXIT_FOUND, EXIT_USAGE
from debrief.session import events as ev
from tests.builders import Clock, people
from tests.cli.conftest import Run


def test_a_checkpoint_is_what_plain_tools_say(run: Run, held: Desk) -> None:
    said = run("checkpoint")
    word, line, digest = said.out.split()
    assert (said.status, word) == (0, "ledger")
    command = f"head -n {line} ledger.txt | sha256sum"
    done = subprocess.run(
        command, shell=True, cwd=held.places.sessions, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == digest


def test_the_ledger_may_grow_but_not_shrink_or_change(run: Run, held: Desk) -> None:
    kept = run("checkpoint").out.strip()
    path = held.places.sessions / "ledger.txt"
    whole = path.read_bytes()
    assert run("verify", "--since", kept).status == 0
    owner = run("show", held.held()[0].id, "--format", "json").out
    person = next(iter(json.loads(owner)["record"]["people"]))
    assert run("erase", held.held()[0].id, person, "--yes").status == 0
    assert run("verify", "--since", kept).status == 0
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    said = run("verify", "--since", kept)
    assert said.status == EXIT_FOUND
    assert "checkpoint" in said.out
    path.write_bytes(whole.replace(b"event:close", b"event:clone", 1))
    assert run("verify", "--since", kept).status == EXIT_FOUND


def test_a_checkpoint_may_be_copied_loosely(run: Run, held: Desk) -> None:
    _word, line, digest = run("checkpoint").out.split()
    for text in (f"{line} {digest[:16]}", f"LEDGER  {line}  {digest.upper()}", f"{line}:{digest}"):
        assert run("verify", "--since", text).status == 0
    for text in ("", "yesterday", f"{line} {digest[:15]}", f"{line} {digest}0"):
        said = run("verify", "--since", text)
        assert said.status == EXIT_USAGE
        assert "no checkpoint" in said.err


def test_the_receipt_of_a_close_is_a_checkpoint(run: Run, held: Desk) -> None:
    clock = Clock()
    held.clock = clock
    setup = held.setup(held.protocol("shift-defuse"), people("Ada", "Bo"), "da")
    live = held.start(setup)
    for one in live.state.people:
        live.do(ev.FollowUpAgreed(clock(), one.id, "not-needed"))
    sealed = held.close(live, held.draft(live))
    line = held.places.sessions.joinpath("ledger.txt").read_bytes().count(b"\n")
    assert sealed.receipt.split()[:2] == ["ledger", str(line)]
    assert run("verify", "--since", sealed.receipt).status == 0
    said = run("correct", sealed.path.stem, "record", "--text", "Noget.")
    assert run("verify", "--since", sealed.receipt).status == 0
    later = said.out.splitlines()[-1].partition(": ")[2]
    assert run("verify", "--since", later).status == 0
    wrong = later[:-1] + ("0" if later[-1] != "0" else "1")
    assert run("verify", "--since", wrong).status == EXIT_FOUND


def test_verdicts_as_json(run: Run, held: Desk) -> None:
    rows = json.loads(run("verify", "--format", "json").out)
    assert {row["name"] for row in rows} >= {"ledger.txt"}
    assert all(row["ok"] and row["findings"] == [] for row in rows)
    path = held.held()[0].path
    path.write_bytes(path.read_bytes().replace(b"used_s = ", b"used_s = 1", 1))
    said = run("verify", "--format", "json")
    assert said.status == EXIT_FOUND
    (changed,) = [row for row in json.loads(said.out) if not row["ok"]]
    assert "changed" in {finding["code"] for finding in changed["findings"]}


def test_nothing_to_verify(run: Run) -> None:
    assert run("verify", "--format", "json").out.strip() == "[]"
    assert run("checkpoint").out.startswith("ledger 0 e3b0c442")
