"""Who has to log in, and under which names the page is served."""

import pytest

from cx_text.web.settings import WebSettings, is_loopback


@pytest.mark.parametrize(("host", "only_here"), [
    ("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("[::1]", True), ("localhost", True), ("LocalHost", True),
    ("0.0.0.0", False), ("::", False), ("192.168.1.4", False),
    ("example.com", False), ("localhost.example.com", False)])
def test_only_this_machine_needs_no_accounts(host, only_here):
    assert is_loopback(host) is only_here
    assert WebSettings(host).needs_accounts is not only_here


def test_behind_a_proxy_people_log_in():
    assert WebSettings(allowed_hosts=("feedback.example.com",)).needs_accounts


@pytest.mark.parametrize(("host", "is_ours"), [
    ("localhost:8765", True), ("LOCALHOST:8765", True), ("127.0.0.1:8765", True), ("[::1]:8765", True),
    ("localhost:9999", False), ("localhost", False), ("evil.example", False), ("evil.example:8765", False),
    ("localhost:8765.evil.example", False), ("", False)])
def test_alone_only_names_of_this_machine_count(host, is_ours):
    assert WebSettings().allows_host(host) is is_ours


def test_names_are_limited_where_some_are_given():
    named, open_to_all = WebSettings("0.0.0.0", allowed_hosts=("Feedback.example.com",)), WebSettings("0.0.0.0")
    hosts = ("feedback.example.com", "feedback.example.com:443", "localhost:8765", "x.y")
    assert [named.allows_host(host) for host in hosts] == [True, True, True, False]
    assert open_to_all.allows_host("anything.example")


def test_the_usual_port_needs_no_number():
    assert WebSettings(port=80).allows_host("localhost")
    assert WebSettings("127.3.2.1").allows_host("127.3.2.1:8765")
