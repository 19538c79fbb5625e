"""For the tests of an exporter: every check of `debrief plugins test`, as a class of tests.

```python
from debrief.testing import exporter_suite

TestWiki = exporter_suite("plugins/wiki.py")
```

pytest finds the class and its methods; unittest does too, in a class that also extends TestCase.
The checks run once, when the first of them is asked for, and need no network and no account.
"""

from __future__ import annotations

import functools
import hashlib
import unittest
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from debrief.delivery.faultserver import Answer
from debrief.delivery.job import Source
from debrief.exporters import BUILT_IN
from debrief.kit.findings import SECTIONS, Finding, Section, Verdict
from debrief.kit.suite import examine
from debrief.plugin import Exporter

__all__ = ["Answer", "exporter_suite"]


def exporter_suite(
    exporter: str | Path | type[Exporter],
    *,
    name: str = "",
    settings: Mapping[str, str] | None = None,
    answer: Answer | None = None,
    sections: Collection[Section] = SECTIONS,
) -> type:
    """Return a class with one test for each section of checks on an exporter.

    `exporter` is the path of a plugin's file, a class in a module that can be imported, or the name
    of one that comes with the program. `name` is needed when a file has an exporter that is not
    called like it. `settings` are values for its settings and `answer` what its receiver says when
    all is well; what is left out is made up. A test that fails says what is wrong, where, and what
    to do.
    """
    source = _source(exporter, name)

    @functools.cache
    def verdict() -> Verdict:
        return examine(source, given=settings, answer=answer, sections=sections)

    members: dict[str, Any] = {
        f"test_{section}": _test(section, verdict) for section in SECTIONS if section in sections
    }
    return type(f"Test{source.name.title().replace('_', '').replace('-', '')}", (), members)


def _source(exporter: str | Path | type[Exporter], name: str) -> Source:
    if isinstance(exporter, type):
        where = f"{exporter.__module__}:{exporter.__qualname__}"
        return Source("package", exporter.name, where)
    if isinstance(exporter, str) and exporter in BUILT_IN:
        return Source("built-in", exporter, BUILT_IN[exporter])
    path = Path(exporter).absolute()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Source("file", name or path.stem, str(path), digest)


def _test(section: Section, verdict: Callable[[], Verdict]) -> Callable[[Any], None]:
    def test(_self: Any) -> None:
        found = [one for one in verdict().findings if one.section == section]
        failed = [_told(one) for one in found if one.status == "failed"]
        if failed:
            raise AssertionError("\n".join(failed))
        if found and all(one.status == "skipped" for one in found):
            raise unittest.SkipTest(found[0].said)

    test.__doc__ = f"Section {section} of `debrief plugins test`."
    return test


def _told(one: Finding) -> str:
    where = f"{one.where}: " if one.where else ""
    return f"{one.name}: {where}{one.said}; {one.todo}"
