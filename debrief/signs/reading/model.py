"""The trained weights of one language ready to weigh sentences.

The first stage has an output for the counsellor, one for the case and one for danger now; the
second has one for each code. A weight is an integer times the scale of its stage.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
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
        self.meanings = meanings(stored.meanings)
        self._owners, self._kinds = stored.owners, stored.kinds
        self._owner_rows = _dense(stored.owners)
        self._kind_rows = tuple(_rows(stage) for stage in stored.kinds)

    def reading(self, features: Mapping[str, int]) -> Reading:
        """Return what a sentence reads as."""
        known = filter(None, map(self._owner_rows.get, features))
        sums = _scaled(
            map(sum, zip(_nothing(self._owners), *known, strict=True)), features, self._owners
        )
        return Reading(self, features, [_logistic(value) for value in sums])

    def kinds(self, features: Mapping[str, int], owner: int) -> list[tuple[str, float]]:
        """Return each code of an owner (index into OWNERS) with its share, given one of them."""
        sums = _weigh(self._kind_rows[owner], features, self._kinds[owner])
        most = max(sums)
        powers = [math.exp(value - most) for value in sums]
        whole = sum(powers)
        return [(code, x / whole) for code, x in zip(self.codes[owner], powers, strict=True)]

    def words_that_weigh(self, features: Mapping[str, int], owner: int) -> dict[int, float]:
        """Return word index -> how much what is seen there speaks for a sign of `owner`."""
        weights: dict[int, float] = {}
        for feature, at in features.items():
            if at < 0:
                continue
            row = self._owner_rows.get(feature)
            if row is not None:
                weights[at] = weights.get(at, 0.0) + row[owner]
        return weights


class Reading:
    """What one sentence reads as: chances from 0 to 1.

    `owners` are those that it holds a sign of the counsellor, and of the case; `acute` that it
    tells of danger now. Which sign it is, is only weighed when it is asked for.
    """

    def __init__(self, model: Model, features: Mapping[str, int], likely: list[float]) -> None:
        self.owners = likely[: len(OWNERS)]
        self.acute = likely[ACUTE]
        self._model = model
        self._features = features
        self._chances: dict[int, dict[str, float]] = {}

    def chances(self, owner: int) -> Mapping[str, float]:
        """Return code -> its chance, for the codes of an owner."""
        if owner not in self._chances:
            kinds = self._model.kinds(self._features, owner)
            self._chances[owner] = {code: self.owners[owner] * share for code, share in kinds}
        return self._chances[owner]

    def likeliest(self, owner: int) -> list[tuple[str, float]]:
        """Return the codes of an owner with their chances, the likeliest first."""
        return sorted(self.chances(owner).items(), key=lambda pair: -pair[1])


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _weigh(rows: Rows, features: Mapping[str, int], stage: Stage) -> list[float]:
    sums = _nothing(stage)
    for row in filter(None, map(rows.get, features)):
        for output, weight in row:
            sums[output] += weight
    return _scaled(sums, features, stage)


def _nothing(stage: Stage) -> list[int]:
    return [0] * len(stage.bias)


def _scaled(sums: Iterable[int], features: Mapping[str, int], stage: Stage) -> list[float]:
    factor = stage.scale / math.sqrt(len(features) or 1)
    return [total * factor + bias for total, bias in zip(sums, stage.bias, strict=True)]


def _dense(stage: Stage) -> dict[str, tuple[int, ...]]:
    """Return the weights of each feature for every output; few outputs are quicker so."""
    found = {}
    for feature, pairs in _rows(stage).items():
        row = _nothing(stage)
        for output, weight in pairs:
            row[output] = weight
        found[feature] = tuple(row)
    return found


def _rows(stage: Stage) -> Rows:
    rows: Rows = {}
    at = 0
    pairs = list(zip(stage.outputs, memoryview(stage.weights).cast("b"), strict=True))
    for feature, count in zip(stage.features.split("\n"), stage.counts, strict=True):
        rows[feature] = tuple(pairs[at : at + count])
        at += count
    return rows


def meanings(classes: Mapping[str, str]) -> Meanings:
    """Return the meanings in `classes`: class -> its words, stems and phrases, with commas."""
    found: dict[str, tuple[str, ...]] = {}
    for name, entries in classes.items():
        for entry in entries.split(","):
            found[entry] = (*found.get(entry, ()), name)
    return Meanings(found)


def load(data: bytes) -> Model:
    """Return the model in `data`; raises ValueError when it is none."""
    from debrief.signs.reading.stored import decode  # not needed to know the codes

    return Model(decode(data))


@cache
def model(language: str) -> Model | None:
    """Return the model of a language, None where there is none."""
    path = FOLDER / f"{language}.model"
    return load(path.read_bytes()) if path.is_file() else None
