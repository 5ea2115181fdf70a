"""Comments ⇄ pandas: the documented columns, and nothing else, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from cx_text.codeframe import Codeframe
from cx_text.comment import Comment, Kind

COMMENT_COLUMNS = ("language", "kind", "polarity", "polarity_score", "confidence", "low_confidence", "n_windows",
                   "nps_category", "theme_ids", "theme_labels", "sub_theme_ids", "sub_theme_labels")
OPINION_COLUMNS = ("comment", "start", "end", "text", "polarity", "polarity_score", "confidence", "low_confidence",
                   "theme_id", "theme_label", "sub_theme_id", "sub_theme_label", "theme_confidence")


def theme_ids(comment: Comment) -> list[str]:
    """Return the distinct themes of a comment's opinions, in the order in which they are first spoken of."""
    return list(dict.fromkeys(tag.theme_id for o in comment.tags.opinions or () for tag in o.themes or ()))


def comment_tags(comments: Sequence[Comment], codeframe: Codeframe) -> pd.DataFrame:
    """Return one row a comment with COMMENT_COLUMNS, in order, index 0 … n-1.

    Texts and numbers are missing where no stage looked. A comment has each theme, and each sub-theme, that one of its
    opinions has, once: these columns hold lists, empty where no theme fits and None where nothing was read.

    Args:
        comments: Tagged comments.
        codeframe: The themes in use.
    """
    labels, above = _names(codeframe)
    rows = []
    for comment in comments:
        tags, category = comment.tags, comment.nps_category
        ids = None if tags.opinions is None else theme_ids(comment)
        kind = tags.kind.value if tags.kind else Kind.BLANK.value if not comment.verbatim.strip() else None
        rows.append((tags.language, kind, tags.polarity and tags.polarity.value, tags.polarity_score, tags.confidence,
                     tags.low_confidence, tags.n_windows, category and category.value,
                     *_lists(None if ids is None else list(dict.fromkeys(above[t] for t in ids)), labels),
                     *_lists(None if ids is None else [t for t in ids if above[t] != t], labels)))
    frame = pd.DataFrame(rows, columns=list(COMMENT_COLUMNS))
    return _typed(frame, texts=("language", "kind", "polarity", "nps_category"),
                  numbers=("polarity_score", "confidence"), flags=("low_confidence",), counts=("n_windows",))


def _names(codeframe: Codeframe) -> tuple[dict[str, str], dict[str, str]]:
    """Return theme id → label, and theme id → id of the first-level theme, its own where it is one."""
    return {t.id: t.label for t in codeframe.themes}, {t.id: t.parent or t.id for t in codeframe.themes}


def _lists(ids: list[str] | None, labels: Mapping[str, str]) -> tuple[list[str] | None, list[str] | None]:
    return ids, None if ids is None else [labels[t] for t in ids]


def opinion_rows(comments: Sequence[Comment], keys: Sequence[object], codeframe: Codeframe) -> pd.DataFrame:
    """Return one row an opinion with OPINION_COLUMNS, in the order of the comments and of the text.

    Args:
        comments: Tagged comments.
        keys: What the column `comment` says of each: its id, or the index of its row.
        codeframe: The themes in use.
    """
    labels, above = _names(codeframe)
    rows = []
    for comment, key in zip(comments, keys, strict=True):
        for o in comment.tags.opinions or ():
            theme = o.themes[0] if o.themes else None
            top = theme and above[theme.theme_id]
            sub = theme.theme_id if theme and theme.theme_id != top else None
            rows.append((key, o.start, o.end, comment.opinion_text(o), o.polarity and o.polarity.value,
                         o.polarity_score, o.confidence, o.low_confidence, top, top and labels[top],
                         sub, sub and labels[sub], theme and theme.confidence))
    frame = pd.DataFrame(rows, columns=list(OPINION_COLUMNS)).astype({"start": "int64", "end": "int64"})
    return _typed(frame, texts=("text", "polarity", "theme_id", "theme_label", "sub_theme_id", "sub_theme_label"),
                  numbers=("polarity_score", "confidence", "theme_confidence"), flags=("low_confidence",))


def _typed(frame: pd.DataFrame, *, texts: Sequence[str], numbers: Sequence[str], flags: Sequence[str] = (),
           counts: Sequence[str] = ()) -> pd.DataFrame:
    """Fix the types, so that a batch without a single value has the same ones as all others."""
    return frame.astype({**dict.fromkeys(texts, "str"), **dict.fromkeys(numbers, "float64"),
                         **dict.fromkeys(flags, "boolean"), **dict.fromkeys(counts, "Int64")})
