"""A lexicon that is wrong is refused, with its file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from debrief.errors import Problem
from debrief.signs.lexicon import DATA, LANGUAGES, load
from debrief.signs.words import Words

GROUP = """
[[group]]
sign = "sleep"
patterns = "sover ikke"
fires = "Sover ikke."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "da"
    home.mkdir()
    for name in ("context.toml", "idioms.toml"):
        shutil.copy(DATA / "da" / name, home / name)
    (home / "signs.toml").write_text(GROUP, encoding="utf-8")
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "da" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_sound_lexicon_is_read(folder: Path) -> None:
    (group,) = load("da", folder).groups
    assert (group.sign, group.level, group.person, group.neg) == (
        "sleep",
        "watch",
        "any",
        "cancels",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lexica_of_the_program_are_sound(language: str) -> None:
    assert load(language).groups


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("signs.toml", "patterns", "pattern", ("pattern", "patterns")),
        ("signs.toml", '"sleep"', '"sleeps"', ("sleeps", "sleep")),
        ("signs.toml", '"sleep"', '"heavy_run"', ("heavy_run",)),
        ("signs.toml", "patterns", 'level = "high"\npatterns', ("level", "high", "acute")),
        ("signs.toml", "sover ikke", "(sover ikke", ("(sover ikke",)),
        ("signs.toml", "sover ikke", "sover?", ("sover?",)),
        ("signs.toml", 'fires = "Sover ikke."', "", ("sleep",)),
        ("signs.toml", "[[group]]", "[[groups]]", ("groups", "group")),
        ("signs.toml", "[[group]]", "[group]", ("group",)),
        ("signs.toml", '= "sleep"', "= ", ("line 3",)),
        ("signs.toml", '"sover ikke"', "7", ("patterns",)),
        ("context.toml", "fillers", "filler", ("filler", "fillers")),
        ("context.toml", "third_f", "thrid_f", ("thrid_f", "third_f")),
        ("context.toml", "[clause]", "[clauses]", ("clauses", "clause")),
        ("idioms.toml", "mask =", "masks =", ("masks", "mask")),
    ],
)
def test_a_broken_lexicon_is_refused_with_file_and_key(
    folder: Path, name: str, old: str, new: str, told: tuple[str, ...]
) -> None:
    change(folder, name, old, new)
    with pytest.raises(Problem) as refused:
        load("da", folder)
    for words in (f"da/{name}", *told):
        assert words in str(refused.value)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "da" / "idioms.toml").unlink()
    with pytest.raises(Problem, match=r"da/idioms\.toml"):
        load("da", folder)


def test_nothing_is_shared_between_languages() -> None:
    lexica = [load(language) for language in LANGUAGES]
    assert len({id(lexicon.roles) for lexicon in lexica}) == len(LANGUAGES)
    assert not list(Words("", frozenset()).keys)
    assert {path.parent.name for path in DATA.glob("*/*.toml")} == set(LANGUAGES)
    assert not list(DATA.glob("*.toml"))
