"""Refits beside the codeframe in use: ids go on, and what people decided holds."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx_text.codeframe import Codeframe
from cx_text.decisions import Action, Decision
from cx_text.insights.matching import IS_MOST, Change, match
from cx_text.testing import FakeEmbedder, codeframe_of

EMBEDDER = FakeEmbedder(256)
NOON = datetime(2025, 5, 1, 12, tzinfo=UTC)
frame = partial(codeframe_of, EMBEDDER)


def decision(number, action, *theme_ids, **what):
    return Decision(number, Action(action), "ana", NOON, theme_ids, **what)


def brief(changes):
    return [(c.change.value, c.theme_id, c.label, c.n_before, c.n_after, *c.others) for c in changes]


def theme_of(codeframe, word):
    return codeframe.assign([word])[0][0]


def check_sizes(codeframe, texts):
    """A theme's size is the number of its own opinions and of those of its sub-themes."""
    ids = codeframe.assign(texts)[0]
    for theme in codeframe.themes:
        below = sum(t.n_opinions for t in codeframe.themes if t.parent == theme.id)
        assert theme.n_opinions == ids.count(theme.id) + below


TEXTS = list("abcdefgh")


@pytest.mark.parametrize(("old", "new", "expected"), [
    ({"t01": "App: a b c d"}, {"x": "Apps: a b c d"}, [("same", "t01", "App", 4, 4)]),
    ({"t01": "App: a b c d"}, {"x": "Apps: a b c d e"}, [("same", "t01", "App", 4, 5)]),
    ({"t01": "App: a b c d"}, {"x": "Apps: a b c d e f"}, [("grew", "t01", "App", 4, 6)]),
    ({"t01": "App: a b c d e f"}, {"x": "Apps: a b c d"}, [("shrank", "t01", "App", 6, 4)]),
    ({"t01": "App: a b c d e f"}, {"x": "Crash: a b c d", "y": "Login: e f"},
     [("split", "t01", "App", 6, 4, "Login"), ("new", "t02", "Login", 0, 2)]),
    ({"t01": "App: a b c d", "t02": "Login: e f"}, {"x": "Both: a b c d e f"},
     [("merged", "t01", "App", 4, 6, "Login"), ("faded", "t02", "Login", 2, 0, "App")]),
    ({"t01": "App: a b"}, {"t01": "Food: c d e", "t02": "Apps: a b"},
     [("new", "t02", "Food", 0, 3), ("same", "t01", "App", 2, 2)]),
    ({"t01": "App: a b", "t02": "Food: c d"}, {"x": "Apps: a b"},
     [("same", "t01", "App", 2, 2), ("faded", "t02", "Food", 2, 0)]),
    ({"t01": "App: a b", "t02": "Food: c d e f"}, {"x": "Apps: a b", "y": "Meals: f g h"},  # 1 of 6: another theme
     [("new", "t03", "Meals", 0, 3), ("same", "t01", "App", 2, 2), ("faded", "t02", "Food", 4, 0, "Meals")]),
])
def test_what_becomes_of_themes(old, new, expected):
    result, changes = match(frame(old), frame(new), TEXTS)
    assert brief(changes) == expected
    assert [t.id for t in result.themes] == [c.theme_id for c in changes if c.change is not Change.FADED]
    check_sizes(result, TEXTS)


def test_what_the_refit_would_have_called_a_theme_is_shown_beside_what_people_call_it():
    log = [decision(1, "rename", "t01", label="Our app")]
    _, (app,) = match(frame({"t01": "App: a b"}), frame({"x": "Apps: a b"}), TEXTS, log=log)
    assert (app.label, app.found_label) == ("Our app", "Apps")


def test_a_theme_that_people_decided_about_is_kept_though_it_was_not_found():
    old, new = frame({"t01": "App: a b", "t02": "Food: c d"}), frame({"x": "Apps: a b"})
    result, changes = match(old, new, TEXTS, log=[decision(1, "pin", "t02")])
    assert brief(changes) == [("same", "t01", "App", 2, 2), ("kept", "t02", "Food", 2, 2)]
    assert changes[1].found_label == ""
    assert theme_of(result, "c") == "t02"
    undone = [decision(1, "pin", "t02"), decision(2, "undo", undoes=1)]
    assert [t.id for t in match(old, new, TEXTS, log=undone)[0].themes] == ["t01"]


def test_first_level_themes_go_on_too():
    old = frame({"t01": "Delivery:", "t02": "Late < t01: a b c", "t03": "Courier < t01: d e", "t04": "App: f g"})
    new = frame({"t01": "Apps: f g", "t02": "Post:", "t03": "Very late < t02: a b c", "t04": "Driver < t02: d",
                 "t05": "Damage < t02: e h"})
    result, changes = match(old, new, TEXTS)
    assert [(t.id, t.label, t.parent, t.n_opinions) for t in result.themes] == [
        ("t01", "Delivery", None, 6), ("t02", "Late", "t01", 3), ("t05", "Damage", "t01", 2),
        ("t03", "Courier", "t01", 1), ("t04", "App", None, 2)]
    assert {c.theme_id: c.change.value for c in changes} == {
        "t01": "same", "t02": "same", "t03": "split", "t04": "same", "t05": "new"}
    assert result.n_numbered == 5


def test_a_theme_may_go_on_at_the_other_level():
    old = frame({"t01": "App: a b", "t02": "Delivery:", "t03": "Late < t02: c d", "t04": "Courier < t02: e f"})
    new = frame({"t01": "Digital:", "t02": "Apps < t01: a b", "t03": "Site < t01: g h", "t04": "Lateness: c d",
                 "t05": "Driver: e f"})
    result = match(old, new, TEXTS)[0]
    parents = {t.id: t.parent for t in result.themes}
    assert parents == {"t05": None, "t01": "t05", "t06": "t05", "t03": None, "t04": None}
    back = match(result, old, TEXTS)[0]
    assert {t.id: t.parent for t in back.themes} == {"t01": None, "t07": None, "t03": "t07", "t04": "t07"}


def test_the_more_similar_theme_goes_on_and_one_with_sub_themes_rather_as_one_with_sub_themes():
    old = frame({"t01": "App:", "t02": "Crash < t01: a b c", "t03": "Login < t01: d"})
    result = match(old, frame({"x": "Apps: a b c d"}), TEXTS)[0]
    assert [t.id for t in result.themes] == ["t01"]
    result = match(old, frame({"x": "Apps:", "y": "Crashes < x: a b c", "z": "Battery < x: e"}), TEXTS)[0]
    assert {t.id: t.parent for t in result.themes} == {"t01": None, "t02": "t01", "t04": "t01"}


def test_given_themes_keep_their_ids_and_labels_whatever_is_like_them():
    def with_given(groups, *given_ids):
        made = frame(groups)
        return replace(made, themes=tuple(replace(t, is_given=t.id in given_ids) for t in made.themes))

    old = with_given({"money": "Money: a b", "fees": "Fees: g h", "t03": "Food: c d", "t04": "Staff: e f"}, "money",
                     "fees")
    new = with_given({"t01": "Charges: g h", "t02": "Meals: c d", "money": "Cash: a b", "staff": "Food: e f"}, "money",
                     "staff")
    result, changes = match(old, new, TEXTS)
    assert {t.id: t.label for t in result.themes} == {"fees": "Fees", "money": "Money", "staff": "Food",
                                                      "t03": "Food: c", "t05": "Charges"}
    assert {c.theme_id: c.change.value for c in changes} == {
        "t03": "same", "money": "same", "staff": "new", "fees": "kept", "t04": "faded", "t05": "new"}


def test_new_themes_give_way_to_labels_that_are_taken():
    old = frame({"t01": "App: a b", "t02": "Food: c d", "t03": "Staff: e f"})
    log = [decision(1, "pin", "t02"), decision(2, "rename", "t03", label="People"),
           decision(3, "parent", "t03", label="Digital")]
    new = frame({"t01": "Apps: a b", "t02": "food: g", "t03": "PEOPLE: h", "t04": "Digital: i", "t05": "App: j"})
    new = replace(new, themes=tuple(replace(t, keywords=()) if t.id == "t05" else t for t in new.themes))
    result = match(old, new, [*TEXTS, "i", "j"], log=log)[0]
    assert [t.label for t in result.themes] == ["App", "Food", "Staff", "food: g", "PEOPLE: h", "Digital: i",
                                                "App (t07)"]


@pytest.mark.parametrize("log", [[], [decision(1, "pin", "t02")], [decision(1, "never-join", "t01", "t03")]])
def test_without_texts_nothing_is_alike_and_nothing_breaks(log):
    two_levels = frame({"t01": "App:", "t02": "Crash < t01: a b", "t03": "Food: c d"})
    result, changes = match(two_levels, two_levels, [], log=log)
    pinned = {t for d in log for t in d.theme_ids}
    assert {c.theme_id for c in changes if c.change is Change.KEPT} >= pinned
    assert all(t.n_opinions == 0 for t in result.themes)


def test_a_refit_that_found_nothing_keeps_what_people_decided_about():
    old, empty = frame({"t01": "App: a b", "t02": "Food: c d"}), Codeframe.empty(EMBEDDER)
    result, changes = match(old, empty, TEXTS, log=[decision(1, "hide", "t02")])
    assert brief(changes) == [("kept", "t02", "Food", 2, 2), ("faded", "t01", "App", 2, 0)]
    assert [theme_of(result, word) for word in "ac"] == [None, "t02"]  # as sure as it was
    assert match(old, empty, TEXTS)[0].themes == ()
    assert brief(match(empty, old, TEXTS)[1]) == [("new", "t01", "App", 0, 2), ("new", "t02", "Food", 0, 2)]


def test_a_refit_remembers_what_it_was_matched_to_and_counts_what_it_read():
    result = match(frame({"t01": "App: a b"}, version=3), frame({"x": "Apps: a b"}), TEXTS)[0]
    assert (result.version, result.made_by) == (3, {"n_opinions": 8, "n_unclear": 6})


def test_a_kept_sub_theme_stands_where_it_can():
    old = frame({"t01": "Delivery:", "t02": "Late < t01: a b c d e", "t03": "Courier < t01: f"})
    log = [decision(1, "pin", "t03")]
    gone = match(old, frame({"x": "Lateness: a b c d e"}), TEXTS, log=log)[0]
    assert {t.id: t.parent for t in gone.themes} == {"t01": None, "t02": None, "t03": "t01"}
    old = frame({"t01": "Delivery:", "t02": "Late < t01: a b c", "t03": "Courier < t01: d"})
    new = frame({"t01": "Service:", "t02": "Post < t01: a b c d e", "t03": "Staff < t01: g"})
    result = match(old, new, [*TEXTS, *"g" * 20], log=log)[0]
    assert {t.id: t.parent for t in result.themes} == {"t04": None, "t01": "t04", "t03": "t04", "t05": "t04"}
    assert theme_of(result, "d") == "t03"


def test_a_kept_first_level_theme_comes_back_with_its_sub_themes():
    old = frame({"t01": "Delivery:", "t02": "Late < t01: a b", "t03": "Courier < t01: c d", "t04": "App: e f g h"})
    new = frame({"t01": "Other:", "t02": "Apps < t01: e f g h", "t03": "Lateness < t01: a b"})
    texts = [*TEXTS, *"efgh" * 3]
    assert [t.id for t in match(old, new, texts)[0].themes] == ["t05", "t04", "t02"]
    result, changes = match(old, new, texts, log=[decision(1, "rename", "t01", label="Post")])
    assert {t.id: t.parent for t in result.themes} == {"t01": None, "t02": "t01", "t03": "t01", "t05": None,
                                                       "t04": "t05"}
    assert {c.theme_id: c.change.value for c in changes} == {"t01": "kept", "t02": "same", "t03": "kept", "t04": "same",
                                                             "t05": "new"}
    assert [theme_of(result, word) for word in "ace"] == ["t02", "t03", "t04"]
    check_sizes(result, texts)


def test_two_themes_that_are_never_to_be_joined_stay_two():
    old = frame({"t01": "Price: a b c d", "t02": "Refunds: e f g"})
    new = frame({"t01": "Money: a b c d e f g"})
    assert [t.id for t in match(old, new, TEXTS)[0].themes] == ["t01"]
    result, changes = match(old, new, TEXTS, log=[decision(1, "never-join", "t01", "t02")])
    assert [theme_of(result, word) for word in "abcdefg"] == ["t01"] * 4 + ["t02"] * 3
    assert brief(changes) == [("same", "t01", "Price", 4, 4), ("kept", "t02", "Refunds", 3, 3)]


def test_what_took_in_most_of_two_that_are_never_to_be_joined_is_not_taken():
    """Both go on, each as the smaller part of what it was, and a third theme has the rest of both."""
    texts = list("abcdefghijkl")
    old = frame({"t01": "Price: a b c d e", "t02": "Refunds: f g h i j", "t03": "Food: k l"})
    new = frame({"t01": "Money: a b c f g h", "t02": "Fees: d e", "t03": "Returns: i j", "t04": "Meals: k l"})
    assert theme_of(match(old, new, texts)[0], "a") == theme_of(match(old, new, texts)[0], "f")
    result = match(old, new, texts, log=[decision(1, "never-join", "t02", "t01")])[0]
    assert [theme_of(result, word) for word in texts] == ["t01"] * 5 + ["t02"] * 5 + ["t03"] * 2
    assert {t.id for t in result.themes} == {"t01", "t02", "t03"}


def test_sub_themes_that_are_never_to_be_joined_may_stand_under_one_theme():
    old = frame({"t01": "Money:", "t02": "Price < t01: a b", "t03": "Refunds < t01: c d"})
    new = frame({"t01": "Costs:", "t02": "Returns < t01: c d", "t03": "Prices < t01: a b"})
    result, changes = match(old, new, TEXTS, log=[decision(1, "never-join", "t02", "t03")])
    assert {c.theme_id: c.change.value for c in changes} == {"t01": "same", "t02": "same", "t03": "same"}
    assert {t.id: t.parent for t in result.themes} == {"t01": None, "t02": "t01", "t03": "t01"}


@pytest.mark.parametrize("new", [
    {"t01": "All:", "t02": "W < t01: a b", "t03": "X < t01: c d", "t04": "Y < t01: e f", "t05": "Z < t01: g h"},
    {"t01": "All:", "t02": "W < t01: a b e f", "t03": "X < t01: c d g h"},
    {"t01": "All:", "t02": "W < t01: a b c d e f", "t03": "X < t01: g h"},
    {"t01": "All: a b c d e f g h"},
], ids=["sub-themes found again", "mixed", "most in one", "all in one"])
def test_first_level_themes_that_are_never_to_be_joined_stay_two_with_their_sub_themes(new):
    old = frame({"t01": "Delivery:", "t02": "Late < t01: a b", "t03": "Courier < t01: c d",
                 "t04": "App:", "t05": "Crash < t04: e f", "t06": "Login < t04: g h"})
    joined = match(old, frame(new), TEXTS)[0]
    assert joined.top(theme_of(joined, "a")) == joined.top(theme_of(joined, "e"))
    result = match(old, frame(new), TEXTS, log=[decision(1, "never-join", "t01", "t04")])[0]
    assert [result.top(theme_of(result, word)) for word in TEXTS] == ["t01"] * 4 + ["t04"] * 4
    check_sizes(result, TEXTS)


def test_themes_that_change_places_do_not_stand_below_one_another():
    """Delivery goes on below what was its sub-theme, and that is to be as it was."""
    old = frame({"t01": "Delivery:", "t02": "Late < t01: a i", "t03": "Courier < t01: d", "t04": "Food: h",
                 "t05": "Staff: e f g"})
    new = frame({"t01": "All:", "t02": "Hot < t01: a g h", "t03": "Shop < t01: c e", "t04": "Post < t01: d i"})
    texts = list("abcdefghi")
    assert match(old, new, texts)[0].theme("t01").parent == "t02"
    result = match(old, new, texts, log=[decision(1, "never-join", "t02", "t04")])[0]
    assert [theme_of(result, word) for word in "adh"] == ["t02", "t01", "t04"]
    assert {t.id: t.parent for t in result.themes if t.parent} == {"t02": "t01", "t05": "t01"}


def test_a_theme_that_goes_on_does_not_take_in_two_of_its_own_that_are_never_to_be_joined():
    old = frame({"t01": "Delivery:", "t02": "Late < t01: a b", "t03": "Courier < t01: c d"})
    new = frame({"t01": "Post: b d"})
    result = match(old, new, list("abcd"), log=[decision(1, "never-join", "t02", "t03")])[0]
    assert [theme_of(result, word) for word in "abcd"] == ["t02", "t02", "t03", "t03"]


def test_a_theme_and_a_sub_theme_that_are_never_to_be_joined():
    old = frame({"t01": "Delivery:", "t02": "Late < t01: a b", "t03": "Courier < t01: c d",
                 "t04": "App:", "t05": "Crash < t04: e f", "t06": "Login < t04: g h"})
    new = frame({"t01": "Post:", "t02": "Lateness < t01: a b", "t03": "Driver < t01: c d", "t04": "Bugs < t01: e f",
                 "t05": "Password: g h"})
    result = match(old, new, TEXTS, log=[decision(1, "never-join", "t01", "t05")])[0]
    assert [result.top(theme_of(result, word)) for word in "aceg"] == ["t01", "t01", "t04", "t06"]
    inside = match(old, new, TEXTS, log=[decision(1, "never-join", "t01", "t02")])[0]  # a theme is joined with its own
    assert inside.theme("t02").parent == "t01"


WORDS = list("abcdefghijkl")
GROUPING = st.tuples(st.lists(st.sampled_from([None, 0, 1, 2, 3, 4, 5]), min_size=len(WORDS), max_size=len(WORDS)),
                     st.lists(st.sampled_from([0, 1, 2]), min_size=6, max_size=6))


def grouped(grouping):
    """Return a codeframe of random groups; where several have one first-level theme, they stand below it."""
    groups, tops = grouping
    words = {k: [w for w, group in zip(WORDS, groups, strict=True) if group == k] for k in range(6)}
    words = {k: own for k, own in words.items() if own}
    lines = {}
    for top in range(3):
        own = [k for k in words if tops[k] == top]
        if len(own) > 1:
            lines[f"t{len(lines) + 1:02d}"] = f"top {top}:"
        above = f" < t{len(lines):02d}" if len(own) > 1 else ""
        for k in own:
            lines[f"t{len(lines) + 1:02d}"] = f"group {k}{above}: {' '.join(words[k])}"
    return frame(lines) if lines else Codeframe.empty(EMBEDDER)


def contents(codeframe):
    """Return theme → whether it has sub-themes, and its words; those without words left out."""
    ids = codeframe.assign(WORDS)[0]
    said = {t.id: frozenset(w for w, i in zip(WORDS, ids, strict=True) if i and t.id in (i, codeframe.top(i)))
            for t in codeframe.themes}
    return {i: (any(t.parent == i for t in codeframe.themes), own) for i, own in said.items() if own}


@settings(max_examples=60, deadline=None)
@given(st.lists(GROUPING, min_size=2, max_size=4), st.data())
def test_ids_go_on_and_none_is_used_twice(groupings, data):
    current = grouped(groupings[0])
    ever, log = {t.id for t in current.themes}, []
    for grouping in groupings[1:]:
        ids = [t.id for t in current.themes]
        if ids:
            log.append(decision(len(log) + 1, "pin", *data.draw(st.lists(st.sampled_from(ids), max_size=2))))
        found = grouped(grouping)
        result, changes = match(current, found, WORDS, log=log)
        now, labels = [t.id for t in result.themes], [t.label.casefold() for t in result.themes]
        assert len(set(now)) == len(now)
        assert len(set(labels)) == len(labels)
        assert not (set(now) - set(ids)) & ever
        assert {theme_id for d in log for theme_id in d.theme_ids} <= set(now)
        assert {c.theme_id for c in changes} == set(ids) | set(now)
        assert all(t.label == current.label(t.id) for t in result.themes if t.id in ids)
        heir = {c.found_label: c.theme_id for c in changes}
        for was, before in contents(current).items():
            for found_id, after in contents(found).items():
                assert before != after or heir.get(found.label(found_id), was) == was
        check_sizes(result, WORDS)
        ever |= set(now)
        current = result


@settings(max_examples=60, deadline=None)
@given(GROUPING, GROUPING, st.data())
def test_no_theme_takes_in_most_of_two_that_are_never_to_be_joined(before, after, data):
    old, found = grouped(before), grouped(after)
    if len(old.assigned) < 2:
        return
    a, b = data.draw(st.lists(st.sampled_from(old.assigned), min_size=2, max_size=2, unique=True))
    result, _ = match(old, found, WORDS, log=[decision(1, "never-join", a, b)])
    was, now = old.assign(WORDS)[0], result.assign(WORDS)[0]
    assert {a, b} <= {t.id for t in result.themes}
    for theme_id in result.assigned:
        shares = [sum(n == theme_id for n, w in zip(now, was, strict=True) if w == x) / was.count(x) for x in (a, b)
                  if was.count(x)]
        assert min(shares, default=0) < IS_MOST or len(shares) < 2
