"""Ledgers, signers, rosters, settings, journals and command lines made to do harm."""

from __future__ import annotations

import os

import msgspec

from debrief.record import ledger
from debrief.session import events as ev
from tests.builders import OPENED, setup

from .crafted import HUGE, MARKUP, Make, folder, line, moved, pipe
from .hostile import ID, SCRYPT, STRANGER, age_file, armored, json, sparse

AROUND: dict[str, Make] = {
    "ledger is huge": lambda w: sparse(w.book, HUGE),
    "ledger is a pipe": lambda w: pipe(w.book),
    "ledger is a folder": lambda w: folder(w.book),
    "ledger is zeros": lambda w: moved(w.book, "/dev/zero"),
    "ledger of a million lines": lambda w: w.book.write_bytes(w.book.read_bytes() * 1_000_000),
    "ledger of a million empty lines": lambda w: w.book.write_bytes(b"\n" * 1_000_000),
    "ledger in one line": lambda w: w.book.write_bytes(b"x" * 4_000_000),
    "ledger of fields": lambda w: w.book.write_bytes(
        w.book.read_bytes().replace(b"  prev", b"  a:b" * 1_000_000 + b"  prev")
    ),
    "steering ledger": lambda w: w.book.write_bytes(b"\x1b[2J\xc2\x9b\n" * 9),
    "ledger of another's erasures": lambda w: [
        ledger.append(w.desk.disk, w.sessions, {
            "event": "erase", "session": ID, "key": key, "reason": "x",
        }) for key in ("private.../../x", "private." + "a" * 9000, "counts")
    ],
    "ledger of a session without a year": lambda w: ledger.append(
        w.desk.disk, w.sessions, {"event": "expire", "session": "x"}
    ),
    "signers are huge": lambda w: sparse(w.signers, HUGE),
    "signers are a pipe": lambda w: pipe(w.signers),
    "signers are a folder": lambda w: folder(w.signers),
    "a million signers": lambda w: w.signers.write_bytes(w.signers.read_bytes() * 1_000_000),
    "signer without a key": lambda w: w.signers.write_bytes(
        b'debrief namespaces="debrief-seal" ssh-ed25519 AAAA====\n'
    ),
    "roster is huge": lambda w: sparse(w.places.roster, HUGE),
    "roster is a pipe": lambda w: pipe(w.places.roster),
    "roster is a folder": lambda w: folder(w.places.roster),
    "roster is deep": lambda w: w.places.roster.write_bytes(b"x = " + b"[" * 100_000),
    "roster of dotted keys": lambda w: w.places.roster.write_bytes(line(b"a", 300_000)),
    "roster is not text": lambda w: w.places.roster.write_bytes(b"\xff\xfe"),
    "roster is a bomb": lambda w: w.roster(names=w.keys.seal(b"\0" * 300_000_000)),
    "roster of numbers": lambda w: w.roster(names=w.keys.seal(b"c-0k2m = 3\n")),
    "roster with many recipients": lambda w: w.roster(
        names=armored(age_file([STRANGER] * 20_000))
    ),
    "roster with a passphrase": lambda w: w.roster(names=armored(age_file([SCRYPT]))),
    "steering roster": lambda w: w.roster(
        team="\x1b[2J\u202e", supervisor="\x1b[2J", people={"\x1b[2J../x": {}, MARKUP: {}}
    ),
    "roster of ten thousand": lambda w: w.roster(people={f"c-{n}": {} for n in range(10_000)}),
    "settings are huge": lambda w: sparse(w.places.settings, HUGE),
    "settings are a pipe": lambda w: pipe(w.places.settings),
    "settings are deep": lambda w: w.places.settings.write_bytes(b"x = " + b"[" * 100_000),
    "sessions is a file": lambda w: w.sessions_as_file(),
}  # fmt: skip
OPENED_EVENT = ev.encode(ev.Opened(OPENED, ID, setup("Aisha")))


def opening(**changes: object) -> bytes:
    """Return the opening of a round with other fields in its setup."""
    found = msgspec.json.decode(OPENED_EVENT)
    found["setup"] |= changes
    return json(found)


def event(**fields: object) -> bytes:
    return json({"at": OPENED.isoformat(), **fields})


def wrote(**fields: object) -> bytes:
    note = {"event": "wrote", "phase": "shift", "person": "c-aisha", "start": 0, "cut": 0}
    return event(**note | {"text": "x"} | fields)


FAKE_RECORD = b"\1\0\0\0" + b"abcd" + b"\0" * 7 + b"\2" + b"x" * 16
"""What seems to be the head of a record of 16 MB."""
META = json({"session": ID, "host": "h", "boot": "b"})
JOURNALS: dict[str, Make] = {
    "huge": lambda w: sparse(w.live, HUGE),
    "pipe": lambda w: pipe(w.live),
    "folder": lambda w: folder(w.live),
    "zeros": lambda w: moved(w.live, "/dev/zero"),
    "empty": lambda w: w.live.write_bytes(b""),
    "lengths lie": lambda w: w.live.write_bytes(b"DBJOURN1" + b"\xff" * 64),
    "another version": lambda w: w.raw_journal(META, b"", b"DBJOURN9"),
    "deep header": lambda w: w.raw_journal(b"[" * 1_000_000, b""),
    "deep field": lambda w: w.raw_journal(
        b'{"session": "x", "x": ' + b"[" * 1_000_000, b""
    ),
    "huge header": lambda w: w.raw_journal(
        json({"session": "x" * 50_000_000, "host": "h", "boot": "b"}), b""
    ),
    "steering header": lambda w: w.raw_journal(
        json({"session": "../\x1b[2J", "host": "\x1b[2J\u202e", "boot": MARKUP}), b""
    ),
    "records that only seem so": lambda w: w.raw_journal(META, FAKE_RECORD * 1_000_000),
    "tiny records": lambda w: w.journal([OPENED_EVENT, *[wrote(text="")] * 30_000]),
    "nothing in it": lambda w: w.journal([]),
    "no JSON": lambda w: w.journal([b"\xff"]),
    "deep JSON": lambda w: w.journal([b"[" * 1_000_000]),
    "deep event": lambda w: w.journal(
        [OPENED_EVENT[:-1] + b', "x": ' + b"[" * 1_000_000]
    ),
    "huge event": lambda w: w.journal([OPENED_EVENT, wrote(text="x" * 15_000_000)]),
    "year 9999": lambda w: w.journal([OPENED_EVENT.replace(b"2026", b"9999")]),
    "year 1": lambda w: w.journal([OPENED_EVENT.replace(b"2026-11-21", b"0001-01-01")]),
    "ten thousand people": lambda w: w.journal([opening(people=[
        {"id": f"c-{n}", "name": str(n)} for n in range(10_000)
    ])]),
    "nobody": lambda w: w.journal([opening(people=[])]),
    "no phases": lambda w: w.journal([opening(phases=[])]),
    "twins": lambda w: w.journal([opening(people=[{"id": "c-1", "name": "x"}] * 2)]),
    "steering people": lambda w: w.journal([opening(
        team="\x1b[2J\u202e", people=[{"id": "../\x1b[2J", "name": "\x1b[2J\u202e" + MARKUP}]
    )]),
    "unknown language": lambda w: w.journal([opening(language="../x")]),
    "unknown protocol": lambda w: w.journal([opening(protocol="../../x")]),
    "endless phase": lambda w: w.journal([opening(phases=[
        {"key": "shift", "planned_s": 10**18}
    ])]),
    "negative phase": lambda w: w.journal([opening(phases=[{"key": "x", "planned_s": -5}])]),
    "phase that is not there": lambda w: w.journal(
        [OPENED_EVENT, event(event="phase", index=10**18)]
    ),
    "phase before the first": lambda w: w.journal([OPENED_EVENT, event(event="phase", index=-9)]),
    "note beyond its end": lambda w: w.journal([OPENED_EVENT, wrote(start=10**18, cut=10**18)]),
    "note before its start": lambda w: w.journal([OPENED_EVENT, wrote(start=-5, cut=-9)]),
    "note of nobody": lambda w: w.journal([OPENED_EVENT, wrote(person="\x1b[2J", phase="../")]),
    "steering note": lambda w: w.journal([OPENED_EVENT, wrote(text="\x1b[2J\u202e")]),
    "opened twice": lambda w: w.journal([OPENED_EVENT] * 2),
    "undone without end": lambda w: w.journal([OPENED_EVENT, *[event(event="undone")] * 9]),
    "closed before it opened": lambda w: w.journal(
        [OPENED_EVENT, json({"event": "closed", "at": "0001-01-01T00:00:00+14:00"})]
    ),
    "session that is no id": lambda w: w.journal(
        [OPENED_EVENT.replace(ID.encode(), b"../../x"), event(event="closed")]
    ),
    "many parts": lambda w: [
        w.live.with_name(f"{ID}.{n}.journal").write_bytes(b"") for n in range(2, 3000)
    ],
    "a part of no end": lambda w: w.live.with_name(f"{ID}.{'9' * 200}.journal").write_bytes(b""),
}  # fmt: skip
ARGUMENTS: dict[str, list[str]] = {
    "long": ["show", "x" * 100_000],
    "long file": ["verify", "x" * 100_000],
    "steering": ["show", "\x1b[2J\u202e\x9b"],
    "steering file": ["verify", "/\x1b[2J\u202e\x9b"],
    "steering person": ["mine", "\x1b[2J\u202e\x9b"],
    "steering option": ["list", "--\x1b[2J\x9b"],
    "steering day": ["list", "--since", "\x1b[2J\x9b"],
    "steering checkpoint": ["verify", "--since", "\x1b[2J\x9b"],
    "no text": ["show", os.fsdecode(b"\xff\xfe")],
    "no text as a file": ["verify", os.fsdecode(b"/\xff\xfe")],
    "no text as a person": ["mine", os.fsdecode(b"\xff\xfe")],
    "zeros": ["verify", "/dev/zero"],
    "zeros shown": ["show", "/dev/zero"],
    "path out": ["show", "../../../etc/passwd"],
    "id of a path": ["show", "2026-../../../x"],
    "long checkpoint": ["verify", "--since", "ledger " + "9" * 5000 + " " + "a" * 64],
    "resume of a path": ["run", "--plain", "--resume", "../../x\x1b[2J"],
}
