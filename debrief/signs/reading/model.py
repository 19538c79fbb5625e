"""The trained weights of one language ready to weigh sentences.

The first stage has an output for the counsellor, one for the case and one for danger now; the
second has one for each code. A weight is an integer times the scale of its stage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.signs.reading.features import Meanings

if TYPE_CHECKING:
    from debrief.signs.reading.stored import Stage, Stored

FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "reading"
OWNERS: Final = ("counsellor", "case")
ACUTE: Final = 2
"""The output of the first stage after those of the owners: danger now, whoever's."""


Rows = dict[str, tuple[tuple[int, int], ...]]


class Model:
    """A model ready to weigh sentences."""

    def __init__(self, stored: Stored) -> None:
        self.codes = stored.codes
        self.thresholds = stored.thresholds
        self.meanings: Meanings = _meanings(stored.meanings)
        self._owners, self._kinds = stored.owners, stored.kinds
        self._owner_rows = _rows(stored.owners)
        self._kind_rows = _rows(stored.kinds)

    def owners(self, features: Mapping[str, int]) -> list[float]:
        """Return how likely are a sign of the counsellor, one of the case, and danger now."""
        sums = _weigh(self._owner_rows, features, self._owners)
        return [1 / (1 + math.exp(-max(-30.0, min(30.0, value)))) for value in sums]

    def kind(self, features: Mapping[str, int], owner: int) -> str:
        """Return the likeliest code of an owner (index into OWNERS)."""
        sums = _weigh(self._kind_rows, features, self._kinds)
        mine = [i for i, code in enumerate(self.codes) if code.startswith("case_") == bool(owner)]
        return self.codes[max(mine, key=sums.__getitem__)]

    def words_that_weigh(self, features: Mapping[str, int], owner: int) -> dict[int, float]:
        """Return word index -> how much what is seen there speaks for a sign of `owner`."""
        weights: dict[int, float] = {}
        for feature, at in features.items():
            if at < 0:
                continue
            for output, weight in self._owner_rows.get(feature, ()):
                if output == owner:
                    weights[at] = weights.get(at, 0.0) + weight
        return weights


def _weigh(rows: Rows, features: Mapping[str, int], stage: Stage) -> list[float]:
    sums = [0] * len(stage.bias)
    for feature in features:
        row = rows.get(feature)
        if row is not None:
            for output, weight in row:
                sums[output] += weight
    factor = stage.scale / math.sqrt(len(features) or 1)
    return [total * factor + bias for total, bias in zip(sums, stage.bias, strict=True)]


def _rows(stage: Stage) -> Rows:
    rows: Rows = {}
    at = 0
    pairs = list(zip(stage.outputs, memoryview(stage.weights).cast("b"), strict=True))
    for feature, count in zip(stage.features.split("\n"), stage.counts, strict=True):
        rows[feature] = tuple(pairs[at : at + count])
        at += count
    return rows


def _meanings(classes: Mapping[str, str]) -> Meanings:
    found: dict[str, tuple[str, ...]] = {}
    for name, entries in classes.items():
        for entry in entries.split(","):
            found[entry] = (*found.get(entry, ()), name)
    return found


def load(data: bytes) -> Model:
    """Return the model in `data`; raises ValueError when it is none."""
    from debrief.signs.reading.stored import decode  # not needed to know the codes

    return Model(decode(data))


@cache
def model(language: str) -> Model | None:
    """Return the model of a language, None where there is none."""
    path = FOLDER / f"{language}.model"
    return load(path.read_bytes()) if path.is_file() else None
