"""A language model may rewrite labels: what is sent is exactly what was said, and its answers are a stranger's."""

import json
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from cx_text.backends import chat_labels
from cx_text.backends.chat_labels import ChatLabels
from cx_text.codeframe import Codeframe, Theme
from cx_text.errors import ConfigError, ModelError
from cx_text.testing import FakeEmbedder

KEY = "sk-very-secret"
SILENCE = object()
QUOTES = tuple(f"The courier came {n} hours late" for n in range(2, 9))
THEMES = (Theme("t01", "Courier late", ("courier", "late"), 9, exemplars=QUOTES, summary=QUOTES[0]),
          Theme("t02", "Rude words", ("rude",), 7, exemplars=("A rude person on the phone",), summary="They are rude"),
          Theme("staff", "Friendly staff", ("kind",), 5, exemplars=("So kind of you",), is_given=True))
EMBEDDER = FakeEmbedder()
FRAME = Codeframe(THEMES, EMBEDDER.embed([t.label for t in THEMES]), tuple(t.id for t in THEMES), EMBEDDER)


class Server(ThreadingHTTPServer):
    """Speaks chat completions: gives its replies in order, the last one for ever, and keeps what it was asked.

    A reply is what the model writes, or a tuple of a status, a body and headers, or SILENCE.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.replies, self.asked, self.released = [], [], threading.Event()
        self.host = f"127.0.0.1:{self.server_port}"
        self.url = f"http://{self.host}/v1"

    def handle_error(self, request, client_address):
        """Say nothing of clients that did not wait."""

    def themes(self):
        return [json.loads(json.loads(body)["messages"][1]["content"]) for _, _, body in self.asked]


class Answering(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        reply = self.server.replies.pop(0) if len(self.server.replies) > 1 else self.server.replies[0]
        if reply is SILENCE:
            self.server.released.wait(5)
            return
        if not isinstance(reply, tuple):
            reply = 200, json.dumps({"choices": [{"message": {"role": "assistant", "content": reply}}]}), {}
        status, answer, headers = reply
        self.send_response(status)
        for name, value in {"Content-Length": len(answer.encode()), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.released.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def waited(monkeypatch):
    """Return the seconds that were waited between tries; nobody really waits."""
    waited = []
    monkeypatch.setattr(chat_labels, "sleep", waited.append)
    return waited


@pytest.fixture
def environment(monkeypatch):
    for name in ("URL", "MODEL", "KEY"):
        monkeypatch.delenv(f"CX_TEXT_LLM_{name}", raising=False)
    return monkeypatch


def written(label="Late deliveries", summary="Couriers come hours late."):
    return json.dumps({"label": label, "summary": summary})


def failed(server, kind, *replies, seconds=60, key=KEY):
    server.replies = list(replies)
    with pytest.raises(kind) as error:
        ChatLabels(server.url, "small", key, seconds=seconds).rewrite(FRAME)
    assert KEY not in str(error.value) + repr(error.value)
    assert not any(quote in str(error.value) for quote in QUOTES)
    return error.value


def short(value):
    return ascii(value)[:40]


def labels(frame):
    return [theme.label for theme in frame.themes]


def test_labels_and_summaries_change_and_nothing_else(server):
    server.replies = [written(), written("Rude staff", "People on the phone are rude.")]
    chat = ChatLabels(server.url, "small")
    frame = chat.rewrite(FRAME)
    assert [(t.label, t.summary) for t in frame.themes] == [
        ("Late deliveries", "Couriers come hours late."), ("Rude staff", "People on the phone are rude."),
        ("Friendly staff", "")]
    assert tuple(replace(new, label=old.label, summary=old.summary)
                 for new, old in zip(frame.themes, THEMES, strict=True)) == THEMES
    assert replace(frame, themes=THEMES, centres=FRAME.centres) == FRAME
    assert np.array_equal(frame.centres, FRAME.centres)
    assert chat.n_kept == 0


def test_what_is_sent(server):
    server.replies = [written(), written("Rude staff")]
    ChatLabels(server.url, "small", KEY).rewrite(FRAME)
    (path, headers, body), _ = server.asked
    assert path == "/v1/chat/completions"
    assert {name: headers[name] for name in ("Content-Type", "User-Agent", "Authorization")} == {
        "Content-Type": "application/json", "User-Agent": "cx-text", "Authorization": f"Bearer {KEY}"}
    sent = json.loads(body)
    assert {name: sent[name] for name in sent if name != "messages"} == {"model": "small", "temperature": 0}
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]
    assert sent["messages"][0]["content"] == chat_labels.SYSTEM
    assert server.themes() == [
        {"label": "Courier late", "keywords": ["courier", "late"], "quotes": list(QUOTES[:5])},
        {"label": "Rude words", "keywords": ["rude"], "quotes": ["A rude person on the phone"]}]


def test_long_quotes_are_cut_and_without_a_key_none_is_sent(server):
    server.replies = [written()]
    ChatLabels(f"{server.url}/chat/completions", "small").rewrite(
        replace(FRAME, themes=(replace(THEMES[0], exemplars=("so " * 500,)), *THEMES[1:])))
    assert [len(quote) for quote in server.themes()[0]["quotes"]] == [300]
    assert server.asked[0][0] == "/v1/chat/completions"
    assert "Authorization" not in server.asked[0][1]


@pytest.mark.parametrize("answer", [
    "Late deliveries", "", None, ["Late"], "[1]", "}{", "{" * 50_000, '{"label": 5}', '{"title": "Late deliveries"}',
    written("FRIENDLY staff."), written("rude words"), written("one two three four five six seven"), written("x" * 61),
    written("Late\ndeliveries"), written("Late \u202e deliveries"), written("Late \x1b[31mdeliveries"), written("…"),
    written(" "), written(None),
], ids=short)
def test_answers_that_cannot_be_used_change_nothing(server, answer):
    server.replies = [answer, written("Rude staff")]
    chat = ChatLabels(server.url, "small")
    frame = chat.rewrite(FRAME)
    assert frame.themes[0] == THEMES[0]
    assert labels(frame) == ["Courier late", "Rude staff", "Friendly staff"]
    assert chat.n_kept == 1


def test_no_two_themes_get_one_label_and_the_own_one_is_free(server):
    server.replies = [written("Courier Late"), written("courier late")]
    chat = ChatLabels(server.url, "small")
    assert labels(chat.rewrite(FRAME)) == ["Courier Late", "Rude words", "Friendly staff"]
    assert chat.n_kept == 1
    server.replies = [written("Late couriers"), written("Rude staff")]
    chat.rewrite(FRAME)
    assert chat.n_kept == 0  # of the last time


@pytest.mark.parametrize("summary", [None, " ", 7, "word " * 26, "x" * 251, "Late.\nAgain."], ids=short)
def test_a_summary_that_cannot_be_used_is_left_out(server, summary):
    server.replies = [written(summary=summary)]
    theme = ChatLabels(server.url, "small").rewrite(FRAME).themes[0]
    assert (theme.label, theme.summary) == ("Late deliveries", QUOTES[0])


@pytest.mark.parametrize("around", ["```json\n{}\n```", "```\n{}```", "Here it is: {} I hope it helps.",
                                    '<think>{{"label": "No"}} or so</think>\n{}'])
def test_json_is_found_in_what_models_put_around_it(server, around):
    server.replies = [around.format(written("Late deliveries."))]
    assert ChatLabels(server.url, "small").rewrite(FRAME).themes[0].label == "Late deliveries"


def test_a_wrong_key(server, waited):
    said = json.dumps({"error": {"message": f"Incorrect API key\n{KEY}\x1b[0m", "code": "invalid_api_key"}})
    assert str(failed(server, ConfigError, (401, said, {}))) == (
        f"language model 'small' at {server.host}: it answered 401 Unauthorized and said “Incorrect API key …[0m”. "
        "Check CX_TEXT_LLM_KEY.")
    assert (len(server.asked), waited) == (1, [])


@pytest.mark.parametrize("said", ['{"error": "no model small"}', '{"detail": "no model small"}',
                                  '{"object": "error", "message": "no model small"}'])
def test_a_wrong_model(server, said):
    assert str(failed(server, ConfigError, (404, said, {}))) == (
        f"language model 'small' at {server.host}: it answered 404 Not Found and said “no model small”. "
        "Check CX_TEXT_LLM_URL and CX_TEXT_LLM_MODEL.")


@pytest.mark.parametrize("said", ["<html>", "[]", '{"error": null}', '{"detail": [{"input": "The courier"}]}',
                                  json.dumps({"error": "cannot read 'the Courier  came 2 hou"}),
                                  json.dumps({"error": "not about Courier late, please"})], ids=short)
def test_messages_that_are_none_or_repeat_customers_words_are_not_shown(server, said):
    assert str(failed(server, ConfigError, (400, said, {}))) == (
        f"language model 'small' at {server.host}: it answered 400 Bad Request. "
        "Check CX_TEXT_LLM_URL and CX_TEXT_LLM_MODEL.")


def test_long_messages_are_cut_but_not_within_the_key(server):
    said = "x" * 195 + KEY + "y" * 100
    error = failed(server, ConfigError, (400, json.dumps({"error": said}), {}))
    assert f"said “{'x' * 195}…yyyy”" in str(error)


def test_redirects_are_not_followed(server):
    error = failed(server, ConfigError, (302, "", {"Location": f"{server.url}/elsewhere"}))
    assert str(error) == (f"language model 'small' at {server.host}: it answered 302 Found. "
                          "Check CX_TEXT_LLM_URL and CX_TEXT_LLM_MODEL.")
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", ["<html>", "[]", "{}", '{"choices": []}', '{"choices": [{"message": "Late"}]}', ""])
def test_something_else_answers(server, answer):
    assert str(failed(server, ConfigError, (200, answer, {}))) == (
        f"language model 'small' at {server.host}: it answers, but not as a language model does. "
        "Check CX_TEXT_LLM_URL, which often ends in /v1.")


def test_passing_failures_are_tried_again(server, waited):
    server.replies = [(500, "", {}), written(), (429, "", {"Retry-After": "7"}),
                      (503, "", {"Retry-After": "3600"}), written("Rude staff")]
    assert labels(ChatLabels(server.url, "small").rewrite(FRAME)) == ["Late deliveries", "Rude staff", "Friendly staff"]
    assert waited == [1, 7, 30]


def test_failures_that_stay(server, waited):
    error = failed(server, ModelError, (503, '{"error": {"message": "overloaded"}}', {}))
    assert str(error) == (f"language model 'small' at {server.host}: 3 tries failed, the last as it answered 503 "
                          "Service Unavailable and said “overloaded”. Try again later, or leave out --rewrite-labels.")
    assert (error.permanent, error.exit_code, waited, len(server.asked)) == (False, 3, [1, 4], 3)


def test_silence(server, waited):
    error = failed(server, ModelError, SILENCE, seconds=0.05)
    assert str(error) == (f"language model 'small' at {server.host}: 3 tries failed, the last as it said nothing for "
                          "0.05 seconds. Try again later, or leave out --rewrite-labels.")
    assert (error.permanent, waited) == (False, [1, 4])


def test_a_broken_connection(server):
    server.released.set()  # it hangs up instead of being silent
    error = failed(server, ModelError, SILENCE)
    assert str(error) == (f"language model 'small' at {server.host}: 3 tries failed, the last as the connection broke. "
                          "Try again later, or leave out --rewrite-labels.")


def test_nobody_there(waited):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ConfigError) as error:
        ChatLabels(f"http://{host}/v1", "small").rewrite(FRAME)
    assert str(error.value) == (f"language model 'small' at {host}: nobody answers. "
                                "Check CX_TEXT_LLM_URL, and whether the server runs.")
    assert waited == []


def test_no_encryption_where_it_was_asked_for(server):
    with pytest.raises(ConfigError) as error:
        ChatLabels(server.url.replace("http", "https"), "small").rewrite(FRAME)
    assert str(error.value).startswith(f"language model 'small' at {server.host}: no safe connection (")
    assert str(error.value).endswith("). Check CX_TEXT_LLM_URL, and whether the server runs.")


def test_words_for_this_machine_do_not_go_to_a_proxy(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody answers
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server.replies = [written()]
    assert ChatLabels(server.url, "small").rewrite(FRAME).themes[0].label == "Late deliveries"


def test_the_warning_says_what_goes_where():
    said = "Label, keywords and up to 5 customers' quotes of 2 themes go to the language model 'small' at "
    asks = "Names and numbers in them are sent as they stand."
    assert ChatLabels("https://llm.example.com/v1", "small", KEY).warning(FRAME) == (
        f"{said}llm.example.com: customers' words leave this machine. {asks}")
    assert ChatLabels("http://10.0.0.7:8000", "small").warning(FRAME) == (
        f"{said}10.0.0.7:8000: customers' words leave this machine, unencrypted. {asks}")
    for host in ("localhost:11434", "127.0.0.1", "[::1]:80"):
        assert ChatLabels(f"http://{host}/v1", "small").warning(FRAME) == f"{said}{host}, which is this machine."
    given = FRAME.given()
    assert ChatLabels("http://localhost/v1", "small").warning(given) == "All themes are given ones: nothing is sent."


def test_given_themes_and_none_ask_nobody(server):
    chat = ChatLabels(server.url, "small")
    assert chat.rewrite(FRAME.given()).themes == (THEMES[2],)
    assert chat.rewrite(Codeframe.empty(EMBEDDER)).themes == ()
    assert server.asked == []


def test_the_environment_says_which_model(environment, server):
    server.replies = [written()]
    for name, value in (("URL", f" {server.url}/ "), ("MODEL", "small"), ("KEY", f"{KEY}\n")):
        environment.setenv(f"CX_TEXT_LLM_{name}", value)
    chat = ChatLabels.from_environment()
    chat.rewrite(FRAME)
    assert server.asked[0][1]["Authorization"] == f"Bearer {KEY}"
    assert (server.asked[0][0], chat.model) == ("/v1/chat/completions", "small")
    assert KEY not in repr(chat) + chat.warning(FRAME)


def test_variables_that_are_missing(environment):
    with pytest.raises(ConfigError) as error:
        ChatLabels.from_environment()
    assert str(error.value) == (
        "CX_TEXT_LLM_URL: not set, and labels are rewritten by the language model that it names. "
        "Set it, such as CX_TEXT_LLM_URL=http://localhost:11434/v1, or leave out --rewrite-labels.")
    environment.setenv("CX_TEXT_LLM_URL", "http://localhost:11434/v1")
    with pytest.raises(ConfigError) as error:
        ChatLabels.from_environment()
    assert str(error.value) == (
        "CX_TEXT_LLM_MODEL: not set, and labels are rewritten by the language model that it names. "
        "Set it, such as CX_TEXT_LLM_MODEL=qwen3:8b, or leave out --rewrite-labels.")


@pytest.mark.parametrize("url", ["localhost:11434/v1", "ftp://example.com", "file:///etc/passwd", "http://", "https:///v1",
                                 "http://a..b/v1", "http://host:99999/v1", "http://[:::::]/v1", "http://ho st/v1",
                                 "http://host/v1\nX-Other: 1", "http://host/\u0660"])
def test_addresses_that_are_none(url):
    with pytest.raises(ConfigError) as error:
        ChatLabels(url, "small")
    assert str(error.value) == (f"CX_TEXT_LLM_URL: {url!r} is no http or https address. "
                                "Give one such as http://localhost:11434/v1.")


@pytest.mark.parametrize("url", [f"http://me:{KEY}@host/v1", f"http://host/v1?key={KEY}", f"http://host/v1#{KEY}"])
def test_secrets_do_not_belong_in_an_address(url):
    with pytest.raises(ConfigError) as error:
        ChatLabels(url, "small")
    assert str(error.value) == ("CX_TEXT_LLM_URL: the address has a name, a password, a query or a fragment in it. "
                                "Give it without; a key belongs in CX_TEXT_LLM_KEY.")


def test_a_key_that_cannot_be_one():
    with pytest.raises(ConfigError) as error:
        ChatLabels("http://localhost/v1", "small", f"{KEY}\nX-Other: 1")
    assert str(error.value) == ("CX_TEXT_LLM_KEY: the key has a blank or a character that no key has. Copy it anew.")
