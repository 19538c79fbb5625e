"""Work on many files at once: by several processes, each given some of them at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

Part = TypeVar("Part")
Found = TypeVar("Found")
Progress = Callable[[int, int], object]
"""Called with how many of how many files have been looked at."""
SOME: Final = 100
"""Files that are given to a process at a time."""
FEW: Final = 300
"""So many files are sooner looked at in this process than others are started."""


def processors() -> int:
    """Return how many processors this process may use."""
    known = getattr(os, "sched_getaffinity", None)
    return len(known(0)) if known else os.cpu_count() or 1


def pays_off(count: int) -> bool:
    """Tell whether so many files are many enough for other processes."""
    return count > FEW and processors() > 1


def _undisturbed() -> None:
    """Leave Ctrl-C to the process that a person looks at: it ends this one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def at_once(work: Callable[[Part], Sequence[Found]], parts: Sequence[Part]) -> Iterator[Found]:
    """Yield everything that `work` returns for each of `parts`, in order.

    `work` is a function of a module, `parts` and what it returns can be pickled; they travel
    through pipes and stand nowhere else. Where no process can be started, the work is done here;
    so it must be of a kind that may be begun again.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    done, count = 0, min(processors(), len(parts))
    try:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, context, _undisturbed) as pool:
            for found in pool.map(work, parts):
                yield from found
                done += 1
    except (BrokenProcessPool, OSError):  # no room for more processes, or one was ended
        for part in parts[done:]:
            yield from work(part)
