"""Alerts in the browser: what changed, in whose words, who was told, and what people say of it."""

import re
from datetime import date, timedelta

import pytest
from made.alerts import LAST, LOOKED_AT, put_alert, put_delivery, put_watch
from made.invented_store import fill, visit_invented
from made.web import TEAM, add_person, log_in, post, visit
from sqlalchemy import update
from store_rows import rows_of

from cx_text.store.alerts import WatchFacts, begin_watch_look, end_watch_look, keep_watch
from cx_text.store.alerts import alert as alert_of
from cx_text.store.forgetting import forget
from cx_text.store.opening import open_store
from cx_text.store.tables import alerts, comments, deliveries, opinions

HARM = "<script>alert(1)</script>"


@pytest.fixture
def store(tmp_path):
    with open_store(str(tmp_path / "store.sqlite3"), create=True) as opened:
        fill(opened, tmp_path)
        yield opened


@pytest.fixture
def browser(store):
    return visit_invented(store)


def put(store, **changes):
    with store.writing() as connection:
        return put_alert(connection, **changes)


def text_of(answer):
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_a_store_without_a_watch_says_how_to_begin(browser):
    said = text_of(browser.get("/alerts"))
    assert "No watch is kept yet" in said
    assert "cx-text watch" in said


def test_a_watch_whose_first_look_failed_is_there(browser, store):
    with store.writing() as connection:
        look = begin_watch_look(connection, "shop", LOOKED_AT)
        end_watch_look(connection, look, LOOKED_AT, {}, {}, "the recipe has no rules")
        begin_watch_look(connection, "shop", LOOKED_AT)  # was killed
        begin_watch_look(connection, "shop", LOOKED_AT)
    said = text_of(browser.get("/alerts"))
    assert "No watch is kept yet" not in said
    assert ("shop never judged nothing yet 19 July 2026, 06:05 UTC not finished nothing new 2 of the last 3 looks the "
            "recipe has no rules") in said


def test_a_source_that_cannot_be_read_has_no_figures(browser, store):
    failing = put(store, kind="silence", points=[])
    with store.writing() as connection:
        connection.execute(update(alerts).values(figures={"since": "2026-07-17T06:00:00+00:00", "error": "403"}))
    said = text_of(browser.get(f"/alerts/{failing}"))
    assert "Source app-store cannot be read" in said
    assert "The source app-store cannot be read, since 17 July 2026. What it answers: 403" in said
    assert "Cannot be read since 17 July 2026" in said
    assert "Source app-store cannot be read" in text_of(browser.get("/alerts"))
    with store.writing() as connection:
        connection.execute(update(alerts).values(figures={"since": None, "error": "403"}))
    assert 'id="figures"' not in browser.get(f"/alerts/{failing}").text


def test_a_watch_that_saw_nothing_says_so(browser, store):
    with store.writing() as connection:
        put_watch(connection)
    said = text_of(browser.get("/alerts"))
    assert "Nothing changed so far" in said
    assert "18 July 2026 19 July 2026, 06:05 UTC 12 collected, 12 tagged, 1 fired none of 2 looks" in said


def test_alerts_that_fire_come_first(browser, store):
    put(store, figures={"ratio": 2.0})
    put(store, measure="nps", subject={"per": "source", "id": "survey", "label": "Survey"}, watch="other",
        resolved_on=LAST + timedelta(days=14), why="ended", seen_by="Ann", verdict="real")
    said = text_of(browser.get("/alerts"))
    assert said.index("Late delivery: twice as many customers as usual") < said.index("NPS of Survey: 14 points lower")
    assert "All 2 Firing 1 Over 1" in said
    assert "2.0 times (1.4 to 3.0)" in said
    assert "✓ over 1 August 2026 real, says Ann" in said
    assert "NPS of Survey" not in text_of(browser.get("/alerts?state=firing"))
    assert "Late delivery" not in text_of(browser.get("/alerts?state=resolved"))
    assert "Late delivery" not in text_of(browser.get("/alerts?watch=other"))
    assert "Nothing here" in text_of(browser.get("/alerts?watch=none"))
    assert browser.get("/alerts?state=none").status_code == 400


def test_the_navigation_counts_what_fires(browser, store):
    assert "n-firing" not in browser.get("/themes").text
    put(store)
    put(store, resolved_on=LAST)
    assert '<span class="n-firing num">1<span class="aside-only"> firing</span></span>' in browser.get("/themes").text


@pytest.mark.parametrize("state", ["", "firing", "resolved"])
def test_pages_of_alerts_lead_on(browser, store, state):
    over = {} if state == "firing" else {"resolved_on": LAST + timedelta(days=9), "why": "ended"}
    with store.writing() as connection:
        first = put_alert(connection, **over, rule="the oldest")
        for _ in range(50):
            put_alert(connection, **over)
    page = browser.get(f"/alerts?state={state}").text
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "the oldest" not in page
    later = browser.get(following).text
    assert f'href="/alerts/{first}"' in later
    assert later.count('<tr><th scope="row">') == 1


def test_all_that_fire_are_behind_a_link_where_they_are_many(browser, store):
    with store.writing() as connection:
        for _ in range(51):
            put_alert(connection)
    assert '<a href="/alerts?state=firing">All that fire</a>' in browser.get("/alerts").text


def test_an_alert_says_what_changed_and_by_how_much(browser, store):
    number = put(store, subject={"per": "theme", "id": "t2", "label": "Late delivery"})
    answer = browser.get(f"/alerts/{number}")
    said = text_of(answer).replace("\u202f", " ")
    assert "41 of 1,204 who wrote from 12 July to 18 July 2026, where 19.3 were expected from the past." in said
    assert "False alarms among all that is as sure 2.1 %" in said
    assert "p 0.0002" in said
    assert "app-store 30 survey 11" in said
    assert 'href="/themes/t2"' in answer.text
    assert 'href="/comments?from=2026-07-12&amp;to=2026-07-18&amp;theme=t2"' in answer.text
    assert answer.text.count("as usual: week by week, with what was expected from the past.</title>") == 2  # two widths
    assert "no notifier is told of this rule at once" in said


@pytest.mark.parametrize(("changes", "address"), [
    ({"subject": {"per": "source", "id": "survey", "label": "survey"}, "measure": "nps"},
     "/comments?from=2026-07-05&amp;to=2026-07-18&amp;source=survey"),
    ({"subject": {"per": "segment.Plan", "id": "Plus", "label": "Plus"}, "measure": "nps"},
     "/comments?from=2026-07-05&amp;to=2026-07-18&amp;segment.Plan=Plus"),
    ({"subject": {"per": "brand", "id": "Acme", "label": "Acme"}},
     "/comments?from=2026-07-12&amp;to=2026-07-18&amp;brand=Acme"),
    ({"kind": "new_theme"}, "/comments?from=2026-07-12&amp;to=2026-07-18"),
    ({"subject": {"per": "all", "id": "", "label": ""}, "measure": "comments"},
     "/comments?from=2026-07-12&amp;to=2026-07-18"),
])
def test_an_alert_leads_to_the_comments_of_its_days(browser, store, changes, address):
    answer = browser.get(f"/alerts/{put(store, **changes)}")
    assert f'href="{address}"' in answer.text
    assert "/themes/" not in answer.text
    assert ('href="/codeframe">Make it a theme' in answer.text) == (changes.get("kind") == "new_theme")
    assert browser.get(address.replace("&amp;", "&")).status_code == 200


def test_customers_words_are_marked_and_go_when_they_are_forgotten(browser, store):
    rows = rows_of(store, opinions)[:2]
    spans = [{"run_id": r.run_id, "comment_id": r.comment_id, "start": r.start, "end": r.end} for r in rows]
    number = put(store, quotes=[*spans, {"run_id": 99, "comment_id": 1, "start": 0, "end": 5},
                                {"run_id": rows[0].run_id, "comment_id": 999, "start": 0, "end": 5}])
    page = browser.get(f"/alerts/{number}").text
    assert page.count("<blockquote") == 2
    assert '<mark class="' in page
    assert f'href="/comments/{rows[0].comment_id}"' in page
    forget(store, [row.id for row in rows_of(store, comments)], how="comment")
    page = browser.get(f"/alerts/{number}").text
    assert "<blockquote" not in page
    assert "or they were forgotten" in page


def test_names_from_outside_are_escaped(browser, store):
    number = put(store, subject={"per": "theme", "id": HARM, "label": HARM}, rule=HARM, watch=HARM, seen_by=HARM,
                 note=HARM, figures={"sources": {HARM: 3}})
    with store.writing() as connection:
        put_watch(connection, HARM, error=HARM)
        put_delivery(connection, number, notifier=HARM, error=HARM)
    for path in ("/alerts", f"/alerts/{number}", "/"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert HARM not in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text


def test_people_say_whether_it_was_real(browser, store):
    number = put(store)
    answer = post(browser, f"/alerts/{number}/verdict", {"verdict": "false alarm", "note": f"A test. {HARM}"})
    assert answer.headers["location"] == f"/alerts/{number}"
    page = browser.get(f"/alerts/{number}").text
    assert "<strong>false alarm</strong>" in page
    assert "A test. &lt;script&gt;" in page
    assert post(browser, f"/alerts/{number}/verdict", {"verdict": "maybe"}).status_code == 400
    assert post(browser, "/alerts/77/verdict", {"verdict": "real"}).status_code == 404
    with store.reading() as connection:
        assert alert_of(connection, number).verdict == "false alarm"


def test_who_was_told_and_what_failed(browser, store):
    number = put(store)
    with store.writing() as connection:
        put_delivery(connection, number, notifier="mail")
        dead = put_delivery(connection, number, notifier="slack", error="the channel is not there")
    said = text_of(browser.get(f"/alerts/{number}"))
    assert f"mail Alert {number} began sent 19 July 2026, 06:05 UTC" in said
    assert f"slack Alert {number} began could not be sent the channel is not there" in said
    assert "the channel is not there 1 try" in text_of(browser.get("/alerts"))
    sent = post(browser, f"/alerts/deliveries/{dead}/again", {"alert": str(number)})
    assert sent.headers["location"] == f"/alerts/{number}"
    assert [row.state for row in rows_of(store, deliveries)] == ["sent", "waiting"]
    refused = post(browser, f"/alerts/deliveries/{dead}/again", {"alert": "//elsewhere"})
    assert (refused.status_code, f"there is no message {dead} that could not be sent" in refused.text) == (400, True)


def test_viewers_read_and_change_nothing(store):
    number = put(store)
    with store.writing() as connection:
        dead = put_delivery(connection, number, error="no answer")
    add_person(store, "vera", "viewer")
    browser = visit(store, TEAM)
    log_in(browser, "vera")
    for path in ("/alerts", f"/alerts/{number}"):
        page = browser.get(path).text
        assert "Send again" not in page
        assert "<textarea" not in page
    assert post(browser, f"/alerts/{number}/verdict", {"verdict": "real"}).status_code == 403
    assert post(browser, f"/alerts/deliveries/{dead}/again").status_code == 403
    assert browser.post(f"/alerts/{number}/verdict", data={"verdict": "real"}).status_code == 403  # without our token


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_picture_is_a_file(browser, store, ending):
    answer = browser.get(f"/alerts/{put(store)}/chart.{ending}")
    assert answer.headers["content-type"] == ("image/png" if ending == "png" else "image/svg+xml")
    assert answer.headers["content-disposition"] == f'attachment; filename="alert-1.{ending}"'
    assert browser.get(f"/alerts/{put(store, points=[])}/chart.{ending}").status_code == 404


def test_an_alert_without_weeks_has_no_picture(browser, store):
    assert "Week by week" not in browser.get(f"/alerts/{put(store, points=[])}").text
    for unknown in ("/alerts/77", f"/alerts/{10**12}", "/alerts/77/chart.png"):
        assert browser.get(unknown).status_code == 404


def test_the_picture_follows_what_becomes_of_the_alert(browser, store):
    spell = {"began_on": date(2026, 6, 7), "fired_on": date(2026, 6, 13)}
    number = put(store, **spell)
    assert ">over</text>" not in browser.get(f"/alerts/{number}").text
    other = put(store, **spell, resolved_on=date(2026, 7, 11), why="ended")
    assert ">over</text>" in browser.get(f"/alerts/{other}").text


def test_the_overview_has_the_newest_that_fire(browser, store):
    assert 'id="alerts"' not in browser.get("/").text
    for k in range(4):
        put(store, subject={"per": "theme", "id": "t2", "label": f"Theme {k}"})
    put(store, subject={"per": "theme", "id": "t2", "label": "Long over"}, resolved_on=LAST)
    said = text_of(browser.get("/"))
    assert "Alerts that fire: the newest of 4" in said
    assert said.index("Theme 3: ") < said.index("Theme 2: ")
    assert "Theme 0: " not in said
    assert "Long over" not in said


def test_a_theme_has_its_alerts_in_its_picture(browser, store):
    def put_on(day, **more):
        return put(store, subject={"per": "theme", "id": "t2", "label": "Late delivery"},
                   began_on=day - timedelta(days=6), fired_on=day, **more)

    firing, over = put_on(date(2026, 3, 12)), put_on(date(2026, 3, 25), resolved_on=date(2026, 3, 28), why="ended")
    put_on(date(2026, 9, 1), resolved_on=date(2026, 9, 9), why="ended")  # not in the time of the picture
    page = browser.get("/themes/t2").text
    assert f">A{firing}</text>" in page
    assert f">A{over}</text>" in page
    assert ">A3</text>" not in page
    assert page.count('<ul class="alert-list"><li>') == 1
    assert page.count('<a href="/alerts/3">') == 1  # in the list below the picture
    assert "alert-list" not in browser.get("/themes/t1").text


def test_a_refit_that_waits_is_one_click_away(browser, store, monkeypatch):
    drift = {"share_unclear": 0.31, "share_unclear_then": 0.18, "n": 4120}
    with store.writing() as connection:
        put_watch(connection, drift=drift)
        keep_watch(connection, WatchFacts("bare", "week"))
    said = text_of(browser.get("/alerts")).replace("\u202f", " ")
    assert "by shop: 31 % of 4,120 opinions are in no theme; when the themes were found, 18 %." in said
    assert "bare each week, 0 rules nothing yet" in said
    assert "A refit waits" not in said
    monkeypatch.setattr("cx_text.web.pages.alerts.StoredCodeframe.diff", lambda self: [{"change": "new"}])
    assert 'href="/codeframe/refit"' in browser.get("/alerts").text


@pytest.mark.parametrize(("changes", "said"), [
    ({"kind": "trend"}, "Where the line ends 52 Customers 310 Customers who wrote 9,640 Comments of theirs 402 Where "
                        "the line begins 30.2 Times as many 1.7 95 % interval 1.2 to 2.4"),
    ({"kind": "level"}, "Of 100 who wrote 3.4 Customers 41 Customers who wrote 1,204 Comments of theirs 54 Limit 2.5 "
                        "Difference +0.9 in 100 95 % interval +0.02 to +2.1"),
    ({"measure": "nps"}, "Measured 12 Answers 340 Customers who wrote 1,204 Expected from the past 26 Expected, had "
                         "the sources not shifted 25 Difference −14.2 points 95 % interval −20.4 to −8.1"),
    ({"kind": "silence"}, "Days judged 7 Comments 2 Expected from the past 40.1 Times as many 0.05 95 % interval 0.01 "
                          "to 0.18"),
])
def test_figures_of_each_kind(browser, store, changes, said):
    answer = browser.get(f"/alerts/{put(store, **changes)}")
    assert said in text_of(answer).replace("\u202f", " ")
    assert ('id="sources"' in answer.text) == (changes.get("kind") != "silence")  # its subject is the source
