"""The report in a real browser: nothing in the console, nothing fetched, nothing wider than the screen."""

import shutil

import pandas as pd
import pytest
from made.summaries import full_summary, make_theme, segment_table, theme_table

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
# Without these Chromium looks for updates and the like, which is no business of a test.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]

pytestmark = [pytest.mark.browser,
              pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: make browser installs it")]


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is in the extra 'dev'")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def report(example_run):
    return example_run[0] / "report.html"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1024, "dark"), (390, "light")])
def test_the_report_opens_clean(browser, report, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
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
def test_every_section_fits_the_screen_when_all_of_it_is_open(browser, everything, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
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


def test_each_theme_opens_to_the_customers_own_words(browser, report):
    page = browser.new_page()
    page.goto(report.as_uri())
    first = pd.read_parquet(report.with_name("themes.parquet")).iloc[0]
    page.get_by_role("link", name=first["label"], exact=True).first.click()
    assert page.get_by_text(first["exemplar_1"], exact=False).first.is_visible()
    page.close()

