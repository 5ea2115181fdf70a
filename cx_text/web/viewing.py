"""What a request looks at: the newest snapshot of the store, and the part of it that the address names."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from cx_text.part import Part
from cx_text.snapshots import Taken
from cx_text.views import View, parse_view
from cx_text.web.settings import snapshots_of

_MOST_PAIRS = 200  # in an address; nobody chooses more


@dataclass(frozen=True, slots=True)
class Looked:
    """The snapshot, the view in the address, and what the view holds."""

    taken: Taken
    view: View
    part: Part
    given: tuple[tuple[str, str], ...]  # all names and values behind the "?"

    def value(self, name: str, default: str = "") -> str:
        """Return the last value of a name in the address that is not blank."""
        return next((v.strip() for n, v in reversed(self.given) if n == name and v.strip()), default)

    def values(self, name: str) -> list[str]:
        """Return all values of a name in the address."""
        return [v for n, v in self.given if n == name and v.strip()]


def look(request: Request) -> Looked:
    """Return what a request looks at.

    Raises:
        ConfigError: The address names a view that there cannot be.
    """
    taken = snapshots_of(request).current()
    given = tuple(request.query_params.multi_items())[:_MOST_PAIRS]
    view = parse_view(given)
    return Looked(taken, view, taken.snapshot.part(view), given)
