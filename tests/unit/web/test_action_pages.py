"""Actions and cases in the browser."""

import re

import pytest
from made.invented_store import fill, visit_invented
from made.web import post
from store_rows import rows_of

from cx_text.store.opening import open_store
from cx_text.store.tables import actions, cases


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


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_an_action_from_a_theme_to_its_effect(browser, store):
    assert "No actions yet" in browser.get("/actions").text
    assert re.search(r'value="t1" selected', browser.get("/actions/new?theme=t1").text)
    made = send(browser, "/actions", theme="t1", title="<i>Fix</i>", owner="Ann", due="2026-01-31")
    assert made.headers["location"] == "/actions/1"
    listed = browser.get("/actions?state=overdue")
    assert "&lt;i&gt;Fix&lt;/i&gt;" in listed.text
    assert "31 January 2026, overdue" in text_of(listed)
    assert "Give the day on which it was done" in browser.get("/actions/1/effect").text
    send(browser, "/actions/1", title="Fix", owner="Ann", state="done", done="2026-03-15")
    assert rows_of(store, actions)[0].state == "done"
    effect = browser.get("/actions/1/effect")
    assert "customers with comments before" in text_of(effect)
    assert "Late delivery untouched" in text_of(effect)
    assert "cannot tell yet" in effect.text


def test_themes_with_an_action_are_not_untouched(browser):
    send(browser, "/actions", theme="t1a", title="Fix checkout")
    send(browser, "/actions", theme="t2", title="More drivers")
    said = text_of(browser.get("/actions/1/effect?at=2026-03-15"))
    assert "Prices untouched" in said
    assert "Late delivery untouched" not in said
    assert "App crashes untouched" not in said


@pytest.mark.parametrize(("query", "said"), [
    ("at=2020-01-01", "there are no comments before 2020-01-01. The dates run from 2026-03-01 to 2026-03-28."),
    ("at=soon", "'soon' is no date. Write it as 2026-03-01."),
    ("at=2026-03-15&days=-4", "'-4' is no number of days. Write one from 0 to 3650."),
])
def test_an_effect_that_cannot_be_counted_says_why(browser, query, said):
    send(browser, "/actions", theme="t1", title="Fix")
    answer = browser.get(f"/actions/1/effect?{query}&settling_days=&days=" if "days" not in query else
                         f"/actions/1/effect?{query}")
    assert answer.status_code == 200
    assert said in text_of(answer).replace("&#39;", "'")


def test_mistakes_in_the_form_are_said_in_it(browser, store):
    for fields, said in (({"theme": "t9", "title": "Fix"}, "Choose a theme."),
                         ({"theme": "t1", "title": " "}, "an action needs a title")):
        answer = send(browser, "/actions", **fields)
        assert (answer.status_code, said in answer.text) == (422, True)
    assert rows_of(store, actions) == []
    assert browser.get("/actions/7").status_code == 404
    assert browser.get("/actions?state=none").status_code == 400


def test_a_case_from_a_detractor_to_its_outcome(browser, store):
    waiting = browser.get("/actions/cases")
    comment = re.search(r'name="comment_id" value="(\d+)"', waiting.text)[1]
    assert send(browser, "/actions/cases", comment_id=comment).headers["location"] == "/actions/cases/1"
    assert f'value="{comment}"' not in browser.get("/actions/cases").text
    refused = send(browser, "/actions/cases/1", state="closed", owner="Ann")
    assert (refused.status_code, "a closed case needs an outcome" in refused.text) == (422, True)
    assert "Write something first." in send(browser, "/actions/cases/1/notes", words=" ").text
    send(browser, "/actions/cases/1/notes", words="<script>rang</script>")
    send(browser, "/actions/cases/1", state="closed", owner="Ann", outcome="recovered")
    said = browser.get("/actions/cases/1")
    assert "&lt;script&gt;rang&lt;/script&gt;" in said.text
    assert "state: open → closed" in said.text
    assert rows_of(store, cases)[0].outcome == "recovered"
    assert "closed: recovered" in text_of(browser.get("/actions/cases?state=closed&owner=Ann"))
    assert "No such case" in browser.get("/actions/cases?state=open").text
    assert browser.get("/actions/cases/9").status_code == 404


def test_detractors_wait_newest_first(browser, store):
    ids = re.findall(r'name="comment_id" value="(\d+)"', browser.get("/actions/cases").text)
    with store.reading() as connection:
        found = {str(row[0]): row[1:] for row in connection.exec_driver_sql(
            "select id, received_at, nps_score from comments")}
    assert len(ids) == 20
    assert all(found[k][1] <= 6 for k in ids)
    assert [found[k][0] for k in ids] == sorted((found[k][0] for k in ids), reverse=True)


def test_pages_of_actions_lead_on(browser):
    for k in range(51):
        send(browser, "/actions", theme="t1", title=f"Step {k}.")
    first = browser.get("/actions?theme=t1").text
    assert "Step 50." in first
    assert "Step 0." not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert "Step 0." in browser.get(following).text
