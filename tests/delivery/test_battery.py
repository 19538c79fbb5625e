"""The battery of deliveries keeps its promises on a small scale, and sees a fault where one is.

`python -m tests.delivery.battery` runs it in full.
"""

from __future__ import annotations

import os

import pytest

from tests.delivery.battery import BUGS, battery, broken

pytestmark = pytest.mark.skipif(
    "DEBRIEF_TEST_BATTERY" not in os.environ,
    reason="takes many minutes: set DEBRIEF_TEST_BATTERY, or run python -m tests.delivery.battery",
)


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_is_sent_twice_unnoticed() -> None:
    counts, server, kills = battery(deliveries=160, shards=2, seed=3, kills=12)
    assert broken(counts) == 0, counts
    assert sum(count.deliveries for count in counts) == 160
    assert kills >= 12
    assert len(server.did) > 10


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS)
def test_a_faulty_courier_is_caught(bug: str) -> None:
    counts, _server, _kills = battery(deliveries=160, shards=2, seed=5, kills=60, bug=bug)
    assert broken(counts) > 0, counts
