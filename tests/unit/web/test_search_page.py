"""Search by words and by meaning, in a part of the comments, page by page."""

import re

import pytest
from made.page import Page
from made.tagged_store import fill, with_fakes
from made.web import visit

from cx_text.store.opening import open_store
from cx_text.web.pages import search


@pytest.fixture
def store(place, tmp_path):
    with open_store(place, create=True) as opened:
        fill(opened, tmp_path)
        yield opened


@pytest.fixture
def browser(store):
    return with_fakes(visit(store))


def found_by(page):
    listed = page.text.partition('class="plain found')[2]
    return [int(number) for number in re.findall(r'href="/comments/(\d+)"', listed)]


def test_words_are_found_and_marked(browser):
    page = browser.get("/search?q=awful")
    assert "5 comments." in Page(page.text).text
    assert found_by(page) == [38, 30, 22, 14, 6]
    assert page.text.count('<mark class="match">awful</mark>') == 5


def test_filters_hold(browser):
    page = browser.get("/search?q=awful&from=2026-03-10&to=2026-03-20")
    assert found_by(page) == [38, 14]
    assert "2 comments in this part." in Page(page.text).text
    assert 'class="chip" href="/search?q=awful"' in page.text
    nothing = browser.get("/search?q=awful&source=nowhere")
    assert "Nothing found in this part of the comments" in Page(nothing.text).text


def test_pages_follow_each_other_by_key(browser, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 3)
    seen, address = [], "/search?q=app+OR+price&from=2026-03-02"
    while address:
        page = browser.get(address)
        seen += found_by(page)
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = following and following[1].replace("&amp;", "&")
    assert seen == sorted(set(seen), reverse=True)
    first = browser.get("/search?q=app+OR+price&from=2026-03-02")
    assert f"{len(seen)} comments in this part." in Page(first.text).text


def test_a_meaning_is_found_whatever_the_order_of_words(browser):
    page = browser.get("/search?q=kind+are+staff&by=meaning")
    assert "the nearest opinions" in Page(page.text).text
    assert 'class="positive"' in page.text
    assert "staff are kind" in re.sub(r"<[^>]+>", "", page.text)


def test_more_than_can_be_found_is_said(browser, monkeypatch):
    real = search.search_words
    monkeypatch.setattr(search, "search_words", lambda connection, asked: real(connection, asked, limit=4))
    assert "More than 5,000 match" in Page(browser.get("/search?q=app").text).text


@pytest.mark.parametrize(("query", "line"), [
    ("-late", "a search needs something that is there, not only what is not. Add a word without a minus in front."),
    ("the", "these words are too common to search for. Add one that says more."),
    ("a " * 150, "a search has 32 words at most"),
])
def test_what_cannot_be_searched_is_one_line(browser, query, line):
    page = browser.get("/search", params={"q": query})
    assert page.status_code == 400
    assert line in Page(page.text).text


def test_an_empty_search_explains_itself(browser):
    assert "these words after each other" in Page(browser.get("/search").text).text
    assert "whatever words they use" in Page(browser.get("/search?by=meaning").text).text


@pytest.mark.parametrize("address", ["/search?q=%00%ff&after=-3", "/search?q=" + "x" * 5000, "/search?q=%22((&by=words",
                                     "/search?q=app&after=99999999999999999999", "/search?q=app&from=never"])
def test_no_address_breaks_it(browser, address):
    assert browser.get(address).status_code < 500


def test_a_store_without_comments_is_searched_too(place):
    with open_store(place, create=True) as empty:
        browser = with_fakes(visit(empty))
        assert "Nothing found" in Page(browser.get("/search?q=app").text).text
        meaning = browser.get("/search?q=app&by=meaning")
    assert "there are no opinions to search by meaning yet" in Page(meaning.text).text
