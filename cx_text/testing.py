"""Fakes without weights, and contract checks for stages and back-ends: for our tests and for authors of plug-ins."""

# ruff: noqa: S101  a check that fails is an AssertionError, as pytest shows it best

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np

from cx_text.backends.base import (
    ClauseCutter,
    Clusterer,
    Embedder,
    FloatArray,
    Grouping,
    LanguageDetector,
    PolarityModel,
    Span,
)
from cx_text.backends.opening import Models
from cx_text.codeframe import Certainty, Codeframe, Theme
from cx_text.comment import Comment, Kind, Opinion, Tags
from cx_text.config import Recipe
from cx_text.stages.base import Stage
from cx_text.text.redact import PiiKind, PiiSpan

ARABIC = "خدمة سيئة جدا"
HARD_TEXTS = ("", " ", "?", "...", "👍😍", "Great!", "n/a", "a", "10/10",
              "Delivery was fast but the app keeps crashing", "The staff are kind. The food is cold", ARABIC,
              "\u200f", "nan", "1. a\n2. b", "slow " * 2_000)

_FOREIGN = {"muy": "es", "bueno": "es", "sehr": "de", "gut": "de", "très": "fr"}
_GOOD = frozenset({"good", "great", "fast", "kind", "love", "friendly", "excellent"})
_BAD = frozenset({"bad", "slow", "rude", "cold", "crashing", "hate", "awful", "broken"})


class FakeCutter:
    """Cuts at " but " and ". "."""

    def cut(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the parts between the cuts that hold more than blanks and marks, or the text where none does."""
        return [[span for span in self._parts(text) if any(c.isalnum() for c in text[slice(*span)])] for text in texts]

    @staticmethod
    def _parts(text: str) -> list[Span]:
        breaks = [(0, 0), *(m.span() for m in re.finditer(r" but |\. ", text)), (len(text), len(text))]
        parts = [(end, start) for (_, end), (start, _) in pairwise(breaks)]
        return [(b - len(text[a:b].lstrip()), a + len(text[a:b].rstrip())) for a, b in parts]

    def phrases(self, texts: Sequence[str]) -> list[list[str]]:
        """Return each pair of neighbouring words, lower-cased."""
        listed = [re.findall(r"[a-z]+", text.lower()) for text in texts]
        return [[" ".join(pair) for pair in pairwise(words)] for words in listed]


class FakeLanguage:
    """Knows a few words of Spanish, German and French; below two words it says "und", otherwise "en"."""

    def detect(self, texts: Sequence[str]) -> list[str]:
        """Return a code per text."""
        return [self._language_of(text.lower().split()) for text in texts]

    @staticmethod
    def _language_of(words: list[str]) -> str:
        return next((_FOREIGN[w] for w in words if w in _FOREIGN), "en" if len(words) > 1 else "und")


class FakePii:
    """Knows Sarah, Jo Li and e-mail addresses."""

    def find(self, texts: Sequence[str]) -> list[list[PiiSpan]]:
        """Return the spans of each text."""
        return [[PiiSpan(m.start(), m.end(), PiiKind.EMAIL if "@" in m[0] else PiiKind.NAME)
                 for m in re.finditer(r"Sarah|Jo Li|[\w.]+@[\w.]+\w", text)] for text in texts]


class FakePolarity:
    """Counts a few good and bad words; spans are read as texts."""

    def predict(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> FloatArray:
        """Return float32 (n_texts, 3), rows sum to 1; the questions are not looked at."""
        del questions
        counts = np.array([self._counts(text) for text in texts], dtype=np.float32).reshape(-1, 3)
        return np.asarray(counts / counts.sum(axis=1, keepdims=True), dtype=np.float32)

    def predict_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], questions: Sequence[str | None] | None = None
    ) -> tuple[FloatArray, list[FloatArray]]:
        """Return float32 (n_texts, 3), and per text float32 (n_spans, 3)."""
        parts = [self.predict([text[a:b] for a, b in own]) for text, own in zip(texts, spans, strict=True)]
        return self.predict(texts, questions), parts

    def count_windows(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[int]:
        """Return 1 for each text."""
        del questions
        return [1] * len(texts)

    @staticmethod
    def _counts(text: str) -> tuple[float, float, float]:
        words = re.findall(r"\w+", text.lower())
        return 0.1 + 3 * sum(w in _BAD for w in words), 0.5, 0.1 + 3 * sum(w in _GOOD for w in words)


class FakeEmbedder:
    """Unit vectors from hashed words: the same words in any order give the same vector.

    Args:
        n_dims: Length of a vector.
    """

    def __init__(self, n_dims: int = 16) -> None:
        self.n_dims = n_dims

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return float32 (n_texts, n_dims), rows of length 1."""
        rows = np.zeros((len(texts), self.n_dims), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                row += np.random.default_rng(crc32(word.encode("utf-8", "replace"))).standard_normal(self.n_dims)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)


class FakeClusterer:
    """Groups texts by their first word; those whose first word is alone belong to none."""

    def cluster(self, texts: Sequence[str], embeddings: FloatArray, *, seed: int) -> Grouping:
        """Return the groups in the order of their first texts, each a group of groups of its own."""
        del embeddings, seed
        firsts = [next(iter(re.findall(r"\w+", text.lower())), "") for text in texts]
        shared = list(dict.fromkeys(word for word in firsts if firsts.count(word) > 1))
        labels = [shared.index(word) if word in shared else -1 for word in firsts]
        return Grouping(np.array(labels, dtype=np.int64), np.arange(len(shared)))

    def keywords(self, groups: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """Return per group the first word of its first text."""
        return [tuple(re.findall(r"\w+", texts[0].lower())[:1]) if texts else () for texts in groups]


class FakeModels(Models):
    """The open models of a recipe, all of them fakes but the estimate of the category, which has no weights."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe, _open={"clauses": FakeCutter(), "language": FakeLanguage(), "pii": FakePii(),
                                        "polarity": FakePolarity(), "embedding": FakeEmbedder()})

    @property
    def clusterer(self) -> Clusterer:
        """Groups by the first word."""
        return FakeClusterer()

    def with_codeframe(self, codeframe: Codeframe) -> Models:
        """Return the same with a codeframe."""
        found = copy(self)
        object.__setattr__(found, "codeframe", codeframe)
        return found

    def arithmetic(self) -> str:
        """Return that nothing is computed."""
        return "fake on nothing"


def codeframe_of(embedder: Embedder, lines: Mapping[str, str], **settings: Any) -> Codeframe:
    """Return a codeframe of id → label, parent and words, all in one line; a theme with words has their mean as centre.

    A line such as "Late < t01: late slow" has a parent, "App: crash" has none, and "Delivery:" has no words. Words of a
    theme, and no others, belong to it with confidence (cosine 0.2, as FakeEmbedder of 256 dimensions has it).
    """
    themes, centres, owners = [], [], []
    for theme_id, line in lines.items():
        name, _, words = line.partition(":")
        label, _, parent = name.partition(" < ")
        themes.append(Theme(theme_id, label, tuple(words.split()[:2]), len(words.split()), parent or None))
        if words.split():
            middle = embedder.embed(words.split()).mean(axis=0)
            centres.append(middle / np.linalg.norm(middle))
            owners.append(theme_id)
    return Codeframe(tuple(themes), np.stack(centres), tuple(owners), embedder, Certainty(-20.0, 100.0, 0.0), 0.5,
                     n_numbered=len(themes), **settings)


def sample_comments(needs: Sequence[str] = ()) -> list[Comment]:
    """Return comments with texts that hurt, tagged with what a stage needs."""
    return [_with_needs(Comment(id=str(i), verbatim=text, source="test", question="Why?", nps_score=i % 11), needs)
            for i, text in enumerate(HARD_TEXTS)]


def check_stage(stage: Stage, comments: Sequence[Comment] | None = None) -> None:
    """Assert that a stage keeps its contract.

    Same number and order; nothing but what it declares is added, and it is added to some comment; what the customer
    gave is untouched; the empty batch gives the empty list; two runs agree, and so do one batch and batches of one.

    Args:
        stage: The stage.
        comments: Comments with the tags that it needs; None for `sample_comments`.

    Raises:
        AssertionError: It does not.
    """
    given = list(comments) if comments is not None else sample_comments(stage.needs)
    read = stage(given)
    assert list(stage([])) == [], f"{stage.name}: the empty batch gives the empty list"
    assert [c.id for c in read] == [c.id for c in given], f"{stage.name}: same number, same order"
    assert read == stage(given), f"{stage.name}: two runs agree"
    one_by_one = [read_alone for comment in given for read_alone in stage([comment])]
    assert read == one_by_one, f"{stage.name}: the batch makes no difference"
    added: set[str] = set()
    for before, after in zip(given, read, strict=True):
        assert replace(before, tags=Tags()) == replace(after, tags=Tags()), f"{stage.name}: changed what was given"
        added |= _added(before, after)
    assert added == set(stage.adds), f"{stage.name}: declares {sorted(stage.adds)}, adds {sorted(added)}"


def check_cutter(cutter: ClauseCutter) -> None:
    """Assert that spans are in order, apart, neither blank nor ragged, and there is one where there are words.

    Raises:
        AssertionError: They are not.
    """
    assert cutter.cut([]) == [], "no texts, no spans"
    found = cutter.cut(HARD_TEXTS)
    assert len(found) == len(HARD_TEXTS), "one list a text"
    assert found == cutter.cut(HARD_TEXTS), "two runs agree"
    assert found == [cutter.cut([text])[0] for text in HARD_TEXTS], "the batch makes no difference"
    for text, spans in zip(HARD_TEXTS, found, strict=True):
        check_spans(text, spans)


def check_spans(text: str, spans: Sequence[Span]) -> None:
    """Assert that the spans of one text are in order, apart, neither blank nor ragged, and one where there are words.

    Raises:
        AssertionError: They are not.
    """
    shown = repr(text[:40])
    assert spans or not any(c.isalnum() for c in text), f"{shown} has words but no span"
    end_before = 0
    for start, end in spans:
        assert end_before <= start < end <= len(text), f"{shown}: {list(spans)[:8]} overlap, are empty or lie outside"
        assert text[start:end] == text[start:end].strip(), f"{shown}: ({start}, {end}) starts or ends with a blank"
        end_before = end


def check_language(detector: LanguageDetector) -> None:
    """Assert one code a text: two or three small letters, "und" where there is nothing to read.

    Raises:
        AssertionError: It does not.
    """
    assert detector.detect([]) == [], "no texts, no codes"
    codes = detector.detect(HARD_TEXTS)
    assert len(codes) == len(HARD_TEXTS), "one code a text"
    assert codes == [detector.detect([text])[0] for text in HARD_TEXTS], "the batch makes no difference"
    assert all(re.fullmatch("[a-z]{2,3}", code) for code in codes), "codes are ISO 639-1, or 'und'"
    assert detector.detect(["", "👍", "?"]) == ["und"] * 3, "nothing to read is 'und'"


def check_polarity(model: PolarityModel) -> None:
    """Assert shapes, dtype, rows that sum to 1, and that empty input and texts without spans are fine.

    Raises:
        AssertionError: They are not.
    """
    texts = [text for text in HARD_TEXTS if text.strip()]
    _check_rows(model.predict(texts), len(texts))
    _check_rows(model.predict([]), 0)
    _check_rows(model.predict(texts, ["Why?"] * len(texts)), len(texts))
    spans: list[list[Span]] = [[(0, len(text)), (0, 1)] for text in texts[:-1]] + [[]]
    whole, parts = model.predict_spans(texts, spans)
    _check_rows(whole, len(texts))
    assert len(parts) == len(texts), "one array a text"
    for own, part in zip(spans, parts, strict=True):
        _check_rows(part, len(own))
    assert np.allclose(whole, model.predict(texts), atol=2e-2), "spans do not change the reading of the text"
    assert model.count_windows([]) == [], "no texts, no windows"
    assert all(n >= 1 for n in model.count_windows(texts)), "every text is read in one window or more"


def check_embedder(embedder: Embedder) -> None:
    """Assert float32 rows of length 1, in order, the same for the same text, and none for no texts.

    Raises:
        AssertionError: They are not.
    """
    rows = embedder.embed(HARD_TEXTS)
    assert rows.dtype == np.float32, f"float32, not {rows.dtype}"
    assert rows.ndim == 2, f"two axes, not {rows.ndim}"
    assert len(rows) == len(HARD_TEXTS), "one row a text"
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3), "rows of length 1"
    assert np.allclose(embedder.embed(HARD_TEXTS[::-1])[::-1], rows, atol=1e-2), "rows in the order of the texts"
    assert embedder.embed([]).shape == (0, rows.shape[1]), "no texts, no rows"


def _check_rows(rows: FloatArray, n_rows: int) -> None:
    assert rows.shape == (n_rows, 3), f"shape {(n_rows, 3)}, not {rows.shape}"
    assert rows.dtype == np.float32, f"float32, not {rows.dtype}"
    assert np.isfinite(rows).all(), "no NaN"
    assert (rows >= 0).all(), "no negative probability"
    assert np.allclose(rows.sum(axis=1), 1, atol=1e-3), "rows sum to 1"


def _with_needs(comment: Comment, needs: Sequence[str]) -> Comment:
    text = comment.verbatim.strip()
    is_answer = any(c.isalnum() for c in text) and text != "n/a"
    kind = Kind.ANSWER if is_answer else Kind.NON_ANSWER if text else Kind.BLANK
    is_read = is_answer and text != ARABIC
    there: dict[str, object] = {"text": text, "kind": kind}
    if is_answer:
        there |= {"language": "en" if is_read else "ar", "is_known_language": is_read}
    if is_read:
        there["opinions"] = tuple(Opinion(a, b) for a, b in FakeCutter().cut([text])[0])
    return comment.tagged(**{name: there[name] for name in needs if name in there})


def _added(before: Comment, after: Comment) -> set[str]:
    names = {f.name for f in fields(Tags)}
    added = {n for n in names if getattr(before.tags, n) is None and getattr(after.tags, n) is not None}
    for name in names - added - {"opinions"}:
        assert getattr(before.tags, name) == getattr(after.tags, name), f"{name} was there before and changed"
    for old, new in zip(before.tags.opinions or (), after.tags.opinions or (), strict="opinions" not in added):
        assert (old.start, old.end) == (new.start, new.end), "the spans of opinions changed"
        added |= {f"opinions.{n}" for n in ("polarity", "themes")
                  if getattr(old, n) is None and getattr(new, n) is not None}
    return added
