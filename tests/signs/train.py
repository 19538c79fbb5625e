"""Train the reading lane: `python -m tests.signs.train [--measure] [--only GROUP]`.

Needs numpy, scipy and scikit-learn (`pip install '.[train]'`). Reads train-*.jsonl (invented notes,
see README.md there) and meanings-*.txt in tests/signs/corpus, and writes the *.model files in
debrief/signs/data/reading. The seed is fixed: the same corpus gives the same files.

Danish and Norwegian are trained together, since they share words; English by itself. What a note
means (its classes of meaning) is the same in every language, so each model also learns that much
from the notes of the other languages.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from debrief.signs.lexicon import lexicon
from debrief.signs.reading.features import Meanings, sentences, spelled
from debrief.signs.reading.model import ACUTE, FOLDER, OWNERS
from debrief.signs.reading.model import meanings as _meanings
from debrief.signs.reading.stored import FORMAT, Stage, Stored, encode
from debrief.signs.scene import Names
from debrief.signs.words import Words

CORPUS = Path(__file__).with_name("corpus")
GROUPS = {"nordic": ("da", "nb"), "english": ("en",)}
LANGUAGES = ("da", "nb", "en")
LEFT_OUT = {"mastery"}
"""Codes that the lane does not look for: good news is no reason to read again."""
C_OWNERS, C_KINDS = 6.0, 12.0
OTHERS_WEIGHT = 0.5
"""How much a sentence of another language counts, of which only the meaning is seen."""
EMPHASIS = {"m": 2.0, "w": 2.0, "p": 1.5, "q": 1.5}
"""Chosen, like the two above, by cross-validation on the English training part."""
ALARM = {"da": (0.03, 0.02), "nb": (0.06, 0.035), "en": (0.06, 0.035)}
"""Share of notes without a sign that may be pointed at, for the counsellor and for the case. Danish
patterns point at more of them by themselves, English ones see less of what is there."""
KEPT_OWNERS, KEPT_KINDS = 120_000, 100_000
"""Weights that are shipped of the first stage, and of the second for each owner."""
HEAVY = 0.9998
"""Share of the weights that are shipped at their full size; the few above it are cut to it."""
FOLDS = 3
BLOCK = 40
"""So many notes that follow one another share a fold: writers put look-alikes side by side."""
SEED = 7


class Row(msgspec.Struct):
    """One sentence of the corpus."""

    note: str
    language: str
    fold: int
    features: frozenset[str]
    codes: frozenset[str]
    acute: bool
    calm: bool
    """The whole note holds no sign."""


def meanings(language: str) -> dict[str, str]:
    """Return class -> its entries, spelled as the classifier sees them, parted by commas."""
    path = CORPUS / f"meanings-{language}.txt"
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        name, tab, entries = line.partition("\t")
        if tab:
            made = (spelled(entry.strip().lower()) for entry in entries.split(","))
            found.setdefault(name.strip(), []).extend(filter(_usable, made))
    return {name: ",".join(dict.fromkeys(entries)) for name, entries in found.items()}


def _usable(entry: str) -> bool:
    last = entry.split(" ")[-1]
    whole = "*" not in entry[:-1] and len(entry.split(" ")) <= 3
    return bool(entry) and whole and (not last.endswith("*") or len(last) > 4)


def rows(language: str, known: Meanings) -> Iterable[Row]:
    """Yield the sentences of a language's training notes."""
    short, roles = lexicon(language).short, lexicon(language).roles
    for line in (CORPUS / f"train-{language}.jsonl").read_text("utf-8").splitlines():
        note = json.loads(line)
        text, names = note["text"], Names(note["counsellor"]).words
        number = int(note["id"].rpartition("-")[2])
        words = Words(text, short)
        signs = [one for one in note["signs"] if one["sign"] not in LEFT_OUT]
        for sentence in sentences(words, names, known, roles):
            start, end = words.starts[sentence.start], words.ends[sentence.end - 1]
            here = [
                one
                for one in signs
                if one["start"] < end and start < one["start"] + len(one["evidence"])
            ]
            yield Row(
                note["id"],
                language,
                number // BLOCK % FOLDS,
                frozenset(sentence.features),
                frozenset(one["sign"] for one in here),
                any(one["level"] == "acute" for one in here),
                not signs,
            )


class Table:
    """Sentences as a matrix; features too rare to learn from are left out."""

    def __init__(self, rows: Sequence[Row], own: Iterable[str]) -> None:
        mine = set(own)
        self.rows = rows
        seen = Counter(f for row in rows if row.language in mine for f in row.features)
        for row in rows:
            if row.language not in mine:
                seen.update(filter(_shared, row.features))
        kept = sorted(f for f, n in seen.items() if n >= (3 if f[:2] in ("c:", "mm") else 2))
        self.features = kept
        at = {feature: i for i, feature in enumerate(kept)}
        indices, pointers, values = [], [0], []
        for row in rows:
            whole = row.language in mine
            ids = [at[f] for f in row.features if f in at and (whole or _shared(f))]
            indices += ids
            values += [1 / np.sqrt(len(row.features))] * len(ids)
            pointers.append(len(indices))
        self.emphasis = np.array([_emphasis(feature) for feature in kept])
        plain = csr_matrix((values, indices, pointers), shape=(len(rows), len(kept)))
        self.matrix = plain.multiply(self.emphasis).tocsr()
        self.weight = np.array([1.0 if row.language in mine else OTHERS_WEIGHT for row in rows])
        self.mine = np.array([row.language in mine for row in rows])


def _emphasis(feature: str) -> float:
    """Return how much a kind of feature counts: meaning more than spelling."""
    return EMPHASIS.get(feature.partition(":")[0], 1.0)


def _shared(feature: str) -> bool:
    return feature[:2] in ("m:", "mm", "n:", "no", "r:", "r1")


def owner_of(code: str) -> int:
    """Return the index in OWNERS of the one a code belongs to."""
    return int(code.startswith("case_"))


def fit_owners(table: Table, chosen: np.ndarray) -> list[LogisticRegression]:
    """Return a classifier for each owner - is there a sign of theirs - and one for danger now."""
    made = []
    for output in range(len(OWNERS) + 1):
        wanted = np.array([_wanted(row, output) for row in table.rows])
        model = LogisticRegression(C=C_OWNERS, solver="liblinear", random_state=SEED)
        made.append(
            model.fit(table.matrix[chosen], wanted[chosen], sample_weight=table.weight[chosen])
        )
    return made


def _wanted(row: Row, output: int) -> bool:
    if output == ACUTE:
        return row.acute
    return any(owner_of(code) == output for code in row.codes)


def fit_kinds(table: Table, chosen: np.ndarray) -> list[LogisticRegression]:
    """Return a classifier for each owner: which code a sentence with a sign holds."""
    made = []
    for owner in range(len(OWNERS)):
        pairs = [
            (i, code)
            for i in np.where(chosen)[0]
            for code in sorted(table.rows[i].codes)
            if owner_of(code) == owner
        ]
        ids = [i for i, _code in pairs]
        model = LogisticRegression(C=C_KINDS, max_iter=100, tol=1e-3, random_state=SEED)
        model.fit(table.matrix[ids], [c for _i, c in pairs], sample_weight=table.weight[ids])
        made.append(model)
    return made


def cross(table: Table) -> tuple[np.ndarray, list[float]]:
    """Return each sentence's probability per owner from folds it was not in, and code accuracy."""
    folds = np.array([row.fold for row in table.rows])
    likely = np.zeros((len(table.rows), len(OWNERS) + 1))
    right: list[list[bool]] = [[], []]
    for fold in range(FOLDS):
        rest, here = folds != fold, np.where((folds == fold) & table.mine)[0]
        for owner, model in enumerate(fit_owners(table, rest)):
            likely[here, owner] = model.predict_proba(table.matrix[here])[:, 1]
        for owner, model in enumerate(fit_kinds(table, rest)):
            ids = [i for i in here if any(owner_of(c) == owner for c in table.rows[i].codes)]
            said = model.predict(table.matrix[ids])
            right[owner] += [code in table.rows[i].codes for code, i in zip(said, ids, strict=True)]
    return likely, [float(np.mean(one)) for one in right]


def thresholds(table: Table, likely: np.ndarray, language: str) -> list[float]:
    """Return from where so few calm notes of the language are pointed at as ALARM allows."""
    made = []
    for owner, share in enumerate(ALARM[language]):
        calm: dict[str, float] = {}
        for row, value in zip(table.rows, likely[:, owner], strict=True):
            if row.calm and row.language == language:
                calm[row.note] = max(calm.get(row.note, 0.0), float(value))
        ordered = sorted(calm.values(), reverse=True)
        made.append(ordered[int(share * len(ordered))])
    return made


def report(
    table: Table, likely: np.ndarray, limits: Mapping[str, Sequence[float]], right: list[float]
) -> None:
    """Print what the lane sees of notes it was not trained on, per language."""
    for language, least in sorted(limits.items()):
        for owner, name in enumerate(OWNERS):
            notes: dict[str, tuple[bool, float]] = {}
            for row, value in zip(table.rows, likely[:, owner], strict=True):
                if row.language != language:
                    continue
                has, most = notes.get(row.note, (False, 0.0))
                wanted = any(owner_of(c) == owner for c in row.codes)
                notes[row.note] = (has or wanted, max(most, float(value)))
            hits = [value >= least[owner] for has, value in notes.values() if has]
            seen = f"from {least[owner]:.3f} seen {np.mean(hits):.2f} of {len(hits)}"
            print(f"{language} {name:10} {seen}, code {right[owner]:.2f}")


def stage(features: list[str], weights: np.ndarray, bias: Iterable[float], most: int) -> Stage:
    """Return the `most` heaviest weights as small integers, the few heaviest of all cut short."""
    sizes = np.abs(weights)
    scale = float(np.quantile(sizes[sizes > 0], HEAVY)) / 127
    least = max(float(np.partition(sizes, -most, axis=None)[-most]), scale / 2)
    small = np.clip(np.rint(weights / scale), -127, 127).astype(int)
    small[sizes < least] = 0
    kept, counts, outputs, values = [], [], [], []
    for i, feature in enumerate(features):
        pairs = [(o, w) for o, w in enumerate(small[:, i]) if w]
        if pairs:
            kept.append(feature)
            counts.append(len(pairs))
            outputs += [o for o, _w in pairs]
            values += [w & 0xFF for _o, w in pairs]
    biases = tuple(map(float, bias))
    return Stage("\n".join(kept), bytes(counts), bytes(outputs), bytes(values), scale, biases)


Fitted = tuple[list[LogisticRegression], list[LogisticRegression]]


def stored(
    table: Table, language: str, fitted: Fitted, classes: dict[str, str], limits: list[float]
) -> Stored:
    """Return the model of a language as it is shipped."""
    owners, kinds = fitted
    return Stored(
        FORMAT,
        language,
        tuple(tuple(map(str, model.classes_)) for model in kinds),
        tuple(limits),
        stage(
            table.features,
            np.vstack([model.coef_[0] for model in owners]) * table.emphasis,
            [model.intercept_[0] for model in owners],
            KEPT_OWNERS,
        ),
        tuple(
            stage(table.features, model.coef_ * table.emphasis, model.intercept_, KEPT_KINDS)
            for model in kinds
        ),
        classes,
    )


def main() -> None:
    """Train, print cross-validated figures, and write the models."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--measure", action="store_true", help="only print the figures")
    parser.add_argument("--only", choices=GROUPS, help="the languages to train; all where left out")
    asked = parser.parse_args()
    classes = {language: meanings(language) for language in LANGUAGES}
    everything = [row for one in LANGUAGES for row in rows(one, _meanings(classes[one]))]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for group, own in GROUPS.items():
        if asked.only not in (None, group):
            continue
        table = Table(everything, own)
        likely, right = cross(table)
        limits = {language: thresholds(table, likely, language) for language in own}
        print(group, table.matrix.shape)
        report(table, likely, limits, right)
        if asked.measure:
            continue
        chosen = np.ones(len(table.rows), bool)
        fitted = fit_owners(table, chosen), fit_kinds(table, chosen)
        for language in own:
            made = stored(table, language, fitted, classes[language], limits[language])
            data = encode(made)
            (FOLDER / f"{language}.model").write_bytes(data)
            print(f"{language}.model {len(data) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
