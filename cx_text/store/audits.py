"""Audits in the store: a sample of a run's opinions, what people say of each, and what that says of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, and_, func, insert, select, update

from cx_text.backends.base import IntArray
from cx_text.codeframe import Theme
from cx_text.comment import Polarity
from cx_text.errors import ConfigError
from cx_text.insights.audit import AuditResult, Judged, Repeated, judge
from cx_text.insights.audit_sample import DEFAULT_SIZE, Sample, plan_sample
from cx_text.store.database import Store, log
from cx_text.store.tables import audit_answers, audit_items, audits, comments, opinions, tags

POLARITIES = (Polarity.NEGATIVE.value, Polarity.NEUTRAL.value, Polarity.POSITIVE.value)
_MOST_READ = 20_000  # opinions from which the sample is drawn; of more, so many at random
_AT_ONCE = 1000  # ids in one statement; SQLite allows 32,766 variables


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit. `themes` are pairs of id and label, those that a person can choose; `view` is the part it is of.

    `n_items`: opinions to judge, second looks too; `n_done`: those that have an answer.
    """

    id: int
    run_id: int
    by: str
    started_at: datetime
    finished_at: datetime | None
    themes: tuple[tuple[str, str], ...]
    view: str
    n_items: int
    n_done: int


@dataclass(frozen=True, slots=True)
class Item:
    """One opinion to judge, and where it stands; nothing of what the run says of it, nor whether it is a second look.

    `text[start:end]` are its words. `polarity` and `theme_id` are the person's own last answer, `is_answered` whether
    there is one; an answer without polarity says that the person cannot tell.
    """

    place: int
    comment_id: int
    text: str
    start: int
    end: int
    question: str | None
    source: str
    received_at: datetime | None
    is_answered: bool = False
    theme_id: str | None = None
    polarity: str | None = None


def start(store: Store, run_id: int, opinion_ids: IntArray, themes: Sequence[Theme], *, by: str,
          n: int = DEFAULT_SIZE, seed: int = 0, view: str = "") -> int:
    """Draw a sample and store it as a new audit; return its id. Themes are judged on the first level.

    One in ten of the first third is asked a second time, somewhere in the last third.

    Args:
        store: Where the run is.
        run_id: The run that is judged.
        opinion_ids: int64 (n_opinions,), ids of its opinions that the audit is of.
        themes: Of the codeframe in use.
        by: Who starts it.
        n: Opinions to judge, without second looks.
        seed: Of the draw.
        view: What part of the comments that is, as it stands in an address.

    Raises:
        ConfigError: There are no opinions.
    """
    if len(opinion_ids) > _MOST_READ:
        opinion_ids = np.sort(np.random.default_rng(seed).choice(opinion_ids, size=_MOST_READ, replace=False))
    with store.reading() as connection:
        rows = _opinions(connection, run_id, opinion_ids)
    if not rows:
        raise ConfigError("there is nothing to judge: no opinions were read in these comments",
                          next="Tag them first, or choose a wider part")
    tops = {t.id: t.parent or t.id for t in themes if not t.is_hidden}
    theme_ids = np.array([tops.get(row.theme_id) for row in rows], dtype=object)
    polarities = np.array([row.polarity or Polarity.NEUTRAL.value for row in rows], dtype=object)
    sample = plan_sample(theme_ids, polarities, [_confidence(row) for row in rows], n=n, seed=seed)
    plan = {"n": n, "seed": seed, "view": view, "sizes": dict(sample.sizes),
            "themes": [[t.id, t.label] for t in themes if t.parent is None and not t.is_hidden],
            "tagged_themes": Counter(theme or "" for theme in theme_ids), "tagged_polarities": Counter(polarities)}
    items = _in_order(sample, rows, theme_ids, polarities, np.random.default_rng(seed))
    with store.writing() as connection:
        audit_id = int(connection.execute(insert(audits).values(
            run_id=run_id, plan=plan, by=by, started_at=datetime.now(UTC)).returning(audits.c.id)).scalar_one())
        connection.execute(insert(audit_items), [{"audit_id": audit_id, "place": place, **item}
                                                 for place, item in enumerate(items)])
    return audit_id


def all_audits(connection: Connection) -> list[Audit]:
    """Return all audits, the newest first."""
    return [_audit(row) for row in connection.execute(_audits().order_by(audits.c.id.desc()))]


def audit(connection: Connection, audit_id: int) -> Audit | None:
    """Return an audit by its id."""
    row = connection.execute(_audits().where(audits.c.id == audit_id)).one_or_none()
    return None if row is None else _audit(row)


def next_item(connection: Connection, audit_id: int) -> Item | None:
    """Return the first opinion that nobody has judged yet, None where all are.

    Opinions whose comment was forgotten, or has another version by now, are passed over.
    """
    answered = select(audit_answers.c.place).where(audit_answers.c.audit_id == audit_id)
    row = connection.execute(_items(audit_id).where(audit_items.c.place.not_in(answered))
                             .order_by(audit_items.c.place).limit(1)).one_or_none()
    return None if row is None else _item(row)


def item(connection: Connection, audit_id: int, place: int) -> Item | None:
    """Return one opinion of an audit with its last answer, None where there is none."""
    row = connection.execute(_items(audit_id).where(audit_items.c.place == place)).one_or_none()
    if row is None:
        return None
    last = connection.execute(select(audit_answers).where(
        audit_answers.c.audit_id == audit_id, audit_answers.c.place == place)
        .order_by(audit_answers.c.id.desc()).limit(1)).one_or_none()
    return _item(row) if last is None else _item(row, is_answered=True, theme_id=last.theme_id, polarity=last.polarity)


def answer(connection: Connection, audit_id: int, place: int, *, by: str, theme_id: str | None,
           polarity: str | None) -> None:
    """Store what a person says of an opinion; of several answers the last one counts.

    Args:
        connection: Of a writer.
        audit_id: The audit.
        place: Of the opinion in it.
        by: Who answers.
        theme_id: Of a theme of the first level; None for none of them.
        polarity: negative, neutral or positive; None where the person cannot tell.

    Raises:
        ConfigError: The audit is finished, or there is no such audit, opinion, theme or polarity.
    """
    found = _open(connection, audit_id)
    if polarity is not None and polarity not in POLARITIES:
        raise ConfigError(f"an opinion is negative, neutral or positive, not {polarity!r}", where=f"audit {audit_id}")
    if theme_id is not None and theme_id not in dict(found.themes):
        raise ConfigError(f"there is no theme {theme_id!r} to choose", where=f"audit {audit_id}")
    if not connection.execute(select(audit_items.c.place).where(
            audit_items.c.audit_id == audit_id, audit_items.c.place == place)).first():
        raise ConfigError(f"there is no opinion {place + 1} any more", where=f"audit {audit_id}")
    connection.execute(insert(audit_answers).values(audit_id=audit_id, place=place, by=by, theme_id=theme_id,
                                                    polarity=polarity, at=datetime.now(UTC)))


def finish(connection: Connection, audit_id: int, *, by: str) -> None:
    """End an audit, after which no answer can be given or changed.

    Raises:
        ConfigError: It is finished, or there is no such audit.
    """
    _open(connection, audit_id)
    connection.execute(update(audits).where(audits.c.id == audit_id).values(finished_at=datetime.now(UTC)))
    log(connection, "finish audit", {"audit": audit_id}, who=by)


def result(connection: Connection, audit_id: int) -> AuditResult:
    """Return what an audit says so far; answers by which a person could not tell are left out.

    Raises:
        ConfigError: There is no such audit.
    """
    plan = connection.execute(select(audits.c.plan).where(audits.c.id == audit_id)).scalar()
    if plan is None:
        raise _no_audit(audit_id)
    newest = (select(func.max(audit_answers.c.id)).where(audit_answers.c.audit_id == audit_id)
              .group_by(audit_answers.c.place))
    rows = connection.execute(
        select(audit_items, audit_answers.c.theme_id.label("own_theme"), audit_answers.c.polarity.label("own_polarity"))
        .join(audit_answers, and_(audit_answers.c.audit_id == audit_items.c.audit_id,
                                  audit_answers.c.place == audit_items.c.place))
        .where(audit_items.c.audit_id == audit_id, audit_answers.c.id.in_(newest),
               audit_answers.c.polarity.is_not(None)).order_by(audit_items.c.place)).all()
    firsts = [row for row in rows if not row.is_second_look]
    by_span = {(row.comment_id, row.start, row.end): row for row in firsts}
    repeated = [Repeated(first.own_theme, first.own_polarity, row.own_theme, row.own_polarity) for row in rows
                if row.is_second_look and (first := by_span.get((row.comment_id, row.start, row.end)))]
    return judge([Judged(row.stratum, row.theme_id, row.polarity, row.own_theme, row.own_polarity) for row in firsts],
                 plan["sizes"], tagged_themes={theme or None: n for theme, n in plan["tagged_themes"].items()},
                 tagged_polarities=plan["tagged_polarities"], repeated=repeated)


def _opinions(connection: Connection, run_id: int, ids: IntArray) -> list[Any]:
    """Return opinions whose comments stand in the version that was read."""
    found: list[Any] = []
    query = (select(opinions.c.id, opinions.c.comment_id, opinions.c.start, opinions.c.end, opinions.c.theme_id,
                    opinions.c.polarity, opinions.c.confidence, opinions.c.theme_confidence)
             .join(tags, and_(tags.c.run_id == opinions.c.run_id, tags.c.comment_id == opinions.c.comment_id))
             .join(comments, and_(comments.c.id == tags.c.comment_id, comments.c.version == tags.c.version))
             .where(opinions.c.run_id == run_id))
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first:first + _AT_ONCE].tolist()
        found += connection.execute(query.where(opinions.c.id.in_(some)).order_by(opinions.c.id)).all()
    return found


def _confidence(row: Any) -> float:
    """Return how sure the run was of the less sure of polarity and theme; NaN where it does not say."""
    said = [float(value) for value in (row.confidence, row.theme_confidence if row.theme_id else None)
            if value is not None]
    return min(said, default=float("nan"))


def _in_order(sample: Sample, rows: Sequence[Any], themes: Any, polarities: Any,
              rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the items in the order in which they are asked."""
    firsts = [{"comment_id": rows[k].comment_id, "start": rows[k].start, "end": rows[k].end, "stratum": stratum,
               "weight": float(weight), "theme_id": themes[k], "polarity": polarities[k], "is_second_look": False}
              for k, stratum, weight in zip(sample.picked.tolist(), sample.strata, sample.weights, strict=True)]
    seconds = [{**firsts[k], "weight": 0.0, "is_second_look": True} for k in sample.again.tolist()]
    late = -(-2 * len(firsts) // 3)
    rest = [*firsts[late:], *seconds]
    return [*firsts[:late], *(rest[k] for k in rng.permutation(len(rest)).tolist())]


def _items(audit_id: int) -> Select[Any]:
    """Select the items of an audit that can be shown: the words that were read are those that stand."""
    return (select(audit_items.c.place, audit_items.c.comment_id, audit_items.c.start, audit_items.c.end, tags.c.text,
                   comments.c.question, comments.c.source, comments.c.received_at)
            .join(audits, audits.c.id == audit_items.c.audit_id)
            .join(tags, and_(tags.c.run_id == audits.c.run_id, tags.c.comment_id == audit_items.c.comment_id))
            .join(comments, and_(comments.c.id == audit_items.c.comment_id, comments.c.version == tags.c.version))
            .where(audit_items.c.audit_id == audit_id, comments.c.deleted_at.is_(None), tags.c.text.is_not(None),
                   select(opinions.c.id).where(
                       opinions.c.run_id == audits.c.run_id, opinions.c.comment_id == audit_items.c.comment_id,
                       opinions.c.start == audit_items.c.start, opinions.c.end == audit_items.c.end).exists()))


def _item(row: Any, **answered: Any) -> Item:
    return Item(row.place, row.comment_id, row.text, row.start, row.end, row.question, row.source, row.received_at,
                **answered)


def _audits() -> Select[Any]:
    n_items = (select(func.count()).select_from(audit_items).where(audit_items.c.audit_id == audits.c.id)
               .scalar_subquery().label("n_items"))
    n_done = (select(func.count(audit_answers.c.place.distinct())).join(
        audit_items, and_(audit_items.c.audit_id == audit_answers.c.audit_id,
                          audit_items.c.place == audit_answers.c.place))
        .where(audit_answers.c.audit_id == audits.c.id).scalar_subquery().label("n_done"))
    return select(audits, n_items, n_done)


def _audit(row: Any) -> Audit:
    plan: Mapping[str, Any] = row.plan
    return Audit(row.id, row.run_id, row.by, row.started_at, row.finished_at,
                 tuple((str(theme_id), str(label)) for theme_id, label in plan["themes"]), plan["view"], row.n_items,
                 row.n_done)


def _open(connection: Connection, audit_id: int) -> Audit:
    found = audit(connection, audit_id)
    if found is None:
        raise _no_audit(audit_id)
    if found.finished_at is not None:
        raise ConfigError("this audit is finished, so its answers stay as they are", where=f"audit {audit_id}",
                          next="Start another one")
    return found


def _no_audit(audit_id: int) -> ConfigError:
    return ConfigError(f"there is no audit {audit_id}")
