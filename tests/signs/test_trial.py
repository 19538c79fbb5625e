"""Lists on trial: each failing example is told with its file, group and patterns."""

from __future__ import annotations

from debrief.signs.own import read
from debrief.signs.trial import failures

BAD = b"""
language = "da"
[[group]]
sign = "sleep"
patterns = '''
glor op i loftet
taeller faar
'''
fires = '''
Jens glor op i loftet.
Borgeren glor op i loftet.
Jens er glad.
'''
quiet = "Jens glor op i loftet hver nat."
"""
GOOD = b"""
language = "en"
[[group]]
sign = "sleep"
patterns = "counting sheep till dawn"
fires = "Jim was counting sheep till dawn."
quiet = "The caller was counting sheep till dawn."
"""


def test_a_sound_list_has_no_failures() -> None:
    assert list(failures(read([("good.toml", GOOD)]))) == []


def test_each_failure_is_told() -> None:
    found = list(failures(read([("bad.toml", BAD), ("good.toml", GOOD)])))
    assert [(f.file, f.group, f.kind, f.text) for f in found] == [
        ("bad.toml", 1, "missed", "Borgeren glor op i loftet."),
        ("bad.toml", 1, "missed", "Jens er glad."),
        ("bad.toml", 1, "loud", "Jens glor op i loftet hver nat."),
        ("bad.toml", 1, "idle", ""),
    ]
    assert [f.patterns for f in found] == [
        ("glor op i loftet",),
        (),
        ("glor op i loftet",),
        ("taeller faar",),
    ]
    assert "citizen" in found[0].said or "someone else" in found[0].said
    assert all(f.said.endswith(".") for f in found)
