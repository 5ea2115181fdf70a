"""Comments ⇄ pandas: the documented columns, and nothing else, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from cx_text.comment import Comment, Kind

COMMENT_COLUMNS = ("language", "kind", "polarity", "polarity_score", "confidence", "low_confidence", "n_windows",
                   "nps_category", "theme_ids", "theme_labels")
OPINION_COLUMNS = ("comment", "start", "end", "text", "polarity", "polarity_score", "confidence", "low_confidence",
                   "theme_id", "theme_label", "theme_confidence")


def theme_ids(comment: Comment) -> list[str]:
    """Return the distinct themes of a comment's opinions, in the order in which they are first spoken of."""
    return list(dict.fromkeys(tag.theme_id for o in comment.tags.opinions or () for tag in o.themes or ()))


def comment_tags(comments: Sequence[Comment], labels: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a comment with COMMENT_COLUMNS, in order, index 0 … n-1.

    Texts and numbers are missing where no stage looked; theme_ids and theme_labels hold lists, empty where no theme
    fits and None where nothing was read.

    Args:
        comments: Tagged comments.
        labels: Theme id → label.
    """
    rows = []
    for comment in comments:
        tags, category = comment.tags, comment.nps_category
        ids = None if tags.opinions is None else theme_ids(comment)
        kind = tags.kind.value if tags.kind else Kind.BLANK.value if not comment.verbatim.strip() else None
        rows.append((tags.language, kind, tags.polarity and tags.polarity.value, tags.polarity_score, tags.confidence,
                     tags.low_confidence, tags.n_windows, category and category.value, ids,
                     None if ids is None else [labels[t] for t in ids]))
    frame = pd.DataFrame(rows, columns=list(COMMENT_COLUMNS))
    return _typed(frame, texts=("language", "kind", "polarity", "nps_category"),
                  numbers=("polarity_score", "confidence"), flags=("low_confidence",), counts=("n_windows",))


def opinion_rows(comments: Sequence[Comment], keys: Sequence[object], labels: Mapping[str, str]) -> pd.DataFrame:
    """Return one row an opinion with OPINION_COLUMNS, in the order of the comments and of the text.

    Args:
        comments: Tagged comments.
        keys: What the column `comment` says of each: its id, or the index of its row.
        labels: Theme id → label.
    """
    rows = []
    for comment, key in zip(comments, keys, strict=True):
        for o in comment.tags.opinions or ():
            theme = o.themes[0] if o.themes else None
            rows.append((key, o.start, o.end, comment.opinion_text(o), o.polarity and o.polarity.value,
                         o.polarity_score, o.confidence, o.low_confidence, theme and theme.theme_id,
                         theme and labels[theme.theme_id], theme and theme.confidence))
    frame = pd.DataFrame(rows, columns=list(OPINION_COLUMNS)).astype({"start": "int64", "end": "int64"})
    return _typed(frame, texts=("text", "polarity", "theme_id", "theme_label"),
                  numbers=("polarity_score", "confidence", "theme_confidence"), flags=("low_confidence",))


def _typed(frame: pd.DataFrame, *, texts: Sequence[str], numbers: Sequence[str], flags: Sequence[str] = (),
           counts: Sequence[str] = ()) -> pd.DataFrame:
    """Fix the types, so that a batch without a single value has the same ones as all others."""
    return frame.astype({**dict.fromkeys(texts, "str"), **dict.fromkeys(numbers, "float64"),
                         **dict.fromkeys(flags, "boolean"), **dict.fromkeys(counts, "Int64")})
