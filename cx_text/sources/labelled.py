"""A file of texts with the class that a person gave each: what a model is measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cx_text.errors import SourceError, hint
from cx_text.sources.cells import as_text
from cx_text.sources.files.opening import open_export
from cx_text.text.normalise import normalise

CLASSES = ("negative", "neutral", "positive")
_KNOWN = {"negative": 0, "neutral": 1, "positive": 2, "neg": 0, "neu": 1, "pos": 2, "-1": 0, "0": 1, "1": 2,
          "-1.0": 0, "0.0": 1, "1.0": 2, "+1": 2}
_TEXT_NAMES = ("text", "comment", "verbatim", "review", "answer", "feedback")
_LABEL_NAMES = ("label", "sentiment", "polarity", "gold", "class")
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """The usable rows, and why others were left out: reason → how many, so that all rows are accounted for.

    `classes` are 0 negative, 1 neutral, 2 positive.
    """

    texts: tuple[str, ...]
    questions: tuple[str | None, ...]
    classes: tuple[int, ...]
    left_out: Mapping[str, int]


def read_labelled(path: str | Path, *, text: str | None = None, label: str | None = None, question: str | None = None,
                  label_map: Mapping[str, str] | None = None) -> LabelledTexts:
    """Return the labelled texts of an export, normalised as `tag` does.

    Args:
        path: Any file that `tag` reads.
        text: Column of the texts; None: text, comment, verbatim, review, answer or feedback.
        label: Column of the labels; None: label, sentiment, polarity, gold or class. Known labels are negative,
            neutral, positive, their first three letters, and -1, 0, 1.
        question: Column of the questions that the texts answer, if there is one.
        label_map: More labels → negative, neutral or positive.

    Raises:
        SourceError: The file cannot be read, a column is not there, or no row is usable.
    """
    export = open_export(path)
    names = [_column(path, export.columns, text, _TEXT_NAMES, "text"),
             _column(path, export.columns, label, _LABEL_NAMES, "label")]
    names += [_column(path, export.columns, question, (), "question")] if question else []
    known = _KNOWN | {k.strip().casefold(): CLASSES.index(v) for k, v in (label_map or {}).items()}
    found: list[tuple[str, str | None, int]] = []
    left_out: Counter[str] = Counter()
    for chunk in export.chunks(_CHUNK):
        left_out["not readable as a row"] += len(chunk.broken)
        for cells in chunk.rows[names].itertuples(index=False):
            words, given, *asked = (as_text(cell) for cell in cells)
            read = normalise(words or "")
            number = known.get((given or "").strip().casefold())
            if not read:
                left_out["without text"] += 1
            elif not (given or "").strip():
                left_out["without label"] += 1
            elif number is None:
                left_out[f"with label {(given or '').strip()[:40]!r}"] += 1
            else:
                found.append((read, asked[0] if asked else None, number))
    left_out = +left_out
    if not found:
        raise SourceError(f"no row has a text and a known label ({_told(left_out)})", where=str(path),
                          next="Say what your labels mean, such as --map good=positive")
    texts, questions, classes = zip(*found, strict=True)
    return LabelledTexts(texts, questions, classes, dict(left_out))


def _told(left_out: Mapping[str, int]) -> str:
    largest = sorted(left_out.items(), key=lambda item: (-item[1], item[0]))[:5]
    return ", ".join(f"{n:,} {reason}" for reason, n in largest) or "it is empty"


def _column(path: str | Path, columns: Sequence[str], asked: str | None, usual: Sequence[str], option: str) -> str:
    if asked is not None:
        if asked not in columns:
            raise SourceError(f"there is no column {asked!r}; there are {', '.join(map(repr, columns))}",
                              where=str(path), next=hint(asked, columns))
        return asked
    folded = {name.strip().casefold(): name for name in reversed(columns)}
    for name in usual:
        if name in folded:
            return folded[name]
    raise SourceError(f"no column is called {' or '.join(usual)}; there are {', '.join(map(repr, columns))}",
                      where=str(path), next=f"Name it with --{option}")
