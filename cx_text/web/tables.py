"""Which tables can be downloaded, what each is, and how many rows it has where that is known without counting long."""

from __future__ import annotations

import pandas as pd

from cx_text.insights.change import CHANGE_COLUMNS, compare, halfway
from cx_text.insights.drivers import driver_table
from cx_text.insights.scores import score_table
from cx_text.part import Part
from cx_text.snapshots import recipe_of
from cx_text.store.runs import RunFacts

# Name → what it is, as the page says it, in this order.
TABLES = {
    "comments": "Each comment with its scores, segments, words and tags",
    "opinions": "Each clause with its polarity and theme",
    "themes": "Each theme with its figures and examples",
    "drivers": "What goes with raising each theme, for the NPS and other outcomes",
    "scores": "NPS, ratings and other measures with intervals",
    "segments": "The NPS of each segment, and its difference to all others",
    "change": "What moved the NPS between the halves of the time",
    "conflicts": "Comments whose words and score disagree",
    "mentions": "Each mention of a brand",
    "brands": "Share of voice and net sentiment of each brand",
    "brand_themes": "Themes by brand",
    "respondents": "Each answer with its scores and segments, without words",
    "ledger": "What was not analysed, with the reason",
}
_OF_BRANDS = frozenset({"mentions", "brands", "brand_themes"})
# Made from numbers alone; all others are made while the words are read.
FIGURE_TABLES = frozenset({"themes", "drivers", "scores", "segments", "change", "respondents"})


def tables_here(run: RunFacts) -> list[str]:
    """Return the names of the tables that there are: those of brands only where the recipe names some."""
    has_brands = bool(recipe_of(run).brands)
    return [name for name in TABLES if has_brands or name not in _OF_BRANDS]


def n_rows_of(part: Part, name: str) -> int | None:
    """Return how many rows a table has; None where it would have to be counted first."""
    if name == "comments":
        return part.n_comments
    if name in ("opinions", "mentions"):
        return len(getattr(part, name))
    if name == "respondents":
        return len(part.observations.respondents)
    return sum(not theme.is_hidden for theme in part.snapshot.themes) if name == "themes" else None


def rows_of_figures(part: Part, name: str) -> pd.DataFrame:
    """Return a table without customers' words, whole.

    Raises:
        KeyError: It is none of FIGURE_TABLES.
    """
    observations = part.observations
    if name == "drivers":
        outcomes = [driver_table(observations, m.measure) for m in observations.measures]
        return pd.concat([part.drivers, *outcomes], ignore_index=True)
    if name == "change":
        middle = halfway(observations)
        return (pd.DataFrame(columns=list(CHANGE_COLUMNS)) if middle is None else
                compare(observations, at=middle).parts)
    return {"themes": lambda: part.themes, "scores": lambda: score_table(observations),
            "segments": lambda: part.segments, "respondents": lambda: observations.respondents}[name]()

