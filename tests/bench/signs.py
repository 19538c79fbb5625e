"""How well signs are found: one command, every figure.

    python tests/bench/signs.py [GOLD.jsonl ...] [--slips LANG=WORDS.txt]

GOLD lines: {"id", "lang", "counsellor", "text", "signs": [{"sign", "subject", "level"}], "traps"}.
Without them the project's own test part is read, and where that is missing the labelled notes of
../shared/signs/dev. Figures are from ../shared/signs/score.py where it is, else from scoring.py,
which a test holds to the same numbers. It reports; it does not judge.

`--slips` reads a list of real words, one a line, the commonest first, and prints those that would
be read as a slip of a pattern's word: candidates for `real` in context.toml.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from debrief.signs import Sign, scan  # noqa: E402
from debrief.signs.lexicon import LANGUAGES, lexicon  # noqa: E402
from debrief.signs.own import current  # noqa: E402
from debrief.signs.scanning import EVERYTHING, Switches, scan_with  # noqa: E402
from tests.bench.scoring import Figures, figures, table  # noqa: E402

SHARED = ROOT.parent / "shared" / "signs"
OWN = sorted((ROOT / "tests" / "signs" / "corpus").glob("test-*.jsonl"))
LONGEST = 120
"""Words in a note that is timed."""
NAMES = {"da": "Jens", "nb": "Kari", "en": "Jim"}
SHARES = ("seen", "acute", "explicit", "implicit", "f1", "f1_shown", "subject", "alarm")
SHARES = (*SHARES, "alarm_shown")
HAS_READING = importlib.util.find_spec("debrief.signs.reading") is not None

Gold = dict[str, list[dict[str, Any]]]


def main() -> int:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("gold", nargs="*", type=Path)
    parser.add_argument("--slips", metavar="LANG=WORDS.txt")
    asked = parser.parse_args()
    if asked.slips:
        return slips(*asked.slips.split("=", 1))
    files = asked.gold or OWN
    if not files:
        files = sorted((SHARED / "dev").glob("*.jsonl"))
        print(f"There is no test part in tests/signs/corpus; reading {SHARED / 'dev'}.\n")
    gold: Gold = {}
    for path in files:
        for entry in _lines(path):
            gold.setdefault(entry["lang"], []).append(entry)
    for part in (_figures, _ablation, _signs, _traps, _background, _times):
        print("\n".join(part(gold)), end="\n\n")
    return 0


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def found(entries: list[dict[str, Any]], switches: Switches) -> dict[str, tuple[Sign, ...]]:
    """Return the signs of each entry by its id."""
    return {
        one["id"]: scan_with(current(one["lang"]), one["text"], one["counsellor"], switches)
        for one in entries
    }


def _measured(gold: Gold, switches: Switches = EVERYTHING) -> dict[str, Figures]:
    return {
        language: figures(entries, found(entries, switches)) for language, entries in gold.items()
    }


def _shared_score(
    entries: list[dict[str, Any]], signs: dict[str, tuple[Sign, ...]]
) -> dict[str, float] | None:
    """Return the figures of the shared score.py, or None where it is not."""
    spec = importlib.util.spec_from_file_location("shared_score", SHARED / "score.py")
    if spec is None or spec.loader is None or not (SHARED / "score.py").is_file():
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = {key: [one._asdict() for one in each] for key, each in signs.items()}
    with contextlib.redirect_stdout(io.StringIO()):
        result: dict[str, float] = module.score(entries, rows, False)
    return result


def _figures(gold: Gold) -> Iterator[str]:
    scored_by = "score.py" if (SHARED / "score.py").is_file() else "scoring.py"
    yield f"Figures by language ({scored_by})"
    rows = []
    for language, entries in sorted(gold.items()):
        signs = found(entries, EVERYTHING)
        own = figures(entries, signs)
        shares = _shared_score(entries, signs) or own.shares
        quality = (own.shares["precision"], own.shares["recall"])
        rows.append((language, len(entries), *quality, *(shares[name] for name in SHARES)))
    yield from table(("", "entries", "precision", "recall", *SHARES), rows)


def _steps() -> Iterator[tuple[str, Switches]]:
    """Yield the reading with one part more each time."""
    now = Switches(*[False] * len(Switches._fields))
    yield "words only", now
    parts = (
        ("+ negation", "negation"),
        ("+ experiencer", "people"),
        ("+ time, doubt, training", "softening"),
        ("+ idioms", "idioms"),
        ("+ misspellings", "typos"),
        ("+ reading lane", "reading"),
    )
    for label, field in parts:
        now = now._replace(**{field: True})
        if field != "reading" or HAS_READING:
            yield label, now


def _ablation(gold: Gold) -> Iterator[str]:
    yield "What each part of the reading gives (parts added one after another)"
    names = ("seen", "acute", "precision", "recall", "f1", "f1_shown", "subject", "alarm")
    names = (*names, "alarm_shown")
    rows = []
    for label, switches in _steps():
        for language, one in sorted(_measured(gold, switches).items()):
            rows.append((f"{language} {label}", *(one.shares[name] for name in names)))
    yield from table(("", *names), sorted(rows, key=lambda row: row[0][:2]))


def _signs(gold: Gold) -> Iterator[str]:
    yield "By sign, firm and possible together"
    rows = []
    for language, one in sorted(_measured(gold).items()):
        for sign, n in one.signs.items():
            given, wanted = n["right"] + n["wrong"], n["right"] + n["missed"]
            precision = n["right"] / given if given else "-"
            recall = n["right"] / wanted if wanted else "-"
            rows.append(
                (f"{language} {sign}", n["right"], n["missed"], n["wrong"], recall, precision)
            )
    yield from table(("", "right", "missed", "wrong", "recall", "precision"), rows)


def _traps(gold: Gold) -> Iterator[str]:
    yield "By trap: entries read rightly"
    rows = []
    for language, one in sorted(_measured(gold).items()):
        for trap, (right, count) in one.traps.items():
            rows.append((f"{language} {trap}", right, count, right / count))
    yield from table(("", "right", "of", "share"), rows)


def _background(_gold: Gold) -> Iterator[str]:
    yield "False alarms on 1,000 ordinary sentences"
    paths = sorted((SHARED / "background").glob("*.jsonl"))
    if not paths:
        yield f"No sentences at {SHARED / 'background'}; nothing was measured."
        return
    rows = []
    for path in paths:
        texts = _lines(path)
        language = texts[0]["lang"]
        for name in (None, NAMES[language]):
            for label, switches in (("", EVERYTHING), (", no typos", Switches(typos=False))):
                every = [scan_with(current(language), t["text"], name, switches) for t in texts]
                firm, shown = (
                    sum(any(sign.band in bands for sign in signs) for signs in every)
                    for bands in (("firm",), ("firm", "possible"))
                )
                label_ = f"{language} {'with' if name else 'without'} a name{label}"
                share = 1000 / len(texts)
                rows.append((label_, len(texts), firm * share, shown * share))
    yield from table(("", "sentences", "firm", "shown"), rows)


def _times(gold: Gold) -> Iterator[str]:
    yield f"Milliseconds a note of at most {LONGEST} words"
    rows = []
    for language, entries in sorted(gold.items()):
        notes = [e for e in entries if len(e["text"].split()) <= LONGEST]
        times = []
        for _round in range(4):
            for one in notes:
                begun = time.perf_counter()
                scan(one["text"], language, one["counsellor"])
                times.append((time.perf_counter() - begun) * 1000)
        kept = sorted(times[len(notes) :])
        words = sorted(len(one["text"].split()) for one in notes)[len(notes) // 2]
        middle, late = kept[len(kept) // 2], kept[int(len(kept) * 0.99)]
        rows.append((language, len(notes), words, middle, late))
    yield from table(("", "notes", "words", "median", "p99"), rows)


def slips(language: str, path: str) -> int:
    """Print the words of a list that would be read as another; return the exit status."""
    if language not in LANGUAGES:
        print(f"The language is one of {', '.join(LANGUAGES)}.")
        return 2
    typos = lexicon(language).typos
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        word = line.split()[0].lower() if line.strip() else ""
        meant = typos.meant(word) if word.isalpha() else None
        if meant is not None:
            print(f"{word} -> {meant}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
