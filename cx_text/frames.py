"""Comments ⇄ pandas: the documented columns, and nothing else, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from cx_text.codeframe import Codeframe
from cx_text.comment import LOW_CONFIDENCE, Comment, Kind, Opinion
from cx_text.config import Brand

COMMENT_COLUMNS = ("language", "kind", "polarity", "polarity_score", "confidence", "low_confidence", "n_windows",
                   "nps_category", "implied_detractor", "implied_passive", "implied_promoter", "theme_ids",
                   "theme_labels", "sub_theme_ids", "sub_theme_labels", "flagged")
OPINION_COLUMNS = ("comment", "respondent", "start", "end", "text", "polarity", "polarity_score", "confidence",
                   "low_confidence", "theme_id", "theme_label", "sub_theme_id", "sub_theme_label", "theme_confidence")
MENTION_COLUMNS = ("comment", "start", "end", "text", "brand", "own", "polarity", "polarity_score", "confidence",
                   "low_confidence", "theme_id", "theme_label")


def theme_ids(comment: Comment) -> list[str]:
    """Return the distinct themes of a comment's opinions, in the order in which they are first spoken of."""
    return list(dict.fromkeys(tag.theme_id for o in comment.tags.opinions or () for tag in o.themes or ()))


def comment_tags(comments: Sequence[Comment], codeframe: Codeframe) -> pd.DataFrame:
    """Return one row a comment with COMMENT_COLUMNS, in order, index 0 … n-1.

    Texts and numbers are missing where no stage looked. A comment has each theme, and each sub-theme, that one of its
    opinions has, once: these columns hold lists, empty where no theme fits and None where nothing was read. The implied
    probabilities are those of comments without a score. `flagged` says in words why a comment's row looks like a
    machine's or a careless person's, and is missing for most.

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
                     *(implied_of(comment) or (None,) * 3),
                     *_lists(None if ids is None else list(dict.fromkeys(above[t] for t in ids)), labels),
                     *_lists(None if ids is None else [t for t in ids if above[t] != t], labels), tags.flagged))
    frame = pd.DataFrame(rows, columns=list(COMMENT_COLUMNS))
    return _typed(frame, texts=("language", "kind", "polarity", "nps_category", "flagged"),
                  numbers=("polarity_score", "confidence", "implied_detractor", "implied_passive", "implied_promoter"),
                  flags=("low_confidence",), counts=("n_windows",))


def implied_of(comment: Comment) -> tuple[float, float, float] | None:
    """Return what the words imply of detractor, passive and promoter where the customer gave no score, else None."""
    return None if comment.nps_score is not None or comment.rating is not None else comment.tags.implied


def _names(codeframe: Codeframe) -> tuple[dict[str, str], dict[str, str]]:
    """Return theme id → label, and theme id → id of the first-level theme, its own where it is one."""
    return {t.id: t.label for t in codeframe.themes}, {t.id: t.parent or t.id for t in codeframe.themes}


def _lists(ids: list[str] | None, labels: Mapping[str, str]) -> tuple[list[str] | None, list[str] | None]:
    return ids, None if ids is None else [labels[t] for t in ids]


def opinion_rows(comments: Sequence[Comment], keys: Sequence[object], codeframe: Codeframe,
                 respondents: Sequence[int]) -> pd.DataFrame:
    """Return one row an opinion with OPINION_COLUMNS, in the order of the comments and of the text.

    Args:
        comments: Tagged comments.
        keys: What the column `comment` says of each: its id, or the index of its row.
        codeframe: The themes in use.
        respondents: Number of the respondent of each, as in the table of respondents.
    """
    labels, above = _names(codeframe)
    rows = []
    for comment, key, respondent in zip(comments, keys, respondents, strict=True):
        for o in comment.tags.opinions or ():
            theme = o.themes[0] if o.themes else None
            top = theme and above[theme.theme_id]
            sub = theme.theme_id if theme and theme.theme_id != top else None
            rows.append((key, respondent, o.start, o.end, comment.opinion_text(o), o.polarity and o.polarity.value,
                         o.polarity_score, o.confidence, o.low_confidence, top, top and labels[top],
                         sub, sub and labels[sub], theme and theme.confidence))
    frame = pd.DataFrame(rows, columns=list(OPINION_COLUMNS)).astype(
        dict.fromkeys(("respondent", "start", "end"), "int64"))
    return _typed(frame, texts=("text", "polarity", "theme_id", "theme_label", "sub_theme_id", "sub_theme_label"),
                  numbers=("polarity_score", "confidence", "theme_confidence"), flags=("low_confidence",))


def mention_rows(comments: Sequence[Comment], keys: Sequence[object], codeframe: Codeframe,
                 brands: Sequence[Brand]) -> pd.DataFrame:
    """Return one row a brand mention with MENTION_COLUMNS, in the order of the comments and of the text.

    `theme_id` and `theme_label` are the first-level theme of the opinion that the mention is in; missing where it is in
    none, or that opinion in no theme.

    Args:
        comments: Tagged comments.
        keys: What the column `comment` says of each: its id, or the index of its row.
        codeframe: The themes in use.
        brands: Those that the comments were searched for.
    """
    labels, above = _names(codeframe)
    own = {brand.name: brand.own for brand in brands}
    rows = []
    for comment, key in zip(comments, keys, strict=True):
        for m in comment.tags.brand_mentions or ():
            opinion = opinion_around(comment.tags.opinions or (), m.start, m.end)
            theme = above[opinion.themes[0].theme_id] if opinion and opinion.themes else None
            is_unsure = None if m.confidence is None else m.confidence < LOW_CONFIDENCE
            rows.append((key, m.start, m.end, (comment.tags.text or "")[m.start:m.end], m.brand, own[m.brand],
                         m.polarity and m.polarity.value, m.polarity_score, m.confidence, is_unsure,
                         theme, theme and labels[theme]))
    frame = pd.DataFrame(rows, columns=list(MENTION_COLUMNS)).astype({"start": "int64", "end": "int64", "own": "bool"})
    return _typed(frame, texts=("text", "brand", "polarity", "theme_id", "theme_label"),
                  numbers=("polarity_score", "confidence"), flags=("low_confidence",))


def opinion_around(opinions: Sequence[Opinion], start: int, end: int) -> Opinion | None:
    """Return the opinion that has most characters of a span, the first of several; None when none has any."""
    best = max(opinions, key=lambda o: min(o.end, end) - max(o.start, start), default=None)
    return best if best and best.start < end and start < best.end else None


def _typed(frame: pd.DataFrame, *, texts: Sequence[str], numbers: Sequence[str], flags: Sequence[str] = (),
           counts: Sequence[str] = ()) -> pd.DataFrame:
    """Fix the types, so that a batch without a single value has the same ones as all others."""
    return frame.astype({**dict.fromkeys(texts, "str"), **dict.fromkeys(numbers, "float64"),
                         **dict.fromkeys(flags, "boolean"), **dict.fromkeys(counts, "Int64")})
