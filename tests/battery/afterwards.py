"""What is done with sealed sessions afterwards: erased, expired, corrected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from debrief.record import closing, correcting, erasing, verify
from debrief.record.disk import Disk
from tests.record.rounds import CLOSED, a_round
from tests.record.test_erasing import FIRST, PERSON
from tests.record.test_erasing import is_good as erased_is_good

from .machine import tree_of
from .pace import Pace
from .scenes import Scene, Step


class _Closed(Scene):
    """What begins with a sealed session of two people."""

    def __init__(self, pace: Pace) -> None:
        super().__init__(pace)
        with pace.place() as folder:
            closing.seal(Disk(), folder, a_round(2), self.keys)
            self.given = tree_of(folder)


def whole_but_torn(folder: Path) -> bool:
    """Tell whether verify finds nothing but a last ledger line that was not finished."""
    found = verify.verify_folder(Disk(), folder)
    return all(one.code == "torn" for verdict in found for one in verdict.findings)


class Erasing(_Closed):
    """Two private blocks erased on request."""

    name = "erasing"

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        yield lambda: self._erase(base, disk)

    def _erase(self, base: Path, disk: Disk) -> int:
        erasing.erase(disk, base, FIRST, [PERSON, "round"], "request")
        return 1

    def good(self, folder: Path, promised: int) -> bool:
        return erased_is_good(folder, promised)


class Expiring(_Closed):
    """All private blocks expire, then the whole file."""

    name = "expiring"

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        yield lambda: self._private(base, disk)
        yield lambda: self._whole(base, disk)

    def _private(self, base: Path, disk: Disk) -> int:
        erasing.finish(disk, base)  # as at each start
        if disk.exists(base / "2026" / f"{FIRST}.toml"):
            erasing.erase(disk, base, FIRST, ["c-0k2m", PERSON, "round"], "expired")
        return 1

    def _whole(self, base: Path, disk: Disk) -> int:
        erasing.remove(disk, base, FIRST)
        return 2

    def good(self, folder: Path, promised: int) -> bool:
        path = folder / "2026" / f"{FIRST}.toml"
        if promised == 2 and path.exists():
            return False
        if promised == 1 and path.exists() and b"BEGIN AGE" in path.read_bytes():
            return False
        erasing.finish(Disk(), folder)
        if not whole_but_torn(folder):
            return False
        erasing.remove(Disk(), folder, FIRST)
        return not path.exists() and all(v.ok for v in verify.verify_folder(Disk(), folder))


class Correcting(_Closed):
    """Two corrections put beside a sealed session."""

    name = "correcting"

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        for about in (PERSON, "record"):
            yield lambda who=about: self._correct(base, disk, who)  # type: ignore[misc]

    def _correct(self, base: Path, disk: Disk, about: str) -> int:
        draft = correcting.Draft(session=FIRST, about=about, text=f"About {about}.", at=CLOSED)
        correcting.correct(disk, base, draft, self.keys)
        return 1 if about == PERSON else 2

    def good(self, folder: Path, promised: int) -> bool:
        disk = Disk()
        erasing.finish(disk, folder)
        if not whole_but_torn(folder) or len(correcting.of(disk, folder, FIRST)) < promised:
            return False
        self._correct(folder, disk, "record")
        return all(verdict.ok for verdict in verify.verify_folder(disk, folder))
