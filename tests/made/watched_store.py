"""A small invented store that was read with fakes: weeks like one another, and an incident near their end."""

import shutil
from datetime import UTC, date, datetime, timedelta

import numpy as np
from store_rows import import_rows, write_export

from cx_text.config import Recipe
from cx_text.retagging import retag
from cx_text.testing import FakeModels
from cx_text.watch_options import WatchOptions

MONDAY = date(2026, 1, 5)
N_DAYS, BEGINS, ENDS = 140, 112, 119  # of the history; the incident
SAID = ("app is slow", "app is great", "price is bad", "price is good", "staff are rude", "staff are kind",
        "parcel came late and is bad", "parcel is great")
WHEN = ("today", "again", "lately", "now", "here", "at home", "once more")
STAGES = ("clean", "kind", "language", "opinions", "polarity", "implied", "themes")


def day(number):
    """Return a day by its number from the first Monday."""
    return MONDAY + timedelta(days=number)


def morning_after(number):
    """Return a time at which a day is over."""
    return datetime.combine(day(number + 1), datetime.min.time(), UTC) + timedelta(hours=8)


def recipe(*rules, name="made", **watch):
    """Return a recipe that reads the store and watches it by some rules."""
    return Recipe(name=name, stages=STAGES, watch=WatchOptions(rules=rules, **watch))


def fill(store, folder):
    """Import made comments and read them with fakes: nine customers a day, and nine more of a slow app for a week."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(N_DAYS):
        n_more = 9 if BEGINS <= number < ENDS else 0
        for k in range(int(rng.poisson(9)) + n_more):
            words = "app is slow" if k < n_more else SAID[rng.integers(len(SAID))]
            rows.append((f"R-{len(rows)}", f"{day(number)} 10:00", int(rng.integers(11)),
                         f"{words} {WHEN[rng.integers(len(WHEN))]}", "Plus", f"c-{len(rows)}"))
    import_rows(store, write_export(folder / "made.csv", rows))
    made = recipe()
    retag(store, recipe=made, models=FakeModels(made))


def copied(path, folder):
    """Return the path of a copy of a store's file, for a test that writes."""
    return shutil.copy(path, folder / "copy.sqlite3")
