"""The report: what it says, what it never says, and that nothing in it runs or loads."""

from dataclasses import replace

import pytest
from made.page import Page
from made.summaries import NOTHING_ELSE, THEMES, full_summary, make_theme, theme_table, without_scores

from cx_text.insights.nps import nps
from cx_text.report.html import render_report

ATTACKS = ["<script>alert(1)</script>{{ 7*7 }}",
           '"><img src=x onerror=alert(1)>',
           "'</style><svg onload=alert(1)>&amp;\x00\x1b"]
PLACES = {"label", "exemplar_1", "exemplar_2", "exemplar_3", "keywords"}
CAUSAL = ("because", "drives", "driven by", "driver of", "impact", "lead to", "leads to", "cause", "due to",
          "result of", "results in", "effect of", "affect", "influence", "brings about", "thanks to", "makes customers",
          "explains")


SUMMARY = full_summary()
PLAIN = full_summary(**NOTHING_ELSE)


@pytest.fixture(scope="module")
def html():
    return render_report(SUMMARY)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_says_the_figures_in_words(page):
    for said in [
            "2 March to 29 April 2024", "600 rows, 527 comments analysed", "made on 3 June 2024",
            "Net Promoter Score −4 95 % interval −12 to 4 from 412 scores, 2 March to 29 April 2024",
            "150 detractors, 36 %", "132 promoters, 32 %",
            "Comments about “late delivery” go with a lower NPS: −4.2 points (95 % interval −6.1 to −2.4) with all "
            "other themes held constant, from 58 customers with a score who raise it.",
            "Comments about “staff” go with a higher NPS: +3.1 points (95 % interval +1.2 to +4.9) with all other "
            "themes held constant, from 58 customers with a score who raise it.",
            "For 2 of the 4 themes we cannot tell.", "▼ costs", "◆ cannot tell", "▲ lifts", "40 / 12 / 6",
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
    read = [attrs for attrs in page.all("svg") if attrs.get("aria-hidden") != "true"]  # a strip repeats its row
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in read)
    assert len(read) == 12  # six pictures, each for a page and for a phone


def test_two_runs_give_the_same_page(html):
    assert render_report(SUMMARY) == html


def everywhere(attack):
    """Return every other table of a full summary with the text in each of its cells that come from outside."""
    outside = ("label", "parent_label", "name", "segment", "value", "costs", "title", "counted_from", "brand",
               "theme_label", "words", "text")
    change = SUMMARY.change
    names = ("drivers", "segments", "journey", "scores", "conflicts", "brands", "brand_themes")
    tables = {name: getattr(SUMMARY, name) for name in names}
    tables["change"] = change.parts

    def hostile(table):
        return table.assign(**{c: attack for c in table.columns if c in outside and table[c].dtype.kind not in "fib"})

    changed = {name: hostile(table) for name, table in tables.items()}
    return {**changed, "change": replace(change, parts=changed["change"])}


@pytest.mark.parametrize("attack", ATTACKS)
def test_texts_of_strangers_are_only_text(page, attack):
    hostile = replace(
        SUMMARY, title=attack, notes=(attack + "\ud83d",),
        themes=theme_table(make_theme(**dict.fromkeys(PLACES, attack))),
        ledger_counts=SUMMARY.ledger_counts.rename(columns=lambda _: attack),
        manifest={attack: attack, "input": {"name": attack}}, **everywhere(attack))
    html = render_report(hostile)
    shown = Page(html)
    html.encode("utf-8")
    assert shown.is_nested
    assert {tag for tag, _ in shown.tags} <= {tag for tag, _ in page.tags}
    assert not [name for _, attrs in shown.tags for name in attrs if name.startswith("on") or name == "src"]
    # Heading, source, sentence, table, theme of the quotes, three quotes, keywords, ledger, note, manifest; and what
    # the summary's other tables hold: drivers twice, journey, outcomes, segment, value, theme in it, parts of the
    # change, score, quote, brand twice, theme of brands.
    assert shown.text.count(attack.replace("\x00\x1b", "")) >= 24


def test_without_scores():
    shown = Page(render_report(replace(PLAIN, nps=None, months=None, themes=without_scores(THEMES))))
    assert "No NPS: the export has no score from 0 to 10. Name its column with --nps-column" in shown.text
    assert "“late delivery” is raised most: 62 of 527 comments; 90 % of its 71 opinions are negative." in shown.text
    assert "leave-out" not in shown.text.lower()
    assert "adjusted" not in shown.text.lower()
    assert "NPS of raisers" not in shown.text


def test_without_themes():
    shown = Page(render_report(replace(PLAIN, themes=theme_table(), share_unclear=None)))
    assert "No themes were found, so nothing can be said of what goes with a higher or lower NPS." in shown.text
    assert "In their words" not in shown.text
    assert "in no theme" not in shown.text


def test_with_nothing_but_rows():
    nothing = replace(PLAIN, n_analysed=0, n_opinions=0, n_ratings=0, nps=None, months=None,
                      themes=without_scores([]),
                      polarity_by_category=PLAIN.polarity_by_category * 0, share_unclear=None, notes=(), manifest={})
    shown = Page(render_report(nothing))
    assert shown.is_nested
    assert "Notes" not in shown.text
    assert "rows of the export 600" in shown.text


def test_a_proxy_is_called_one_everywhere():
    shown = Page(render_report(replace(PLAIN, nps=nps(150, 130, 132, basis="rating 1-5")))).text
    assert "NPS proxy, from ratings of 1 to 5" in shown
    assert "This is a proxy, not an NPS: it was counted from ratings of 1 to 5," in shown
    assert "go with a lower NPS proxy" in shown
    assert "from 58 customers with a rating who raise it." in shown
    assert "NPS proxy by month" in shown
    assert "Net Promoter Score" not in shown


def test_a_ledger_that_does_not_add_up_is_shown_to_be_wrong():
    shown = Page(render_report(replace(PLAIN, n_rows=601)))
    assert "rows of the export 600 ▼ not 601" in shown.text


def test_sixty_themes_are_all_in_the_table():
    shown = Page(render_report(replace(PLAIN, themes=theme_table(*(make_theme(f"theme {i}") for i in range(60))))))
    assert "All 60 themes" in shown.text
    assert "The first 20 of 60 themes" in shown.text
    assert {f"theme-{i}" for i in range(1, 61)} <= {a["id"] for a in shown.all("div") if "id" in a}
