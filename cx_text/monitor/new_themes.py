"""Something new: groups of opinions that no theme takes, or none surely, each a series that is watched.

A theme has to be nearest to what nobody said before, and takes most of it: of held-out subjects of labelled sets one
opinion in fifty was in no theme, and three in four were among the fifth that is least sure to be in its own
(`scripts/evaluate_new_themes.py`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.codeframe import folded
from cx_text.comment import Kind
from cx_text.monitor.blocks import ByCustomer
from cx_text.monitor.grouping import Group, find_groups
from cx_text.monitor.history import History
from cx_text.monitor.series import Subject, WatchedRule, limits_of
from cx_text.store.columns import theme_confidences
from cx_text.store.meaning import Meanings, SignArray, meanings_of
from cx_text.store.runs import opinions_after
from cx_text.store.spoken import spoken_places
from cx_text.text.phrases import NAMES_NOTHING
from cx_text.text.redact import PLACEHOLDER
from cx_text.text.search_query import COMMON_WORDS
from cx_text.watch_options import WatchOptions, WatchRule

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEAST_SURE = 0.2  # share of opinions that are compared with one another: the least sure to be in their theme
MOST_COMPARED = 20_000  # the newest
_MOST_READ = 100_000  # opinions among which those are, the newest
TIMES_AS_MANY = 3.0  # customers in the window, by those whom the past leads one to expect
AS_SERIES = 25.0  # of other rules, that all groups together count for: a thousand groups are not to hide a theme
NAME = "Something new"
_N_READ = 60  # opinions of each group whose words are counted, the nearest to its centre
_N_WORDS, _N_QUOTES, _MOST_QUOTED = 3, 3, 40
_FEWEST_SAYING, _LEAST_SHARE = 2, 0.15  # customers of a group who use a word that is in its label
_AT_ONCE = 1000
_WORD = re.compile(r"(?<!['’])\b[^\W\d_]{3,}\b(?!['’])")
_ENDING = re.compile(r"(?:ies|ing|ed|es|s|y|e)$")


@dataclass(frozen=True, eq=False, slots=True)
class NewThemes:
    """Groups of opinions that no theme takes surely: each a series of the customers who have one in it.

    `keys`: the centre of each group, in hexadecimal digits; those that were known come first. `labels`: words that two
    or more customers of it use. `theme_ids`: the theme that most of it is in, however unsure; None for no theme.
    `said`: series, customer, stratum, period, place (row of the comment) and opinion (its id), of each group the most
    central first. `wrote`: who wrote at all, in the same periods.
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    theme_ids: tuple[str | None, ...]
    said: pd.DataFrame
    wrote: pd.DataFrame
    n_strata: int
    n_periods: int

    @property
    def watched(self) -> ByCustomer:
        """Return the series as any other count of customers."""
        return ByCustomer(self.wrote, self.said, len(self.keys), self.n_strata, self.n_periods)


def new_themes(connection: Connection, run_id: int, history: History, least: int,
               known: Sequence[str] = ()) -> NewThemes:
    """Return the groups of opinions that no theme takes surely, found blind to when they were said.

    So whether more customers are in a group of late is a fair question: it was not chosen because they are. Where there
    are more such opinions than are compared, the time before the oldest of them is left out.

    Args:
        connection: To read by.
        run_id: The run in use.
        history: Who wrote when.
        least: Customers that a group has.
        known: Keys of groups to find again, around the same centres: those whose state the look before has kept.
    """
    opinion, place, since = _unsure(connection, history)
    meanings = meanings_of(connection, opinion)
    at = np.searchsorted(opinion, meanings.ids)
    opinion, place = opinion[at], place[at]
    centres = _centres(known, meanings.signs.shape[1])
    groups = find_groups(meanings.signs, history.part.customers[place], least, list(centres.values()))
    # A centre of another model's vectors is nobody's any more: a series without customers, so that its alert ends.
    lost = [Group(np.frombuffer(bytes.fromhex(key), dtype=np.uint8), np.zeros(0, dtype=np.int64))
            for key in known if key not in centres]
    groups = groups[:len(centres)] + lost + groups[len(centres):]
    labels = _labels(_words(connection, run_id, meanings, groups), history.part.customers[place], groups)
    members = np.concatenate([np.zeros(0, dtype=np.int64), *(group.members for group in groups)])
    series = np.repeat(np.arange(len(groups)), [len(group.members) for group in groups])
    said = history.rows(place[members], series).assign(place=place[members], opinion=opinion[members])
    said = said[said["period"] >= since].reset_index(drop=True)
    wrote = history.wrote
    return NewThemes(tuple(group.key for group in groups), labels, _themes_of(history, opinion, groups), said,
                     wrote[wrote["period"] >= since], len(history.strata), history.n_periods)


def watched_new_themes(connection: Connection, run_id: int, history: History, options: WatchOptions, rule: WatchRule,
                       known: Sequence[str] = ()) -> WatchedRule:
    """Return a rule of the kind new_theme with its series, one a group.

    It counts as new where three times as many customers are in it as the past leads one to expect, or more.

    Args:
        connection: To read by.
        run_id: The run in use.
        history: Who wrote when.
        options: Of the watch.
        rule: The rule.
        known: As for `new_themes`.
    """
    found = new_themes(connection, run_id, history, rule.min_customers, known)
    limits = limits_of(rule, options, "rise")
    limits = replace(limits, min_ratio=max(limits.min_ratio, TIMES_AS_MANY),
                     weight=min(1.0, AS_SERIES / max(1, len(found.keys))))
    subjects = tuple(Subject("theme", key, label) for key, label in zip(found.keys, found.labels, strict=True))
    counted = found.watched
    return WatchedRule(rule, "rise", limits, subjects, counted, counted, found.said)


def new_theme_quotes(connection: Connection, run_id: int, history: History, said: pd.DataFrame) -> list[dict[str, int]]:
    """Return where the words of three customers stand, the most central: run_id, comment_id, start and end of each.

    Args:
        connection: To read by.
        run_id: The run in use.
        history: That the group was found in.
        said: Rows of `NewThemes.said`, of one group, in their order.
    """
    rows = said.drop_duplicates("customer").head(_MOST_QUOTED)
    ids = history.part.snapshot.ids[history.part.keep][rows["place"].to_numpy(dtype=np.int64)].tolist()
    spoken = {one.comment_id: one for one in spoken_places(connection, run_id, ids, ids=rows["opinion"].tolist())}
    distinct = {folded(spoken[own].words): spoken[own] for own in reversed(ids) if own in spoken}
    chosen = list(reversed(distinct.values()))[:_N_QUOTES]
    return [{"run_id": run_id, "comment_id": one.comment_id, "start": one.start, "end": one.end} for one in chosen]


def _unsure(connection: Connection, history: History) -> tuple[IntArray, IntArray, int]:
    """Return the newest opinions that no theme takes surely: ids, ascending, and rows of their comments.

    And the first period of which none is left out. Bare ratings name nothing, and are not among them.
    """
    part, every = history.part, history.part.opinions
    period = history.period[part.places]
    names = (part.comments["kind"] != Kind.RATING.value).to_numpy()[part.places]
    ids = every["id"].to_numpy(dtype=np.int64)
    chosen, since = _newest(np.flatnonzero(names & (period >= 0)), period, ids, _MOST_READ)
    chosen = chosen[np.argsort(ids[chosen])]
    sure = theme_confidences(connection, ids[chosen])
    known = sure[~np.isnan(sure)]
    limit = np.quantile(known, LEAST_SURE) if len(known) else 1.0
    unsure = chosen[every["theme_id"].isna().to_numpy()[chosen] | (sure <= limit)]
    unsure, also_since = _newest(unsure, period, ids, MOST_COMPARED)
    unsure = unsure[np.argsort(ids[unsure])]
    return ids[unsure], part.places[unsure], max(since, also_since)


def _newest(chosen: IntArray, period: IntArray, ids: IntArray, n_most: int) -> tuple[IntArray, int]:
    """Return the newest of some rows, and the first period of which none is left out."""
    if len(chosen) <= n_most:
        return chosen, 0
    newest = chosen[np.lexsort((ids[chosen], period[chosen]))[-n_most:]]
    return newest, int(period[newest].min()) + 1


def _themes_of(history: History, opinion: IntArray, groups: Sequence[Group]) -> tuple[str | None, ...]:
    """Return the theme that most opinions of each group are in, None where most of them are in none."""
    every = history.part.opinions
    at = np.searchsorted(every["id"].to_numpy(), opinion)
    names = every["theme_id"].astype("object").where(every["theme_id"].notna(), "").to_numpy()[at]
    commonest = [Counter(names[group.members].tolist()).most_common(1) for group in groups]
    return tuple((own[0][0] or None) if own else None for own in commonest)


def _centres(known: Sequence[str], n_bytes: int) -> Mapping[str, SignArray]:
    """Return the centres of keys that are of vectors of this length."""
    every = {key: np.frombuffer(bytes.fromhex(key), dtype=np.uint8) for key in known}
    return {key: centre for key, centre in every.items() if len(centre) == n_bytes}


def _words(connection: Connection, run_id: int, meanings: Meanings, groups: Sequence[Group]) -> Mapping[int, str]:
    """Return the words of the most central opinions of all groups, by their place."""
    places = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *(group.members[:_N_READ] for group in groups)]))
    found: dict[int, str] = {}
    for first in range(0, len(places), _AT_ONCE):
        some = places[first:first + _AT_ONCE]
        ids = meanings.ids[some].tolist()
        spoken = {one.id: one.words for one in opinions_after(connection, run_id, 0, _AT_ONCE, ids=ids)}
        found.update({place: spoken.get(own, "") for place, own in zip(some.tolist(), ids, strict=True)})
    return found


def _labels(words: Mapping[int, str], customers: IntArray, groups: Sequence[Group]) -> tuple[str, ...]:
    """Return what each group is called: words that several customers use, and few in other groups do.

    A word weighs as in class TF-IDF: who use it, times log(1 + how many times more often than in all groups).
    """
    used = [_used({place: words[place] for place in group.members[:_N_READ].tolist()}, customers) for group in groups]
    everywhere: Counter[str] = Counter()
    for own in used:
        everywhere.update({stem: len(whose) for stem, (_, whose) in own.items()})
    return tuple(_label(own, everywhere, len(groups)) for own in used)


def _label(own: Mapping[str, tuple[Counter[str], set[int]]], everywhere: Counter[str], n_groups: int) -> str:
    n_customers = len(set().union(*(whose for _, whose in own.values()))) if own else 0
    weight = {stem: len(whose) * math.log(1 + n_groups * len(whose) / everywhere[stem])
              for stem, (forms, whose) in own.items()
              if max(forms.values()) >= _FEWEST_SAYING and len(whose) >= _LEAST_SHARE * n_customers}
    best = sorted(weight, key=lambda stem: (-weight[stem], stem))[:_N_WORDS]
    shown = [min(own[stem][0], key=lambda form: (-own[stem][0][form], form)) for stem in best]
    return f"{NAME}: {', '.join(shown)}" if shown else NAME


def _used(words: Mapping[int, str], customers: IntArray) -> dict[str, tuple[Counter[str], set[int]]]:
    """Return the stems of what is said, with how many customers use each form of it, and who use any."""
    forms: dict[str, dict[str, set[int]]] = {}
    for place, text in words.items():
        for form in set(_WORD.findall(PLACEHOLDER.sub(" ", text).casefold())) - COMMON_WORDS - NAMES_NOTHING:
            forms.setdefault(_ENDING.sub("", form) or form, {}).setdefault(form, set()).add(int(customers[place]))
    return {stem: (Counter({form: len(whose) for form, whose in every.items()}), set().union(*every.values()))
            for stem, every in forms.items()}
