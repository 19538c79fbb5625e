"""The checks find every exporter that is wrong, in words, at its line."""

from __future__ import annotations

import pytest

from debrief.kit.suite import examine
from tests.kit.conftest import Put
from tests.kit.mutants import (
    FOLDER_MUTANTS,
    GOOD,
    GOOD_FOLDER,
    HEAD,
    MUTANTS,
    Mutant,
)

ALL = {**MUTANTS, **FOLDER_MUTANTS}
QUICK = (
    "swallows errors and gives a receipt",
    "tries again inside",
    "has a client of its own",
    "makes up an id each time",
    "gives no receipt",
    "follows where it is pointed",
    "says the secret",
    "makes its page by the clock",
    "prints",
    "loops",
    "exits",
    "sends more than its level",
    "sends at import",
    "writes over what is there",
)
"""At least one of each kind; the others are tried where there is time."""


def caught(mutant: Mutant, put: Put) -> None:
    verdict = examine(put(mutant.text), sections=mutant.sections, faults=mutant.faults)  # type: ignore[arg-type]
    found = verdict.finding(mutant.check)
    assert found.status == "failed", [*verdict.findings]
    assert found.said
    assert found.todo
    if mutant.line:
        number = int(found.where.split("mine.py")[1].strip(": line").split(":")[0])
        assert mutant.text.splitlines()[number - 1].endswith(mutant.line)


def test_memory_is_that_of_the_worker_and_not_of_who_started_it(put: Put) -> None:
    held = bytearray(b"x") * 200_000_000
    caught(ALL["unpacks whatever comes"], put)
    assert held


@pytest.mark.parametrize("name", QUICK)
def test_a_bad_exporter_is_caught(name: str, put: Put) -> None:
    caught(ALL[name], put)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ALL.keys() - set(QUICK)))
def test_every_bad_exporter_is_caught(name: str, put: Put) -> None:
    caught(ALL[name], put)


@pytest.mark.slow
@pytest.mark.parametrize("text", [GOOD, GOOD_FOLDER], ids=["web", "folder"])
def test_the_good_ones_they_were_made_from_pass(text: str, put: Put) -> None:
    verdict = examine(put(text))
    assert verdict.failed == ()
    assert {one.section for one in verdict.findings} == set("ABCDEFGH")


def test_every_mutant_is_python() -> None:
    for name, mutant in ALL.items():
        compile(mutant.text, name, "exec")
        assert mutant.text.startswith(HEAD[:20]) or mutant.check == "doc"
