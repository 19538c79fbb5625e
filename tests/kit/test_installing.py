"""A package is installed into the Python that runs the program, and its exporter is then seen."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from debrief.errors import EXIT_FOUND, Problem
from debrief.kit import installing

ROOT = Path(__file__).parents[2]
MODULE = '''"""An archive."""
from debrief.plugin import Exporter
raise SystemExit("a package is not imported to be listed")
'''


def wheel(folder: Path, name: str, *, exporter: bool = True) -> Path:
    """Write a package as pip takes it."""
    path = folder / f"{name}-1.2-py3-none-any.whl"
    info = f"{name}-1.2.dist-info"
    parts = {
        f"{name}.py": MODULE,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n"
        "Summary: Puts it in the archive\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    if exporter:
        parts[f"{info}/entry_points.txt"] = f"[debrief.exporters]\narchive = {name}:Archive\n"
    record = "".join(f"{part},,\n" for part in (*parts, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as file:
        for part, text in {**parts, f"{info}/RECORD": record}.items():
            file.writestr(part, text)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A Python of its own, in which the program runs from where it lies."""
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True
    )
    return tmp_path / "venv" / "bin" / "python"


def debrief(python: Path, *words: str) -> subprocess.CompletedProcess[str]:
    beside = [path for path in sys.path if path.endswith("site-packages")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *beside]),
        "DEBRIEF_WORKSPACE": str(python.parents[2] / "workspace"),
        "DEBRIEF_CONFIG": str(python.parents[2] / "config"),
        "DEBRIEF_STATE": str(python.parents[2] / "state"),
        "PIP_NO_INDEX": "1",
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        [str(python), "-m", "debrief", "plugins", *words],
        env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.slow
def test_a_package_is_installed_shown_and_listed(elsewhere: Path, tmp_path: Path) -> None:
    said = debrief(elsewhere, "install", str(wheel(tmp_path, "kit_archive")))
    assert said.returncode == 0, said.stderr
    assert "Installed: archive, from the package kit_archive" in said.stdout
    assert "debrief plugins test archive" in said.stdout
    listed = debrief(elsewhere, "list")
    assert "archive  from the package kit_archive 1.2" in listed.stdout
    shown = debrief(elsewhere, "show", "archive")
    assert "kit_archive:Archive" in shown.stdout
    assert "Puts it in the archive" in shown.stdout
    assert "a package is not imported" not in listed.stdout + listed.stderr + shown.stderr
    tried = debrief(elsewhere, "test", "archive")
    assert tried.returncode == EXIT_FOUND
    assert "FAILED" in tried.stdout

    again = debrief(elsewhere, "install", str(wheel(tmp_path, "kit_nothing", exporter=False)))
    assert again.returncode == EXIT_FOUND
    assert "announces no exporter" in again.stderr
    missing = debrief(elsewhere, "install", "kit-not-there")
    assert missing.returncode != 0
    assert "could not be installed" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_without_an_installer_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("shutil.which", lambda name: "/bin/uv" if name == "uv" else None)
    assert installing.command("x") == ("/bin/uv", "pip", "install", "--python", sys.executable, "x")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert installing.command("x") is None
    with pytest.raises(Problem, match=r"uv pip install --python \S+ x"):
        installing.install("x")
