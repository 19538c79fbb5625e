"""The trained weights of one language ready to weigh sentences.

The first stage has an output for the counsellor, one for the case and one for danger now; the
second has one for each code. A weight is an integer times the scale of its stage.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.signs.reading.features import Meanings

if TYPE_CHECKING:
    from debrief.signs.reading.stored import Stage, Stored

FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "reading"
OWNERS: Final = ("counsellor", "case")
ACUTE: Final = 2
"""The output of the first stage after those of the owners: danger now, whoever's."""


_LANE: Final = 24
"""Bits of one output in a packed row: room for the sum of 65,000 rows."""
_MIDDLE: Final = 128
"""What a weight of nothing is in its lane, so that no lane is ever negative."""


class Weights:
    """One stage: the weights of each feature for all outputs in one integer, side by side.

    Adding such integers adds every output at once, in one step of the machine's own.
    """

    def __init__(self, stage: Stage) -> None:
        self.count = len(stage.bias)
        self._stage = stage
        nothing = sum(_MIDDLE << (_LANE * output) for output in range(self.count))
        pairs = zip(stage.outputs, memoryview(stage.weights).cast("b"), strict=True)
        self._rows: dict[str, int] = {}
        for feature, count in zip(stage.features.split("\n"), stage.counts, strict=True):
            self._rows[feature] = nothing + sum(
                weight << (_LANE * output) for output, weight in islice(pairs, count)
            )

    def by_word(self, places: Mapping[str, int], output: int) -> dict[int, int]:
        """Return word index -> what is seen there says for an output, in units of the scale.

        `places` is feature -> word index.
        """
        shift, mask, rows = _LANE * output, (1 << _LANE) - 1, self._rows
        found: dict[int, int] = {}
        for feature, at in places.items():
            if (row := rows.get(feature)) is not None:
                found[at] = found.get(at, 0) + (row >> shift & mask) - _MIDDLE
        return found

    def weigh(self, features: Collection[str]) -> list[float]:
        """Return what the features say for each output."""
        rows = [*filter(None, map(self._rows.get, features))]
        packed, middle, mask = sum(rows), _MIDDLE * len(rows), (1 << _LANE) - 1
        factor = self._stage.scale / math.sqrt(len(features) or 1)
        return [
            ((packed >> (_LANE * output) & mask) - middle) * factor + bias
            for output, bias in enumerate(self._stage.bias)
        ]


class Model:
    """A model ready to weigh sentences."""

    def __init__(self, stored: Stored) -> None:
        self.codes = stored.codes
        self.thresholds = stored.thresholds
        self.meanings = meanings(stored.meanings)
        self._owners = Weights(stored.owners)
        self._kinds = tuple(map(Weights, stored.kinds))

    def reading(self, features: Collection[str]) -> Reading:
        """Return what a sentence reads as."""
        return Reading(self, features, [_logistic(x) for x in self._owners.weigh(features)])

    def kinds(self, features: Collection[str], owner: int) -> list[tuple[str, float]]:
        """Return each code of an owner (index into OWNERS) with its share, given one of them."""
        sums = self._kinds[owner].weigh(features)
        most = max(sums)
        powers = [math.exp(value - most) for value in sums]
        whole = sum(powers)
        return [(code, x / whole) for code, x in zip(self.codes[owner], powers, strict=True)]

    def words_that_weigh(self, places: Mapping[str, int], owner: int) -> dict[int, int]:
        """Return word index -> how much what is seen there speaks for a sign of `owner`.

        `places` is feature -> the word where it is first seen.
        """
        return self._owners.by_word(places, owner)


class Reading:
    """What one sentence reads as: chances from 0 to 1.

    `owners` are those that it holds a sign of the counsellor, and of the case; `acute` that it
    tells of danger now. Which sign it is, is only weighed when it is asked for.
    """

    def __init__(self, model: Model, features: Collection[str], likely: list[float]) -> None:
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
