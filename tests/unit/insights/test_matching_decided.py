"""Every decision of people survives every refit."""

from datetime import UTC, datetime
from functools import partial

import pytest

from cx_text.codeframe import JourneyStage
from cx_text.decisions import Action, Decision, Part, replay, waiting
from cx_text.insights.matching import match, recounted
from cx_text.testing import FakeEmbedder, codeframe_of

EMBEDDER = FakeEmbedder(256)
NOON = datetime(2025, 5, 1, 12, tzinfo=UTC)
frame = partial(codeframe_of, EMBEDDER)


def decision(number, action, *theme_ids, **what):
    return Decision(number, Action(action), "ana", NOON, theme_ids, **what)


def check_sizes(codeframe, texts):
    """A theme's size is the number of its own opinions and of those of its sub-themes."""
    ids = codeframe.assign(texts)[0]
    for theme in codeframe.themes:
        below = sum(t.n_opinions for t in codeframe.themes if t.parent == theme.id)
        assert theme.n_opinions == ids.count(theme.id) + below


LINES = {
    "t01": "Delivery:", "t02": "Late < t01: late slow delay", "t03": "Courier < t01: driver courier",
    "t04": "App:", "t05": "Crashes < t04: crash freeze", "t06": "Login < t04: login password",
    "t07": "Money:", "t08": "Price < t07: price cost", "t09": "Refunds < t07: refund money",
    "t10": "Food: cold tasty", "t11": "Staff: rude kind helpful", "t12": "Shops: shop queue", "t13": "Parking: parking",
    "t14": "Toilets: toilet soap", "t15": "Opening hours: open closed",
}
OLD = frame(LINES)
SAID = 2 * [word for line in LINES.values() for word in line.partition(":")[2].split()] + ["battery", "heat"] * 2
LOG = [
    decision(1, "rename", "t05", label="App falls over"), decision(2, "merge", "t02", "t03"),
    decision(3, "split", "t11", parts=(Part("Rude staff", ("rude",)), Part("Kind staff", ("kind", "helpful")))),
    decision(4, "move", texts=("Cold!",), to="t08"), decision(5, "pin", "t13"), decision(6, "hide", "t12"),
    decision(7, "never-join", "t08", "t09"), decision(8, "never-join", "t01", "t04"),
    decision(9, "parent", "t10", label="Dining"), decision(10, "parent", "t12", to="t07"),
    decision(11, "stage", "t06", to="use"), decision(12, "clarity", value=0.4),
    decision(13, "rename", "t07", label="Costs"), decision(14, "parent", "t15", to="t14"),
    decision(15, "rename", "s03b", label="Nice people"), decision(16, "rename", "t01", label="Nobody wants this"),
    decision(17, "undo", undoes=16),
]
REFITS = {
    "found again": {  # under other ids and labels
        "t01": "Crash: crash freeze", "t02": "Password: login password", "t03": "Post:",
        "t04": "Delays < t03: late slow delay", "t05": "Driver < t03: driver courier", "t06": "Costs:",
        "t07": "Cost < t06: price cost", "t08": "Returns < t06: refund money", "t09": "Meals: cold tasty",
        "t10": "People: rude kind helpful", "t11": "Queues: shop queue", "t12": "Cars: parking",
        "t13": "Loos: toilet soap", "t14": "Hours: open closed"},
    "joined": {  # what must stay two is one, on both levels, and other themes are gone
        "t01": "All:", "t02": "Delays < t01: late slow delay driver courier", "t03": "App < t01: crash freeze",
        "t04": "Signing in < t01: login password", "t05": "Cash: price cost refund money", "t06": "Meals: cold tasty",
        "t07": "Places: shop queue toilet soap open closed", "t08": "App falls over: battery heat"},
    "other levels": {  # what was put under others, or split, has sub-themes; what others were put under is one
        "t01": "Dinner:", "t02": "Chilly < t01: cold", "t03": "Yummy < t01: tasty", "t04": "People:",
        "t05": "Rudeness < t04: rude", "t06": "Nice people < t04: kind helpful", "t07": "Places:",
        "t08": "Loos < t07: toilet soap", "t09": "Shopping < t07: shop queue", "t10": "Hours:",
        "t11": "Open < t10: open", "t12": "Closed < t10: closed", "t13": "Post: late slow delay",
        "t14": "Apps: crash freeze login password", "t15": "Costs: price cost", "t16": "Dining: battery heat"},
    "nothing": {"t01": "Heat: battery heat"},
}


def check_decided(current):
    """Each decision of the log has its effect."""
    themes = {t.id: t for t in current.themes}
    of = dict(zip(SAID, current.assign(SAID)[0], strict=True))
    top = {word: current.top(theme_id) if theme_id else None for word, theme_id in of.items()}
    assert (themes["t05"].label, of["crash"], of["freeze"]) == ("App falls over", "t05", "t05")
    assert "t03" not in themes
    assert {of[word] for word in ("late", "slow", "delay", "driver", "courier")} == {"t02"}
    assert (of["rude"], of["kind"], of["helpful"]) == ("s03a", "s03b", "s03b")
    assert (themes["s03a"].label, themes["s03b"].label) == ("Rude staff", "Nice people")
    assert (of["cold"], of["parking"]) == ("t08", "t13")
    assert themes["t12"].is_hidden
    assert (of["price"], of["cost"], of["refund"], of["money"]) == ("t08", "t08", "t09", "t09")
    assert (top["late"], top["crash"], top["login"]) == ("t01", "t04", "t04")
    assert (of["tasty"], top["tasty"], themes["g09"].label) == ("t10", "g09", "Dining")
    assert (themes["t12"].parent, of["shop"]) == ("t07", "t12")
    assert (themes["t06"].stage, of["login"]) == (JourneyStage.USE, "t06")
    assert current.min_confidence == 0.4
    assert themes["t07"].label == "Costs"
    assert (themes["t15"].parent, of["open"], of["closed"], of["soap"]) == ("t14", "t15", "t15", "t14")
    assert themes["t01"].label == "Delivery"  # that rename was taken back
    labels = [t.label.casefold() for t in current.themes]
    assert len(set(labels)) == len(labels)


def test_every_decision_holds_before_any_refit():
    check_decided(replay(OLD, LOG))


@pytest.mark.parametrize("refit", REFITS)
def test_every_decision_survives_a_refit(refit):
    result, _ = match(OLD, frame(REFITS[refit]), SAID, log=LOG)
    assert waiting(result, LOG) == []
    current = replay(result, LOG)
    check_decided(current)
    check_sizes(recounted(current, SAID), SAID)


def test_every_decision_survives_one_refit_after_another():
    result, ever = OLD, {t.id for t in OLD.themes}
    for refit in (*REFITS, *reversed(REFITS)):
        before = {t.id for t in result.themes}
        result, _ = match(result, frame(REFITS[refit]), SAID, log=LOG)
        check_decided(replay(result, LOG))
        now = {t.id for t in result.themes}
        assert not (now - before) & ever  # what is new has a number of its own
        ever |= now


def test_themes_are_counted_again():
    once = recounted(replay(OLD, LOG), SAID)
    check_sizes(once, SAID)
    assert once.theme("t08").n_opinions == 6  # price, cost, and what was moved there, each said twice
    assert once.theme("t07").n_opinions == 6 + 4 + 4
    assert once.made_by == {"n_opinions": len(SAID), "n_unclear": 4}
    assert recounted(once, SAID, embeddings=EMBEDDER.embed(SAID)) == once
    sizes = [t.n_opinions for t in once.themes if t.parent is None]
    assert sizes == sorted(sizes, reverse=True)
