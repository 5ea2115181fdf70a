"""What a form asks to be decided about themes, and what that would do, before it is done.

Addresses and forms hold ids and labels, never customers' words: opinions are named by their numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cx_text.codeframe import Codeframe
from cx_text.decisions import LETTERS, Action, Decision, Part
from cx_text.errors import ConfigError
from cx_text.reassigning import Concerned, concerned, themed
from cx_text.retagging import Once
from cx_text.snapshot import Snapshot
from cx_text.store import runs
from cx_text.web.in_use import Themes, gone

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_LOOKED_AT = 1000  # opinions in a preview
MOST_EXAMPLES = 20  # opinions of a part, as a split takes them
UNCLEAR = "no theme"
_FIELD = re.compile(r"action|theme|label|to|value|undoes|opinion|(label|part)[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: an action with the fields of `Decision`, and the names and values that said so."""

    action: Action
    what: Mapping[str, Any]
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision would do. Numbers of opinions: `n_looked_at` of the `n_concerned` that it may change.

    `moves` are label before, label after and how many of all that stands for, the most first. `unclear` are the shares
    of those looked at that have no theme, before and after.
    """

    decision: Decision
    before: Codeframe
    after: Codeframe
    n_concerned: int
    n_looked_at: int
    moves: tuple[tuple[str, str, int], ...]
    unclear: tuple[float, float] | None

    @property
    def n_moved(self) -> int:
        """About how many opinions get another theme."""
        return sum(n for *_, n in self.moves)

    @property
    def is_sample(self) -> bool:
        """Whether some of the opinions were not looked at, so that numbers are estimates."""
        return self.n_looked_at < self.n_concerned


def asked(pairs: Iterable[tuple[str, str]], connection: Connection, run_id: int) -> Asked:
    """Return what the fields of a form ask for.

    Args:
        pairs: Names and values: action; theme (several); label; to; value; undoes; opinion; label1, part1 (several), …
        connection: To read the words of opinions by.
        run_id: The run in use.

    Raises:
        ConfigError: It is not whole; the message says what is missing.
    """
    pairs = list(pairs)
    chosen = next((value for name, value in pairs if name == "action"), "")
    # A form for several actions has fields such as to.stage, which count for that action alone.
    named = [(name.removesuffix(f".{chosen}"), value) for name, value in pairs]
    own = tuple((name, value) for name, value in named if value.strip() and _FIELD.fullmatch(name))
    given: dict[str, list[str]] = {}
    for name, value in own:
        given.setdefault(name, []).append(value)
    try:
        action = Action(given.get("action", [""])[-1])
    except ValueError:
        raise ConfigError("nothing was chosen to be done", next="Choose one of the buttons") from None
    what: dict[str, Any] = {}
    if themes := tuple(dict.fromkeys(given.get("theme", ()))):
        what["theme_ids"] = themes
    if action in (Action.RENAME, Action.PARENT) and "label" in given:
        what["label"] = given["label"][-1]
    if action in (Action.PARENT, Action.STAGE, Action.MOVE):
        what["to"] = given.get("to", [""])[-1] if not what.get("label") else ""
    if action is Action.CLARITY:
        what["value"] = _number(given.get("value", [""])[-1]) / 100
    if action is Action.UNDO:
        what["undoes"] = int(_number(given.get("undoes", [""])[-1]))
    if action is Action.MOVE:
        what["texts"] = tuple(_words(connection, run_id, given.get("opinion", ())).values())
    if action is Action.SPLIT:
        what["parts"] = _parts(connection, run_id, given)
    return Asked(action, what, own)


def _number(text: str) -> float:
    try:
        found = float(text.replace(",", ".").replace("%", ""))
    except ValueError:
        raise ConfigError(f"{text!r} is no number") from None
    if not np.isfinite(found):
        raise ConfigError(f"{text!r} is no number")
    return found


def _words(connection: Connection, run_id: int, ids: Sequence[str]) -> dict[int, str]:
    """Return the words of opinions by their numbers; those that are not there any more are left out."""
    wanted = [int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 16]
    found = runs.opinions_after(connection, run_id, 0, len(wanted) + 1, ids=wanted) if wanted else []
    return {opinion.id: opinion.words for opinion in found}


def _parts(connection: Connection, run_id: int, given: Mapping[str, Sequence[str]]) -> tuple[Part, ...]:
    found = []
    for at in range(1, len(LETTERS) + 1):
        label, ids = given.get(f"label{at}", [""])[-1].strip(), given.get(f"part{at}", ())
        if label or ids:
            words = tuple(dict.fromkeys(_words(connection, run_id, ids[:MOST_EXAMPLES]).values()))
            if not label:
                raise ConfigError(f"part {at} has no label", next="Give each part one")
            found.append(Part(label, words))
    return tuple(found)


def preview(themes: Themes, what: Asked, snapshot: Snapshot, connection: Connection, by: str) -> Preview:
    """Return what a decision would do, from the opinions that it may change or a sample of them.

    Raises:
        ConfigError: It makes no sense.
    """
    before, after, decision = _take(themes, what, by)
    may = concerned(before, after, [], 0)
    ids = _ids(snapshot, may)
    looked_at = ids if len(ids) <= MOST_LOOKED_AT else np.sort(
        np.random.default_rng(0).choice(ids, MOST_LOOKED_AT, replace=False))
    found = runs.opinions_after(connection, themes.run.id, 0, MOST_LOOKED_AT, ids=looked_at.tolist())
    once = Once(themes.embedder)  # the same words are in both
    old, new = ([theme for theme, _ in themed(replace(frame, embedder=once), found)] for frame in (before, after))
    moves = Counter((_label(before, a), _label(after, b)) for a, b in zip(old, new, strict=True)
                    if _label(before, a) != _label(after, b) or (a != b and what.action is not Action.RENAME))
    per = len(ids) / len(found) if found else 1.0
    unclear = (old.count(None) / len(found), new.count(None) / len(found)) if found else None
    return Preview(decision, before, after, len(ids), len(found),
                   tuple((a, b, round(n * per)) for (a, b), n in moves.most_common()), unclear)


def _take(themes: Themes, what: Asked, by: str) -> tuple[Codeframe, Codeframe, Decision]:
    lost = [theme_id for theme_id in (*what.what.get("theme_ids", ()), what.what.get("to", ""))
            if theme_id and what.action is not Action.STAGE and theme_id not in {t.id for t in themes.codeframe.themes}]
    if lost:
        raise gone(lost[0])
    return themes.kept.add(what.action, themes.embedder, by=by, keep=False, **what.what)


def decide(themes: Themes, what: Asked, by: str) -> Decision:
    """Carry out a decision, and return it.

    Raises:
        ConfigError: It makes no sense, or a theme is not there any more; nothing was decided.
    """
    _take(themes, what, by)
    return themes.kept.add(what.action, themes.embedder, by=by, **what.what)[2]


def _ids(snapshot: Snapshot, may: Concerned) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the numbers of the opinions that may change; those of some words are found by no column."""
    own = snapshot.opinions
    if may.theme_ids is None:
        return own["id"].to_numpy()
    chosen = own["theme_id"].isin([t for t in may.theme_ids if t]).to_numpy()
    if None in may.theme_ids:
        chosen = chosen | own["theme_id"].isna().to_numpy()
    return own["id"].to_numpy()[chosen]


def _label(codeframe: Codeframe, theme_id: str | None) -> str:
    return codeframe.label(theme_id) if theme_id else UNCLEAR


_DONE = {Action.RENAME: "renamed", Action.MERGE: "merged", Action.SPLIT: "split", Action.MOVE: "moved an opinion of",
         Action.PIN: "pinned", Action.HIDE: "hid", Action.NEVER_JOIN: "said never to join", Action.STAGE: "placed"}


def said(decision: Decision, labels: Mapping[str, str]) -> str:
    """Return a decision in words, without who and when; of moved opinions no words are told.

    Args:
        decision: The decision.
        labels: Theme's id → what it is called; an id that is not there stands for itself.
    """
    names = ", ".join(f"“{labels.get(theme_id, theme_id)}”" for theme_id in decision.theme_ids)
    to = labels.get(decision.to, decision.to)
    match decision.action:
        case Action.RENAME:
            return f"renamed {decision.theme_ids[0]} to “{decision.label}”"
        case Action.MERGE:
            first, *rest = (f"“{labels.get(t, t)}”" for t in decision.theme_ids)
            return f"merged {', '.join(rest)} into {first}"
        case Action.SPLIT:
            return f"split {names} into {', '.join(f'“{part.label}”' for part in decision.parts)}"
        case Action.MOVE:
            n = len(decision.texts)
            return f"moved {n} opinion{'s' if n != 1 else ''} to {f'“{to}”' if to else UNCLEAR}"
        case Action.PARENT:
            return f"put {names} under “{decision.label or to}”" if decision.label or to else \
                f"put {names} on the first level"
        case Action.STAGE:
            return f"placed {names} at the stage {decision.to}"
        case Action.CLARITY:
            return f"set the least confidence to {100 * (decision.value or 0):.0f} %"
        case Action.UNDO:
            return f"took back decision {decision.undoes}"
        case _:
            return f"{_DONE[decision.action]} {names}"
