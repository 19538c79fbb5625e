"""Where the program starts, and where it falls: no trace ever shows what was said."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

from debrief import i18n
from debrief.errors import Problem
from debrief.i18n import _

EXIT_SOFTWARE: Final = 70
"""The program itself went wrong (EX_SOFTWARE of sysexits.h)."""
EXIT_INTERRUPTED: Final = 130
EXIT_PIPE: Final = 141

_ROOT: Final = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    _guard()
    try:
        return _run(given)
    except Problem as problem:
        _tell(str(problem))
        _settle(sys.stdout)
        return problem.status
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _let_go_of(sys.stdout)
        return EXIT_PIPE
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, its text stays inside
        _tell(crash_sentence(type(error), error.__traceback__))
        return EXIT_SOFTWARE


def _run(arguments: list[str]) -> int:
    from debrief.cli.context import unwritten
    from debrief.cli.language import choose
    from debrief.cli.tree import run

    i18n.use(choose(arguments))
    status = run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error) from None
    return status


def crash_sentence(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Return what is told of a fault in the program: type and place, nothing that was in it.

    The place is the innermost frame in this package.
    """
    place = "?"
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(_ROOT):
            place = f"{path.relative_to(_ROOT.parent)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return _(
        "something went wrong inside the program ({kind} at {place}). A round that was open is "
        "kept in {folder}; start again and go on with it."
    ).format(kind=kind.__name__, place=place, folder=_kept())


def _kept() -> str:
    """Return where rounds that are not closed are kept, without asking more than is needed."""
    from debrief.workspace.places import find

    try:
        return str(find().live.parent.parent)
    except (Problem, OSError):
        return "~/.local/state/debrief"


def _guard() -> None:
    """Keep threads, and what fails while the program ends, from printing a trace."""

    def thread_fell(fallen: threading.ExceptHookArgs) -> None:
        _tell(crash_sentence(fallen.exc_type, fallen.exc_traceback))

    def unraisable(fallen: Any) -> None:
        if issubclass(fallen.exc_type, KeyboardInterrupt):
            _interrupt_soon()
            return
        _tell(crash_sentence(fallen.exc_type, fallen.exc_traceback))

    def fell(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
        _tell(crash_sentence(kind, trace))

    threading.excepthook = thread_fell
    sys.unraisablehook = unraisable
    sys.excepthook = fell


def _interrupt_soon() -> None:
    """Give an interrupt again that fell where Python drops what is raised, as in a `__del__`."""
    import signal

    again = threading.Timer(0.05, signal.raise_signal, (signal.SIGINT,))
    if hasattr(signal, "pthread_kill"):  # which also ends a wait for input
        target = threading.main_thread().ident
        again = threading.Timer(0.05, signal.pthread_kill, (target, signal.SIGINT))
    again.daemon = True
    again.start()


def _tell(sentence: str) -> None:
    from debrief.text import clean

    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"debrief: {clean(sentence)}\n")
        sys.stderr.flush()


def _settle(stream: TextIO) -> None:
    """Flush what is left, or let it go where the stream takes nothing."""
    try:
        stream.flush()
    except (OSError, ValueError):
        _let_go_of(stream)


def _let_go_of(stream: TextIO) -> None:
    """Send what is left in the stream nowhere, so that nothing is said of it at the very end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
