"""The codeframe editor: every decision with what it would do, history and undo, refits, and who may."""

import html
import re

import pytest
from made.page import Page
from made.tagged_store import MODELS, fill, with_fakes
from made.web import TEAM, add_person, log_in, post, visit

from cx_text import working
from cx_text.decisions import Action
from cx_text.reassigning import reassign, refit
from cx_text.store import jobs
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.opening import open_store
from cx_text.store.runs import current_run, opinions_after


@pytest.fixture
def store(place, tmp_path):
    with open_store(place, create=True) as opened:
        fill(opened, tmp_path)
        yield opened


@pytest.fixture
def browser(store):
    return with_fakes(visit(store))


def text_of(answer):
    return Page(answer.text).text


def themes_of(store):
    return StoredCodeframe(store).current(MODELS.embedder).themes


def opinions_of(store, theme_id):
    with store.reading() as connection:
        return [o for o in opinions_after(connection, current_run(connection).id, 0, 500) if o.theme_id == theme_id]


def waiting_kinds(store):
    with store.reading() as connection:
        return [job.kind for job in jobs.open_jobs(connection)]


def said_by(answer, browser):
    return text_of(browser.get(answer.headers["location"]))


def two_with_opinions(store):
    return [theme for theme in themes_of(store) if len({o.words for o in opinions_of(store, theme.id)}) > 2][:2]


def test_all_themes_are_listed_with_their_opinions(store, browser):
    page = text_of(browser.get("/codeframe"))
    for theme in themes_of(store):
        assert theme.label in page
        assert browser.get(f"/codeframe/themes/{theme.id}").status_code == 200


def test_a_store_without_a_run_says_how_to_get_themes(place):
    with open_store(place, create=True) as empty:
        page = visit(empty).get("/codeframe")
    assert "No themes yet" in text_of(page)


def test_merging_is_shown_first_and_then_done_and_taken_back(store, browser):
    into, other = two_with_opinions(store)
    n = len(opinions_of(store, other.id))
    asked = f"/codeframe/preview?action=merge&theme={into.id}&theme={other.id}"
    shown = text_of(browser.get(asked))
    assert f"merged “{other.label}” into “{into.label}”. Nothing is done yet." in shown
    assert f"{other.label} {into.label} {n}" in shown
    assert StoredCodeframe(store).log() == []
    done = post(browser, "/codeframe/decisions", {"action": "merge", "theme": [into.id, other.id]})
    assert f"Decision 1: you merged “{other.label}” into “{into.label}”. Figures follow in a moment." in said_by(
        done, browser)
    assert waiting_kinds(store) == ["reassign"]
    assert "waits for its turn" in text_of(browser.get("/codeframe/progress"))
    reassign(store, models=MODELS)
    assert opinions_of(store, other.id) == []
    undone = post(browser, "/codeframe/decisions", {"action": "undo", "undoes": "1"})
    assert "Decision 2: you took back decision 1." in said_by(undone, browser)
    again = post(browser, "/codeframe/decisions", {"action": "undo", "undoes": "2"})
    assert "Decision 3: you took back decision 2." in said_by(again, browser)
    assert other.id not in {theme.id for theme in themes_of(store)}


@pytest.mark.parametrize(("fields", "told"), [
    ({"action": "rename", "label": "Anything"}, "renamed {id} to “Anything”"),
    ({"action": "pin"}, "pinned “{label}”"), ({"action": "hide"}, "hid “{label}”"),
    ({"action": "stage", "to": "pay"}, "placed “{label}” at the stage pay"),
    ({"action": "stage", "to.stage": "use", "to.parent": "t99"}, "placed “{label}” at the stage use"),
])
def test_what_moves_no_opinion_is_done_at_once(store, browser, fields, told):
    theme = two_with_opinions(store)[0]
    told = told.format(id=theme.id, label=theme.label)
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    page = text_of(browser.get(f"/codeframe/preview?theme={theme.id}&{query}"))
    assert f"You would have {told}. Nothing is done yet." in page
    done = post(browser, "/codeframe/decisions", {"theme": theme.id, **fields})
    assert f"Decision 1: you {told}." in said_by(done, browser)
    assert waiting_kinds(store) == []
    with store.reading() as connection:
        assert current_run(connection).decisions_upto == 1


def test_a_theme_is_split_by_opinions_that_are_chosen(store, browser):
    theme = two_with_opinions(store)[0]
    first, second = list({o.words: o for o in opinions_of(store, theme.id)}.values())[:2]
    fields = {"action": "split", "theme": theme.id, "label1": "One", "part1": first.id, "label2": "Two",
              "part2": second.id}
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    page = browser.get(f"/codeframe/preview?{query}")
    assert f"split “{theme.label}” into “One”, “Two”" in text_of(page)
    assert first.words not in page.request.url.query.decode()
    post(browser, "/codeframe/decisions", fields)
    [decision] = StoredCodeframe(store).log()
    assert [part.examples for part in decision.parts] == [(first.words,), (second.words,)]
    assert {"One", "Two"} <= {theme.label for theme in themes_of(store)}


def test_clarity_says_what_would_become_unclear(browser, store):
    page = text_of(browser.get("/codeframe/preview?action=clarity&value=100"))
    assert "opinions would get another theme" in page
    assert "no theme" in page
    post(browser, "/codeframe/decisions", {"action": "clarity", "value": "55"})
    assert StoredCodeframe(store).log()[0].value == 0.55


@pytest.mark.parametrize(("query", "line"), [
    ("", "nothing was chosen to be done."), ("action=merge&theme=t01", "merge takes two themes or more."),
    ("action=hide&theme=t99", "there is no theme 't99' any more."), ("action=clarity&value=x", "'x' is no number."),
    ("action=clarity&value=nan", "'nan' is no number."), ("action=clarity&value=140", "a confidence is from 0 to 1,"),
    ("action=undo&undoes=7", "there is no decision 7 in force."), ("action=move&to=t01", "moving takes the words"),
    ("action=split&theme=t01&part1=1", "part 1 has no label."),
    ("action=split&theme=t01&part1=999999999999999999&label1=a", "splitting theme 't01' takes two parts"),
    ("action=stage&theme=t01&to=nowhere", "'nowhere' is none of the journey stages"),
])
def test_what_makes_no_sense_is_one_line(browser, query, line):
    answer = browser.get(f"/codeframe/preview?{query}")
    assert answer.status_code == 400
    assert line.rstrip(".").lower() in text_of(answer).lower()


def test_a_theme_that_somebody_merged_meanwhile_is_one_line(store, browser):
    into, other = two_with_opinions(store)
    StoredCodeframe(store).add(Action.MERGE, MODELS.embedder, by="ben", theme_ids=(into.id, other.id))
    late = post(browser, "/codeframe/decisions", {"action": "rename", "theme": other.id, "label": "Late"})
    assert late.status_code == 400
    assert f"there is no theme '{other.id}' any more" in text_of(late)
    assert len(StoredCodeframe(store).log()) == 1


def test_a_refit_is_asked_for_shown_and_accepted_or_dropped(store, browser):
    assert "No refit waits" in text_of(browser.get("/codeframe/refit"))
    assert "Themes are being found anew." in said_by(post(browser, "/codeframe/refit"), browser)
    assert waiting_kinds(store) == ["refit"]
    refit(store, by="jo", models=MODELS)
    assert "see what it would change" in text_of(browser.get("/codeframe"))
    page = text_of(browser.get("/codeframe/refit"))
    for row in StoredCodeframe(store).diff():
        assert f"{row['label']} {row['change']} {row['n_before']} {row['n_after']}" in page
    post(browser, "/codeframe/refit/reject")
    assert StoredCodeframe(store).diff() == []
    refit(store, by="jo", models=MODELS)
    assert "Version 2 is in use" in said_by(post(browser, "/codeframe/refit/accept"), browser)
    assert post(browser, "/codeframe/refit/accept").status_code == 400


def test_jobs_carry_out_refits_and_decisions(store, monkeypatch):
    monkeypatch.setattr("cx_text.reassigning.Models", lambda recipe, device="auto": MODELS)
    with store.writing() as connection:
        for kind in ("refit", "reassign"):
            jobs.ask(connection, kind, {}, "jo")
    while (claimed := jobs.claim(store)) is not None:
        working.do(store, claimed)
    with store.reading() as connection:
        ended = {job.kind: (job.state, job.error, dict(job.result)) for job in jobs.jobs_of(connection)}
    assert ended["refit"] == ("done", None, {"n_changes": len(StoredCodeframe(store).diff())})
    assert ended["reassign"][:2] == ("done", None)


def test_viewers_see_themes_and_no_way_to_decide(store):
    add_person(store, "vi", "viewer")
    browser = with_fakes(visit(store, TEAM))
    log_in(browser, "vi")
    theme = two_with_opinions(store)[0]
    for path in ("/codeframe", f"/codeframe/themes/{theme.id}", "/codeframe/refit"):
        page = browser.get(path)
        assert page.status_code == 200
        main = page.text.partition("<main")[2]
        assert not re.findall(r"<(?:form|button|input|select)", main), path
    assert browser.get(f"/codeframe/preview?action=hide&theme={theme.id}").status_code == 403
    for path in ("/codeframe/decisions", "/codeframe/refit", "/codeframe/refit/accept", "/codeframe/refit/reject"):
        assert post(browser, path, {"action": "hide", "theme": theme.id}).status_code == 403
    assert StoredCodeframe(store).log() == []


def test_labels_and_opinions_show_as_text(store, browser, tmp_path):
    theme = two_with_opinions(store)[0]
    label = "<script>alert(1)</script>{{ 7*7 }}"
    post(browser, "/codeframe/decisions", {"action": "rename", "theme": theme.id, "label": label})
    for path in ("/codeframe", f"/codeframe/themes/{theme.id}", f"/codeframe/preview?action=hide&theme={theme.id}"):
        page = browser.get(path)
        assert "<script>alert" not in page.text
        assert html.escape("<script>alert(1)</script>") in page.text
        assert "{{ 7*7 }}" in page.text
