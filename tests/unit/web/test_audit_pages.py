"""An audit in the browser: start, judge without script, finish, read the result."""

import re

import pytest
from made.invented_store import fill, visit_invented
from made.web import post, visit
from sqlalchemy import update
from store_rows import rows_of

from cx_text.store.opening import open_store
from cx_text.store.tables import audit_answers, audit_items, opinions, tags


@pytest.fixture
def store(tmp_path):
    with open_store(str(tmp_path / "store.sqlite3"), create=True) as opened:
        fill(opened, tmp_path)
        yield opened


@pytest.fixture
def browser(store):
    return visit_invented(store)


def send(browser, path, **fields):
    return post(browser, path, fields)


def place_in(page):
    return re.search(r'name="place" value="(\d+)"', page.text)[1]


def test_an_audit_from_start_to_result(browser, store):
    assert "No audit yet" in browser.get("/audit").text
    started = send(browser, "/audit", n="30")
    assert (started.status_code, started.headers["location"]) == (303, "/audit/1")
    page = browser.get("/audit/1")
    assert "<mark>" in page.text
    assert re.findall(r'name="theme" value="(t\d|-)"', page.text) == ["t1", "t2", "t3", "-"]
    assert "checked" not in page.text
    items = rows_of(store, audit_items)
    for item in items:
        assert place_in(browser.get("/audit/1")) == str(item.place)
        done = send(browser, "/audit/1/answers", place=item.place, polarity=item.polarity, theme=item.theme_id or "-")
        assert done.headers["location"] == "/audit/1"
    assert "All are judged" in browser.get("/audit/1").text
    assert "not finished" in browser.get("/audit/1/result").text
    assert send(browser, "/audit/1/finish").headers["location"] == "/audit/1/result"
    said = browser.get("/audit/1/result").text
    assert re.search(r"Theme right</p>\s*<p class=\"big num\">100", said)
    assert "not finished" not in said
    assert browser.get("/audit/1").headers["location"] == "/audit/1/result"
    assert "this audit is finished" in send(browser, "/audit/1/answers", place="0", polarity="?").text


def test_an_answer_can_be_looked_at_and_changed(browser, store):
    send(browser, "/audit", n="30")
    send(browser, "/audit/1/answers", place="0", polarity="negative", theme="t2")
    page = browser.get("/audit/1?place=0")
    assert re.search(r'value="t2" required data-key="2" checked', page.text)
    send(browser, "/audit/1/answers", place="0", polarity="?", theme="t2")
    assert [(row.theme_id, row.polarity) for row in rows_of(store, audit_answers)] == [("t2", "negative"), (None, None)]


def test_half_an_answer_is_refused(browser, store):
    send(browser, "/audit", n="30")
    refused = send(browser, "/audit/1/answers", place="0", polarity="negative")
    assert refused.status_code == 422
    assert "Choose what the marked words are about" in refused.text
    assert rows_of(store, audit_answers) == []


def test_an_audit_is_of_the_part_that_the_address_asks_for(browser):
    assert "in the part that was chosen" in browser.get("/audit?category=detractor").text
    send(browser, "/audit", n="30", view="category=detractor")
    assert "detractor" in browser.get("/audit/1/result").text
    assert send(browser, "/audit", n="30", view="category=none").status_code == 400


def test_long_comments_are_cut_around_the_marked_words_and_escaped(browser, store):
    send(browser, "/audit", n="30")
    item = rows_of(store, audit_items)[0]
    words = "<b>{{ 7 * 7 }}</b> " + "é😀" * 400 + "THE WORDS" + " and more" * 200
    start = words.index("THE WORDS")
    with store.writing() as connection:
        connection.execute(update(tags).where(tags.c.comment_id == item.comment_id).values(text=words))
        for table in (opinions, audit_items):
            connection.execute(update(table).where(table.c.comment_id == item.comment_id, table.c.start == item.start)
                               .values(start=start, end=start + 9))
    page = browser.get("/audit/1?place=0").text
    assert page.count("<mark>THE WORDS</mark>") == 2  # in the excerpt, and in the whole
    assert "&lt;b&gt;{{ 7 * 7 }}&lt;/b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize("path", ["/audit/9", "/audit/9/result"])
def test_an_audit_that_is_not_there_is_no_page(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "There is no such audit." in answer.text


def test_without_a_run_there_is_nothing_to_judge(tmp_path):
    with open_store(str(tmp_path / "store.sqlite3"), create=True) as store:
        browser = visit(store)
        assert "comments have to be tagged first" in browser.get("/audit").text
        refused = send(browser, "/audit", n="30")
        assert (refused.status_code, "Nothing was tagged yet" in refused.text) == (400, True)
