"""`cx-text serve` and `cx-text users`, as a user types them."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from made.web import PASSWORD

NO_ADMIN = ("Error: {host}: others could reach this page, and no account would keep them out. Make an admin: "
            "cx-text users add NAME --role admin.\n")


@pytest.fixture
def store(tmp_path):
    from cx_text.store.opening import open_store

    path = tmp_path / "store.sqlite3"
    open_store(path, create=True).close()
    return path


def test_it_serves_until_ctrl_c(tmp_path, pytestconfig):
    """Without --store it makes one where there is none, as import does."""
    surroundings = {name: value for name, value in os.environ.items() if name != "CX_TEXT_DATABASE_URL"}
    with subprocess.Popen([sys.executable, "-m", "cx_text.cli.main", "serve", "--port", "0"], cwd=tmp_path, text=True,
                          env=surroundings | {"PYTHONPATH": str(pytestconfig.rootpath)},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        said = [running.stdout.readline() for _ in range(4)]
        address = re.fullmatch(r"Page: (http://127\.0\.0\.1:\d+)\n", said[1])[1]
        with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:
            assert answer.read() == b'{"status":"ok"}'
            assert "server" not in {name.lower() for name in answer.headers}
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=60)
    assert said == ["Store: cx_text.sqlite3\n", f"Page: {address}\n",
                    "Only this machine can reach it, and nobody logs in.\n", "Ctrl-C ends it.\n"]
    assert (rest, errors, running.returncode) == ("Ended.\n", "", 0)


def test_the_page_on_webhooks_tells_the_truth(tmp_path, pytestconfig):
    """Its bash is run as it stands, but for the port."""
    if not all(map(shutil.which, ("bash", "curl", "openssl"))):
        pytest.skip("bash, curl and openssl are needed")
    page = (pytestconfig.rootpath / "docs/sources/webhook.md").read_text("utf-8")
    block = re.search(r"```bash\n(.*?)```", page, re.DOTALL)[1]
    (tmp_path / "shop.toml").write_text(
        'name = "shop"\nprivacy = {redact = false}\nsources = [{name = "shop", platform = "webhook"}]\n', "utf-8")
    surroundings = os.environ | {"PYTHONPATH": str(pytestconfig.rootpath), "CX_TEXT_WEBHOOK_SECRET": "hunter2"}
    surroundings.pop("CX_TEXT_DATABASE_URL", None)
    with subprocess.Popen([sys.executable, "-m", "cx_text.cli.main", "serve", "--port", "0", "--recipe", "shop.toml"],
                          cwd=tmp_path, text=True, env=surroundings, stdout=subprocess.PIPE) as running:
        said = [running.stdout.readline() for _ in range(5)]
        address = said[1].removeprefix("Page: ").strip()
        assert said[3] == f"Pushes: {address}/ingest/shop\n"
        pushed = subprocess.run(["bash", "-euc", block.replace("http://127.0.0.1:8765", address)], env=surroundings,
                                capture_output=True, text=True, check=True)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    answer = re.search(r"`(\{\"fetched.*?\})`", page)[1]
    assert json.loads(pushed.stdout) == json.loads(answer)


def test_a_port_that_is_taken_is_one_line(command, store):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert command("serve", "--store", store, "--port", port) == (
            2, "", f"Error: 127.0.0.1:{port}: another program listens there already. End it, or give another port, "
            f"such as --port {port + 1}.\n")


@pytest.mark.parametrize(("host", "said"), [
    ("no.such.name.invalid", "Error: no.such.name.invalid:0: there is no such address. Give --host 127.0.0.1, or "
     "0.0.0.0 for all addresses of this machine.\n"),
    ("192.0.2.1", "Error: 192.0.2.1:0: this is no address of this machine. Give --host 127.0.0.1, or 0.0.0.0 for all "
     "addresses of this machine.\n")])
def test_an_address_that_is_not_ours_is_one_line(command, store, host, said):
    assert command("serve", "--store", store, "--host", host, "--port", 0) == (2, "", said)


def test_others_are_not_let_in_without_an_admin(command, store, monkeypatch):
    assert command("serve", "--store", store, "--host", "0.0.0.0", "--port", 0) == (
        2, "", NO_ADMIN.format(host="0.0.0.0"))
    monkeypatch.setenv("CX_TEXT_PASSWORD", PASSWORD)
    command("users", "add", "vera", "--store", store)
    assert command("serve", "--store", store, "--allow-host", "feedback.example.com", "--port", 0) == (
        2, "", NO_ADMIN.format(host="127.0.0.1"))


def test_a_store_that_is_named_has_to_be_there(command, tmp_path, monkeypatch):
    monkeypatch.delenv("CX_TEXT_DATABASE_URL", raising=False)
    path = tmp_path / "typo.sqlite3"
    assert command("serve", "--store", path) == (
        2, "", f"Error: {path}: there is no store. Make one with cx-text import FILE, or name it with --store or "
        "CX_TEXT_DATABASE_URL.\n")
    assert not path.exists()


def test_accounts_are_made_listed_and_closed(command, store, monkeypatch):
    def users(*given):
        return command("users", *given, "--store", store)

    assert users("list") == (0, "There are no accounts. Make one: cx-text users add NAME --role admin\n", "")
    monkeypatch.setenv("CX_TEXT_PASSWORD", PASSWORD)
    assert users("add", "Anna", "--role", "admin") == (0, "anna can log in, as admin.\n", "")
    assert users("add", "ben@example.com") == (0, "ben@example.com can log in, as viewer.\n", "")
    assert users("disable", "anna") == (2, "", "Error: anna is the only admin. Make another admin first.\n")
    assert users("disable", "ben@example.com") == (0, "ben@example.com cannot log in any more.\n", "")
    assert users("password", "anna") == (0, "anna has another password and was logged out.\n", "")
    listed = users("list")
    assert re.fullmatch(r"anna             admin   since \d{4}-\d\d-\d\d\n"
                        r"ben@example.com  viewer  closed \d{4}-\d\d-\d\d\n", listed.out)


@pytest.mark.parametrize(("given", "password", "said"), [
    (("add", "anna"), "short", "the password has 5 characters. Use at least 12."),
    (("add", "anna", "--role", "boss"), PASSWORD, "there is no role 'boss'. Give one of viewer, editor, admin."),
    (("add", "a b"), PASSWORD, "'a b' cannot be the name of an account. Use up to 100 letters, digits and . _ @ + -, "
     "such as anna or anna@example.com."),
    (("password", "nobody"), PASSWORD, "there is no account 'nobody'. See them with cx-text users list."),
    (("add", "anna"), None, "there is no terminal to ask for the password on. Set CX_TEXT_PASSWORD to it.")])
def test_mistakes_are_one_line(command, store, monkeypatch, given, password, said):
    monkeypatch.delenv("CX_TEXT_PASSWORD", raising=False)
    if password is not None:
        monkeypatch.setenv("CX_TEXT_PASSWORD", password)
    monkeypatch.setattr("sys.stdin", io.StringIO())  # no terminal
    assert command("users", *given, "--store", store) == (2, "", f"Error: {said}\n")


def test_the_password_is_asked_for_twice(command, store, monkeypatch):
    monkeypatch.delenv("CX_TEXT_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = {"Password for anna: ": PASSWORD, "Once more: ": "something else"}
    monkeypatch.setattr("getpass.getpass", answers.__getitem__)
    assert command("users", "add", "anna", "--store", store) == (
        2, "", "Error: the two passwords are not the same. Try again.\n")
    answers["Once more: "] = PASSWORD
    assert command("users", "add", "anna", "--store", store) == (0, "anna can log in, as viewer.\n", "")
