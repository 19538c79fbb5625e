"""What the checks found, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from debrief.i18n import _

Status = Literal["passed", "failed", "skipped", "noted"]
Section = Literal["A", "B", "C", "D", "E", "F", "G", "H"]
SECTIONS: tuple[Section, ...] = ("A", "B", "C", "D", "E", "F", "G", "H")


class Finding(msgspec.Struct, frozen=True):
    """What one check found. `where` is `file.py line 12` when a line is to blame."""

    section: Section
    check: str
    """A short name that stays the same: for programs."""
    name: str
    """What is asked, in words."""
    status: Status = "passed"
    said: str = ""
    where: str = ""
    todo: str = ""


class Fault(msgspec.Struct, frozen=True):
    """What is wrong: in words, with what to do, and the line to blame where it is known."""

    said: str
    todo: str
    where: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """All that was found of one exporter."""

    exporter: str
    source: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0

    @property
    def failed(self) -> tuple[Finding, ...]:
        """What must be put right."""
        return tuple(one for one in self.findings if one.status == "failed")

    def finding(self, check: str) -> Finding:
        """Return what one check found; raises KeyError when it was not made."""
        for one in self.findings:
            if one.check == check:
                return one
        raise KeyError(check)


def finding(section: Section, check: str, name: str, fault: Fault | None) -> Finding:
    """Return a finding: passed, or failed for a fault."""
    if fault is None:
        return Finding(section, check, name)
    return Finding(section, check, name, "failed", fault.said, fault.where, fault.todo)


def skipped(section: Section, check: str, name: str, why: str) -> Finding:
    """Return a finding that says why a check was not made."""
    return Finding(section, check, name, "skipped", why)


def titles() -> Mapping[Section, str]:
    """Return what each section is about."""
    return {
        "A": _("It loads"),
        "B": _("It makes its page"),
        "C": _("It shows no more than its level"),
        "D": _("Whatever the receiver does, it tells the truth"),
        "E": _("A repeat is the same thing again"),
        "F": _("Secrets stay secret"),
        "G": _("It keeps to its place"),
        "H": _("Killed at any moment, nothing is lost"),
    }


def lines(verdict: Verdict) -> Iterator[str]:
    """Yield the findings as a table in words, section by section."""
    words = {
        "passed": _("ok"),
        "failed": _("FAILED"),
        "skipped": _("skipped"),
        "noted": _("remark"),
    }
    width = max(map(len, words.values()))
    for section, title in titles().items():
        found = [one for one in verdict.findings if one.section == section]
        if found:
            yield f"{section}  {title}"
        for one in found:
            told = ": ".join(part for part in (one.where, one.said) if part)
            yield f"   {words[one.status]:{width}}  {one.name}"
            if told:
                yield f"   {'':{width}}  {told}"
            if one.todo:
                yield f"   {'':{width}}  → {one.todo}"
