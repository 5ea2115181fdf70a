"""The report in a real browser: nothing in the console, nothing fetched, nothing wider than the screen."""

import shutil

import pandas as pd
import pytest

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


def test_each_theme_opens_to_the_customers_own_words(browser, report):
    page = browser.new_page()
    page.goto(report.as_uri())
    first = pd.read_parquet(report.with_name("themes.parquet")).iloc[0]
    page.get_by_role("link", name=first["label"], exact=True).first.click()
    assert page.get_by_text(first["exemplar_1"], exact=False).first.is_visible()
    page.close()

