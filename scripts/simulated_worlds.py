"""Invented worlds in which a watch looks: themes that customers raise, from three sources, and what they answer.

Fifty themes that 3 to 60 customers raise a week, of some 1,000 who write. Their rates go up and down by themselves;
weekends have fewer comments, and fewer of them complain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

N_THEMES, N_CUSTOMERS = 50, 1000
SOURCES = np.array([0.6, 0.3, 0.1])  # of the customers
HOW_OFTEN = np.array([0.8, 1.0, 2.2])  # a theme is raised in each source, by the mean
DAYS = np.array([1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7])  # comments by weekday
COMPLAINING = np.array([1.05, 1.05, 1.0, 1.0, 1.0, 0.9, 0.9])
SPREADS = (3.0, 60.0)
NPS = np.array([[0.2, 0.3, 0.5], [0.3, 0.3, 0.4], [0.5, 0.3, 0.2]])  # detractors, passives, promoters by source
SENTIMENT = np.array([[0.3, 0.3, 0.4], [0.4, 0.3, 0.3], [0.6, 0.2, 0.2]])
ANSWERING, WAVE = 0.1, 0.02  # of who writes; how far both move from week to week: 4 points


@dataclass(frozen=True)
class World:
    """What themes and comments do by themselves.

    `spread`: coefficient of variation of a theme's rate from week to week; of that, `lasting` goes over into the next
    week. `tide`: the same of the number of comments. `shift`: what the smallest source's share becomes for the second
    half of the looks. `n_past`: weeks before the first look. `is_pooled`: the watch does not tell sources apart.
    `season`: how far each theme goes up and down in the course of a year, each at a time of its own. `joins`: as
    `shift`, but by more customers there, and none fewer elsewhere. `growth`: of the first theme a week, from the first
    look on.
    """

    name: str
    spread: float = 0.15
    lasting: float = 0.0
    tide: float = 0.05
    shift: float | None = None
    n_past: int = 56
    is_pooled: bool = False
    season: float = 0.0
    joins: float | None = None
    growth: float = 0.0

    def draw(self, rng: np.random.Generator, n_looks: int, *, base: float | None = None,
             rise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """Return counts (n_themes, n_sources, n_weeks) and exposures (n_sources, n_weeks); the first theme rises."""
        n = self.n_past + n_looks
        rates = np.exp(rng.uniform(*np.log(SPREADS), size=N_THEMES)) / N_CUSTOMERS
        if base is not None:
            rates[0] = base / N_CUSTOMERS
        level = np.ones((N_THEMES, n))
        level[0, self.n_past:] = rise * (1 + self.growth) ** np.arange(1, n_looks + 1)
        mix = np.tile(SOURCES[:, None], n)
        if self.shift is not None:
            later = np.arange(n) >= self.n_past + n_looks // 2
            mix[:, later] = (SOURCES / SOURCES[:2].sum() * (1 - self.shift))[:, None]
            mix[2, later] = self.shift
        if self.joins is not None:
            mix[2, np.arange(n) >= self.n_past + n_looks // 2] = SOURCES[:2].sum() * self.joins / (1 - self.joins)
        comments = rng.poisson(N_CUSTOMERS * mix * np.exp(rng.normal(0, self.tide, size=n)))
        own = HOW_OFTEN / (HOW_OFTEN @ SOURCES)
        moved = rates[:, None] * level * self._by_itself(rng, n)
        if self.season:
            moved *= 1 + self.season * np.sin(2 * np.pi * (np.arange(n) / 52 + rng.random((N_THEMES, 1))))
        counts = rng.binomial(comments[None], np.minimum(1, moved[:, None, :] * own[None, :, None]))
        return (counts.sum(axis=1, keepdims=True), comments.sum(axis=0, keepdims=True)) if self.is_pooled else (
            counts, comments)

    def _by_itself(self, rng: np.random.Generator, n: int) -> np.ndarray:
        if not self.spread:
            return np.ones((N_THEMES, n))
        if not self.lasting:
            return rng.gamma(1 / self.spread**2, self.spread**2, size=(N_THEMES, n))
        steps = rng.normal(0, self.spread * (1 - self.lasting**2)**0.5, size=(N_THEMES, n))
        walk = np.empty_like(steps)
        walk[:, 0] = rng.normal(0, self.spread, size=N_THEMES)
        for k in range(1, n):
            walk[:, k] = self.lasting * walk[:, k - 1] + steps[:, k]
        return np.exp(walk - self.spread**2 / 2)


STEADY = (World("rates go up and down by 15 %"), World("chance alone", spread=0.0), World("by 30 %", spread=0.3),
          World("by 15 %, half of it lasting into the next week", lasting=0.5),
          World("comments go up and down by 30 %", tide=0.3), World("12 weeks of past", n_past=12),
          World("26 weeks of past", n_past=26),
          World("the smallest source grows from 10 % to 40 %", shift=0.4),
          World("the same, sources not told apart", shift=0.4, is_pooled=True),
          World("by 15 %, and by 30 % with the season", season=0.3),
          World("the same, 26 weeks of past", season=0.3, n_past=26))
RISING = (
    *((World("15 %"), base, rise) for base in (20, 5) for rise in (1.5, 2.0, 3.0)),
    (World("chance alone", spread=0.0), 20, 2.0), (World("chance alone", spread=0.0), 5, 2.0),
    (World("30 %", spread=0.3), 20, 2.0), (World("30 %", spread=0.3), 5, 2.0),
    (World("15 %", n_past=12), 20, 2.0), (World("15 %", n_past=12), 5, 2.0),
    *((World("15 %, and 30 % with the season", season=0.3), base, 2.0) for base in (20, 5)))


def in_days(counts: np.ndarray, exposures: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return weeks cut into days, Monday first."""
    share = DAYS / DAYS.sum()
    own = share * COMPLAINING / (share @ COMPLAINING)
    return (rng.multinomial(counts, own).reshape(*counts.shape[:-1], -1),
            rng.multinomial(exposures, share).reshape(*exposures.shape[:-1], -1))


@dataclass(frozen=True)
class Whole:
    """All that one recipe watches, in weeks or days; answers (4, 3, n_periods, 3): of all sources, and of each.

    `counts` and `exposures`: as of `World.draw`.
    """

    counts: np.ndarray
    exposures: np.ndarray
    nps: np.ndarray
    sentiment: np.ndarray

    def in_days(self, rng: np.random.Generator) -> Whole:
        """Return weeks cut into days."""
        counts, exposures = in_days(self.counts, self.exposures, rng)
        nps, sentiment = (of_sources(np.moveaxis(in_days(np.moveaxis(own[0], 2, 1), self.exposures, rng)[0], 1, 2))
                          for own in (self.nps, self.sentiment))
        return replace(self, counts=counts, exposures=exposures, nps=nps, sentiment=sentiment)


def of_sources(answers: np.ndarray) -> np.ndarray:
    """Return answers by source, (3, n, 3), as four series: all sources, and each."""
    each = np.zeros((4, *answers.shape), dtype=np.int64)
    each[0] = answers
    for source in range(3):
        each[source + 1, source] = answers[source]
    return each


def draw_whole(world: World, rng: np.random.Generator, n_looks: int, *, base: float | None = None, rise: float = 1.0,
               nps_falls: float = 0.0, silent: bool = False) -> Whole:
    """Return a world with answers: some 100 a week of an NPS, and an opinion of each customer.

    Args:
        world: What it does by itself.
        rng: Random numbers.
        n_looks: Weeks after those of the past.
        base: Customers a week of the first theme.
        rise: Of the first theme, at the first look.
        nps_falls: By so many points, at the first look.
        silent: The smallest source, of 20 comments a day, brings none from the first look on.
    """
    counts, exposures = world.draw(rng, n_looks, base=base, rise=rise)
    n = exposures.shape[1]
    if silent:
        exposures[2] = rng.poisson(140, size=n)
        exposures[2, world.n_past:] = 0
        counts = np.minimum(counts, exposures)

    def answers(shares: np.ndarray, among: np.ndarray, falls: float) -> np.ndarray:
        moves = rng.normal(0, WAVE, size=n) + falls / 200 * (np.arange(n) >= world.n_past)
        moved = np.clip(shares[:, None, :] + moves[:, None] * np.array([1.0, 0.0, -1.0]), 0, 1)
        return of_sources(rng.multinomial(among, moved / moved.sum(axis=2, keepdims=True)))

    return Whole(counts, exposures, answers(NPS, rng.binomial(exposures, ANSWERING), nps_falls),
                 answers(SENTIMENT, exposures, 0.0))
