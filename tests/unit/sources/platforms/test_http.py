"""Requests and what goes wrong in them: in words that hold no secret."""

from datetime import UTC, datetime

import pytest
from made.platforms.base import Answer, Asked, FakePlatform

from cx_text.errors import ConfigError
from cx_text.sources.platforms import http
from cx_text.sources.platforms.base import PlatformError
from cx_text.sources.platforms.http import Http, checked_url, retry_after_seconds


class Echo(FakePlatform):
    """Says what it was asked."""

    platform = "echo"
    wants_secret = False
    keeps_pauses = True

    def answer(self, asked: Asked) -> Answer:
        return Answer({"path": asked.path, "params": asked.params, "body": asked.body.decode(),
                       "agent": asked.headers["user-agent"]})


@pytest.fixture
def echo():
    with Echo().serving() as served:
        yield served


@pytest.fixture
def asking(echo):
    asked = Http(echo.url, headers={"X-Key": "hunter2"}, params={"key": "hunter3"})
    yield asked
    asked.close()


def refusal(asking, echo, *faults, path="a/b"):
    echo.faults = list(faults)
    with pytest.raises(PlatformError) as caught:
        asking.get(path, {"q": "words of a customer"})
    return caught.value


def test_a_request_carries_what_it_is_given(asking):
    told = asking.get("a/b", {"q": "x y", "none": None})
    assert (told["path"], told["params"]) == ("/a/b", {"key": "hunter3", "q": "x y"})
    assert told["agent"].startswith("cx_text/")
    assert asking.post("c", {"n": 1})["body"] == '{"n":1}'


@pytest.mark.parametrize(("answer", "said", "permanent"), [
    (Answer({}, 401), "127.0.0.1/a/b: the platform refuses the credentials (401). Check the secrets and rights of this "
     "source.", True),
    (Answer({}, 403), "127.0.0.1/a/b: the credentials may not read this (403). Check the secrets and rights of this "
     "source.", True),
    (Answer({}, 404), "127.0.0.1/a/b: there is no such thing on the platform (404). Check the names and ids of this "
     "source in the recipe.", True),
    (Answer({}, 400), "127.0.0.1/a/b: the platform refused what was asked (400).", True),
    (Answer({}, 302, {"Location": "https://elsewhere.example"}), "127.0.0.1/a/b: the platform refused what was asked "
     "(302).", True),
    (Answer({}, 429), "127.0.0.1/a/b: the platform asks to be left alone for a while (429).", False),
    (Answer({}, 503), "127.0.0.1/a/b: the platform has a fault (503).", False),
    (Answer('{"cut": '), "127.0.0.1/a/b: the answer to GET is no whole JSON.", False)])
def test_what_goes_wrong_is_said_without_secrets(asking, echo, answer, said, permanent):
    error = refusal(asking, echo, answer)
    assert (str(error), error.permanent) == (said, permanent)


def test_a_server_that_is_not_there(echo):
    asking = Http("http://127.0.0.1:9")
    error = refusal(asking, echo, path="")
    assert (str(error), error.permanent) == ("127.0.0.1: no answer (ConnectError).", False)
    asking.close()


def test_an_answer_that_never_ends_is_given_up(asking, echo, monkeypatch):
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 1000)
    error = refusal(asking, echo, Answer("x" * 5000))
    assert error.permanent
    monkeypatch.setattr(http, "ANSWER_SECONDS", -1.0)
    error = refusal(asking, echo, Answer("x" * 500))
    assert (str(error), error.permanent) == ("127.0.0.1/a/b: no answer in time.", False)


def test_secrets_are_not_sent_to_another_host(asking):
    with pytest.raises(PlatformError) as caught:
        asking.get("https://elsewhere.example/next?key=hunter3")
    assert str(caught.value) == "elsewhere.example/next: the platform names another host."


def test_pauses_are_kept_between_requests(echo):
    slept = []
    asking = Http(echo.url, pause_seconds=30.0, sleep=slept.append)
    asking.get("a")
    asking.get("a")
    asking.close()
    assert [round(seconds) for seconds in slept] == [30]


@pytest.mark.parametrize(("url", "said"), [
    ("ftp://x.example", "base_url: 'ftp://x.example' is no address. Write it as https://HOST."),
    ("nowhere", "base_url: 'nowhere' is no address. Write it as https://HOST."),
    ("http://x.example", "base_url: what is sent to 'http://x.example' could be read on the way. Write it with "
     "https://.")])
def test_addresses_that_may_not_be_asked(url, said):
    with pytest.raises(ConfigError) as caught:
        checked_url(url)
    assert str(caught.value) == said


@pytest.mark.parametrize(("headers", "seconds"), [
    ({}, None), ({"Retry-After": "7"}, 7), ({"retry-after": "0"}, 0), ({"Retry-After": "-3"}, 0),
    ({"Retry-After": "Sun, 01 Mar 2026 08:00:30 GMT"}, 30), ({"Retry-After": "Sun, 01 Mar 2026 07:00:00 GMT"}, 0),
    ({"Retry-After": "soon"}, None), ({"X-Rate-Limit-Reset": "12"}, 12), ({"x-ratelimit-reset": "1772352060"}, 60),
    ({"X-RateLimit-Reset": "2026-03-01T08:01:00.000Z"}, 60), ({"Retry-After": "5", "x-ratelimit-reset": "60"}, 5)])
def test_how_long_a_platform_asks_to_wait(headers, seconds):
    assert retry_after_seconds(headers, datetime(2026, 3, 1, 8, tzinfo=UTC)) == seconds
