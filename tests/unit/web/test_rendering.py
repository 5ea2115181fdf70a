"""Pages show words as words, hold nothing that the policy forbids, and their colours are those of the report."""

import re

import pytest
from made.page import Page
from made.style_page import HOSTILE, add_style_page
from made.web import visit

from cx_text.report import drawing
from cx_text.store.opening import open_store
from cx_text.web.rendering import STATIC, local_path, static_url

CSS = (STATIC / "app.css").read_text("utf-8")


@pytest.fixture
def browser(tmp_path):
    with open_store(tmp_path / "feedback.sqlite3", create=True) as store:
        yield visit(store)


def test_words_of_strangers_are_shown_and_never_run(browser, monkeypatch):
    add_style_page(browser.app, monkeypatch)
    answer = browser.get("/style")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.is_nested
    assert all(attrs.get("src") for attrs in page.all("script"))
    assert not page.all("img")
    assert page.text.count("{{ 7 * 7 }}") >= 8
    assert " ".join(HOSTILE.split()) in page.text


@pytest.mark.parametrize("path", ["/", "/users", "/account", "/nowhere", "/style"])
def test_no_page_holds_what_the_policy_forbids(browser, monkeypatch, path):
    add_style_page(browser.app, monkeypatch)
    html = browser.get(path).text
    page = Page(html)
    assert "style" not in {tag for tag, _ in page.tags}
    assert {name for _, attrs in page.tags for name in attrs if name == "style" or name.startswith("on")} == set()
    assert all(address.startswith("/") for _, attrs in page.tags for name, address in attrs.items()
               if name in ("src", "href", "action") and not address.startswith("#"))
    for form in re.findall(r'<form method="post".*?</form>', html, re.DOTALL):
        assert '<input type="hidden" name="csrf" value="' in form


def test_a_bar_is_told_in_words_and_signs_and_fills_its_width(browser, monkeypatch):
    add_style_page(browser.app, monkeypatch)
    bar = re.search(r'<svg class="bar".*?</svg>', browser.get("/style").text, re.DOTALL)[0]
    assert 'role="img" aria-label="negative 12, neutral 3, mixed 1, positive 40"' in bar
    rects = [(kind, float(x), float(width)) for kind, x, width in
             re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="0" width="([\d.]+)"', bar)]
    assert [kind for kind, _, _ in rects] == ["negative", "neutral", "mixed", "positive"]
    assert rects[-1][1] + rects[-1][2] == pytest.approx(160, abs=0.2)
    assert rects[0][2] == pytest.approx(157 * 12 / 56, abs=0.06)
    assert re.findall(r"<text[^>]*>(.)</text>", bar) == ["−", "+"]


def test_the_page_has_the_colours_of_the_report():
    tokens = dict(re.findall(r"--([\w-]+): (light-dark\([^)]*\)|#\w+)", CSS.partition("@media")[0]))
    assert [tokens[f"fill-{name}"] for name in ("bad", "middle", "torn", "good")] == [
        drawing.BAD, drawing.MIDDLE, drawing.TORN, drawing.GOOD]
    assert [tokens[name].split("(")[1].split(",")[0] for name in ("ink", "muted", "line", "bad", "good")] == [
        drawing.INK, drawing.MUTED, drawing.LINE, drawing.BAD, drawing.GOOD]
    assert set(re.findall(r'\.chart \[(?:fill|stroke)="(#\w+)"\]', CSS)) == {drawing.INK, drawing.MUTED, drawing.LINE}
    report = (STATIC.parents[1] / "report" / "templates" / "report.css").read_text("utf-8")
    dark = dict(re.findall(r"--(\w+): (#\w+)", report.partition("prefers-color-scheme: dark")[2].partition("}")[0]))
    ours = {name: tokens[name].split(", ")[1].rstrip(")") for name in ("page", "card", "ink", "muted", "bad", "good")}
    assert ours.items() <= dark.items()


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(weight * (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4)
               for weight, p in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_is_enough_for_words_and_for_edges(scheme):
    """WCAG 2.2: 4.5 for words (1.4.3), 3 for what a control is known by (1.4.11)."""
    pairs = dict(re.findall(r"--([\w-]+): light-dark\(([^)]*)\)", CSS))
    of = {name: values.split(", ")[scheme] for name, values in pairs.items()}
    for background in ("page", "card", "soft"):
        for words in ("ink", "muted", "accent", "bad", "good", "middle", "torn"):
            assert contrast(of[words], of[background]) >= (4.5 if background != "soft" else 4.4), (words, background)
    assert contrast(of["on-accent"], of["accent"]) >= 4.5
    assert contrast(of["edge"], of["card"]) >= 3
    for fill, words in ((drawing.BAD, drawing.ON_DARK), (drawing.GOOD, drawing.ON_DARK),
                        (drawing.MIDDLE, drawing.ON_LIGHT), (drawing.TORN, drawing.ON_LIGHT)):
        assert contrast(fill, words) >= 4.5


@pytest.mark.parametrize("given", ["/", "/themes?a=b&c=é", "/themes/t01#words"])
def test_paths_of_ours_stay(given):
    assert local_path(given) == given


def test_the_address_of_a_file_changes_with_its_content():
    assert re.fullmatch(r"/static/app\.js\?v=[0-9a-f]{16}", static_url("app.js"))
    assert static_url("app.js") != static_url("app.css").replace("css", "js")
