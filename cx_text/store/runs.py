"""Runs in the store: what stages read in comments is kept per run, and a newer run never overwrites an older one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, update

from cx_text.comment import BrandMention, Comment, Kind, Opinion, Polarity, RatingScale, Tags, ThemeTag
from cx_text.store.tables import brand_mentions, codeframes, comments, decisions, opinions, runs, tags

_AT_ONCE = 1000  # ids in one statement; SQLite allows 32,766 variables
_NO_TAGS = Tags()


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run. `read_upto` and `themed_upto`: the last comment of each pass that is stored, by its id in the store.

    `decisions_upto`: number of the last decision about the codeframe that its opinions have seen.
    """

    id: int
    recipe: str
    manifest: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None
    codeframe_id: int | None
    codeframe_name: str | None
    decisions_upto: int
    read_upto: int
    themed_upto: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """A comment of the store: its id and version there, and the comment as stages take it."""

    id: int
    version: int
    comment: Comment


_RUN = (runs.c.id, runs.c.recipe, runs.c.manifest, runs.c.started_at, runs.c.finished_at, runs.c.codeframe_id,
        runs.c.codeframe_name, runs.c.decisions_upto, runs.c.read_upto, runs.c.themed_upto, runs.c.is_current)


def begin_run(connection: Connection, recipe: str, manifest: Mapping[str, Any], codeframe_name: str) -> int:
    """Write down that a run begins, and return its id; nobody sees what it reads before `finish_run`."""
    found = connection.execute(insert(runs).values(recipe=recipe, manifest=dict(manifest),
                                                   started_at=datetime.now(UTC), codeframe_name=codeframe_name)
                               .returning(runs.c.id))
    return int(found.scalar_one())


def current_run(connection: Connection) -> RunFacts | None:
    """Return the run in use, None where there is none yet."""
    return _one(connection.execute(select(*_RUN).where(runs.c.is_current).order_by(runs.c.id.desc()).limit(1))
                .one_or_none())


def run_of(connection: Connection, run_id: int) -> RunFacts | None:
    """Return a run by its id."""
    return _one(connection.execute(select(*_RUN).where(runs.c.id == run_id)).one_or_none())


def all_runs(connection: Connection) -> list[RunFacts]:
    """Return all runs, the newest first."""
    return [RunFacts(*row) for row in connection.execute(select(*_RUN).order_by(runs.c.id.desc()))]


def finish_run(connection: Connection, run_id: int, manifest: Mapping[str, Any]) -> None:
    """Put a run in use: in one transaction it takes the place of the one before, which stays."""
    connection.execute(update(runs).where(runs.c.is_current, runs.c.id != run_id).values(is_current=False))
    connection.execute(update(runs).where(runs.c.id == run_id).values(
        manifest=dict(manifest), finished_at=datetime.now(UTC), is_current=True))


def note(connection: Connection, run_id: int, **facts: Any) -> None:
    """Change some of the columns of a run."""
    connection.execute(update(runs).where(runs.c.id == run_id).values(**facts))


def drop_run(connection: Connection, run_id: int) -> None:
    """Remove a run that is not in use, with all that it read.

    Raises:
        ValueError: It is in use.
    """
    if connection.execute(select(runs.c.is_current).where(runs.c.id == run_id)).scalar():
        raise ValueError(f"run {run_id} is in use")
    for table in (opinions, brand_mentions, tags):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    connection.execute(delete(runs).where(runs.c.id == run_id))


_CONTENT = (comments.c.id, comments.c.version, comments.c.source, comments.c.key, comments.c.verbatim,
            comments.c.question, comments.c.received_at, comments.c.nps_score, comments.c.rating,
            comments.c.rating_lowest, comments.c.rating_highest, comments.c.author, comments.c.segments,
            comments.c.measures, comments.c.url)


def to_read(connection: Connection, run_id: int, after: int, limit: int, *, only_waiting: bool = False) -> list[Stored]:
    """Return comments that a run has to read, by their ids, from the one after `after` on; forgotten ones never.

    Args:
        connection: To read by.
        run_id: The run.
        after: Id of the last comment before.
        limit: Comments at most.
        only_waiting: Those alone that have no tags of the run in their version.
    """
    query = select(*_CONTENT).where(comments.c.id > after, comments.c.deleted_at.is_(None))
    if only_waiting:
        is_tagged = and_(tags.c.comment_id == comments.c.id, tags.c.run_id == run_id)
        query = query.outerjoin(tags, is_tagged).where(or_(tags.c.run_id.is_(None),
                                                           tags.c.version != comments.c.version))
    return [Stored(row.id, row.version, comment_of(row))
            for row in connection.execute(query.order_by(comments.c.id).limit(limit))]


def to_read_again(connection: Connection, ids: Sequence[int]) -> list[Stored]:
    """Return comments by their ids, as stages take them; forgotten ones are left out."""
    found: list[Stored] = []
    for first in range(0, len(ids), _AT_ONCE):
        query = select(*_CONTENT).where(comments.c.id.in_(ids[first:first + _AT_ONCE]), comments.c.deleted_at.is_(None))
        found += [Stored(row.id, row.version, comment_of(row)) for row in connection.execute(query)]
    return found


def comment_of(row: Any, given: Tags = _NO_TAGS) -> Comment:
    """Return the comment of a row of the table `comments`; its id is source, colon, key."""
    scale = None if row.rating_lowest is None else RatingScale(row.rating_lowest, row.rating_highest)
    return Comment(f"{row.source}:{row.key}", row.verbatim, row.source, row.question, row.received_at, row.nps_score,
                   row.rating, scale, row.author, row.segments, row.measures, row.url, given)


def put_tags(connection: Connection, run_id: int, read: Sequence[Stored], *,
             signs: Mapping[str, bytes] | None = None) -> None:
    """Store what a run read in comments, in place of what it had read in older versions of them.

    Comments that were forgotten, or changed, since they were read are left out: nothing of them may come back.

    Args:
        connection: Of a writer.
        run_id: The run.
        read: The comments with their tags.
        signs: Words of an opinion → its bits, where they are at hand.
    """
    ids = [one.id for one in read]
    for first in range(0, len(ids), _AT_ONCE):
        for table in (opinions, brand_mentions, tags):
            connection.execute(delete(table).where(table.c.run_id == run_id,
                                                   table.c.comment_id.in_(ids[first:first + _AT_ONCE])))
    read = _as_they_stand(connection, read)
    if read:
        connection.execute(insert(tags), [_tags_row(run_id, one) for one in read])
    found = [_opinion_row(run_id, one, o, signs or {}) for one in read for o in one.comment.tags.opinions or ()]
    if found:
        connection.execute(insert(opinions), found)
    named = [{**_span(run_id, one, m), "brand": m.brand} for one in read
             for m in one.comment.tags.brand_mentions or ()]
    if named:
        connection.execute(insert(brand_mentions), named)


def _as_they_stand(connection: Connection, read: Sequence[Stored]) -> list[Stored]:
    versions: dict[int, int] = {}
    for first in range(0, len(read), _AT_ONCE):
        ids = [one.id for one in read[first:first + _AT_ONCE]]
        rows = connection.execute(select(comments.c.id, comments.c.version)
                                  .where(comments.c.id.in_(ids), comments.c.deleted_at.is_(None)))
        versions |= {row.id: row.version for row in rows}
    return [one for one in read if versions.get(one.id) == one.version]


def put_themes(connection: Connection, rows: Sequence[tuple[int, str | None, float | None]]) -> None:
    """Give stored opinions their themes.

    Args:
        connection: Of a writer.
        rows: Id of the opinion, its theme or None, and the confidence in that.
    """
    if rows:
        connection.execute(update(opinions).where(opinions.c.id == bindparam("opinion")),
                           [{"opinion": opinion, "theme_id": theme, "theme_confidence": sure}
                            for opinion, theme, sure in rows])


@dataclass(frozen=True, slots=True)
class StoredOpinion:
    """An opinion of a run: its id, its words, what was said, and its theme."""

    id: int
    comment_id: int
    words: str
    kind: Kind | None
    polarity: Polarity | None
    theme_id: str | None
    theme_confidence: float | None
    nps_score: int | None


def opinions_after(connection: Connection, run_id: int, after: int, limit: int, *,
                   theme_ids: Collection[str | None] | None = None,
                   comment_id: int | None = None, ids: Collection[int] | None = None) -> list[StoredOpinion]:
    """Return opinions of a run by their ids, from the one after `after` on.

    Args:
        connection: To read by.
        run_id: The run.
        after: Id of the last opinion before.
        limit: Opinions at most.
        theme_ids: Those of these themes alone; None among them for those of no theme.
        comment_id: Those of one comment alone.
        ids: Those of these ids alone.
    """
    query = (select(opinions.c.id, opinions.c.comment_id, opinions.c.start, opinions.c.end, opinions.c.polarity,
                    opinions.c.theme_id, opinions.c.theme_confidence, tags.c.text, tags.c.kind, comments.c.nps_score)
             .join(tags, and_(tags.c.run_id == opinions.c.run_id, tags.c.comment_id == opinions.c.comment_id))
             .join(comments, comments.c.id == opinions.c.comment_id)
             .where(opinions.c.run_id == run_id, opinions.c.id > after))
    if theme_ids is not None:
        named = [theme_id for theme_id in theme_ids if theme_id is not None]
        of_none = [opinions.c.theme_id.is_(None)] if None in theme_ids else []
        query = query.where(or_(opinions.c.theme_id.in_(named), *of_none))
    if ids is not None:
        query = query.where(opinions.c.id.in_(list(ids)))
    if comment_id is not None:
        query = query.where(opinions.c.comment_id == comment_id)
    return [StoredOpinion(row.id, row.comment_id, (row.text or "")[row.start:row.end], row.kind and Kind(row.kind),
                          row.polarity and Polarity(row.polarity), row.theme_id, row.theme_confidence, row.nps_score)
            for row in connection.execute(query.order_by(opinions.c.id).limit(limit))]


def tagged_after(connection: Connection, run_id: int, after: int, limit: int) -> list[Stored]:
    """Return comments with the tags that a run gave them, by their ids, from the one after `after` on.

    Those that have changed since are left out.
    """
    is_of = and_(tags.c.comment_id == comments.c.id, tags.c.version == comments.c.version)
    rows = connection.execute(
        select(*_CONTENT, *(tags.c[name] for name in _TAGS), tags.c.version.label("read_version")).join(tags, is_of)
        .where(tags.c.run_id == run_id, comments.c.id > after, comments.c.deleted_at.is_(None))
        .order_by(comments.c.id).limit(limit)).all()
    if not rows:
        return []
    first, last = rows[0].id, rows[-1].id
    return _with_tags(connection, run_id, rows, lambda column: column.between(first, last))


def read_of(connection: Connection, run_id: int, ids: Sequence[int]) -> list[Stored]:
    """Return comments with the tags that a run gave them, by their ids; forgotten ones are left out.

    Those that the run has not read in their newest version have no tags.

    Args:
        connection: To read by.
        run_id: The run.
        ids: Of the comments, 1,000 at most.
    """
    of_run = and_(tags.c.comment_id == comments.c.id, tags.c.run_id == run_id, tags.c.version == comments.c.version)
    rows = connection.execute(
        select(*_CONTENT, *(tags.c[name] for name in _TAGS), tags.c.version.label("read_version"))
        .outerjoin(tags, of_run).where(comments.c.id.in_(ids), comments.c.deleted_at.is_(None))
        .order_by(comments.c.id)).all()
    read = [row for row in rows if row.read_version is not None]
    found = {one.id: one for one in _with_tags(connection, run_id, read,
                                               lambda column: column.in_([row.id for row in read]))}
    return [found.get(row.id) or Stored(row.id, row.version, comment_of(row)) for row in rows]


def _with_tags(connection: Connection, run_id: int, rows: Sequence[Any],
               where: Callable[[ColumnElement[int]], ColumnElement[bool]]) -> list[Stored]:
    """Return the comments of rows with their opinions and mentions, which `where` picks by the comment's id."""
    found: dict[int, list[Opinion]] = {row.id: [] for row in rows}
    named: dict[int, list[BrandMention]] = {row.id: [] for row in rows}
    _collect(connection, run_id, where, found, named)
    return [Stored(row.id, row.read_version, comment_of(row, _tags_of(row, found[row.id], named[row.id])))
            for row in rows]


def all_tagged(connection: Connection, run_id: int, portion: int = 2000) -> Iterator[list[Stored]]:
    """Yield all comments that a run tagged, in portions, by their ids."""
    after = 0
    while found := tagged_after(connection, run_id, after, portion):
        yield found
        after = found[-1].id


def n_tagged(connection: Connection, run_id: int) -> int:
    """Return how many comments a run has tagged."""
    return int(connection.execute(select(func.count()).select_from(tags).where(tags.c.run_id == run_id)).scalar_one())


def n_opinions(connection: Connection, run_id: int) -> int:
    """Return how many opinions a run has."""
    return int(connection.execute(select(func.count()).select_from(opinions).where(opinions.c.run_id == run_id))
               .scalar_one())


def n_comments(connection: Connection) -> int:
    """Return how many comments the store holds, forgotten ones not counted."""
    return int(connection.execute(select(func.count()).select_from(comments)
                                  .where(comments.c.deleted_at.is_(None))).scalar_one())


def words_after(connection: Connection, after: int, limit: int) -> list[tuple[int, str | None, str]]:
    """Return id, author and verbatim of comments by their ids, from the one after `after` on."""
    rows = connection.execute(select(comments.c.id, comments.c.author, comments.c.verbatim)
                              .where(comments.c.id > after, comments.c.deleted_at.is_(None))
                              .order_by(comments.c.id).limit(limit))
    return [(row.id, row.author, row.verbatim) for row in rows]


def codeframe_id(connection: Connection, name: str, version: int) -> int | None:
    """Return the id of a version of a codeframe, None where there is none."""
    return connection.execute(select(codeframes.c.id).where(codeframes.c.name == name,
                                                            codeframes.c.version == version)).scalar_one_or_none()


def themes_made_at(connection: Connection, run_id: int) -> datetime | None:
    """Return when the version of the codeframe was made that a run's opinions are of, UTC; None without one."""
    return connection.execute(select(codeframes.c.made_at).join(runs, runs.c.codeframe_id == codeframes.c.id)
                              .where(runs.c.id == run_id)).scalar_one_or_none()


def newest_codeframe(connection: Connection, name: str) -> tuple[int | None, int]:
    """Return the id of the newest version of a codeframe and the number of the last decision about it."""
    version = connection.execute(select(codeframes.c.id).where(codeframes.c.name == name)
                                 .order_by(codeframes.c.version.desc()).limit(1)).scalar_one_or_none()
    last = connection.execute(select(decisions.c.decision).where(decisions.c.codeframe_name == name)
                              .order_by(decisions.c.id.desc()).limit(1)).scalar_one_or_none()
    return version, 0 if last is None else int(last["number"])


_TAGS = ("text", "language", "kind", "polarity", "polarity_score", "confidence", "n_windows", "implied_detractor",
         "implied_passive", "implied_promoter", "flagged")


def _collect(connection: Connection, run_id: int, where: Callable[[ColumnElement[int]], ColumnElement[bool]],
             found: dict[int, list[Opinion]], named: dict[int, list[BrandMention]]) -> None:
    of_run = select(opinions).where(opinions.c.run_id == run_id, where(opinions.c.comment_id))
    for row in connection.execute(of_run.order_by(opinions.c.comment_id, opinions.c.start)):
        if row.comment_id in found:
            themes = (ThemeTag(row.theme_id, row.theme_confidence or 0.0),) if row.theme_id else ()
            found[row.comment_id].append(Opinion(row.start, row.end, row.polarity and Polarity(row.polarity),
                                                 row.polarity_score, row.confidence, themes))
    mentions = select(brand_mentions).where(brand_mentions.c.run_id == run_id, where(brand_mentions.c.comment_id))
    for row in connection.execute(mentions.order_by(brand_mentions.c.comment_id, brand_mentions.c.start)):
        if row.comment_id in named:
            named[row.comment_id].append(BrandMention(row.start, row.end, row.brand,
                                                      row.polarity and Polarity(row.polarity), row.polarity_score,
                                                      row.confidence))


def _tags_of(row: Any, found: Sequence[Opinion], named: Sequence[BrandMention]) -> Tags:
    implied = None if row.implied_detractor is None else (row.implied_detractor, row.implied_passive,
                                                          row.implied_promoter)
    own = tuple(found) if found or row.polarity else None
    return Tags(row.text, row.language, None, row.kind and Kind(row.kind), own,
                row.polarity and Polarity(row.polarity), row.polarity_score, row.confidence, tuple(named), implied,
                row.n_windows, row.flagged)


def _tags_row(run_id: int, one: Stored) -> dict[str, Any]:
    given = one.comment.tags
    implied = given.implied or (None, None, None)
    return {"run_id": run_id, "comment_id": one.id, "version": one.version, "text": given.text,
            "language": given.language, "kind": given.kind, "polarity": given.polarity,
            "polarity_score": given.polarity_score, "confidence": given.confidence, "n_windows": given.n_windows,
            "implied_detractor": implied[0], "implied_passive": implied[1], "implied_promoter": implied[2],
            "flagged": given.flagged}


def _opinion_row(run_id: int, one: Stored, opinion: Opinion, signs: Mapping[str, bytes]) -> dict[str, Any]:
    theme = opinion.themes[0] if opinion.themes else None
    return {**_span(run_id, one, opinion), "theme_id": theme and theme.theme_id,
            "theme_confidence": theme and theme.confidence, "signs": signs.get(one.comment.opinion_text(opinion))}


def _span(run_id: int, one: Stored, place: Opinion | BrandMention) -> dict[str, Any]:
    return {"run_id": run_id, "comment_id": one.id, "start": place.start, "end": place.end,
            "polarity": place.polarity, "polarity_score": place.polarity_score, "confidence": place.confidence}


def _one(row: Any) -> RunFacts | None:
    return None if row is None else RunFacts(*row)
