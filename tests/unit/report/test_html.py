"""The report: what it says, what it never says, and that nothing in it runs or loads."""

from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from cx_text.insights.drivers import THEME_COLUMNS
from cx_text.insights.nps import nps
from cx_text.report.html import render_report
from cx_text.report.sentences import counted_from, standouts
from cx_text.summary import Summary

ATTACKS = ["<script>alert(1)</script>{{ 7*7 }}",
           '"><img src=x onerror=alert(1)>',
           "'</style><svg onload=alert(1)>&amp;\x00\x1b"]
PLACES = {"label", "exemplar_1", "exemplar_2", "exemplar_3", "keywords"}
CAUSAL = ("because", "drives", "driven by", "impact", "leads to", "causes", "due to")
VOID = {"meta", "link", "br", "img", "input", "hr"}


def make_theme(label="late delivery", points=-4.2, verdict="costs", **other):
    row = {"id": label, "label": label, "keywords": "late, parcel", "n_comments": 62, "n_opinions": 71,
           "share_of_comments": 62 / 527, "share_negative": 0.9, "n_detractors": 40, "n_passives": 12, "n_promoters": 6,
           "share_detractors": 40 / 58, "share_passives": 12 / 58, "share_promoters": 6 / 58, "nps": -58.6,
           "nps_low": -73.0, "nps_high": -42.0, "leave_out": points, "leave_out_low": points - 1.9,
           "leave_out_high": points + 1.8, "verdict": verdict, "exemplar_1": "Nine days late.",
           "exemplar_2": "Never came.", "exemplar_3": ""}
    return row | other


THEMES = [make_theme(), make_theme("price", -0.4, "cannot tell"), make_theme("staff", 3.1, "lifts")]


def table(*themes):
    return pd.DataFrame(themes, columns=list(THEME_COLUMNS))


def without_scores(themes):
    missing = {c: None for c in THEME_COLUMNS if c.startswith(("leave_out", "nps", "verdict"))}
    missing |= {f"share_{c}": None for c in ("detractors", "passives", "promoters")}
    missing |= {f"n_{c}": 0 for c in ("detractors", "passives", "promoters")}
    numbers = [c for c in missing if c != "verdict"]
    return table(*(t | missing for t in themes)).astype(dict.fromkeys(numbers, "float64"))


SUMMARY = Summary(
    title="survey.csv", n_rows=600, n_comments=560, n_analysed=527, n_opinions=1604, n_ratings=41,
    nps=nps(150, 130, 132),
    polarity_by_category=pd.DataFrame(
        [[90, 20, 10, 30], [30, 40, 40, 20], [10, 20, 90, 12], [60, 25, 20, 10]],
        index=["detractor", "passive", "promoter", "no score"], columns=["negative", "neutral", "positive", "mixed"]),
    themes=table(*THEMES),
    ledger_counts=pd.DataFrame({"What to improve?": [527, 33, 40]}, index=["analysed", "blank", "non_answer"]),
    months=pd.DataFrame({"month": pd.to_datetime(["2024-03-01", "2024-04-01"], utc=True), "n": [200, 212],
                         "nps": [-2.0, -6.6], "nps_low": [-13.0, -17.0], "nps_high": [9.0, 4.0]}),
    share_unclear=0.23, notes=("Dates were read as day first.",),
    manifest={"created_at": "2024-06-03T09:14:05+00:00", "input": {"name": "survey.csv", "sha256": "9f2c"}, "seed": 0,
              "models": {"polarity": {"name": "cx-polarity-en", "revision": "r1"}}})


class Page(HTMLParser):
    """The tags of a page, its text as a reader sees it, and whether the tags are closed in turn."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.words, self.is_nested = [], [], [], True
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.is_nested &= self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def html():
    return render_report(SUMMARY)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_says_the_figures_in_words(page):
    for said in [
            "March to April 2024", "600 rows, 527 comments analysed", "made on 3 June 2024", "Net Promoter Score −4",
            "95 % interval −12 to 4", "from 412 scores", "150 detractors, 36 %", "132 promoters, 32 %",
            "Comments about “late delivery” go with a lower NPS: −4.2 points (95 % interval −6.1 to −2.4), from 58 of "
            "the 412 customers who gave a score.",
            "Comments about “staff” go with a higher NPS: +3.1 points (95 % interval +1.2 to +4.9), from 58 of the 412 "
            "customers who gave a score.",
            "For 1 of the 3 themes we cannot tell.", "▼ costs", "◆ cannot tell", "▲ lifts", "40 / 12 / 6",
            "Nine days late.",
            "Keywords: late, parcel", "23 % of the opinions are unclear and in no theme", "non answer 40",
            "rows of the export 600", "Dates were read as day first.", "models.polarity.revision r1", "seed 0",
            "It says what goes together, not why."]:
        assert said in page.text


def test_never_says_what_brings_about_what(page):
    assert [word for word in CAUSAL if word in page.text.lower()] == []


def test_nothing_runs_and_nothing_loads(html, page):
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "iframe", "object", "embed", "img", "form", "base", "audio", "video", "image", "use"}
    assert [a["href"] for a in page.all("link")] == ["data:,"]
    assert all(a["href"].startswith("#") for a in page.all("a"))
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name in ("src", "srcset")]
    assert "url(" not in html
    assert "@import" not in html
    policy = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert policy == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"]


def test_can_be_read_without_eyes(page):
    assert page.is_nested
    assert page.open == []
    assert page.all("html") == [{"lang": "en"}]
    assert [len(page.all(tag)) for tag in ("h1", "main", "header", "footer", "nav")] == [1, 1, 1, 1, 1]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)
    assert {attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs} <= set(ids)
    assert all(attrs.get("scope") in ("row", "col") for attrs in page.all("th"))
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in page.all("svg"))


def test_two_runs_give_the_same_page(html):
    assert render_report(SUMMARY) == html


@pytest.mark.parametrize("attack", ATTACKS)
def test_texts_of_strangers_are_only_text(page, attack):
    hostile = replace(
        SUMMARY, title=attack, themes=table(make_theme(**dict.fromkeys(PLACES, attack))), notes=(attack + "\ud83d",),
        ledger_counts=SUMMARY.ledger_counts.rename(columns=lambda _: attack),
        manifest={attack: attack, "input": {"name": attack}})
    html = render_report(hostile)
    shown = Page(html)
    html.encode("utf-8")
    assert shown.is_nested
    assert {tag for tag, _ in shown.tags} <= {tag for tag, _ in page.tags}
    assert not [name for _, attrs in shown.tags for name in attrs if name.startswith("on") or name == "src"]
    # Heading, source, sentence, table, theme of the quotes, three quotes, keywords, ledger, note, manifest.
    assert shown.text.count(attack.replace("\x00\x1b", "")) >= 12


def test_without_scores():
    shown = Page(render_report(replace(SUMMARY, nps=None, months=None, themes=without_scores(THEMES))))
    assert "No NPS: the export has no score from 0 to 10. Name its column with --nps-column" in shown.text
    assert "“late delivery” is raised most: 62 of 527 comments; 90 % of its 71 opinions are negative." in shown.text
    assert "Leave-out" not in shown.text
    assert "NPS of raisers" not in shown.text


def test_without_themes():
    shown = Page(render_report(replace(SUMMARY, themes=table(), share_unclear=None)))
    assert "No themes were found, so nothing can be said of what goes with a higher or lower NPS." in shown.text
    assert "In their words" not in shown.text
    assert "in no theme" not in shown.text


def test_with_nothing_but_rows():
    nothing = replace(SUMMARY, n_analysed=0, n_opinions=0, n_ratings=0, nps=None, months=None,
                      themes=without_scores([]),
                      polarity_by_category=SUMMARY.polarity_by_category * 0, share_unclear=None, notes=(), manifest={})
    shown = Page(render_report(nothing))
    assert shown.is_nested
    assert "Notes" not in shown.text
    assert "rows of the export 600" in shown.text


def test_a_proxy_is_called_one_everywhere():
    shown = Page(render_report(replace(SUMMARY, nps=nps(150, 130, 132, basis="rating 1-5")))).text
    assert "NPS proxy, from ratings of 1 to 5" in shown
    assert "This is a proxy, not an NPS: it was counted from ratings of 1 to 5," in shown
    assert "go with a lower NPS proxy" in shown
    assert "from 58 of the 412 customers who gave a rating." in shown
    assert "NPS proxy by month" in shown
    assert "Net Promoter Score" not in shown


def test_a_ledger_that_does_not_add_up_is_shown_to_be_wrong():
    shown = Page(render_report(replace(SUMMARY, n_rows=601)))
    assert "rows of the export 600 ▼ not 601" in shown.text


def test_sixty_themes_are_all_in_the_table():
    shown = Page(render_report(replace(SUMMARY, themes=table(*(make_theme(f"theme {i}") for i in range(60))))))
    assert "All 60 themes" in shown.text
    assert "The first 20 of 60 themes" in shown.text
    assert {f"theme-{i}" for i in range(1, 61)} <= {a["id"] for a in shown.all("div") if "id" in a}


@pytest.mark.parametrize(("themes", "said"), [
    ([make_theme(verdict="cannot tell")], ["The one theme cannot be told from having nothing to do with the NPS."]),
    ([make_theme(verdict="cannot tell"), make_theme("price", -0.4, "cannot tell")],
     ["None of the 2 themes can be told from having nothing to do with the NPS."]),
    ([make_theme("price", -2.0), make_theme()],
     ["Comments about “late delivery” go with a lower NPS: −4.2 points (95\u202f% interval −6.1 to −2.4), from 58 of "
      "the 412 customers who gave a score."])])
def test_standouts(themes, said):
    assert standouts(replace(SUMMARY, themes=table(*themes))) == said


def test_standouts_without_scores_name_the_most_negative_too():
    themes = without_scores([make_theme(), make_theme("refund", n_comments=9, n_opinions=9, share_negative=1.0)])
    assert standouts(replace(SUMMARY, nps=None, themes=themes))[1:] == [
        "“refund” has the largest share of negative opinions: 100\u202f% of 9."]


def test_counted_from():
    assert [counted_from(nps(1, 1, 1, basis=b)) for b in ("nps_score", "rating 1-10")] == [
        "scores of 0 to 10", "ratings of 1 to 10"]
