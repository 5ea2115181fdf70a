"""Comments whose words and score disagree, as the page shows them: how many, how often right, and the strongest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cx_text.insights.conflicts import LOW_SCORE_PRAISE, MEASURED, SILENT_RISK
from cx_text.report import figures
from cx_text.report.cells import as_text
from cx_text.report.sections import records
from cx_text.summary import Summary

N_SHOWN = 10
N_OPEN = 3  # of those; the others unfold
_TITLES: Mapping[str, str] = {SILENT_RISK: "Silent risk: a high score, words that complain",
                              LOW_SCORE_PRAISE: "Low score, praise: words better than the score"}


@dataclass(frozen=True, slots=True)
class Quote:
    """A comment in three pieces, the words that disagree with the score in the middle, and the score."""

    score: str
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One kind: how many there are, how often people read listed ones the same way, and the strongest of them."""

    title: str
    count: str
    measured: str
    quotes: tuple[Quote, ...]


def disagreements(summary: Summary) -> list[Disagreement]:
    """Return both kinds, or nothing where no words disagree with a score."""
    rows, found = records(summary.conflicts), []
    for kind, title in _TITLES.items():
        own = [row for row in rows if row["conflict"] == kind]
        held = MEASURED[kind]
        low, high = figures.percent(held.low), figures.percent(held.high)
        found.append(Disagreement(
            title, figures.counted(len(own), "comment"),
            f"Measured on the {held.set}: of {figures.count(held.n)} comments listed as this kind, people read the "
            f"words the same way in {figures.percent(held.precision)} ({figures.INTERVAL} {low} to {high}).",
            tuple(_quote(as_text(r["score"]), as_text(r["text"]), as_text(r["words"])) for r in own[:N_SHOWN])))
    return found if rows else []


def _quote(score: str, text: str, words: str) -> Quote:
    before, found, after = text.partition(words)
    return Quote(score, before, found, after) if words and found else Quote(score, text, "", "")
