"""The sections beside the themes: each says its figures where there are any, and is absent where there are none."""

import pytest
from made.page import Page
from made.summaries import (
    NOTHING_ELSE,
    conflict_table,
    driver_table,
    full_summary,
    make_change,
    make_driver,
    score_table,
    segment_table,
)
from markupsafe import Markup

from cx_text.insights.conflicts import LOW_SCORE_PRAISE, MEASURED, SILENT_RISK
from cx_text.insights.implied import ImpliedNps
from cx_text.report import html
from cx_text.report.grid import Axis
from cx_text.report.html import render_report

# What of a summary fills a section, and the section's heading.
SECTIONS = {"scores": "Scores Each score by itself", "change": "What changed The NPS went",
            "drivers": "By what is said of them", "outcomes": "What goes with other outcomes As",
            "segments": "For whom The NPS", "journey": "Along the customer journey Themes",
            "conflicts": "Words and score disagree The strongest", "brands": "Brands Counted in comments",
            "brand_themes": "Theme by theme", "implied": "an estimate, never part of the NPS"}


@pytest.fixture(scope="module")
def page():
    return Page(render_report(full_summary()))


@pytest.fixture
def render(monkeypatch):
    """Return a page with the given fields of its summary, its charts left out: they take a second to draw."""
    drawn = html.Picture(*[Markup('<svg role="img" aria-label="a chart"></svg>')] * 2)
    monkeypatch.setattr(html, "picture", lambda draw: drawn)
    return lambda **other: render_report(full_summary(**other))


@pytest.fixture
def rendered(render):
    return lambda **other: Page(render(**other))


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_without_figures_is_absent(page, name, rendered):
    assert SECTIONS[name] in page.text
    without = {"drivers" if name == "outcomes" else name: NOTHING_ELSE["drivers" if name == "outcomes" else name]}
    if name == "brands":
        without["brand_themes"] = None
    shown = rendered(**without)
    assert SECTIONS[name] not in shown.text
    assert {a["href"][1:] for a in shown.all("a")} <= {a["id"] for _, a in shown.tags if "id" in a}
    left = [other for other in SECTIONS if SECTIONS[other] in shown.text]
    gone = {name} | ({"drivers", "outcomes"} if name in ("drivers", "outcomes") else set())
    assert set(SECTIONS) - set(left) == gone | ({"brand_themes"} if name == "brands" else set())


def test_nothing_but_scores_and_themes(rendered):
    shown = rendered(**NOTHING_ELSE)
    assert [name for name in SECTIONS if SECTIONS[name] in shown.text] == []
    assert "Net Promoter Score −4 95 % interval −12 to 4 from 412 scores, 2 March to 29 April 2024" in shown.text


def test_effects_are_explained_and_their_marks_named(page):
    assert ("Leave-out : the NPS of all minus the NPS without those who raise the theme. Adjusted : the same with all "
            "other themes held constant, so a hollow mark") in page.text
    assert "fewer than 10 customers" in page.text  # in the legend
    assert [a for a in page.all("tr") if "pale" in a.get("class", "")]


def test_each_theme_is_split_by_what_is_said_of_it(page):
    said = page.after("By what is said of them")
    assert ("late delivery negative ▼ costs −5.5 −7.4 to −3.7 58 12 % of comments −59 −73 to −42 "
            "positive ◆ cannot tell +0.7 −1.2 to +2.5 8 ") in said
    assert "Sub-themes, negative and positive" in said
    assert "parcel late delivery negative" in said


def test_each_score_has_its_unit_interval_n_period_and_scale(page, rendered):
    for row in ["NPS −4 −12 to 4 adjusted Wald 412 2 March to 29 April 2024 scores of 0 to 10",
                "CSAT 61 % 57 % to 65 % Wilson 390 2 March to 29 April 2024 4 to 5 on 1-5",
                "CSAT, mean 3.71 of 5 3.60 to 3.82 Student's t 390",
                "Attrition 8.4 % 6.4 % to 11 % Wilson 500 – yes in 'Left'",
                "Revenue 490 450 to 530 Student's t 500 – mean of 'Spent'"]:
        assert row in page.text
    assert "NPS proxy, from rating 1-5 a proxy, not an NPS −4" in rendered(scores=score_table("proxy", "csat")).text


def test_other_outcomes_say_what_is_worse_and_in_which_unit(page):
    said = page.after("What goes with other outcomes As")
    assert "All customers: 8.4 % (6.4 % to 11 %), n = 500, yes in 'Left'. Adjusted figures are in percentage" in said
    assert "late delivery ▼ worse +3.3 +1.4 to +5.1 58 12 % of comments 21 % 14 % to 30 %" in said
    assert "late delivery ▼ worse −80.4 −82.3 to −78.6 58 12 % of comments 410 350 to 470 23,780" in said


def test_segments_say_their_difference_and_what_costs_most_there(page, rendered):
    said = page.after("For whom The NPS")
    assert "Basic −20 −35 to −4 ▼ lower −22.0 −38.0 to −5.0 120 30 % late delivery −6.6 points" in said
    assert "Lifts most there" not in said  # nothing does
    assert "All 20 groups" in rendered(segments=segment_table(*(f"plan {i}" for i in range(20)))).text


def test_the_journey_is_in_its_order_and_not_split(page):
    said = page.after("Along the customer journey Themes")
    assert said.index("Receive ◆ cannot tell") < said.index("Pay ▼ costs")
    assert said.count("Pay ▼") == 1


def test_the_change_says_its_windows_its_n_and_that_its_parts_add_up(page, rendered):
    said = page.after("What changed The NPS")
    for words in ["went from 5 before 1 April 2024 to −13 from 1 April 2024 on: −18.2 points", "From 200 scores before "
                  "and 212 after.", "the parts add up to the whole change", "All 12 parts",
                  "More speak of “late delivery” 9 % → 18 % −5.5 −9.0 to −2.0 ▼ lower", "Mix of Plan – −1.2"]:
        assert words in said
    assert "which may be chance" in rendered(change=make_change(is_sure=False)).text


def test_conflicts_say_how_often_such_lists_are_right_and_show_ten(page):
    said = page.after("Words and score disagree The strongest")
    held = MEASURED[SILENT_RISK]
    assert "12 comments" in said
    assert "1 comment" in said
    assert f"Measured on the {held.set}: of {held.n} comments listed as this kind" in said
    assert said.count("and no reply") == 10
    assert "9 Broken part 0 and no reply" in said
    assert "all of them are in the table “conflicts”" in said


def test_one_kind_of_conflict_alone(rendered):
    shown = rendered(conflicts=conflict_table("Lovely", kind=LOW_SCORE_PRAISE)).after("Words and score disagree The")
    assert "0 comments" in shown
    assert "1 comment" in shown


def test_words_that_are_not_in_the_text_leave_the_quote_whole(rendered):
    shown = rendered(conflicts=conflict_table("Broken again").assign(words="other"))
    assert "9 Broken again" in shown.text
    assert shown.all("mark") == []


@pytest.mark.parametrize("attack", ["<script>alert(1)</script>", "</blockquote><img src=x onerror=alert(1)>"])
def test_quotes_are_only_text(attack, render):
    page = render(conflicts=conflict_table(f"Broken {attack} again").assign(words=attack))
    assert attack not in page
    assert f"Broken {attack} again" in Page(page).text


def test_brands_stand_side_by_side_with_small_cells_in_grey(page):
    said = page.after("Brands Counted in comments")
    assert "Ours our own 120 23 % 60 % 53 % to 67 % 42 27 to 54 – –" in said
    assert "Theirs 80 15 % 40 % 33 % to 47 % −25 −43 to −5 −66.7 −90.0 to −42.0 ▼ worse" in said
    assert "late delivery 25 n = 40 −50 n = 6" in said
    assert [a for a in page.all("td") if a.get("class") == "pale"]


def test_what_words_imply_stands_apart(rendered):
    assert "so the interval is wide" in rendered(implied=ImpliedNps(-12.0, -60.0, 36.0, 9)).text


def test_an_outcome_without_a_score_or_an_effect(rendered):
    rows = [make_driver(outcome="churned"), make_driver(outcome="orders", adjusted=float("nan"))]
    shown = rendered(drivers=driver_table(*rows), scores=score_table("nps"))
    assert "Attrition Adjusted figures are in percentage points." in shown.text
    assert "Orders" not in shown.text


def test_an_axis_holds_its_values_and_a_figure_without_an_interval_has_no_strip():
    axis = Axis.around([-10.0, 30.0, float("nan")], reference=0.0)
    drawn = axis.strip(10.0, -10.0, 30.0, "costs")
    assert (drawn.low, drawn.middle, drawn.high, drawn.kind) == (5.0, 70.0, 135.0, "costs")
    assert drawn.zero == drawn.reference == 37.5
    assert axis.strip(10.0, float("nan"), float("nan")) is None
    assert Axis.around([4.0]).strip(4.0, 4.0, 4.0).zero is None
    assert (Axis.around([]).low, Axis.around([]).high) == (0.0, 1.0)
