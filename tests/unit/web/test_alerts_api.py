"""`/api/v1/alerts`: what changed, in figures and words, and what people say of it; on both databases."""

from datetime import date

import pytest
from made.alerts import put_alert, put_delivery
from made.read_store import ask, fill
from store_rows import rows_of

from cx_text.store.opening import open_store
from cx_text.store.tables import opinions


@pytest.fixture
def store(place, tmp_path):
    with open_store(place, create=True) as opened:
        fill(opened, tmp_path, 40)
        yield opened


def get(program, path):
    answer = program.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_alerts_are_listed_by_pages_and_by_what_is_asked_for(store):
    with store.writing() as connection:
        for name in ("shop", "brand"):
            put_alert(connection, watch=name, subject={"per": "theme", "id": "t01", "label": "Late delivery"})
        over = put_alert(connection, resolved_on=date(2026, 8, 8), why="ended", measure="nps")
    program = ask(store)
    listed = get(program, "alerts?limit=2")
    assert [one["id"] for one in listed["alerts"]] == [over, over - 1]
    rest = get(program, f"alerts?limit=2&after={listed['next']}")
    assert ([one["id"] for one in rest["alerts"]], rest["next"]) == ([over - 2], None)
    for query, ids in (("state=firing", [2, 1]), ("state=resolved", [3]), ("watch=shop", [3, 1]), ("theme=t01", [2, 1]),
                       ("theme=t02", []), ("state=firing&watch=brand", [2])):
        assert [one["id"] for one in get(program, f"alerts?{query}")["alerts"]] == ids, query


def test_an_alert_has_its_figures_its_words_and_its_messages(store):
    spoken = rows_of(store, opinions)[0]
    with store.writing() as connection:
        number = put_alert(connection, quotes=[{"run_id": spoken.run_id, "comment_id": spoken.comment_id,
                                                "start": spoken.start, "end": spoken.end}])
        put_delivery(connection, number, error="no answer")
    program = ask(store)
    found = get(program, f"alerts/{number}")
    assert found["title"] == "Late delivery: 2.1 times as many customers as usual"
    assert found["lines"][0].startswith("More customers raise Late delivery: 41 of 1,204 who wrote")
    assert found["figures"] | {"ratio": 2.12, "low": 1.41, "high": 3.02, "n": 41, "of": 1204, "limit": None,
                               "sources": {"app-store": 30, "survey": 11}} == found["figures"]
    assert len(found["points"]) == 26
    assert found["points"][-1] == {"start": "2026-07-12", "value": 41, "n": 1218, "expected": 19.3, "is_window": True}
    [quote] = found["quotes"]
    assert quote["words"] == get(program, f"comments/{spoken.comment_id}")["text"][spoken.start:spoken.end]
    assert [(one["state"], one["error"]) for one in found["deliveries"]] == [("dead", "no answer")]


def test_a_verdict_is_written_by_those_who_may(store):
    with store.writing() as connection:
        put_alert(connection)
    program = ask(store)
    answer = program.post("/api/v1/alerts/1/verdict", json={"verdict": "false alarm", "note": "A test."})
    assert (answer.status_code, answer.json()["verdict"], answer.json()["note"]) == (201, "false alarm", "A test.")
    answer = program.post("/api/v1/alerts/1/verdict", json={"verdict": "real"})
    assert (answer.json()["verdict"], answer.json()["note"]) == ("real", "A test.")  # the note before stays
    assert program.post("/api/v1/alerts/1/verdict", json={"verdict": "maybe"}).status_code == 422
    missing = program.post("/api/v1/alerts/7/verdict", json={"verdict": "real"})
    assert (missing.status_code, missing.json()["error"]["what"]) == (404, "There is no alert 7.")
    assert program.get("/api/v1/alerts/7").status_code == 404
    viewer = ask(store, role="viewer", may_write=True)
    assert viewer.post("/api/v1/alerts/1/verdict", json={"verdict": "real"}).status_code == 403
