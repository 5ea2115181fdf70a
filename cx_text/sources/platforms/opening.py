"""From a source in a recipe to a platform that can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from cx_text.config import SourceEntry, first_fault
from cx_text.errors import ConfigError
from cx_text.plugins import find_platform
from cx_text.sources.platforms.base import Platform


def open_platform(entry: SourceEntry, environment: Mapping[str, str] | None, brands: Sequence[str] = ()) -> Platform:
    """Return a source of a recipe, ready to be asked; nothing is asked yet.

    Args:
        entry: The source in the recipe.
        environment: Holds the secrets; None: nothing will be asked, so none are needed.
        brands: The spellings of the recipe's brands.

    Raises:
        ConfigError: There is no such platform, an option is wrong, or a secret is missing.
        MissingExtra: The platform's library is not installed.
    """
    kind: type[Platform] = find_platform(entry.platform)
    try:
        options = kind.options_type.model_validate(entry.options)
    except ValidationError as error:
        raise ConfigError(first_fault(error, kind.options_type), where=where(entry)) from None
    variables = secret_variables(entry)
    if environment is None:
        return kind(entry.name, options, dict.fromkeys(variables, ""), brands)
    missing = [variable for variable in variables.values() if not environment.get(variable, "").strip()]
    if missing:
        raise ConfigError(f"no secret in the environment variable {' or '.join(missing)}", where=where(entry),
                          next=f"docs/sources.md says how to get one for {entry.platform}")
    secrets = {name: environment[variable].strip() for name, variable in variables.items()}
    return kind(entry.name, options, secrets, brands)


def where(entry: SourceEntry) -> str:
    """Return what errors call a source."""
    return f"source {entry.name!r}"


def secret_variables(entry: SourceEntry) -> dict[str, str]:
    """Return each secret that a source needs → the environment variable that holds it.

    Raises:
        ConfigError: There is no such platform, or it has no such secret.
    """
    usual = find_platform(entry.platform).secret_variables
    named = entry.options.get("secrets", {})
    if not isinstance(named, Mapping) or (unknown := [name for name in named if name not in usual]):
        wrong = f"no secret {unknown[0]!r}" if isinstance(named, Mapping) else "secrets is no table"
        raise ConfigError(f"{wrong}; {entry.platform} has {', '.join(usual) or 'none'}", where=where(entry))
    return {name: str(named.get(name, variable)) for name, variable in usual.items()}
