"""Notifiers, against services on this machine: what they get, and which failures pass."""

import base64
import json
import logging
import re
import tempfile
from pathlib import Path

import pytest
from made.services import closed_port, mail_server, webhook

from cx_text.errors import ConfigError, MissingExtra, NotifyError
from cx_text.monitor.message import Attachment, Message
from cx_text.monitor.notifiers import open_notifier, send_test
from cx_text.watch_options import Notifier

PNG = b"\x89PNG\r\n\x1a\n not really"
MESSAGE = Message("Late <delivery> rose", ("1.5 times as many, *surely*.", "Of 40 customers."),
                  ("so late, @channel see https://evil.example", "[late](x) <b>R&D</b>"),
                  (("The alert", "https://cx.example/alerts/1?a=1&b=2"),), PNG, is_good=False)
TEXT = ("1.5 times as many, *surely*.\nOf 40 customers.\n\n“so late, @\u200bchannel see https[:]//evil[.]example”\n"
        "“[late](x) ‹b›R&D‹/b›”\n\nThe alert: https://cx.example/alerts/1?a=1&b=2")


def opened(address, name="Team chat"):
    return open_notifier(Notifier(name=name), {"CX_TEXT_NOTIFY_TEAM_CHAT": address})


def failure(address, message=MESSAGE):
    with pytest.raises(NotifyError) as error:
        opened(address).send(message)
    return str(error.value), error.value.permanent


@pytest.mark.parametrize(("code", "what", "is_permanent"), [
    (400, "the service refused it (HTTP 400).", True),
    (401, "the service refused who we are (HTTP 401): check the address.", True),
    (403, "the service refused who we are (HTTP 403): check the address.", True),
    (404, "the service refused it (HTTP 404).", True),
    (408, "the service could not take it now (HTTP 408).", False),
    (409, "the service could not take it now (HTTP 409).", False),
    (425, "the service could not take it now (HTTP 425).", False),
    (429, "the service could not take it now (HTTP 429).", False),
    (301, "the service refused it (HTTP 301).", True),
    (307, "the service refused it (HTTP 307).", True),
    (500, "the service could not take it now (HTTP 500).", False),
    (503, "the service could not take it now (HTTP 503).", False)])
@pytest.mark.parametrize("kind", ["json", "slack", "form"])
def test_what_a_service_answers_tells_whether_to_try_again(kind, code, what, is_permanent, monkeypatch):
    with webhook(code) as (port, got):
        address = to_slack(monkeypatch, port) if kind == "slack" else f"{kind}://127.0.0.1:{port}/secret"
        assert failure(address) == (f"notifier 'Team chat': {what}", is_permanent)
        assert len(got) == 1, "it is asked once, and sent nowhere else"


def to_slack(monkeypatch, port):
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{port}/services")
    return "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"


NOT_REACHED = "notifier 'Team chat': the service could not be reached, or did not answer in time."


def test_a_service_that_nobody_reaches_is_tried_again():
    assert failure(f"json://127.0.0.1:{closed_port()}/secret") == (NOT_REACHED, False)
    assert failure(f"mailto://me:pw@127.0.0.1:{closed_port()}?from=me@example.com&to=you@example.com&"
                   "mode=insecure") == (NOT_REACHED, False)


def test_a_service_that_does_not_answer_is_tried_again():
    with webhook(None) as (port, got):
        assert failure(f"json://127.0.0.1:{port}/?rto=0.1") == (NOT_REACHED, False)
        assert len(got) == 1


def test_a_webhook_gets_text_and_the_picture():
    with webhook(200) as (port, got):
        opened(f"json://127.0.0.1:{port}/hook").send(MESSAGE)
    [(path, body)] = got
    sent = json.loads(body)
    [picture] = sent.pop("attachments")
    assert (path, sent) == ("/hook", {"version": "1.0", "title": "Late ‹delivery› rose", "message": TEXT,
                                      "type": "warning"})
    assert (picture["filename"], picture["mimetype"]) == ("chart.png", "image/png")
    assert base64.b64decode(picture["base64"]) == PNG


def test_slack_gets_no_mention_and_no_markup_of_strangers(monkeypatch):
    with webhook(200) as (port, got):
        opened(to_slack(monkeypatch, port)).send(MESSAGE)
    [(path, body)] = got
    assert path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    sent = json.loads(body)
    [part] = sent["attachments"]
    assert part["title"] == "Late ‹delivery› rose"
    assert "http" not in part["text"].replace("<https://cx.example/alerts/1?a=1&amp;b=2|The alert>", "").replace(
        "https[:]//evil[.]example", "")
    assert "@c" not in part["text"]
    assert "icon_url" not in sent


def test_mail_has_html_text_the_picture_and_files():
    report = Attachment("report.xlsx", b"PK", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    message = Message(MESSAGE.title, MESSAGE.lines, MESSAGE.quotes, MESSAGE.links, PNG, (report,))
    with mail_server() as (port, mails):
        opened(f"mailto://me:pw@127.0.0.1:{port}?from=me@example.com&to=you@example.com&mode=insecure").send(message)
    [mail] = mails
    assert (mail["Subject"], mail["To"], mail["From"]) == (
        "Late ‹delivery› rose", "you@example.com", "me@example.com")
    parts = {part.get_content_type(): part for part in mail.walk()}
    page = parts["text/html"].get_content()
    assert '<img src="cid:chart.png" alt="Late ‹delivery› rose" ' in page
    assert "<blockquote>“[late](x) ‹b›R&amp;D‹/b›”</blockquote>" in page
    assert "“[late](x) ‹b›R&D‹/b›”" in parts["text/plain"].get_content()
    assert (parts["image/png"]["Content-ID"], parts["image/png"].get_content()) == ("<chart.png>", PNG)
    assert parts[report.media_type].get_filename() == "report.xlsx"


@pytest.mark.parametrize(("answers", "what", "is_permanent"), [
    ({"recipient": 451}, "the service could not take it now (SMTP 451).", False),
    ({"recipient": 550}, "the service refused it (SMTP 550).", True),
    ({"data": 452}, "the service could not take it now (SMTP 452).", False),
    ({"data": 554}, "the service refused it (SMTP 554).", True),
    ({"login": 454}, "the service could not take it now (SMTP 454).", False),
    ({"login": 535}, "the service refused who we are (SMTP 535): check the address.", True)])
def test_what_a_mail_server_answers_tells_whether_to_try_again(answers, what, is_permanent):
    with mail_server(**answers) as (port, mails):
        address = f"mailto://me:pw@127.0.0.1:{port}?from=me@example.com&to=you@example.com&mode=insecure"
        assert failure(address) == (f"notifier 'Team chat': {what}", is_permanent)
        assert mails == []


def test_no_secret_and_no_word_is_logged_or_printed(caplog, capfd):
    caplog.set_level(1)
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3")]
    before = [(logger.level, logger.propagate, list(logger.handlers)) for logger in loggers]
    with webhook(404) as (port, _), mail_server(login=535) as (mail_port, _):
        addresses = [f"json://user:s3cret@127.0.0.1:{port}/s3cret?-token=s3cret", "slack://s3cret/s3cret",
                     f"mailto://me:s3cret@127.0.0.1:{mail_port}?from=me@example.com&to=you@example.com&mode=insecure"]
        for address in addresses:
            with pytest.raises((NotifyError, ConfigError)) as error:
                opened(address).send(MESSAGE)
            assert "s3cret" not in str(error.value)
            assert error.value.__context__ is None or error.value.__suppress_context__
    told = caplog.text + "".join(capfd.readouterr())
    assert "s3cret" not in told
    assert "late" not in told
    assert [(logger.level, logger.propagate, logger.handlers) for logger in loggers] == before


def test_files_are_gone_when_it_is_sent(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with webhook(200, 500) as (port, _):
        opened(f"json://127.0.0.1:{port}/").send(MESSAGE)
        failure(f"json://127.0.0.1:{port}/")
    assert list(tmp_path.iterdir()) == []


def test_what_has_no_room_goes_quotes_first():
    lines = tuple(f"Line {n} " + 500 * "x" for n in range(90))
    with webhook(200) as (port, got):
        opened(f"json://127.0.0.1:{port}/").send(Message("Long", lines, ("late",), MESSAGE.links))
    text = json.loads(got[0][1])["message"]
    assert len(text) < 32_768
    assert text.startswith("Line 0 x")
    assert text.endswith("xx\n…\n\nThe alert: https://cx.example/alerts/1?a=1&b=2")


def test_a_test_message():
    with webhook(200) as (port, got):
        send_test(opened(f"json://127.0.0.1:{port}/"))
    sent = json.loads(got[0][1])
    assert (sent["title"], sent["message"]) == (
        "A test of cx_text", "This is a test. The notifier 'Team chat' works: what changes will be told here.")


def test_an_address_that_is_missing_or_none():
    with pytest.raises(ConfigError) as error:
        open_notifier(Notifier(name="Team chat"), {})
    assert str(error.value) == (
        "notifier 'Team chat': the environment variable CX_TEXT_NOTIFY_TEAM_CHAT, which holds its address, is not set. "
        "docs/notifying.md says how addresses are written.")
    for wrong in ("s3cret", "nothing://s3cret", "slack://s3cret", "mailto://"):
        with pytest.raises(ConfigError) as error:
            opened(wrong)
        assert str(error.value) == (
            "notifier 'Team chat': CX_TEXT_NOTIFY_TEAM_CHAT holds no address that apprise understands. "
            "docs/notifying.md says how addresses are written.")
    with pytest.raises(ConfigError) as error:
        opened("json://one.example, json://other.example")
    assert str(error.value) == ("notifier 'Team chat': CX_TEXT_NOTIFY_TEAM_CHAT holds several addresses. Give each a "
                                "notifier of its own.")


def test_without_apprise(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(MissingExtra) as error:
        opened("json://127.0.0.1/")
    assert str(error.value) == ("telling people needs the apprise library, which is not installed. run: pip install "
                                "'cx-text[watch]'.")


def test_addresses_of_the_documentation_are_understood():
    page = (Path(__file__).parents[3] / "docs" / "notifying.md").read_text("utf-8")
    addresses = re.findall(r"^CX_TEXT_NOTIFY_\w+='(.*)'$", page, re.MULTILINE)
    services = [type(opened(address)._service).__name__ for address in addresses]
    assert services == ["NotifyEmail", "NotifySlack", "NotifySlack", "NotifyWorkflows", "NotifyDiscord", "NotifyJSON"]


def test_a_title_is_short():
    with webhook(200) as (port, got):
        opened(f"json://127.0.0.1:{port}/").send(Message("late " * 60, ("Line",)))
    assert json.loads(got[0][1])["title"] == "late " * 39 + "late…"
