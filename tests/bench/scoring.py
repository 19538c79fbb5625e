"""Figures for what a sign reader gave, against labelled notes.

A figure counts entries, or pairs of sign and subject in an entry. Entries that their author marked
ambiguous are left out of all of them. Where two authors would label differently (`OPEN`), the
second label is neither asked for nor wrong beside the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from debrief.signs import Sign, shown

OPEN = frozenset(
    {
        ("case_violence", "case_child_at_risk"),
        ("case_abuse", "case_child_at_risk"),
        ("case_child_at_risk", "case_suicide_risk"),
        ("case_child_at_risk", "case_violence"),
        ("case_suicide_risk", "case_overdose"),
        ("case_suicide_risk", "case_missing"),
        ("intrusion", "secondary_trauma"),
        ("secondary_trauma", "intrusion"),
        ("crying", "acute_stress"),
        ("physical_symptoms", "acute_stress"),
        ("hopelessness", "suicidal_thoughts"),
    }
)
"""(extra, beside): the labels that may stand, or be missing, beside another of the same subject."""

Entry = Mapping[str, Any]
Pair = tuple[str, str]


class Figures(msgspec.Struct):
    """Shares from 0 to 1 of one language, and counts by sign and by trap."""

    entries: int
    shares: dict[str, float]
    signs: dict[str, Counter[str]]
    traps: dict[str, tuple[int, int]]


def figures(gold: Iterable[Entry], found: Mapping[str, tuple[Sign, ...]]) -> Figures:
    """Return the figures of the entries in `gold`; `found` has the signs by id."""
    rows = [_Row(entry, found[entry["id"]]) for entry in gold if "ambiguous" not in entry["traps"]]
    with_sign = [row for row in rows if row.subjects]
    without = [row for row in rows if not row.subjects]
    single = [row for row in with_sign if len(row.subjects) == 1]
    acute = [row for row in with_sign if row.acute]
    implicit = [row for row in with_sign if "implicit" in row.entry["traps"]]
    explicit = [row for row in with_sign if "implicit" not in row.entry["traps"]]
    right = [one.subject in row.subjects for row in single for one in row.shown]
    shares = {
        "seen": _share(row.hit for row in with_sign),
        "acute": _share(row.acute_hit for row in acute),
        "explicit": _share(row.hit for row in explicit),
        "implicit": _share(row.hit for row in implicit),
        "subject": _share(right),
        "alarm": _share(bool(row.firm) for row in without),
        "alarm_shown": _share(bool(row.shown) for row in without),
    }
    for suffix, pairs in (("", "firm"), ("_shown", "shown")):
        counts = sum((row.counts(pairs) for row in rows), Counter[str]())
        shares |= {name + suffix: value for name, value in _quality(counts).items()}
    return Figures(len(rows), shares, _by_sign(rows), _by_trap(rows))


class _Row:
    """One entry, with what was found in it."""

    def __init__(self, entry: Entry, signs: tuple[Sign, ...]) -> None:
        self.entry = entry
        self.shown = shown(signs)
        self.firm = [sign for sign in self.shown if sign.band == "firm"]
        self.labels = {(one["sign"], one["subject"]) for one in entry["signs"]}
        self.subjects = {one["subject"] for one in entry["signs"]}
        self.acute = {one["subject"] for one in entry["signs"] if one["level"] == "acute"}
        self.hit = any(sign.subject in self.subjects for sign in self.shown)
        self.acute_hit = any(
            sign.subject in self.acute and sign.level != "watch" for sign in self.shown
        )

    def settled(self, band: str) -> tuple[set[Pair], set[Pair]]:
        """Return the labels asked for and the signs given, without what is open either way."""
        got: set[Pair] = {(sign.sign, sign.subject) for sign in getattr(self, band)}
        wrong = {pair for pair in got - self.labels if _open(pair, self.labels)}
        missed = {pair for pair in self.labels - got if _open(pair, self.labels & got)}
        return self.labels - missed, got - wrong

    def counts(self, band: str) -> Counter[str]:
        want, have = self.settled(band)
        return Counter(right=len(want & have), wrong=len(have - want), missed=len(want - have))


def _open(pair: Pair, beside: set[Pair]) -> bool:
    return any((pair[0], sign) in OPEN and pair[1] == subject for sign, subject in beside)


def _share(truths: Iterable[bool]) -> float:
    given = list(truths)
    return sum(given) / len(given) if given else 0.0


def _quality(counts: Counter[str]) -> dict[str, float]:
    """Return precision, recall and their harmonic mean."""
    given, asked = counts["right"] + counts["wrong"], counts["right"] + counts["missed"]
    precision = counts["right"] / given if given else 0.0
    recall = counts["right"] / asked if asked else 0.0
    total = precision + recall
    f1 = 2 * precision * recall / total if total else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def _by_sign(rows: list[_Row]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        want, have = row.settled("shown")
        for pair in want | have:
            what = "right" if pair in want & have else "missed" if pair in want else "wrong"
            counts.setdefault(pair[0], Counter())[what] += 1
    return dict(sorted(counts.items()))


def _by_trap(rows: list[_Row]) -> dict[str, tuple[int, int]]:
    """Return (right, all) by trap: seen where there is a sign, silent where there is none."""
    found: dict[str, list[bool]] = {}
    for row in rows:
        for trap in row.entry["traps"]:
            found.setdefault(trap, []).append(row.hit if row.subjects else not row.shown)
    return {trap: (sum(each), len(each)) for trap, each in sorted(found.items())}


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a table: numbers to two places, the first column to the left."""
    cells = [list(head), *([_cell(one) for one in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        first, *rest = row
        padded = (one.rjust(width) for one, width in zip(rest, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *padded)).rstrip()


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
