"""`/api/v1`: every endpoint answers, to those who may ask, and a mistake is one line of JSON."""

import pytest
from made.read_store import ask, fill
from store_rows import rows_of

from cx_text.store.opening import open_store
from cx_text.store.tables import audit_log
from cx_text.testing import FakeModels

READS = ("meta", "filters", "overview", "themes", "themes/{theme}", "themes/{theme}/trend", "drivers", "segments",
         "change", "comments", "comments/1", "search?q=price", "search?q=rude+staff&by=meaning", "codeframe",
         "decisions", "corrections", "audits", "actions", "cases", "alerts", "jobs", "imports", "openapi.json")
WRITES = {"corrections": {"comment_id": 1, "start": 0, "end": 11, "polarity": "positive"},
          "decisions": {"action": "rename", "theme_ids": ["{theme}"], "label": "Slow app"},
          "jobs": {"kind": "retag"},
          "actions": {"theme_id": "{theme}", "title": "Make it quick", "owner": "anna"}}


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """No request opens a real model."""
    for module in ("snapshots", "reassigning"):
        monkeypatch.setattr(f"cx_text.{module}.Models", lambda recipe, device="auto": FakeModels(recipe))


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite3", create=True) as opened:
        fill(opened, tmp_path, 40)
        yield opened


def get(program, path):
    return program.get(f"/api/v1/{path}")


def theme_of(program):
    return get(program, "codeframe").json()["themes"][0]["id"]


def written(program, name):
    theme = theme_of(program)
    body = {key: [theme] if value == ["{theme}"] else theme if value == "{theme}" else value
            for key, value in WRITES[name].items()}
    return program.post(f"/api/v1/{name}", json=body)


def test_all_is_read_and_written_on_both_databases(place, tmp_path):
    with open_store(place, create=True) as store:
        fill(store, tmp_path, 40)
        program = ask(store)
        theme = theme_of(program)
        for path in READS:
            answer = get(program, path.format(theme=theme))
            assert answer.status_code == 200, (path, answer.text)
        for name in WRITES:
            answer = written(program, name)
            assert answer.status_code == 201, (name, answer.text)
        assert get(program, "corrections").json()["corrections"][0]["polarity"] == "positive"
        assert get(program, "decisions").json()["decisions"][0]["label"] == "Slow app"
        assert get(program, "actions").json()["actions"][0]["title"] == "Make it quick"
        assert get(program, "jobs").json()["jobs"][0]["state"] == "waiting"
        assert get(program, "jobs/1").json()["kind"] == "retag"
        assert get(program, f"themes/{theme}").json()["theme"]["label"] == "Slow app"


@pytest.mark.parametrize("with_comments", [False, True])
def test_a_store_in_which_nothing_was_read(place, tmp_path, with_comments):
    from made.read_store import export_of
    from store_rows import import_rows

    with open_store(place, create=True) as store:
        if with_comments:
            import_rows(store, export_of(tmp_path, 20))
        program = ask(store)
        for path in READS:
            if "{theme}" not in path and path not in ("comments/1", "search?q=rude+staff&by=meaning"):
                assert get(program, path).status_code == 200, path
        overview = get(program, "overview").json()
        assert overview["of"]["run_id"] is None
        assert (overview["nps"] is None) is not with_comments
        assert get(program, "search?q=rude&by=meaning").status_code == 404
        assert get(program, "comments/1").status_code == (200 if with_comments else 404)


def test_figures_have_their_n_and_interval(store):
    overview = get(ask(store), "overview").json()
    assert overview["of"] == {"run_id": 1, "view": "", "n_comments": 42, "n_analysed": 40, "is_outdated": False}
    assert overview["nps"]["n"] == 42
    assert overview["nps"]["low"] < overview["nps"]["nps"] < overview["nps"]["high"]
    assert sum(overview["polarity"].values()) == overview["net_sentiment"]["n"] == 40
    assert overview["sources"][0]["source"] == "survey"
    assert [month["month"] for month in overview["months"]] == ["2026-03-01"]


def test_a_view_is_what_its_filters_say(store):
    program = ask(store)
    of = get(program, "overview?segment.Plan=Plus&from=2026-03-05&category=detractor").json()["of"]
    assert of["view"] == "from=2026-03-05&category=detractor&segment.Plan=Plus"
    assert 0 < of["n_comments"] < 14
    assert get(program, "overview?source=elsewhere").json()["of"]["n_comments"] == 0
    listed = get(program, "comments?segment.Plan=Plus&limit=200").json()
    assert {c["segments"]["Plan"] for c in listed["comments"]} == {"Plus"}


def test_comments_come_page_by_page_each_once(store):
    program, seen, after = ask(store), [], ""
    while after is not None:
        page = get(program, f"comments?limit=9{f'&after={after}' if after else ''}").json()
        seen += [comment["id"] for comment in page["comments"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == page["n"] == 42
    times = [get(program, f"comments/{k}").json()["received_at"] for k in seen[:5]]
    assert times == sorted(times, reverse=True)


def test_comments_of_a_theme_and_polarity(store):
    program = ask(store)
    theme = theme_of(program)
    found = get(program, f"comments?theme={theme}&polarity=negative&limit=200").json()
    assert found["n"] == len(found["comments"]) > 0
    for comment in found["comments"]:
        assert any(o["theme_id"] == theme and o["polarity"] == "negative" for o in comment["opinions"])
        assert all(comment["text"][o["start"]:o["end"]] == o["words"] for o in comment["opinions"])
    unclear = get(program, "comments?theme=unclear").json()
    assert all(any(o["theme_id"] is None for o in c["opinions"]) for c in unclear["comments"])


def test_search_by_words_is_of_the_view(store):
    program = ask(store)
    everywhere, some = (get(program, f"search?q=price{more}").json() for more in ("", "&segment.Plan=Plus"))
    assert everywhere["n"] > some["n"] > 0
    assert all("price" in comment["verbatim"] for comment in everywhere["comments"])


@pytest.mark.parametrize(("path", "status", "error"), [
    ("comments?after=x", 400, {"what": "`after` is no place in this list", "where": None,
                               "next": "Give what `next` of the page before said"}),
    ("comments?after=aWQ6OTk5OTk", 400, {"what": "`after` is no place in this list", "where": None,
                                         "next": "Begin anew without it"}),
    ("drivers?outcome=happiness", 400, {"what": "no outcome 'happiness'; there are nps", "where": None, "next": None}),
    ("overview?from=2026-04-01&to=2026-03-01", 400, {
        "what": "the time from 2026-04-01 to 2026-03-01 holds no day", "where": None,
        "next": "Give the earlier day first"}),
    ("themes/nowhere", 404, {"what": "There is no such theme.", "where": None, "next": None}),
    ("comments/999", 404, {"what": "There is no comment 999.", "where": None, "next": None}),
    ("jobs/7", 404, {"what": "There is no job 7.", "where": None, "next": None}),
    ("audits/7", 404, {"what": "There is no audit 7.", "where": None, "next": None}),
    ("comments?limit=201", 422, {"what": "limit: Input should be less than or equal to 200", "where": None,
                                 "next": None}),
    ("search?q=%20&by=meaning", 400, {"what": "There is nothing to look for.", "where": None, "next": None}),
])
def test_a_mistake_is_said_as_json(store, path, status, error):
    answer = get(ask(store), path)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_an_answer_that_is_known_is_not_sent_again(store):
    program = ask(store)
    first = get(program, "overview")
    known = {"If-None-Match": first.headers["ETag"]}
    again = program.get("/api/v1/overview", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert written(program, "corrections").status_code == 201
    assert program.get("/api/v1/overview", headers=known).status_code == 200


def test_a_preview_keeps_nothing(store):
    program = ask(store)
    theme = theme_of(program)
    answer = program.post("/api/v1/decisions", json={"action": "hide", "theme_ids": [theme], "is_preview": True})
    assert (answer.status_code, answer.json()["is_kept"]) == (201, False)
    assert get(program, "decisions").json() == {"decisions": []}


def test_nobody_asks_without_a_token(store):
    program = ask(store, role="viewer")
    program.headers.pop("Authorization")
    for path in ("overview", "comments", "openapi.json"):
        answer = get(program, path)
        assert (answer.status_code, answer.json()["error"]["what"]) == (
            401, "Send a token: Authorization: Bearer cxt_…")
    assert program.post("/api/v1/jobs", json=WRITES["jobs"]).status_code == 401


@pytest.mark.parametrize(("role", "may_write", "status"), [
    ("viewer", False, 403), ("viewer", True, 403), ("editor", False, 403), ("editor", True, 201)])
def test_who_may_write(store, role, may_write, status):
    program = ask(store, role=role, may_write=may_write)
    assert all(get(program, path).status_code == 200 for path in ("overview", "comments", "decisions"))
    for name in WRITES:
        assert written(program, name).status_code == status, name


def test_what_is_read_is_not_logged(store):
    program = ask(store)
    before = len(rows_of(store, audit_log))
    get(program, "comments")
    assert len(rows_of(store, audit_log)) == before


def test_the_page_lists_every_endpoint(store):
    program = ask(store)
    page = program.get("/api")
    assert page.status_code == 200
    for path in get(program, "openapi.json").json()["paths"]:
        assert f" {path}</code>" in page.text
    assert "<script" not in page.text.replace('<script src="/static/', "")
