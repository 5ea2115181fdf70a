"""What each decision of a person does, and that all of it can be undone."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx_text.codeframe import Certainty, Codeframe, JourneyStage, Theme
from cx_text.decisions import (
    Action,
    Decision,
    Part,
    decide,
    decided_about,
    in_force,
    labels_by_people,
    moves,
    never_joined,
    replay,
    undoable,
    waiting,
)
from cx_text.errors import ConfigError
from cx_text.testing import FakeEmbedder

EMBEDDER = FakeEmbedder(64)
NOON = datetime(2025, 5, 1, 12, tzinfo=UTC)
# Theme → its label, its parent and the words that it is about, each said in so many opinions.
THEMES = {
    "t01": ("Delivery", None, {}),
    "t02": ("Late", "t01", {"late": 4, "slow": 2}),
    "t03": ("Driver", "t01", {"driver": 3}),
    "t04": ("App", None, {"crash": 5, "login": 3}),
    "t05": ("Money", None, {}),
    "t06": ("Price", "t05", {"price": 2}),
}
WORDS = [word for _, _, said in THEMES.values() for word in said]


def codeframe():
    own = {theme_id: sum(said.values()) for theme_id, (_, _, said) in THEMES.items()}
    sizes = {top: n + sum(own[t] for t, (_, parent, _) in THEMES.items() if parent == top) for top, n in own.items()}
    themes = tuple(Theme(theme_id, label, (label.lower(),), sizes[theme_id], parent, tuple(said))
                   for theme_id, (label, parent, said) in THEMES.items())
    owners = tuple(theme_id for theme_id, (_, _, said) in THEMES.items() for _ in said)
    return Codeframe(themes, EMBEDDER.embed(WORDS), owners, EMBEDDER)


def decision(action, *theme_ids, number=1, **what):
    return Decision(number, Action(action), "ana", NOON, theme_ids, **what)


def decided(action, *theme_ids, frame=None, **what):
    return decide(frame or codeframe(), decision(action, *theme_ids, **what))


def logged(*lines):
    """Return a log; each line is an action, the themes, and what else."""
    return [decision(action, *ids, number=n, **what) for n, (action, ids, what) in enumerate(lines, start=1)]


def shape(frame):
    """Return theme → parent and size."""
    return {t.id: (t.parent, t.n_opinions) for t in frame.themes}


def theme_of(frame, *words):
    return frame.assign(words)[0]


def check_sound(frame):
    """Sizes of first-level themes are their own opinions and those of sub-themes; labels are distinct."""
    below = {t.id: sum(s.n_opinions for s in frame.themes if s.parent == t.id) for t in frame.themes}
    with_centres = set(frame.owners)
    for theme in frame.themes:
        assert theme.n_opinions >= below[theme.id]
        if theme.id not in with_centres:
            assert theme.n_opinions == below[theme.id]
    assert len({t.label.casefold() for t in frame.themes}) == len(frame.themes)


def test_rename():
    frame = decided("rename", "t04", label="  The app ")
    assert frame.label("t04") == "The app"
    assert shape(frame) == shape(codeframe())
    assert decided("rename", "t04", label="APP").label("t04") == "APP"  # its own label in other letters


def test_merge_keeps_the_first_theme_and_gives_it_all_opinions():
    frame = decided("merge", "t04", "t06")
    assert shape(frame) == {"t04": (None, 10), "t01": (None, 9), "t02": ("t01", 6), "t03": ("t01", 3)}
    assert theme_of(frame, "price", "crash", "late") == ["t04", "t04", "t02"]
    assert frame.theme("t04").exemplars == ("crash", "price", "login")  # of each in turn
    assert frame.theme("t04").keywords == ("app", "price")


def test_merged_first_level_themes_join_their_sub_themes():
    frame = decided("merge", "t01", "t05")
    assert shape(frame)["t01"] == (None, 11)
    assert shape(frame)["t06"] == ("t01", 2)
    assert "t05" not in shape(frame)
    assert theme_of(frame, "price") == ["t06"]


def test_a_theme_that_takes_in_the_one_above_it_takes_its_place():
    frame = decided("merge", "t02", "t01")
    assert shape(frame) == {"t02": (None, 9), "t03": ("t02", 3), "t04": (None, 8), "t05": (None, 2), "t06": ("t05", 2)}


def test_a_theme_that_takes_in_all_below_it_has_their_opinions():
    frame = decided("merge", "t01", "t02", "t03")
    assert shape(frame)["t01"] == (None, 9)
    assert theme_of(frame, "late", "driver") == ["t01", "t01"]


def test_a_sub_theme_that_takes_in_a_first_level_theme_has_its_sub_themes_beside_it():
    frame = decided("merge", "t02", "t05")
    assert shape(frame)["t06"] == ("t01", 2)
    assert shape(frame)["t01"] == (None, 11)


def test_a_split_first_level_theme_stays_above_its_parts():
    parts = (Part("Crashes", ("crash",)), Part("Signing in", ("login",)))
    frame = decided("split", "t04", number=7, parts=parts)
    assert shape(frame)["t04"] == (None, 8)
    assert shape(frame)["s07a"] == ("t04", 4)  # shares of the exemplars, until the opinions are counted again
    assert shape(frame)["s07b"] == ("t04", 4)
    assert theme_of(frame, "crash", "login") == ["s07a", "s07b"]
    assert (frame.label("s07b"), frame.theme("s07b").summary) == ("Signing in", "login")


def test_the_parts_of_a_split_sub_theme_stand_in_its_place():
    hidden = decided("stage", "t02", to="receive", frame=decided("hide", "t02"))
    parts = (Part("Late", ("late",)), Part("Slow", ("slow", "slow again")))
    frame = decided("split", "t02", number=3, parts=parts, frame=hidden)
    assert set(shape(frame)) == {"t01", "t03", "t04", "t05", "t06", "s03a", "s03b"}
    assert shape(frame)["s03a"][0] == shape(frame)["s03b"][0] == "t01"
    assert shape(frame)["t01"] == (None, 9)
    assert frame.theme("s03a").is_hidden
    assert frame.theme("s03a").stage is JourneyStage.RECEIVE
    assert theme_of(frame, "late", "slow") == ["s03a", "s03b"]


def test_a_theme_without_exemplars_is_shared_out_evenly():
    frame = codeframe()
    frame = replace(frame, themes=tuple(replace(t, exemplars=()) for t in frame.themes))
    parts = tuple(Part(word, (word,)) for word in ("crash", "login", "else"))
    frame = decided("split", "t04", parts=parts, frame=frame)
    assert sorted(shape(frame)[f"s01{letter}"][1] for letter in "abc") == [2, 3, 3]


def test_a_split_theme_hands_moved_opinions_to_the_part_that_they_are_nearest_to():
    frame = decided("move", texts=("cannot login",), to="t04")
    frame = decided("split", "t04", parts=(Part("A", ("crash",)), Part("B", ("login",))), frame=frame, number=2)
    assert theme_of(frame, "Cannot login!") == ["s02b"]


def test_a_moved_opinion_has_the_theme_that_a_person_gave_it():
    frame = decided("move", texts=("Crash!", "late"), to="t06")
    assert theme_of(frame, "crash", "LATE.", "slow") == ["t06", "t06", "t02"]
    assert theme_of(decided("move", texts=("crash",), to="", frame=frame), "crash", "late") == [None, "t06"]


def test_moved_opinions_go_with_the_theme_when_it_is_merged():
    frame = decided("merge", "t04", "t06", frame=decided("move", texts=("late",), to="t06"))
    assert theme_of(frame, "late") == ["t04"]


def test_a_first_level_theme_lives_on_for_the_opinions_that_were_moved_to_it():
    moved = decided("move", texts=("late",), to="t05")
    frame = decided("parent", "t06", to="t04", frame=moved)
    assert "t05" in shape(frame)
    assert theme_of(frame, "late") == ["t05"]
    assert "t05" not in shape(decided("parent", "t06", to="t04"))


def test_hiding_a_theme_hides_its_sub_themes():
    frame = decided("hide", "t01")
    assert {t.id for t in frame.themes if t.is_hidden} == {"t01", "t02", "t03"}
    assert theme_of(frame, "late") == ["t02"]


def test_a_theme_is_put_under_another_under_a_new_one_or_on_the_first_level():
    under = decided("parent", "t04", to="t05")
    assert shape(under) == {"t05": (None, 10), "t04": ("t05", 8), "t06": ("t05", 2), "t01": (None, 9),
                            "t02": ("t01", 6), "t03": ("t01", 3)}
    group = decided("parent", "t04", "t06", label="Digital", number=12)
    assert shape(group)["g12"] == (None, 10)
    assert (group.label("g12"), "t05" in shape(group)) == ("Digital", False)
    alone = decided("parent", "t02", to="")
    assert shape(alone)["t02"] == (None, 6)
    assert shape(alone)["t01"] == (None, 3)


def test_stage_and_clarity():
    frame = decided("stage", "t04", "t06", to="get help")
    assert [t.id for t in frame.themes if t.stage is JourneyStage.GET_HELP] == ["t04", "t06"]
    sure = replace(codeframe(), certainty=Certainty(-5.0, 10.0, 0.0))
    assert theme_of(sure, "weather today") != [None]
    assert theme_of(decided("clarity", value=0.9, frame=sure), "weather today", "crash") == [None, "t04"]


def test_pins_and_never_join_change_nothing_now():
    for action, ids in (("pin", ["t04"]), ("never-join", ["t01", "t04"])):
        assert decided(action, *ids).themes == codeframe().themes


TWO = (Part("A", ("crash",)), Part("B", ("login",)))


@pytest.mark.parametrize(("action", "ids", "what", "message"), [
    ("rename", ["T04"], {"label": "X"}, "there is no theme 'T04'. Did you mean 't04'?"),
    ("rename", ["zz"], {"label": "X"}, "there is no theme 'zz'. Run: cx-text themes show FOLDER."),
    ("rename", [], {"label": "X"}, "rename takes a theme."),
    ("rename", ["t04"], {"label": " "}, "a theme's label is not blank."),
    ("rename", ["t04"], {"label": "late"},
     "theme 't02' is called 'late' already. To make one theme of both, merge t02 and t04."),
    ("merge", ["t04"], {}, "merge takes two themes or more."),
    ("merge", ["t04", "t04"], {}, "merge takes two themes or more."),
    ("never-join", ["t04", "t04"], {}, "never-join takes two themes or more."),
    ("split", ["t01"], {"parts": TWO},
     "theme 't01' has sub-themes. Split one of them, or move them to other parents."),
    ("split", ["t04"], {"parts": TWO[:1]},
     "splitting theme 't04' takes two parts or more, 26 at most, each with an opinion as example."),
    ("split", ["t04"], {"parts": (TWO[0], Part("B", ()))},
     "splitting theme 't04' takes two parts or more, 26 at most, each with an opinion as example."),
    ("split", ["t04"], {"parts": TWO * 14},
     "splitting theme 't04' takes two parts or more, 26 at most, each with an opinion as example."),
    ("split", ["t04"], {"parts": (TWO[0], Part(" a", ("x",)))},
     "two parts of theme 't04' have one label. Give each a label of its own."),
    ("split", ["t04"], {"parts": (TWO[0], Part("App", ("x",)))}, "theme 't04' is called 'App' already."),
    ("move", [], {"texts": (), "to": "t04"}, "moving takes the words of an opinion."),
    ("move", [], {"texts": ("!",), "to": "t04"}, "moving takes the words of an opinion."),
    ("move", [], {"texts": ("late",), "to": "none"}, "there is no theme 'none'. Run: cx-text themes show FOLDER."),
    ("parent", ["t04"], {"to": "t02"}, "theme 't02' is itself a sub-theme, and there are two levels. Name a "
     "first-level theme, or give a label for a new one."),
    ("parent", ["t04"], {"to": "t04"}, "theme 't04' cannot be its own parent."),
    ("parent", ["t01"], {"to": "t05"}, "theme 't01' has sub-themes, and there are two levels. To join them with those "
     "of the other, merge t05 t01."),
    ("parent", ["t04"], {"label": "money"}, "theme 't05' is called 'money' already."),
    ("stage", ["t04"], {"to": "bye"}, "'bye' is none of the journey stages discover, buy, receive, use, pay, get help, "
     "leave. Did you mean 'buy'?"),
    ("clarity", [], {"value": 1.5}, "a confidence is from 0 to 1, not 1.5."),
    ("clarity", [], {}, "a confidence is from 0 to 1, not None."),
])
def test_what_makes_no_sense_is_refused_in_one_line(action, ids, what, message):
    with pytest.raises(ConfigError) as caught:
        decided(action, *ids, **what)
    assert str(caught.value) == message


def test_a_part_of_a_sub_theme_may_have_its_name_as_the_sub_theme_goes():
    frame = decided("split", "t02", parts=(Part("Late", ("late",)), Part("Slow", ("slow",))))
    assert frame.label("s01a") == "Late"


A_DECISION = st.one_of(
    st.builds(lambda ids: ("merge", ids, {}), st.lists(st.sampled_from([*THEMES, "s02a"]), min_size=2, max_size=3)),
    st.builds(lambda i: ("split", [i], {"parts": TWO}), st.sampled_from(sorted(THEMES))),
    st.builds(lambda i, to: ("parent", [i], {"to": to}), st.sampled_from([*THEMES, "s01a"]),
              st.sampled_from(["", *THEMES])),
    st.builds(lambda i, label: ("parent", [i], {"label": label}), st.sampled_from(sorted(THEMES)),
              st.sampled_from(["Digital", "Late"])),
    st.builds(lambda i, label: ("rename", [i], {"label": label}), st.sampled_from(sorted(THEMES)),
              st.sampled_from(["Digital", "A", "Other"])),
    st.builds(lambda word, to: ("move", [], {"texts": (word,), "to": to}), st.sampled_from(WORDS),
              st.sampled_from(["", *THEMES])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(A_DECISION, max_size=6))
def test_whatever_is_decided_no_opinion_is_lost_and_sizes_add_up(lines):
    frame = codeframe()
    for step in logged(*lines):
        frame = replay(frame, [step])
        check_sound(frame)
        assert sum(t.n_opinions for t in frame.themes if t.parent is None) == 19
        assert set(theme_of(frame, *WORDS)) <= {None, *(t.id for t in frame.themes)}


@settings(max_examples=30, deadline=None)
@given(st.lists(A_DECISION, min_size=1, max_size=4))
def test_undoing_everything_gives_back_what_was_there(lines):
    log = logged(*lines, *(("undo", [], {"undoes": n}) for n in range(len(lines), 0, -1)))
    frame = replay(codeframe(), log)
    assert (frame.themes, frame.owners, frame.moved) == (codeframe().themes, codeframe().owners, {})
    assert np.array_equal(frame.centres, codeframe().centres)


@pytest.mark.parametrize(("undoes", "force", "can"), [
    ([], [1, 2], {1, 2}),
    ([1], [2], {2, 3}),
    ([1, 3], [1, 2], {1, 2, 4}),  # the undoing is undone
    ([1, 3, 4], [2], {2, 3, 5}),  # and that again: the first undoing holds
    ([1, 2], [], {3, 4}),
])
def test_undoings_can_be_undone(undoes, force, can):
    log = logged(("pin", ["t04"], {}), ("hide", ["t04"], {}), *(("undo", [], {"undoes": n}) for n in undoes))
    assert [d.number for d in in_force(log)] == force
    assert undoable(log) == can


def test_decisions_about_absent_themes_wait_and_the_others_are_carried_out():
    log = logged(("rename", ["t09"], {"label": "Gone"}), ("rename", ["t04"], {"label": "The app"}),
                 ("merge", ["t02", "t08"], {}), ("pin", ["t07"], {}))
    assert replay(codeframe(), log).label("t04") == "The app"
    assert [d.number for d in waiting(codeframe(), log)] == [1, 3, 4]
    log.append(decision("undo", number=5, undoes=3))
    assert [d.number for d in waiting(codeframe(), log)] == [1, 4]


def test_decisions_build_on_one_another():
    log = logged(("split", ["t04"], {"parts": TWO}), ("rename", ["s01a"], {"label": "Crashes"}),
                 ("parent", ["s01b", "t06"], {"label": "Account"}), ("merge", ["t02", "t03"], {}))
    frame = replay(codeframe(), log)
    assert waiting(codeframe(), log) == []
    assert [(t.label, t.parent) for t in frame.themes] == [
        ("Delivery", None), ("Late", "t01"), ("Account", None), ("B", "g03"), ("Price", "g03"), ("App", None),
        ("Crashes", "t04")]
    without_split = [*log, decision("undo", number=5, undoes=1)]
    assert [d.number for d in waiting(codeframe(), without_split)] == [2, 3]


def test_the_themes_and_labels_that_decisions_are_about():
    log = logged(("rename", ["t01"], {"label": "Post"}), ("move", [], {"texts": ("x",), "to": "t02"}),
                 ("move", [], {"texts": ("y",), "to": ""}), ("parent", ["t03"], {"to": "t05"}),
                 ("stage", ["t06"], {"to": "pay"}), ("never-join", ["t01", "t04", "t05"], {}),
                 ("split", ["t04"], {"parts": TWO}), ("hide", ["t07"], {}), ("undo", [], {"undoes": 8}))
    assert decided_about(log) == {"t01", "t02", "t03", "t04", "t05", "t06"}
    assert labels_by_people(log) == {"Post", "A", "B"}
    assert never_joined(log) == [("t01", "t04"), ("t01", "t05"), ("t04", "t05")]


def test_the_opinions_that_a_decision_moves_are_counted_by_label():
    after = decided("move", texts=("late",), to="", frame=decided("merge", "t04", "t06"))
    counts = moves(codeframe(), after, ["late", "price", "price", "crash"])
    assert counts == {("Late", "unclear"): 1, ("Price", "App"): 2}
    back = moves(after, codeframe(), ["late"])
    assert back == {("unclear", "Late"): 1}
