"""The report in a real browser: nothing in the console, nothing fetched, nothing wider than the screen."""

import pandas as pd
import pytest
from made.browser import MARKS
from made.summaries import full_summary, make_theme, segment_table, theme_table

pytestmark = MARKS


@pytest.fixture(scope="module")
def report(example_run):
    return example_run[0] / "report.html"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1024, "dark"), (390, "light")])
def test_the_report_opens_clean(chromium, report, width, scheme):
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said, fetched = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(report.as_uri())
    assert said == []
    assert fetched == [report.as_uri()]
    assert page.locator("h1").inner_text()
    assert page.locator("svg:visible").count() >= 3
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Return a page with every section, long names and many rows in it."""
    from cx_text.report.html import render_report

    long = [make_theme(f"a theme with a rather long name, number {i}", i - 9.0, is_small=i % 3 == 0) for i in range(24)]
    page = tmp_path_factory.mktemp("report") / "report.html"
    page.write_text(render_report(full_summary(
        themes=theme_table(*long), segments=segment_table(*("x" * 40 for _ in range(20))))), "utf-8")
    return page


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (820, "light"), (390, "light"), (390, "dark")])
def test_every_section_fits_the_screen_when_all_of_it_is_open(chromium, everything, width, scheme):
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(everything.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Words of a picture may be wider here than where it was drawn; none may stand outside its section.
    outside = """Array.from(document.querySelectorAll('.figure text')).filter(text => {
        const own = text.getBoundingClientRect(), section = text.closest('section').getBoundingClientRect()
        return own.width && (own.left < section.left || own.right > section.right)
    }).map(text => text.textContent)"""
    assert page.evaluate(outside) == []
    page.close()


def test_each_theme_opens_to_the_customers_own_words(chromium, report):
    page = chromium.new_page()
    page.goto(report.as_uri())
    first = pd.read_parquet(report.with_name("themes.parquet")).iloc[0]
    page.get_by_role("link", name=first["label"], exact=True).first.click()
    assert page.get_by_text(first["exemplar_1"], exact=False).first.is_visible()
    page.close()

