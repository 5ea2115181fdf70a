"""What the next look at each source would begin with, and how far each source is; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from cx_text.backends.base import PiiFinder
from cx_text.backends.opening import Models
from cx_text.collecting import chosen_sources
from cx_text.comment import Comment
from cx_text.config import Recipe, SourceEntry
from cx_text.errors import ConfigError, MissingExtra
from cx_text.looking import Clock, asked_page, beginning
from cx_text.masking import mask_records
from cx_text.receiving import read_record
from cx_text.sources.platforms.base import Platform, PlatformError
from cx_text.sources.platforms.opening import open_platform
from cx_text.store.collections import SourceStanding, Standing, comments_by_source, sources_standing, standing_of
from cx_text.store.database import Store

_SHOWN = 5  # comments of a source


@dataclass(frozen=True, slots=True)
class Preview:
    """What a look at a source would begin with.

    `n_records`: on the first page of each part. `n_comments`: in those. `is_more`: there are further pages.
    `verbatims`: a few, masked. `error`: why nothing can be told, in one line.
    """

    source: str
    platform: str
    n_records: int = 0
    n_comments: int = 0
    is_more: bool = False
    verbatims: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far a source of a recipe is.

    `platform` is None where the recipe is not known. `standing` is None where it was never looked at. `n_comments`:
    those in the store. `lacks`: what keeps it from being asked, or went wrong last, in one line.
    """

    source: str
    platform: str | None
    standing: SourceStanding | None
    n_comments: int
    lacks: str | None


def preview(store: Store | None, recipe: Recipe, *, environment: Mapping[str, str], only: Sequence[str] = (),
            finder: PiiFinder | None = None, clock: Clock | None = None) -> Iterator[Preview]:
    """Yield what the next look at each source would begin with: the first page of each of its parts.

    Args:
        store: Says where looks begin; None: at the beginning.
        recipe: Names the sources, and what is masked.
        environment: Holds the secrets.
        only: The names of some sources; all when not given.
        finder: Finds personal data; the recipe's own when not given.
        clock: The time.

    Raises:
        ConfigError: The recipe has no sources, or none of a name.
        ModelError: Personal data cannot be found on this machine.
    """
    models = Models(recipe)

    def masked(said: Sequence[Comment]) -> list[str]:
        if not recipe.privacy.redact:
            return [comment.verbatim for comment in said]
        found = mask_records(finder or models.pii, [((comment,), {}) for comment in said])
        return [one.comments[0].verbatim for one in found]

    for entry in chosen_sources(recipe, only):
        try:
            with closing(open_platform(entry, environment, recipe.spellings)) as platform:
                yield _preview(store, entry, platform, clock or Clock(), masked)
        except (ConfigError, MissingExtra, PlatformError) as error:
            yield Preview(entry.name, entry.platform, error=str(error))


def source_states(store: Store | None, recipe: Recipe, environment: Mapping[str, str],
                  only: Sequence[str] = ()) -> list[SourceState]:
    """Return how far the sources of a recipe are, in its order; no platform is asked.

    Args:
        store: Where they are collected into; None: there is none yet.
        recipe: Names the sources.
        environment: Holds the secrets.
        only: The names of some sources; all when not given.

    Raises:
        ConfigError: The recipe has no sources, or none of a name.
    """
    standing, n_comments = dict[str, SourceStanding](), dict[str, int]()
    if store is not None:
        with store.reading() as connection:
            standing = {one.source: one for one in sources_standing(connection)}
            n_comments = comments_by_source(connection)
    return [_state(entry, standing.get(entry.name), n_comments.get(entry.name, 0), _lacks(entry, environment))
            for entry in chosen_sources(recipe, only)]


def stored_states(store: Store) -> list[SourceState]:
    """Return how far all sources are that were ever collected into a store, by name."""
    with store.reading() as connection:
        n_comments = comments_by_source(connection)
        return [SourceState(one.source, None, one, n_comments.get(one.source, 0), " ".join(one.errors) or None)
                for one in sources_standing(connection)]


def _preview(store: Store | None, entry: SourceEntry, platform: Platform, clock: Clock,
             masked: Callable[[Sequence[Comment]], list[str]]) -> Preview:
    n_records, is_more, comments = 0, False, list[Comment]()
    for part in platform.parts():
        page = asked_page(clock, platform, part, _since(store, platform, part), None, tries=1)
        n_records, is_more = n_records + len(page.raws), is_more or page.next_place is not None
        comments += [comment for raw in page.raws for comment in read_record(platform, raw).record.comments]
    said = [comment for comment in comments if comment.verbatim.strip()][:_SHOWN]
    return Preview(entry.name, entry.platform, n_records, len(comments), is_more, tuple(masked(said)))


def _since(store: Store | None, platform: Platform, part: str) -> datetime | None:
    if store is None:
        return beginning(platform, Standing(platform.source, part))
    with store.reading() as connection:
        return beginning(platform, standing_of(connection, platform.source, part))


def _lacks(entry: SourceEntry, environment: Mapping[str, str]) -> str | None:
    try:
        open_platform(entry, environment).close()
    except (ConfigError, MissingExtra) as error:
        return str(error)
    return None


def _state(entry: SourceEntry, standing: SourceStanding | None, n_comments: int, lacks: str | None) -> SourceState:
    went_wrong = standing.errors[0] if standing is not None and standing.errors else None
    return SourceState(entry.name, entry.platform, standing, n_comments, lacks or went_wrong)
