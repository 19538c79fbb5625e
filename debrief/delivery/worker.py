"""One attempt in a process of its own: `python -m debrief.delivery.worker`.

A job comes in on standard input. The result goes out on the original standard output, which is
moved out of the way first, so that whatever an exporter prints lands in standard error and can't
be taken for a result. This is a boundary against faults, not against code that means harm.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Final, cast

import msgspec

from debrief import i18n
from debrief.delivery.config import About
from debrief.delivery.evidence import Evidence, Refused
from debrief.delivery.job import LOADED, TOUCHED, Ending, Job, Result, Source
from debrief.delivery.link import LONGEST_WAIT_S, Deadline, Link
from debrief.i18n import _
from debrief.plugin import (
    API,
    DEDUPES,
    RENDERS,
    Absent,
    Exporter,
    Found,
    NotSent,
    Outcome,
    Page,
    Receipt,
    Rejected,
    RenderContext,
    RetryLater,
    hook_manager,
)
from debrief.text import clean_line

_SAID_LIMIT: Final = 200
_LISTS_LIMIT: Final = 100
_CODE: Final = re.compile(r"[a-z-]{1,32}")
_ADDRESS: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://\S+")


class Broken(Exception):
    """The plugin can't be used; the text says which line of it, never what it handled."""


def main() -> None:
    """Read the job, do it, write the result."""
    out = os.dup(1)
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    logging.disable(logging.CRITICAL)
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    i18n.use(job.language)
    result = _Attempt(job, lambda line: _write(out, line)).run()
    _write(out, msgspec.msgpack.encode(result))
    os._exit(0)  # threads and exit handlers of a plugin have no say in when this ends


def _write(out: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]


class _Attempt:
    """One job on its way through loading, calling and judging."""

    def __init__(self, job: Job, tell: Callable[[bytes], None]) -> None:
        self._job = job
        self._tell = tell
        self._evidence = Evidence(job.way.hosts, lambda: tell(TOUCHED))

    def run(self) -> Result:
        """Return how it went; nothing that a plugin does can come out of here as an error."""
        try:
            if self._job.operation == "signs":
                return Result("receipt", paths=sign_lists(self._job.source))
            self._evidence.load()
            exporter = load(self._job.source)
        except Broken as error:
            return Result("broken", why="broken", said=str(error))
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit too
            return Result("broken", why="broken", said=_place(error, self._job.source))
        if self._job.operation == "describe":
            return Result("receipt", about=About.of(type(exporter)))
        self._tell(LOADED)
        return self._call(exporter)

    def _call(self, exporter: Exporter) -> Result:
        """Call the exporter under its deadline, and judge what it said by the evidence."""
        self._evidence.watch()
        _alarm(self._job.way.deadline_s)
        try:
            result = self._operate(exporter)
        except Outcome as outcome:
            result = self._judge(outcome)
        except Deadline:
            result = self._unfinished("timeout", _("no answer in time"))
        except Refused as refusal:
            result = self._unfinished("refused-" + self._evidence.refused, str(refusal))
        except BaseException as error:  # noqa: BLE001 - as above
            result = self._unfinished("crashed", _place(error, self._job.source))
        finally:
            _alarm(0)
            self._evidence.rest()
        return self._scrub(result)

    def _operate(self, exporter: Exporter) -> Result:
        job = self._job
        repeatable = exporter.dedupe in ("key", "name")
        to = Link(job.settings, job.secrets, job.way, self._evidence, repeatable=repeatable)
        if job.operation == "render" and job.view is not None:
            return _page(exporter.render(job.view, _context(job)))
        if job.document is None:
            return Result("broken", why="broken", said="no document")
        if job.operation == "verify":
            found = exporter.verify(job.document, to)
            if isinstance(found, Found):
                return Result("found", reference=found.reference)
            return Result("absent" if isinstance(found, Absent) else "unknown", why="verify")
        said: object = exporter.send(job.document, to)
        if isinstance(said, Outcome):
            raise said
        if not isinstance(said, Receipt):
            return self._unfinished("no-receipt", _("the exporter gave no receipt"))
        return Result(
            "receipt", said=said.said, reference=said.reference, duplicate=bool(said.duplicate)
        )

    def _judge(self, outcome: Outcome) -> Result:
        """Return what an exporter's word is worth: nothing was sent only if nothing was seen."""
        if isinstance(outcome, NotSent):
            ending: Ending = "unknown" if self._evidence.sent else "not-sent"
            return Result(ending, why=outcome.why, said=outcome.said)
        if isinstance(outcome, RetryLater):
            return Result(
                "retry-later", why=outcome.why, said=outcome.said, after=_seconds(outcome.after)
            )
        ending = "rejected" if isinstance(outcome, Rejected) else "unknown"
        return Result(ending, why=outcome.why, said=outcome.said)

    def _unfinished(self, why: str, said: str) -> Result:
        """Return how an attempt ended that the exporter did not finish properly."""
        if self._evidence.touched:
            return Result("unknown", why=why, said=said)
        return Result("not-sent" if why == "timeout" else "broken", why=why, said=said)

    def _scrub(self, result: Result) -> Result:
        """Return the result with short words only, free of secrets and addresses."""
        return msgspec.structs.replace(
            result,
            said=self._clean(result.said),
            reference=self._clean(result.reference),
            why=result.why if _CODE.fullmatch(str(result.why)) else "",
        )

    def _clean(self, text: object) -> str:
        text = str(text)
        for secret in sorted(self._job.secrets.values(), key=len, reverse=True):
            text = text.replace(secret, "…") if secret else text
        return _ADDRESS.sub("…", clean_line(text))[:_SAID_LIMIT]


def _seconds(after: object) -> float | None:
    """Return a wait that a plugin asked for, at most a day; None where it makes no sense."""
    if isinstance(after, int | float) and after >= 0:
        return min(float(after), LONGEST_WAIT_S)
    return None


def _context(job: Job) -> RenderContext:
    """Return what an exporter may know that makes its own page."""
    identity = job.document.id if job.document else ""
    return RenderContext(identity, job.settings, **msgspec.structs.asdict(job.place))


def _page(page: Page) -> Result:
    if not isinstance(page, Page):
        raise TypeError("render gave no Page")
    return Result("receipt", body=page.body, media_type=page.media_type, suffix=page.suffix)


def _alarm(seconds: float) -> None:
    """Raise Deadline in `seconds`, or never for 0; where there is no alarm, the parent kills."""
    if not hasattr(signal, "setitimer"):
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Deadline

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _place(error: BaseException, source: Source) -> str:
    """Return the file and line of a failure and its kind, never its text."""
    import traceback

    name = type(error).__name__
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{Path(source.where).name} line {error.lineno}: {name}"
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if frame.filename == source.where] or frames
    if not mine:
        return name
    return f"{Path(mine[-1].filename).name} line {mine[-1].lineno}: {name}"


def load(source: Source) -> Exporter:
    """Return an instance of the exporter; raises Broken, or whatever its code raises."""
    if source.kind == "file":
        classes = list(_classes(_run_file(source)))
    elif source.kind == "package":
        classes = list(_from_package(source))
    else:
        module, _colon, name = source.where.partition(":")
        classes = [getattr(importlib.import_module(module), name)]
    fitting = [found for found in classes if found.name == source.name]
    if len(fitting) != 1:
        names = ", ".join(sorted(found.name for found in classes)) or "none"
        raise Broken(f"exporters found: {names}; expected one called {source.name}")
    _check(fitting[0])
    return fitting[0]()


def _check(found: type[Exporter]) -> None:
    if found.api not in range(max(1, API - 1), API + 1):
        raise Broken(f"made for api {found.api}; this program has api {API}")
    if found.renders not in RENDERS:
        raise Broken(f"renders must be one of {', '.join(RENDERS)}")
    if found.dedupe not in DEDUPES:
        raise Broken(f"dedupe must be one of {', '.join(DEDUPES)}")


def _run_file(source: Source) -> ModuleType:
    """Run the file, provided that its bytes are the ones that were trusted."""
    data = Path(source.where).read_bytes()
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise Broken("the file changed after it was trusted")
    module = ModuleType("debrief_plugin_file")
    module.__file__ = source.where
    sys.modules[module.__name__] = module
    exec(compile(data, source.where, "exec"), module.__dict__)  # noqa: S102
    return module


def _classes(module: ModuleType) -> Iterable[type[Exporter]]:
    """Return the exporters that the module defines itself."""
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Exporter)
            and value.__module__ == module.__name__
        ):
            yield value


def _from_package(source: Source) -> Iterable[type[Exporter]]:
    """Return the exporters of an installed package: an exporter class, or a plugin with hooks."""
    plugin = _entry(source)
    if isinstance(plugin, type) and issubclass(plugin, Exporter):
        return [plugin]
    found: list[type[Exporter]] = []
    for function in _implementations(plugin, "debrief_exporters"):
        found.extend(cast("Iterable[type[Exporter]]", function()))
    return found


def _entry(source: Source) -> object:
    """Load what an entry point names."""
    from importlib.metadata import EntryPoint

    return cast("object", EntryPoint(source.name, source.where, "debrief.exporters").load())


def _implementations(plugin: object, hook: str) -> list[Callable[[], object]]:
    """Return what a plugin has for one hook; raises when it has a hook that nothing knows."""
    manager = hook_manager()
    manager.register(plugin)
    manager.check_pending()
    return [found.function for found in getattr(manager.hook, hook).get_hookimpls()]


def sign_lists(source: Source) -> tuple[str, ...]:
    """Return the paths of the word lists that a package offers; raises whatever its code raises."""
    plugin = _entry(source)
    if isinstance(plugin, type) and issubclass(plugin, Exporter):
        return ()
    found: list[str] = []
    for function in _implementations(plugin, "debrief_signs"):
        found += [str(Path(path).absolute()) for path in cast("Iterable[Path]", function())]
    return tuple(found[:_LISTS_LIMIT])


if __name__ == "__main__":
    main()
