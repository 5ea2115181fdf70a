"""The dead man's ping: what is asked when, and that no look fails by it."""

import importlib
import socket

import pytest
from made.services import webhook

from cx_text.errors import ConfigError, MissingExtra
from cx_text.monitor.ping import Ping


@pytest.fixture(autouse=True)
def no_body(monkeypatch):
    """Requests have no body, which the server of the tests asks for."""
    import httpx

    get = httpx.get
    monkeypatch.setattr(httpx, "get", lambda address, **more: get(address, headers={"Content-Length": "0"}, **more))


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_beginning_and_end_have_addresses_of_their_own():
    with webhook(200) as (port, got):
        ping = Ping(f" http://127.0.0.1:{port}/ping/id/ ")
        assert [ping.start(), ping.end(is_good=True), ping.end(is_good=False)] == [True, True, True]
    assert [path for path, _ in got] == ["/ping/id/start", "/ping/id", "/ping/id/fail"]


@pytest.mark.parametrize(("answers", "is_taken", "n_asked"), [
    ((200,), True, 1), ((500, 200), True, 2), ((503, 503, 200), False, 2), ((404, 200), False, 1),
    ((302, 200), False, 1)])
def test_what_may_pass_is_tried_twice_and_no_more(answers, is_taken, n_asked):
    with webhook(*answers) as (port, got):
        assert Ping(f"http://127.0.0.1:{port}/id").end(is_good=True) is is_taken
    assert len(got) == n_asked


def test_where_nobody_answers_that_is_no_error(closed_port):
    assert Ping(f"http://127.0.0.1:{closed_port}/id").start() is False


@pytest.mark.parametrize("address", [None, "", "  "])
def test_without_an_address_nobody_is_asked(address):
    assert Ping(address).start()
    assert Ping(address).end(is_good=False)


@pytest.mark.parametrize("address", ["http://hc.example/secret", "ftp://localhost/secret", "secret", "https:///secret",
                                     "http://127.0.0.1.evil.example/secret"])
def test_an_address_that_anybody_could_read_on_the_way_is_refused_and_not_shown(address):
    with pytest.raises(ConfigError) as raised:
        Ping(address)
    assert str(raised.value) == "the address to ping is none of https. Write it as https://HOST/ID."


def test_without_its_library_it_says_what_to_install(monkeypatch):
    def missing(name, package=None):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtra) as raised:
        Ping("https://hc.example/id")
    assert str(raised.value) == ("a ping needs the httpx library, which is not installed. "
                                 "Run: pip install 'cx-text[watch]'.")
