"""What is searched for, where a platform is searched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cx_text.errors import ConfigError


def nothing_to_search_for(source: str) -> ConfigError:
    """Return what is wrong with a source that names no search, in a recipe without brands."""
    return ConfigError("nothing to search for", where=f"source {source!r}",
                       next="Name searches in this source, or brands in the recipe")


def chosen_searches(named: Sequence[str] | None, brands: Iterable[str], source: str) -> tuple[str, ...]:
    """Return the searches that a recipe names, or one for each spelling of its brands; several words as one phrase.

    Raises:
        ConfigError: There is nothing to search for.
    """
    bare = [brand.replace('"', "").strip() for brand in brands]
    found = named if named is not None else [f'"{brand}"' if " " in brand else brand for brand in bare]
    if not found:
        raise nothing_to_search_for(source)
    once = dict[str, str]()
    for search in found:
        once.setdefault(search.casefold(), search)
    return tuple(once.values())
