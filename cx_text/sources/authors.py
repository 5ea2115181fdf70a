"""Who wrote: a customer's own key, and not what platforms put where they know nobody."""

from __future__ import annotations

_NOBODY = frozenset(("anonymous", "anonymous user", "anonymous customer", "a google user", "google user", "guest",
                     "guest user", "unknown", "unknown user", "user", "customer", "n/a", "na", "none", "null", "nan",
                     "-", "0", "deleted", "deleted user", "[deleted]", "removed", "hidden", "private"))


def known_author(key: str | None) -> str | None:
    """Return a customer's key, None where it stands for anybody: two of "A Google user" are two people."""
    return None if key is None or key.strip().casefold() in _NOBODY else key
