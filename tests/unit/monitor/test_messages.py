"""Messages of alerts, digests, reports and proposals; and what of customers' words is in them."""

from datetime import UTC, date, datetime

import pytest
from made.alerts import made_alert
from made.tagged_store import MODELS, RECIPE
from sqlalchemy import select, update
from store_rows import answer, import_rows, write_export

from cx_text.monitor import messages
from cx_text.monitor.message import Attachment
from cx_text.report.alert_sentences import alert_lines
from cx_text.retagging import retag
from cx_text.store.forgetting import find_comment, forget
from cx_text.store.opening import open_store
from cx_text.store.tables import comments, tags
from cx_text.testing import FakePii

BASE = "https://cx.example"
DAY = date(2026, 7, 19)
OVER = {"state": "resolved", "resolved_on": date(2026, 8, 1), "why": "ended"}


def told(alert=None, *, is_resolved=False, link=BASE, quotes=()):
    return messages.message_of_alert(alert or made_alert(), quotes, link, is_resolved=is_resolved)


def test_an_alert_that_fires_has_three_lines_quotes_links_and_its_picture():
    message = told(quotes=["so late"])
    assert message.title == "Late delivery: 2.1 times as many customers as usual"
    assert message.lines == alert_lines(made_alert())
    assert (message.quotes, message.is_good) == (("so late",), False)
    assert message.links == (
        ("The alert", "https://cx.example/alerts/7"),
        ("The comments", "https://cx.example/comments?from=2026-07-12&to=2026-07-18&theme=t1"))
    assert message.picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert told(link=None).links == ()


def test_an_alert_that_is_over_is_told_without_words_and_picture():
    message = told(made_alert(**OVER), is_resolved=True)
    assert message.title == "Over: Late delivery: 2.1 times as many customers as usual"
    assert message.lines == ("Over since 1 August 2026: as before again, after 14 days.",
                             f"It was told: {alert_lines(made_alert())[0]}")
    assert message.links == (("The alert", "https://cx.example/alerts/7"),)
    assert (message.quotes, message.picture, message.is_good) == ((), None, True)
    settled = told(made_alert(**OVER | {"why": "settled"}), is_resolved=True)
    assert settled.title.startswith("A new level: Late delivery")
    assert settled.is_good is None


def test_an_alert_that_is_over_before_it_could_be_told_says_both():
    message = told(made_alert(**OVER))
    assert message.lines == (*alert_lines(made_alert()), "Over since 1 August 2026: as before again, after 14 days.")
    assert message.is_good is None


@pytest.mark.parametrize(("alert", "query"), [
    (made_alert(kind="silence"), "source=app-store"),
    (made_alert(subject={"per": "brand", "id": "A & B", "label": "A & B"}), "brand=A+%26+B"),
    (made_alert(subject={"per": "segment.Country", "id": "NO", "label": "NO"}), "segment.Country=NO"),
    (made_alert(subject={"per": "all"}), ""), (made_alert(kind="new_theme"), "")])
def test_the_link_to_the_words_opens_what_the_alert_is_of(alert, query):
    assert messages.words_link(BASE, alert) == (
        f"https://cx.example/comments?from=2026-07-12&to=2026-07-18{'&' if query else ''}{query}")


def test_a_digest_has_a_line_for_each():
    alerts = [made_alert(id=n) for n in (1, 2, 3)]
    over = made_alert(id=4, **OVER)
    message = messages.digest_message(alerts[:1], alerts[1:], [over], DAY, "daily", BASE)
    row = " ".join(alert_lines(alerts[0])[:2])
    assert message.title == "What changed up to 19 July 2026: 1 new, 2 go on, 1 over"
    assert message.lines == (f"New: {row}", *[f"Goes on since 18 July 2026: {row}"] * 2,
                             f"Over since 1 August 2026: as before again, after 14 days. It was told: {row}")
    assert message.links == (("All alerts", "https://cx.example/alerts"),)
    weekly = messages.digest_message([], alerts[:1], [], DAY, "weekly", None)
    assert (weekly.title, weekly.links) == ("What changed in the week up to 19 July 2026: 1 goes on", ())


def test_the_report_and_a_proposal():
    file = Attachment("week.html", b"<p>", "text/html")
    report = messages.report_message(DAY, [file], BASE)
    assert (report.title, report.attachments) == ("The weekly report of 19 July 2026", (file,))
    assert report.lines == ("What customers said in the week before: week.html.",)
    proposal = messages.proposal_message(["2 themes are new, 1 goes."], BASE)
    assert proposal.lines == ("2 themes are new, 1 goes.", "Nothing changes until somebody accepts it.")
    assert proposal.links == (("The proposal", "https://cx.example/refit"),)


@pytest.fixture
def store(place, tmp_path):
    rows = [answer(1, "Sarah was rude and the app is slow"), answer(2, f"{'very ' * 60}slow app"),
            answer(3, "the price is bad"), answer(4, "the app is slow today"), answer(5, "")]
    with open_store(place, create=True) as opened:
        import_rows(opened, write_export(tmp_path / "masked.csv", rows), redact=True)
        import_rows(opened, write_export(tmp_path / "raw.csv", [answer(6, "I told Sarah and jo@example.com of it")]),
                    redact=False)
        retag(opened, recipe=RECIPE, models=MODELS)
        yield opened


def quoted(store, *keys, finder=None, start=0):
    """Return the quotes of an alert whose places are the whole texts of comments."""
    with store.reading() as connection:
        rows = {row.key: row for row in connection.execute(
            select(comments.c.key, tags.c.run_id, tags.c.comment_id, tags.c.text)
            .join(tags, tags.c.comment_id == comments.c.id)
            .where(comments.c.key.in_(keys)))}
        places = [{"run_id": rows[key].run_id, "comment_id": rows[key].comment_id, "start": start,
                   "end": len(rows[key].text)} for key in keys if key in rows]
        return messages.quotes_of(connection, made_alert(quotes=places), finder)


def test_three_quotes_of_those_that_stand(store):
    assert quoted(store, "R-1", "R-2", "R-3", "R-4") == [
        "<NAME_1> was rude and the app is slow", "very " * 39 + "very…", "the price is bad"]


def test_quotes_of_comments_that_are_forgotten_changed_or_removed_are_gone(store):
    [forgotten] = find_comment(store, "survey:R-1")
    with store.reading() as connection:
        run_id = connection.execute(select(tags.c.run_id).distinct()).scalar_one()
    places = [{"run_id": run_id, "comment_id": forgotten, "start": 0, "end": 8}]
    forget(store, [forgotten], how="comment")
    with store.writing() as connection:
        assert messages.quotes_of(connection, made_alert(quotes=places)) == []
        connection.execute(update(comments).where(comments.c.key == "R-3").values(version=comments.c.version + 1))
        connection.execute(update(comments).where(comments.c.key == "R-4").values(removed_at=datetime.now(UTC)))
    assert quoted(store, "R-3", "R-4") == []


def test_words_that_the_store_holds_as_they_were_given_are_masked_or_left_out(store):
    assert quoted(store, "R-6") == []
    assert quoted(store, "R-6", finder=FakePii) == ["I told <NAME_1> and <EMAIL_1> of it"]
    assert quoted(store, "R-6", finder=FakePii, start=9) == ["<NAME_1> and <EMAIL_1> of it"], "also where it is cut"
