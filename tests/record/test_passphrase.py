"""A passphrase is stretched in a process of its own, and nothing else stands still meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from debrief.errors import EXIT_KEY, Problem
from debrief.record import passphrase
from debrief.record.passphrase import Answer, Order, Work, WrongPassphrase

from .cheap import sealed

WORDS = "fire heste på en bro"


class Ticks:
    """A thread that counts, as often as it is let."""

    def __init__(self) -> None:
        self.count = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._end.wait(0.001):
            self.count += 1

    def while_(self, work: Callable[[], object]) -> int:
        self._thread.start()
        while not self.count:
            pass
        before = self.count
        work()
        after = self.count
        self._end.set()
        self._thread.join()
        return after - before


def test_what_a_passphrase_protects_is_opened() -> None:
    assert passphrase.opening(WORDS, sealed(WORDS, b"secret")).wait() == b"secret"


def test_a_wrong_one_is_told() -> None:
    work = passphrase.opening("fire heste på en bil", sealed(WORDS, b"secret"))
    for _again in range(2):
        with pytest.raises(WrongPassphrase) as caught:
            work.wait()
        assert caught.value.status == EXIT_KEY


def test_asking_does_not_wait_and_a_cancelled_one_says_nothing() -> None:
    work = passphrase.opening(WORDS, sealed(WORDS, b"secret", 19))
    assert work.poll() is None
    assert work.wait(0.001) is None
    work.cancel()
    assert work._process.returncode is not None
    with pytest.raises(Problem):
        work.wait()
    work.cancel()


def test_an_interrupted_wait_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    work = passphrase.opening(WORDS, sealed(WORDS, b"secret", 19))
    join = work._thread.join

    def interrupted(timeout: float | None = None) -> None:
        monkeypatch.setattr(work._thread, "join", join)
        raise KeyboardInterrupt

    monkeypatch.setattr(work._thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        work.wait()
    assert work._process.returncode is not None


def test_where_no_process_can_be_started_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(Problem, match="could not be tried"):
        passphrase.opening(WORDS, b"")


def test_other_threads_go_on_meanwhile() -> None:
    data = sealed(WORDS, b"secret", 17)
    assert Ticks().while_(lambda: passphrase.opening(WORDS, data).wait()) > 20


def test_in_this_process_they_would_not() -> None:
    data = sealed(WORDS, b"secret", 17)
    assert Ticks().while_(lambda: pyrage.passphrase.decrypt(data, WORDS)) <= 1


def test_no_secret_shows() -> None:
    assert WORDS not in repr(Order("open", WORDS, WORDS.encode())) + repr(Answer(WORDS.encode()))
    assert WORDS not in repr(Work(Order("open", WORDS, b"")))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")
def test_nothing_secret_stands_where_other_programs_look() -> None:
    work = passphrase.opening(WORDS, sealed(WORDS, b"secret", 18))
    place = Path("/proc") / str(work._process.pid)
    seen = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
    assert b"passphrase_worker" in seen
    assert WORDS.encode() not in seen
    work.cancel()


@pytest.mark.slow
def test_what_is_sealed_in_earnest_is_an_age_file_and_opens_again() -> None:
    data = passphrase.sealing(WORDS, b"secret").wait()
    assert data is not None
    assert data.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert passphrase.opening(WORDS, data).wait() == b"secret"
