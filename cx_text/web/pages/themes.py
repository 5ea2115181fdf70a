"""All themes of a view in one table, and two views side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cx_text.errors import ConfigError
from cx_text.insights.drivers import MIN_RAISERS
from cx_text.report.sentences import nps_name
from cx_text.web.comparing import Comparison, comparison, side_by_side
from cx_text.web.filters import address, filter_bar
from cx_text.web.people import viewer
from cx_text.web.rendering import render
from cx_text.web.theme_lines import SORTS, ThemeLine, chosen_lines, small_ones, theme_lines
from cx_text.web.viewing import Looked, look

router = APIRouter()
_OWN = ("sort", "down", "q", "small", "open", "compare", "a", "b", "from2", "to2")


@dataclass(frozen=True, slots=True)
class ThemesPage:
    """The table and the addresses of what can be done with it.

    `sorts`: name of a column → its words, address, whether it is sorted by it, and whether down. `toggles`: id of a
    theme with sub-themes → the address that unfolds or folds it.
    """

    lines: tuple[ThemeLine, ...]
    n_themes: int
    n_small: int
    sorts: Mapping[str, tuple[str, str, bool, bool]]
    toggles: Mapping[str, str]
    opened: frozenset[str]
    toggle_all: str
    search: str
    hides_small: bool
    small_address: str
    form: tuple[tuple[str, str], ...]
    effects_address: str
    has_effects: bool
    nps_name: str
    query: str
    compare_time: str
    compare_segments: tuple[tuple[str, str], ...]


def themes_page(looked: Looked) -> ThemesPage:
    """Return what the page shows.

    Raises:
        ConfigError: The address asks for an order that there is not.
    """
    sort = looked.value("sort", "effect")
    if sort not in SORTS:
        raise ConfigError(f"themes cannot be sorted by {sort!r}", next=f"There are: {', '.join(SORTS)}")
    is_down = looked.value("down", "1" if SORTS[sort][1] else "0") == "1"
    search, hides = looked.value("q"), looked.value("small") == "hide"
    every = theme_lines(looked.part)
    by = "n" if sort == "effect" and not looked.part.has_drivers else sort
    lines = chosen_lines(every, sort=by, is_down=is_down or by != sort, search=search,
                         least=MIN_RAISERS if hides else 0)
    opened = frozenset(looked.values("open"))
    with_subs = [line.theme.id for line in lines if line.subs]
    if "all" in opened or search:
        opened = frozenset(with_subs)
    own = Addresses(looked)
    return ThemesPage(
        lines=tuple(lines), n_themes=sum(1 + len(line.subs) for line in every), n_small=small_ones(every),
        sorts={name: (words, own.with_(sort=name, down=str(int(not is_down if name == sort else down))), name == sort,
                      is_down if name == sort else down) for name, (words, down) in SORTS.items()},
        toggles={theme: own.opening(opened ^ {theme}) for theme in with_subs}, opened=opened,
        toggle_all=own.opening(frozenset() if opened >= set(with_subs) else frozenset({"all"})), search=search,
        hides_small=hides, small_address=own.with_(small="" if hides else "hide"),
        form=tuple(own.pairs(without=("q",))), effects_address=own.with_(all="1"), has_effects=looked.part.has_drivers,
        nps_name=nps_name(looked.part.nps), query=looked.view.query(), compare_time=own.with_(compare="time"),
        compare_segments=tuple((name, own.with_(compare=f"segment.{name}")) for name in side_by_side(looked.part)))


class Addresses:
    """Addresses of the themes page that differ from the one asked for in a few names."""

    def __init__(self, looked: Looked) -> None:
        self.looked = looked

    def pairs(self, *, without: tuple[str, ...] = (), more: tuple[tuple[str, str], ...] = ()) -> list[tuple[str, str]]:
        """Return names and values: the view's, then those of the page."""
        own = [(n, v) for n, v in self.looked.given if n in _OWN and n not in without and v.strip()]
        return [*self.looked.view.pairs(), *own, *more]

    def with_(self, **changed: str) -> str:
        """Return the address with some values changed; "" takes a name away."""
        more = tuple((name, value) for name, value in changed.items() if value)
        return address("/themes", self.pairs(without=tuple(changed), more=more))

    def opening(self, opened: frozenset[str]) -> str:
        """Return the address in which some themes are unfolded."""
        return address("/themes", self.pairs(without=("open",), more=tuple(("open", i) for i in sorted(opened))))


@router.get("/themes", dependencies=[Depends(viewer)])
def show_themes(request: Request) -> Response:
    """Show the themes of a view, or of two views side by side."""
    looked = look(request)
    if looked.value("all") == "1":
        _ = looked.part.drivers  # counted now, and shown whole
    side: Comparison | None = comparison(looked)
    bar = filter_bar(looked, "/themes", keep=_OWN)
    return render(request, "themes.html.j2", bar=bar, page=themes_page(looked), comparison=side,
                  stop_comparing=Addresses(looked).with_(compare="", a="", b="", from2="", to2=""),
                  values=side_values(looked), query=looked.view.query())


def side_values(looked: Looked) -> tuple[str, ...]:
    """Return the values of the segment that is compared, the commonest first."""
    name = looked.value("compare").removeprefix("segment.")
    return tuple(looked.taken.snapshot.segment_values.get(name, ()))
