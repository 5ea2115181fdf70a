"""Overview, themes, a theme and comments of a view: what they show, what they refuse, and that words stay words."""

import re

import pytest
from made.page import Page
from made.view_store import fill_view_store
from made.web import TEAM, add_person, log_in, post, visit
from store_rows import rows_of

from cx_text.store.opening import open_store
from cx_text.store.tables import jobs

ROOT = ("/", "/?all=1", "/overview/effects", "/overview/change", "/themes", "/themes?all=1&open=all&sort=label",
        "/themes?compare=time", "/themes?compare=segment.Plan", "/themes/unclear", "/comments")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("views")
    with open_store(folder / "feedback.sqlite3", create=True) as opened:
        fill_view_store(opened, folder)
        yield opened


@pytest.fixture(scope="module")
def browser(store):
    return visit(store)


@pytest.fixture(scope="module")
def theme(browser):
    """Return the address of the largest theme."""
    return re.search(r'href="(/themes/[a-z0-9-]+)"', browser.get("/themes?sort=n").text)[1]


@pytest.fixture(scope="module")
def pages(theme):
    return (*ROOT, theme, f"{theme}?all=1", f"{theme}/effects", f"{theme}?tab=voices", f"{theme}?polarity=negative",
            f"/comments?theme={theme.rpartition('/')[2]}")


def test_every_page_shows_words_as_words_and_nothing_the_policy_forbids(browser, pages):
    for path in pages:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        page = Page(answer.text)
        assert not [tag for tag, _ in page.tags if tag in ("img", "style", "iframe")], path
        assert all(attrs.get("src") for attrs in page.all("script")), path
        assert {n for _, attrs in page.tags for n in attrs if n == "style" or n.startswith("on")} == set(), path
        assert "49" not in re.findall(r"app is slow (\w+)", page.text), path
    words = " ".join(Page(browser.get("/comments").text).text.split())
    assert "</mark><script>alert(2)</script> 😡" in words  # what stands before it is markup to the cleaner
    assert "{{ 7 * 7 }}" in words
    assert "<b>Odd</b>" in Page(browser.get("/").text).text  # a segment's value in the filters


def test_a_view_is_in_the_address_of_every_link(browser, theme):
    text = browser.get("/themes?segment.Plan=Plus&from=2026-03-05").text
    assert f"{theme}?from=2026-03-05&amp;segment.Plan=Plus" in text
    page = Page(text)
    assert "Plan: Plus" in page.text
    assert "From 5 March 2026" in page.text
    assert re.search(r"\d+ of 161 comments", page.text)
    assert 'href="/themes?from=2026-03-05">Plan: Plus' in text  # the chip leads to the view without it


def test_an_empty_view_says_so_and_leads_back(browser, theme):
    for path in ("/", "/themes", theme, "/comments", "/themes/unclear"):
        page = browser.get(f"{path}?from=2031-01-01")
        assert page.status_code == 200
        assert "No comments in this view" in page.text
        assert "0 of 161 comments" in Page(page.text).text
        assert f'href="{path}">Clear the filters' in page.text


@pytest.mark.parametrize(("path", "status", "words"), [
    ("/?from=soon", 400, "from='soon' is no day Write it as 2026-03-31"),
    ("/themes?sort=wrong", 400, "themes cannot be sorted by 'wrong' There are: effect, n, label, negative"),
    ("/themes?compare=x", 400, "compare='x' is nothing that can be compared Write compare=time, or compare=segment. "
                               "and the name of a segment"),
    ("/themes?compare=segment.Plan&a=Gold", 400, "there is no Plan 'Gold' There are: Plus, Basic, Family"),
    ("/themes?compare=segment.Plan&a=Plus&b=Plus", 400, "Plan 'Plus' cannot be compared with itself Choose two"),
    ("/themes?compare=time&from2=x", 400, "from2='x' is no day Write it as 2026-03-31"),
    ("/comments?polarity=angry", 400, "there is no polarity 'angry' There are: negative, neutral, positive, mixed"),
    ("/themes/nope", 404, "There is no such theme."), ("/themes/nope/effects", 404, "There is no such theme."),
    ("/charts/nope.svg", 404, "There is no such chart."), ("/charts/nope.html", 404, "There is no such chart."),
    ("/charts/theme.png?theme=nope", 404, "There is no such theme."),
    ("/charts/nps.gif", 422, "ending"), ("/charts/nps.svg?from=2031-01-01", 404, "There is nothing to draw")])
def test_bad_addresses_are_told_in_one_line(browser, path, status, words):
    answer = browser.get(path)
    assert answer.status_code == status
    assert words in Page(answer.text).text


def test_odd_addresses_never_break(browser):
    for query in ("after=99999999999999999999", "after=-1", "after=%00", "segment.=x", "segment.Plan=%F0%9F%98%A1",
                  "open=%3Cscript%3E", "q=%25%00", "source=" + "x" * 5000, "&".join(["brand=x"] * 500),
                  "from=9999-12-31", "to=0001-01-01", "from=0001-01-01&to=9999-12-31"):
        for path in ("/", "/themes", "/comments"):
            assert browser.get(f"{path}?{query}").status_code in (200, 400), (path, query)


def test_lists_go_on_where_they_stopped(browser):
    first = browser.get("/comments")
    assert "1 to 50 of 161" in first.text
    shown, address = re.findall(r'href="/comments/(\d+)"', first.text), "/comments"
    while following := re.search(r'rel="next" href="([^"]+)"', browser.get(address).text):
        address = following[1].replace("&amp;", "&")
        shown += re.findall(r'href="/comments/(\d+)"', browser.get(address).text)
    assert len(shown) == len(set(shown)) == 161
    assert 'rel="prev" href="/comments?after=' in browser.get(address).text


def test_themes_are_sorted_searched_and_unfolded_by_the_address(browser):
    def names(path):
        return re.findall(r'<span class="theme-name"><a [^>]+>([^<]+)</a>', browser.get(path).text)

    assert names("/themes?sort=label") == sorted(names("/themes?sort=label"), key=str.casefold)
    assert names("/themes?sort=label&down=1") == names("/themes?sort=label")[::-1]
    assert len(names("/themes?open=all")) >= len(names("/themes"))
    assert names("/themes?q=zzzz") == []
    one = names("/themes")[0]
    assert one in names(f"/themes?q={one}")


def test_pictures_can_be_taken_away(browser, theme):
    png, svg = browser.get("/charts/nps.png"), browser.get(f"/charts/theme.svg?theme={theme.rpartition('/')[2]}")
    assert png.content.startswith(b"\x89PNG")
    assert png.headers["content-disposition"] == 'attachment; filename="nps.png"'
    assert svg.text.startswith("<svg")
    assert "style=" not in svg.text


def test_what_is_dear_comes_later_and_whole_where_it_is_asked_for(store):
    browser = visit(store)
    page = browser.get("/").text
    assert 'hx-get="/overview/change"' in page
    assert 'href="/?all=1"' in page
    assert 'class="late"' not in browser.get("/?all=1").text


def test_customers_of_one_category_tell_of_no_effect(browser, theme):
    for path, words in (("/overview/effects", "their scores are all of one kind"),
                        (f"{theme}/effects", "they are all of one kind")):
        text = Page(browser.get(f"{path}?category=detractor").text).text
        assert words in text
        assert "▼" not in text


def test_a_theme_that_people_decided_about_has_numbered_marks(store, theme):
    from cx_text.decisions import Action
    from cx_text.store.codeframes import StoredCodeframe
    from cx_text.testing import FakeEmbedder

    theme_id = theme.rpartition("/")[2]
    StoredCodeframe(store).add(Action.RENAME, FakeEmbedder(), by="anna", theme_ids=(theme_id,), label="Our own name")
    page = Page(visit(store).get(theme).text)
    assert "renamed to “Our own name” by anna (moves no figure)" in page.text
    assert "a jump here comes from customers" in page.text


def test_a_store_without_a_run_without_scores_or_without_dates(tmp_path):
    with open_store(tmp_path / "a.sqlite3", create=True) as store:
        browser = visit(store)
        assert "No comments yet" in browser.get("/").text
        for path in ("/themes", "/comments"):
            assert browser.get(path).status_code == 200
        fill_view_store(store, tmp_path, 40, read=False)
        browser = visit(store)
        for path in (*ROOT, "/charts/nps.svg"):
            assert browser.get(path).status_code == 200, path
        assert "Not read yet" in browser.get("/").text
        assert "41 comments wait" in Page(browser.get("/").text).text
    with open_store(tmp_path / "b.sqlite3", create=True) as store:
        fill_view_store(store, tmp_path, 40, bare=True)
        browser = visit(store)
        for path in (*(p for p in ROOT if "compare=time" not in p), "/comments?all=1"):
            assert browser.get(path).status_code == 200, path
        assert "No comment in this view has a score." in browser.get("/").text
        assert "the comments have no dates" in browser.get("/themes?compare=time").text


def test_editors_ask_for_what_waits_to_be_read(tmp_path):
    with open_store(tmp_path / "a.sqlite3", create=True) as store:
        fill_view_store(store, tmp_path, 10, read=False)
        add_person(store, "ed", "editor")
        add_person(store, "vera", "viewer")
        viewer, editor = visit(store, TEAM), visit(store, TEAM)
        log_in(viewer, "vera")
        log_in(editor, "ed")
        assert "Read them now" not in viewer.get("/").text
        assert post(viewer, "/waiting/read").status_code == 403
        assert "Read them now" in editor.get("/").text
        assert post(editor, "/waiting/read").headers["location"] == "/"
        [job] = rows_of(store, jobs)
        assert (job.kind, job.options, job.by) == ("retag", {"only_waiting": True}, "ed")
