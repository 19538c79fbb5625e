"""Bringing in a package with an exporter, into the very Python that runs the program."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from typing import Final

import msgspec

from debrief.errors import EXIT_FOUND, Problem
from debrief.i18n import _

GROUP: Final = "debrief.exporters"
_ASK: Final = (
    "from importlib.metadata import entry_points\n"
    f"for one in entry_points(group={GROUP!r}):\n"
    "    print(one.name, one.dist.name if one.dist else '-')\n"
)


class Announced(msgspec.Struct, frozen=True, order=True):
    """An exporter that an installed package announces."""

    name: str
    package: str


def command(package: str) -> tuple[str, ...] | None:
    """Return the command that installs a package beside the program; None when there is no way."""
    if importlib.util.find_spec("pip") is not None:
        return (sys.executable, "-m", "pip", "install", "--disable-pip-version-check", package)
    uv = shutil.which("uv")
    if uv:
        return (uv, "pip", "install", "--python", sys.executable, package)
    return None


def announced() -> frozenset[Announced]:
    """Return what a new process of this Python sees of packages with exporters; nothing of them
    is imported.
    """
    import subprocess

    done = subprocess.run(  # noqa: S603 - our own Python, with a text of our own
        [sys.executable, "-c", _ASK], capture_output=True, text=True, check=False
    )
    return frozenset(Announced(*line.split(" ", 1)) for line in done.stdout.splitlines())


def install(package: str) -> frozenset[Announced]:
    """Install a package, and return the exporters that are there now and were not before.

    What the installer says goes to standard error. Raises Problem when it fails, when there is no
    installer, or when no exporter can be seen afterwards.
    """
    import subprocess

    ask = command(package)
    if ask is None:
        raise Problem(
            _(
                "Neither pip nor uv is here to install it, and nothing was changed; type: uv pip"
                " install --python {python} {package}"
            ).format(python=sys.executable, package=package)
        )
    before = announced()
    sys.stderr.flush()
    done = subprocess.run(  # noqa: S603 - the person named the package
        ask, stdout=_error_stream(), check=False
    )
    if done.returncode != 0:
        raise Problem(
            _(
                "{package} could not be installed; what stands above says why. By hand it is:"
                " {command}"
            ).format(package=package, command=" ".join(ask))
        )
    new = announced() - before
    if not new:
        raise Problem(
            _(
                "{package} is installed, but announces no exporter that was not there before;"
                " `debrief plugins list` shows what is there."
            ).format(package=package),
            EXIT_FOUND,
        )
    return new


def _error_stream() -> int:
    """Return the standard error of this process, so that output for programs stays clean."""
    try:
        return sys.stderr.fileno()
    except (OSError, ValueError, AttributeError):
        return os.dup(2)
