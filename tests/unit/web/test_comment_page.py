"""A comment's page: its words, why it was read so, what is wrong about that, and who may say so."""

import html
import re

import pytest
from made.page import Page
from made.tagged_store import MODELS, PAYLOADS, RECIPE, fill, with_fakes
from made.web import TEAM, add_person, log_in, post, visit
from store_rows import answer, import_rows, write_export

from cx_text.retagging import retag
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.opening import open_store
from cx_text.store.reading import comment_of
from cx_text.store.runs import current_run


@pytest.fixture
def store(place, tmp_path):
    with open_store(place, create=True) as opened:
        fill(opened, tmp_path)
        yield opened


@pytest.fixture
def browser(store):
    return with_fakes(visit(store))


def text_of(page):
    return Page(page.text).text


def comment(store, comment_id=1):
    with store.reading() as connection:
        return comment_of(connection, comment_id, current_run(connection).id)


def other_theme(store, opinion):
    return next(t for t in StoredCodeframe(store).current(MODELS.embedder).themes if t.id != opinion.theme_id)


def test_the_page_shows_words_opinions_and_where_it_came_from(store, browser):
    own = comment(store)
    page = text_of(browser.get("/comments/1"))
    for opinion in own.opinions:
        assert f"“{own.words_of(opinion)}”" in page
    for told in ("1 March 2026, 10:00 UTC", "export.csv, row 2, column “Why?”", own.key, "Plan Plus", own.author[:8]):
        assert told in page
    assert "The same customer" in page
    assert 'href="/comments/31"' in browser.get("/comments/1").text  # c-0 wrote again


def test_another_polarity_is_shown_at_once_and_can_be_taken_back(store, browser):
    opinion = comment(store).opinions[0]
    done = post(browser, "/comments/1/polarity", {"opinion": opinion.id, "polarity": "positive"})
    assert done.headers["location"] == "/comments/1"
    page = text_of(browser.get("/comments/1"))
    assert "Corrected to positive. It holds in every later run, too." in page
    assert comment(store).opinions[0].polarity == "positive"
    assert "Corrected by people" in page
    post(browser, "/comments/1/corrections/1/undo")
    assert comment(store).opinions[0].polarity == opinion.polarity
    assert post(browser, "/comments/2/corrections/1/undo").status_code == 404


def test_another_theme_is_shown_at_once_and_holds_for_a_new_run(store, browser):
    opinion = comment(store).opinions[0]
    to = other_theme(store, opinion)
    post(browser, "/comments/1/theme", {"opinion": opinion.id, "theme": to.id})
    page = text_of(browser.get("/comments/1"))
    assert f"Moved to “{to.label}” (decision 1)." in page
    assert "moved by a person" in page
    assert comment(store).opinions[0].theme_id == to.id
    assert "A person put it here: decision 1." in text_of(browser.get(f"/comments/1/why/{opinion.id}"))
    retag(store, recipe=RECIPE, models=MODELS)
    again = comment(store).opinions[0]
    assert again.theme_id == to.id
    post(browser, "/comments/1/theme/undo", {"opinion": again.id, "decision": 1})
    assert comment(store).opinions[0].theme_id == opinion.theme_id
    post(browser, "/comments/1/theme", {"opinion": again.id, "theme": "none"})
    assert comment(store).opinions[0].theme_id is None


@pytest.mark.parametrize(("path", "fields", "line"), [
    ("polarity", {}, "no polarity was chosen"), ("polarity", {"polarity": "mixed"}, "one opinion is never mixed"),
    ("polarity", {"opinion": 99999, "polarity": "negative"}, "the comment has no such opinion any more"),
    ("theme", {"theme": "t99"}, "there is no theme 't99' any more"), ("theme", {}, "no theme was chosen"),
    ("theme/undo", {"decision": 4}, "there is no decision 4 in force"),
])
def test_what_makes_no_sense_is_one_line(store, browser, path, fields, line):
    answer = post(browser, f"/comments/1/{path}", {"opinion": comment(store).opinions[0].id, **fields})
    assert answer.status_code == 400
    assert line in text_of(answer)


def test_why_names_the_nearest_examples_and_the_next_theme(store, browser):
    opinion = comment(store).opinions[0]
    page = browser.get(f"/comments/1/why/{opinion.id}", headers={"HX-Request": "true"})
    assert "<html" not in page.text
    own = next(t for t in StoredCodeframe(store).current(MODELS.embedder).themes if t.id == opinion.theme_id)
    assert f"It is nearest to “{own.label}”: " in text_of(page)
    assert "; next is “" in text_of(page)
    assert "<h1>" in browser.get(f"/comments/1/why/{opinion.id}").text


def test_similar_comments_are_others(store, browser):
    page = browser.get("/comments/1/similar", headers={"HX-Request": "true"})
    assert 'href="/comments/' in page.text
    assert 'href="/comments/1"' not in page.text


def test_older_versions_show_what_changed(store, browser, tmp_path):
    import_rows(store, write_export(tmp_path / "b.csv", [answer(0, "app is quick but staff are kind", day=20)]))
    page = browser.get("/comments/1").text
    assert "No run has read this version yet" in page
    assert "<del>slow</del>" in page
    assert "<ins>quick</ins>" in page


def test_nobody_and_forgotten_are_not_found(browser):
    assert browser.get("/comments/9999").status_code == 404
    assert browser.get("/comments/x").status_code == 422
    assert browser.get("/comments/1/why/9999").status_code == 400


def test_viewers_read_and_change_nothing(store):
    add_person(store, "vi", "viewer")
    browser = with_fakes(visit(store, TEAM))
    log_in(browser, "vi")
    main = browser.get("/comments/1").text.partition("<main")[2]
    assert "This is wrong" not in main
    assert not re.findall(r"<(?:form|button|select)", main)
    opinion = comment(store).opinions[0]
    for path in ("polarity", "theme", "theme/undo", "corrections/1/undo"):
        fields = {"opinion": opinion.id, "polarity": "positive", "theme": "none", "decision": 1}
        assert post(browser, f"/comments/1/{path}", fields).status_code == 403
    assert comment(store).opinions[0] == opinion


def test_payloads_show_as_text(place, tmp_path):
    with open_store(place, create=True) as store:
        fill(store, tmp_path, PAYLOADS, n=8)
        browser = with_fakes(visit(store))
        for number in range(1, len(PAYLOADS) + 1):
            own = comment(store, number)
            paths = [f"/comments/{number}", f"/comments/{number}/similar", "/search?q=slow", "/search?q=price",
                     "/search?q=app+is+bad&by=meaning", *(f"/comments/{number}/why/{o.id}" for o in own.opinions)]
            for path in paths:
                page = browser.get(path)
                assert page.status_code == 200, path
                assert not re.search(r"<script>alert|<img|onerror=alert\(2\)>|<style|1879641", page.text), path
            shown = browser.get(f"/comments/{number}").text
            said = shown.partition('<p class="said">')[2].partition("</p>")[0]
            bare = re.sub(r"</?mark[^>]*>|<span.*?</span>", "", said)
            assert html.unescape(bare) == own.tags.text
            assert not re.search("[<>]", bare)
