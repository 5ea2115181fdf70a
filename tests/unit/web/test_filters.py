"""The bar of filters: what can be chosen, what is, and the addresses that change it."""

from dataclasses import replace

import pytest
from made.view_store import fill_view_store

from cx_text.snapshots import Snapshots
from cx_text.store.opening import open_store
from cx_text.views import parse_view
from cx_text.web.comparing import comparison
from cx_text.web.filters import filter_bar
from cx_text.web.theme_lines import Effect, chosen_lines, theme_lines
from cx_text.web.viewing import Looked


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filters")
    with open_store(folder / "feedback.sqlite3", create=True) as store:
        fill_view_store(store, folder, 80)
        yield Snapshots(store).current()


def looked_at(taken, *pairs):
    view = parse_view(pairs)
    return Looked(taken, view, taken.snapshot.part(view), pairs)


def test_only_filters_with_a_choice_are_there(taken):
    bar = filter_bar(looked_at(taken), "/themes")
    assert [f.name for f in bar.filters] == ["category", "segment.Plan"]  # one source, one language, no brand or stage
    [plan] = [f for f in bar.filters if f.name == "segment.Plan"]
    assert [(o.value, o.n) for o in plan.options] == [("Plus", 27), ("Basic", 27), ("Family", 26), ("<b>Odd</b>", 1)]
    assert (bar.n_comments, bar.n_all, bar.chips, bar.n_waiting) == (81, 81, (), 0)


def test_what_is_chosen_stands_as_a_chip_with_the_view_without_it(taken):
    bar = filter_bar(looked_at(taken, ("segment.Plan", "Plus"), ("segment.Plan", "Gold"), ("from", "2026-04-01"),
                               ("sort", "n"), ("other", "x")), "/themes", keep=("sort",))
    assert bar.chips == (("From 1 April 2026", "/themes?segment.Plan=Plus&segment.Plan=Gold&sort=n"),
                         ("Plan: Plus", "/themes?from=2026-04-01&segment.Plan=Gold&sort=n"),
                         ("Plan: Gold", "/themes?from=2026-04-01&segment.Plan=Plus&sort=n"))
    assert bar.clear == "/themes?sort=n"
    assert bar.hidden == (("sort", "n"),)
    plan = bar.filters[-1]
    assert (plan.n_chosen, plan.options[-1].value, plan.options[-1].n) == (2, "Gold", 0)  # of a link that is old


def test_quick_times_count_back_from_the_newest_comment(taken):
    bar = filter_bar(looked_at(taken), "/")
    assert [(words, href, chosen) for words, href, chosen in bar.quick] == [
        ("Last 30 days", "/?from=2026-04-01&to=2026-04-30", False), ("All time", "/", True)]
    chosen = filter_bar(looked_at(taken, ("from", "2026-04-01"), ("to", "2026-04-30")), "/")
    assert [is_chosen for *_, is_chosen in chosen.quick] == [True, False]
    assert chosen.chips[0][0] == "1 April to 30 April 2026"


def test_themes_are_found_by_a_word_of_a_sub_theme(taken):
    lines = theme_lines(looked_at(taken).part)
    assert [line.n for line in lines] == sorted((line.n for line in lines), reverse=True)
    top = next((line for line in lines if line.subs), lines[0])
    word = (top.subs or (top,))[0].theme.label
    assert top.theme.id in {line.theme.id for line in chosen_lines(lines, sort="n", is_down=True, search=word.upper())}
    assert chosen_lines(lines, sort="n", is_down=True, least=10**6) == []


def test_a_comparison_has_both_sides(taken):
    found = comparison(looked_at(taken, ("compare", "segment.Plan"), ("a", "Family"), ("category", "detractor")))
    assert (found.one.words, found.other.words) == ("Plan: Family", "Plan: Plus")
    assert found.one.view.categories == ("detractor",)
    assert all(line.row["n_one"] <= found.one.n for line in found.lines)
    times = comparison(looked_at(taken, ("compare", "time")))
    assert times.one.view.start > times.other.view.end
    assert times.one.n + times.other.n == len(looked_at(taken).part.comments)
    assert comparison(looked_at(taken)) is None


def test_themes_without_an_effect_stand_last_either_way(taken):
    lines = theme_lines(looked_at(taken).part)
    some = [replace(line, effect=Effect(float(k), -1.0, 1.0, "cannot tell", False) if k % 2 else None)
            for k, line in enumerate(lines)]
    for is_down in (False, True):
        ordered = [line.effect for line in chosen_lines(some, sort="effect", is_down=is_down)]
        known = [effect.points for effect in ordered if effect is not None]
        assert ordered[len(known):] == [None] * (len(some) - len(known))
        assert known == sorted(known, reverse=is_down)
        assert 0 < len(known) < len(some)
