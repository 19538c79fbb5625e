"""A trained model as it is shipped: zlib over MessagePack of `Stored`.

Everything in it is numbers and words; nothing in it runs.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

import msgspec

FORMAT: Final = "debrief-reading/2"


class Stage(msgspec.Struct, frozen=True):
    """Weights of one stage: for feature i, `counts[i]` pairs of output and weight follow."""

    features: str
    """Features, parted by line ends."""
    counts: bytes
    outputs: bytes
    weights: bytes
    """Signed bytes."""
    scale: float
    bias: tuple[float, ...]


class Stored(msgspec.Struct, frozen=True):
    """A model as it is on disk."""

    format: str
    language: str
    codes: tuple[tuple[str, ...], ...]
    """Of each owner, in the order of its stage's outputs."""
    thresholds: tuple[float, ...]
    """Of the first stage: a sentence is asked about a code from this probability on."""
    owners: Stage
    kinds: tuple[Stage, ...]
    """One stage an owner."""
    meanings: Mapping[str, str]
    """Class of meaning -> its words, stems and phrases, parted by commas."""


def encode(stored: Stored) -> bytes:
    """Return the bytes that are shipped."""
    return zlib.compress(msgspec.msgpack.encode(stored), 9)


def decode(data: bytes) -> Stored:
    """Return the model in `data`; raises ValueError when it is none."""
    try:
        stored = msgspec.msgpack.decode(zlib.decompress(data), type=Stored)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError("not a reading model") from error
    if stored.format != FORMAT:
        raise ValueError("a reading model of another version")
    return stored
