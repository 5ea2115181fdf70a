"""Comments of the labelled sets that come with a score, read by our own stages up to polarity.

Reading them takes minutes; with a cache folder they are read once for each revision of the polarity model.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from labelled_data import is_kept_out, rows

from cx_text.backends.opening import Models, model_card
from cx_text.comment import Comment, NpsCategory
from cx_text.config import load_recipe
from cx_text.insights.nps import CATEGORIES
from cx_text.pipeline import Pipeline
from cx_text.plugins import find_stage

STAGES = ("clean", "kind", "language", "opinions", "polarity")
MOST_CLOTHING = 6_000  # of 23,486: all of the tenth that the polarity model never saw, and others
BATCH = 256

# The trade's convention where nobody was asked from 0 to 10; a proxy, as the shares of the three categories show.
OF_FFT = {1: NpsCategory.PROMOTER, 2: NpsCategory.PASSIVE, **dict.fromkeys((3, 4, 5), NpsCategory.DETRACTOR)}
OF_STARS = {5: NpsCategory.PROMOTER, 4: NpsCategory.PASSIVE, **dict.fromkeys((1, 2, 3), NpsCategory.DETRACTOR)}


@dataclass(frozen=True, slots=True)
class Scored:
    """A comment whose polarity was read, with the category that its score stands for.

    `part` is "train" or "measured"; no text of "measured" was shown to the polarity model. `groups` are the values by
    which a company would look at its comments; `label` is people's reading of the words.
    """

    comment: Comment
    category: NpsCategory
    score: int
    part: str
    groups: dict[str, str] = field(default_factory=dict)
    label: str | None = None


def read_set(folder: Path, name: str, *, cache: Path | None = None,
             keep: Callable[[Scored], bool] = lambda _: True, n_texts: int | None = None) -> list[Scored]:
    """Return a set's readable comments that have a score, in the order of the file.

    Args:
        folder: Of the labelled sets.
        name: "nhs_fft", "womens_clothing" or "airline_ba_reviews".
        cache: Folder where what was read is kept; it holds customers' texts, so keep it out of the repository.
        keep: Which comments, before they are read.
        n_texts: About so many of those, evenly spread: the files are sorted by time or by customer.
    """
    given = [scored for scored in _SETS[name](folder) if keep(scored)]
    given = given[::max(1, len(given) // n_texts)] if n_texts else given
    read = {c.id: c for c in _read([s.comment for s in given], name, cache)}
    return [Scored(read[s.comment.id], s.category, s.score, s.part, s.groups, s.label) for s in given
            if read[s.comment.id].is_readable and read[s.comment.id].tags.polarity_score is not None]


def numbers_of(scored: Sequence[Scored]) -> np.ndarray:
    """Return int64 (n,): 0 detractor, 1 passive, 2 promoter."""
    return np.array([CATEGORIES.index(s.category) for s in scored], dtype=np.int64)


def _read(comments: list[Comment], name: str, cache: Path | None) -> list[Comment]:
    models = Models(load_recipe("nps_survey"))
    kept = cache and cache / f"{name}-{model_card(models.recipe.models.polarity, 'polarity').revision}.pickle"
    if kept and kept.exists():
        found: list[Comment] = pickle.loads(kept.read_bytes())
        if {c.id for c in comments} <= {c.id for c in found}:
            return found
    pipeline = Pipeline([find_stage(stage)(models) for stage in STAGES])
    read = [c for at in range(0, len(comments), BATCH) for c in pipeline(comments[at:at + BATCH])[0]]
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(read))
    return read


def _nhs(folder: Path) -> list[Scored]:
    found = []
    for row in rows(folder, "nhs_fft"):
        category = OF_FFT.get(row["fft_score"])  # 6 and 7 say "don't know" or nothing
        if category:
            found.append(Scored(
                Comment(f"nhs_fft:{row['id']}", row["text"], "nhs_fft", row["question"]), category, row["fft_score"],
                "train" if row["split_suggested"] == "train" else "measured",
                {"trust": row["trust"], "service": row["service"], "question": row["question"]}, row["label"]))
    return found


def _clothing(folder: Path) -> list[Scored]:
    found, seen = [], set()
    for row in rows(folder, "womens_clothing"):
        text = _titled(row)
        if text.lower() in seen or not text.strip():
            continue
        seen.add(text.lower())
        name = f"womens_clothing:{row['id']}"
        found.append(Scored(Comment(name, text, "womens_clothing"), OF_STARS[row["rating"]], row["rating"],
                            "measured" if is_kept_out(name) else "train",
                            {"department": row["department"], "class": row["class"]}))
    order = sorted(found, key=lambda s: (s.part == "train", zlib.crc32(f"part:{s.comment.id}".encode())))
    chosen = {s.comment.id for s in order[:MOST_CLOTHING]}
    return [s for s in found if s.comment.id in chosen]


def _airline(folder: Path) -> list[Scored]:
    return [Scored(Comment(f"airline_ba_reviews:{row['id']}", _titled(row), "airline_ba_reviews"),
                   NpsCategory.of(row["rating10"]), row["rating10"], "measured",
                   {"year": row["date"][-4:], "cabin": row["seat"], "traveller": row["traveller"]})
            for row in rows(folder, "airline_ba_reviews") if row["rating10"] is not None]


def _titled(row: dict[str, Any]) -> str:
    title = (row["title"] or "").strip()
    return f"{title}. {row['text']}" if title else row["text"]


_SETS: dict[str, Callable[[Path], list[Scored]]] = {
    "nhs_fft": _nhs, "womens_clothing": _clothing, "airline_ba_reviews": _airline}
