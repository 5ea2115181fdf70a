"""Invented comments with what a run read in them, as columns: a seeded shop whose customers write for three years.

Planted are a growing volume, a rhythm of the week, prices that trouble more people each year, families that wait for
their deliveries, and one incident: for a week in March 2026 the app crashes at payment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from scipy.stats import norm
from written_clauses import ASIDES, FOREIGN, MENTIONS, NON_ANSWERS, RATINGS, TOWNS, WrittenTheme

from cx_text.comment import Kind, Polarity

START = datetime(2023, 7, 1, tzinfo=UTC)
N_DAYS = 1096
INCIDENT = (980, 987)  # days since START: 7 to 13 March 2026
SOURCES = ("survey", "support_survey", "app_reviews", "trustpilot")  # the first two ask for an NPS score
SEGMENTS = {"plan": ("Basic", "Plus", "Family"), "region": ("North", "South", "East", "West", "Islands"),
            "channel": ("Web", "App", "Phone")}
N_BYTES = 48  # of signs: a bit for each of 384 dimensions
POLARITIES = (Polarity.NEGATIVE, Polarity.POSITIVE, Polarity.NEUTRAL)  # as the clauses of a theme have them
KINDS = (Kind.ANSWER, Kind.BLANK, Kind.RATING, Kind.NON_ANSWER, Kind.ANSWER)  # the last one in another language
_FOREIGN = 4
_SCORES = np.array([-0.9, 0.9, 0.0])


@dataclass(frozen=True, slots=True)
class Portion:
    """Comments and what was read in them. Columns of equal length in each, as the tables call them."""

    comments: dict[str, list[Any]]
    segments: dict[str, list[Any]]
    tags: dict[str, list[Any]]
    opinions: dict[str, list[Any]]
    mentions: dict[str, list[Any]]


class Shop:
    """A shop whose customers write so many comments; the same seed gives the same ones, in portions of any size.

    Args:
        n_comments: How many.
        seed: Of everything that is drawn.
        themes: With sub-themes behind each of the first level, whose ids are t01, t02 and so on.
        signs: uint8 (n_sub_themes, 48): the signs of the centres.
    """

    def __init__(self, n_comments: int, seed: int, themes: Sequence[WrittenTheme], signs: np.ndarray) -> None:
        rng = np.random.default_rng(seed)
        self.n_comments, self.seed = n_comments, seed
        self.days = np.sort(rng.choice(N_DAYS, n_comments, p=_volume()))
        self.sources = rng.choice(len(SOURCES), n_comments, p=(0.45, 0.25, 0.2, 0.1))
        self.import_ids = (self.days // 31) * len(SOURCES) + self.sources + 1
        sub = [(f"t{number:02d}", theme) for number, theme in enumerate(themes, start=1) if theme.parent]
        self._ids = np.array([theme_id for theme_id, _ in sub])
        self._labels = [theme.label for _, theme in sub]
        self._weights = rng.dirichlet(np.full(len(sub), 2.0))
        self._share_negative = rng.uniform(0.25, 0.75, len(sub))
        self._impact = rng.uniform(0.4, 1.6, len(sub))
        self._signs = signs
        said = [texts for _, theme in sub for _, texts in theme.clauses]
        self._clauses = [text for texts in said for text in texts]
        self._n_said = np.array([len(texts) for texts in said]).reshape(len(sub), len(POLARITIES))
        self._first_said = np.concatenate([[0], np.cumsum(self._n_said.ravel())[:-1]]).reshape(self._n_said.shape)

    def portions(self, n_rows: int = 20_000) -> Iterator[tuple[int, Portion]]:
        """Yield the number of the first comment, from 0, and a portion; its ids are not yet given."""
        for first in range(0, self.n_comments, n_rows):
            yield first, self._portion(first, min(n_rows, self.n_comments - first))

    def _portion(self, first: int, n: int) -> Portion:
        rng = np.random.default_rng([self.seed, first])
        days, sources = self.days[first:first + n], self.sources[first:first + n]
        segments = {name: rng.choice(len(values), n) for name, values in SEGMENTS.items()}
        kinds = rng.choice(5, n, p=(0.92, 0.03, 0.02, 0.01, 0.02))
        mood = rng.standard_normal(n)  # high is annoyed
        themes, polarities = self._opinions(rng, days, segments["plan"], mood)
        n_said = np.where(kinds == 0, rng.choice((1, 2, 3), n, p=(0.62, 0.28, 0.1)), 0)
        clauses = self._first_said[themes, polarities] + (
            rng.random(themes.shape) * self._n_said[themes, polarities]).astype(int)
        texts, spans, mentions = self._texts(rng, kinds, clauses, n_said, mood)
        is_said = np.arange(3) < n_said[:, None]
        scores = np.where(is_said, _SCORES[polarities], 0.0)
        mean = scores.sum(1) / np.maximum(n_said, 1)
        weight = (scores * self._impact[themes]).sum(1) / np.maximum(n_said, 1)
        comments = {"source": [SOURCES[source] for source in sources.tolist()], "verbatim": texts,
                    "received_at": _times(rng, days), **_authors(rng, n, self.n_comments),
                    **_given_scores(rng, sources < 2, weight, mood)}
        chosen = {name: [SEGMENTS[name][at] for at in values.tolist()] for name, values in segments.items()}
        comments["segments"] = [dict(zip(chosen, values, strict=True)) for values in zip(*chosen.values(), strict=True)]
        return Portion(comments, _long(chosen, n), _tags(rng, texts, kinds, polarities, is_said, mean),
                       self._found(rng, spans, themes, polarities, is_said), _mentioned(mentions))

    def _opinions(self, rng: np.random.Generator, days: np.ndarray, plans: np.ndarray,
                  mood: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the theme and the polarity of three opinions a comment, both (n, 3), by their places."""
        shape = (len(days), 3)
        themes = rng.choice(len(self._ids), shape, p=self._weights)
        for label, share in (("High prices", 0.01 + 0.05 * days / N_DAYS),
                             ("Late deliveries", np.where(plans == 2, 0.08, 0.0)),
                             ("Crashes at payment", np.where(_in_incident(days), 0.35, 0.0))):
            themes = np.where(rng.random(shape) < share[:, None], self._labels.index(label), themes)
        told = 0.7 * mood[:, None] + 0.71 * rng.standard_normal(shape)
        is_crash = (themes == self._labels.index("Crashes at payment")) & _in_incident(days)[:, None]
        is_negative = is_crash | (told > -norm.ppf(self._share_negative)[themes])
        polarities = np.where(is_negative, 0, 1)
        return themes, np.where(rng.random(shape) < 0.06, 2, polarities)

    def _texts(self, rng: np.random.Generator, kinds: np.ndarray, clauses: np.ndarray, n_said: np.ndarray,
               mood: np.ndarray) -> tuple[list[str], list[list[tuple[int, int]]], list[tuple[int, int, str] | None]]:
        """Return the words of comments, the spans of their clauses, and a brand with its span where one is named."""
        n = len(kinds)
        n_asides = rng.choice((0, 1, 2), n, p=(0.8, 0.17, 0.03))
        n_asides = np.where(rng.random(n) < 0.03, rng.integers(5, 20, n), n_asides).tolist()
        asides = iter(rng.integers(0, len(ASIDES), sum(n_asides)).tolist())
        towns = iter(np.minimum(rng.zipf(1.4, sum(n_asides)) - 1, len(TOWNS) - 1).tolist())
        joins, draws = rng.integers(0, 3, n).tolist(), rng.random(n).tolist()
        texts, spans, mentions = [], [], []
        for at, kind in enumerate(kinds.tolist()):
            if kind:
                texts.append(_short(kind, draws[at], is_annoyed=bool(mood[at] > 0)))
                spans.append([])
                mentions.append(None)
                continue
            before = [ASIDES[next(asides)].replace("TOWN", TOWNS[next(towns)]) for _ in range(n_asides[at])]
            said = [self._clauses[clause] for clause in clauses[at, :n_said[at]].tolist()]
            text, places = _joined(before, said, joins[at])
            mention = None
            if draws[at] < 0.04:
                text, mention = _with_mention(text, int(draws[at] * 1e6))
            texts.append(text)
            spans.append(places)
            mentions.append(mention)
        return texts, spans, mentions

    def _found(self, rng: np.random.Generator, spans: list[list[tuple[int, int]]], themes: np.ndarray,
               polarities: np.ndarray, is_said: np.ndarray) -> dict[str, list[Any]]:
        """Return the opinions; `comment_id` counts from 0 here."""
        of, _ = np.nonzero(is_said)
        n = len(of)
        sub, polarity = themes[is_said], polarities[is_said]
        sure = rng.beta(5, 2, n)
        is_unclear = rng.random(n) < 0.08
        clear = zip(self._ids[sub].tolist(), is_unclear.tolist(), strict=True)
        noise = rng.integers(0, 256, (2, n, N_BYTES), dtype=np.uint8)  # a quarter of the bits
        signs = self._signs[sub] ^ (noise[0] & noise[1])
        score = np.clip(_SCORES[polarity] + rng.normal(0, 0.08, n), -1, 1)
        places = [place for each in spans for place in each]
        return {"comment_id": of.tolist(), "start": [a for a, _ in places], "end": [b for _, b in places],
                "polarity": [POLARITIES[p].value for p in polarity.tolist()],
                "polarity_score": score.round(4).tolist(),
                "confidence": (0.5 + rng.beta(6, 2, n) / 2).round(4).tolist(),
                "theme_id": [None if unclear else theme_id for theme_id, unclear in clear],
                "theme_confidence": np.where(is_unclear, 0.39 * sure, 0.4 + 0.6 * sure).round(4).tolist(),
                "signs": [row.tobytes() for row in signs]}


def _volume() -> np.ndarray:
    """Return the share of comments of each day: it grows by 60 %, weekends are quiet, an incident is loud."""
    day = np.arange(N_DAYS)
    of_week = np.array([1.1, 1.15, 1.1, 1.05, 1.0, 0.7, 0.6])[(START.weekday() + day) % 7]
    volume = (1 + 0.6 * day / N_DAYS) * of_week * np.where(_in_incident(day), 1.8, 1.0)
    return volume / volume.sum()


def _in_incident(days: np.ndarray) -> np.ndarray:
    return (days >= INCIDENT[0]) & (days < INCIDENT[1])


def _times(rng: np.random.Generator, days: np.ndarray) -> list[datetime]:
    seconds = np.clip(rng.normal(15, 4, len(days)), 0, 23.99) * 3600
    return [START + timedelta(days=day, seconds=int(second)) for day, second in zip(days.tolist(), seconds.tolist(),
                                                                                    strict=True)]


def _authors(rng: np.random.Generator, n: int, n_all: int) -> dict[str, list[Any]]:
    """Return customers' own keys, as the shop has them, for seven in ten comments; two comments each at the mean."""
    number = rng.integers(0, max(n_all * 7 // 20, 1), n).tolist()
    has = (rng.random(n) < 0.7).tolist()
    return {"author": [f"C-{customer:07d}" if known else None for customer, known in zip(number, has, strict=True)]}


def _given_scores(rng: np.random.Generator, is_survey: np.ndarray, weight: np.ndarray,
                  mood: np.ndarray) -> dict[str, list[Any]]:
    """Return NPS scores of surveys, of which a few have none, and ratings of reviews."""
    n = len(mood)
    pleased = weight - 0.5 * mood + rng.normal(0, 0.5, n)
    nps = np.clip(np.round(7.4 + 2.4 * pleased), 0, 10).astype(int)
    stars = np.clip(np.round(3.4 + 1.2 * pleased), 1, 5)
    has = is_survey & (rng.random(n) < 0.98)
    return {"nps_score": [s if h else None for s, h in zip(nps.tolist(), has.tolist(), strict=True)],
            "rating": [s if not h else None for s, h in zip(stars.tolist(), is_survey.tolist(), strict=True)]}


def _short(kind: int, draw: float, *, is_annoyed: bool) -> str:
    """Return the words of a comment without a clause."""
    if kind == _FOREIGN:
        all_words: Sequence[str] = [text for texts in FOREIGN.values() for text in texts]
    else:
        all_words = {Kind.BLANK: ("",), Kind.NON_ANSWER: NON_ANSWERS,
                     Kind.RATING: RATINGS[Polarity.NEGATIVE if is_annoyed else Polarity.POSITIVE]}[KINDS[kind]]
    return all_words[int(draw * len(all_words))]


def _joined(before: Sequence[str], said: Sequence[str], join: int) -> tuple[str, list[tuple[int, int]]]:
    """Return sentences, and where in them the clauses are."""
    text, places = "".join(f"{aside}. " for aside in before), []
    for at, clause in enumerate(said):
        if at:
            text += (". ", ", and ", ", but ")[join]
        is_first = not at or join == 0
        places.append((len(text), len(text) + len(clause)))
        text += clause[0].upper() + clause[1:] if is_first else clause
    return f"{text}.", places


def _with_mention(text: str, draw: int) -> tuple[str, tuple[int, int, str]]:
    brand, ways = list(MENTIONS.items())[draw % len(MENTIONS)]
    said = ways[draw // len(MENTIONS) % len(ways)]
    start = len(text) + 1 + said.index(brand)
    return f"{text} {said}.", (start, start + len(brand), brand)


def _long(chosen: dict[str, list[str]], n: int) -> dict[str, list[Any]]:
    """Return segments as rows of their own; `comment_id` counts from 0 here."""
    return {"comment_id": list(range(n)) * len(chosen), "name": [name for name in chosen for _ in range(n)],
            "value": [value for values in chosen.values() for value in values]}


def _tags(rng: np.random.Generator, texts: list[str], kinds: np.ndarray, polarities: np.ndarray, is_said: np.ndarray,
          mean: np.ndarray) -> dict[str, list[Any]]:
    """Return what was read in each comment; `comment_id` counts from 0 here."""
    n = len(texts)
    has_bad, has_good = ((is_said & (polarities == p)).any(1) for p in (0, 1))
    has_bad |= np.array([text in RATINGS[Polarity.NEGATIVE] for text in texts])
    has_good |= np.array([text in RATINGS[Polarity.POSITIVE] for text in texts])
    mean = np.where(is_said.any(1), mean, np.where(has_good, 0.9, -0.9))  # of ratings alone
    whole = np.select([has_bad & has_good, has_bad, has_good], [3, 0, 1], 2).tolist()
    names = [*(p.value for p in POLARITIES), Polarity.MIXED.value]
    is_rating = np.array([kind is Kind.RATING for kind in KINDS])[kinds]
    is_read = (is_said.any(1) | is_rating).tolist()
    implied = rng.dirichlet((2.0, 1.0, 2.0), n)
    implied[:, 0] += np.maximum(-mean, 0)
    implied = (implied / implied.sum(1, keepdims=True)).round(4)
    foreign = {text: language for language, said in FOREIGN.items() for text in said}

    def where_read(values: Sequence[Any]) -> list[Any]:
        return [value if read else None for value, read in zip(values, is_read, strict=True)]

    return {"comment_id": list(range(n)), "text": texts, "kind": [KINDS[kind].value for kind in kinds.tolist()],
            "language": [foreign.get(text, "en" if text else "und") for text in texts],
            "polarity": where_read([names[at] for at in whole]), "polarity_score": where_read(mean.round(4).tolist()),
            "confidence": where_read((0.5 + rng.beta(6, 2, n) / 2).round(4).tolist()), "n_windows": where_read([1] * n),
            **{f"implied_{name}": where_read(values) for name, values in
               zip(("detractor", "passive", "promoter"), implied.T.tolist(), strict=True)}}


def _mentioned(mentions: Sequence[tuple[int, int, str] | None]) -> dict[str, list[Any]]:
    found = [(at, *mention) for at, mention in enumerate(mentions) if mention]
    return {"comment_id": [at for at, *_ in found], "start": [row[1] for row in found],
            "end": [row[2] for row in found], "brand": [row[3] for row in found]}

