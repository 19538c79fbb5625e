"""Every screen says what it is kept as saying: three languages, two sizes, and every look.

After a change that is meant, `python -m tests.tui.snapshots` writes them anew; read the diff.
"""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from debrief import i18n
from debrief.tui import looks
from tests.tui.snapshots import FOLDER, SCENES, SIZES, difference, stored, take

SHORT = tuple(scene for scene in SCENES if scene.name in ("home", "round", "close"))


WAYS = [(language, size) for language in i18n.LANGUAGES for size in SIZES]
"""Half of them, with each language and each size, are in the default suite."""


@pytest.mark.parametrize(
    ("language", "size"),
    [
        pytest.param(
            *way,
            id=f"{way[0]}-{way[1][0]}x{way[1][1]}",
            marks=[pytest.mark.slow] if at in (1, 2, 5) else [],
        )
        for at, way in enumerate(WAYS)
    ],
)
def test_every_screen_says_what_is_kept(language: str, size: tuple[int, int]) -> None:
    taken = take(language, size)
    differ = {name: difference(one, stored(name, language), size) for name, one in taken.items()}
    assert "\n\n".join(filter(None, differ.values())) == ""
    for name, one in taken.items():
        assert len(one.rows) == size[1]
        assert all(cell_len(row) <= size[0] for row in one.rows), name
        assert all(cell_len(letter) == 1 for row in one.rows for letter in row), name
        assert not one.bar_cut, f"{name}: the key bar is cut: {one.bar}"
        for label in one.bar_wanted:
            assert label in one.bar, f"{name}: {label}"


@pytest.mark.parametrize("theme", ["day", "high-contrast", "ansi", "NO_COLOR"])
def test_no_look_changes_a_word(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if theme == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
        theme = "dusk"
    for name, one in take("da", SIZES[0], theme, SHORT).items():
        assert difference(one, stored(name, "da"), SIZES[0]) == ""


def test_a_change_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign, a word and a row that is gone are each told of."""
    monkeypatch.setattr(looks, "SPEAKS", "*")
    [scene] = [one for one in SCENES if one.name == "round"]
    taken = take("da", SIZES[0], scenes=(scene,))["round"]
    said = difference(taken, stored("round", "da"), SIZES[0])
    assert "* Mette" in said
    assert "▶ Mette" in said
    kept = stored("round", "da")
    assert difference(taken, kept.replace("Ramme", "Rame"), SIZES[0]) != said
    assert difference(taken, "", SIZES[0]) != ""


def test_nothing_is_kept_that_is_not_taken() -> None:
    wanted = {f"{scene.name}.{language}.txt" for scene in SCENES for language in i18n.LANGUAGES}
    assert {path.name for path in FOLDER.glob("*")} == wanted
