"""What was masked is shown to admins with the key alone, and each look is written down."""

import re

import pytest
from made.read_store import ask
from store_rows import answer, import_rows, rows_of, write_export

from cx_text.store.opening import open_store
from cx_text.store.tables import audit_log
from cx_text.vault import KEY_VARIABLE, new_key


@pytest.fixture
def store(place, tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, new_key())
    with open_store(place, create=True) as opened:
        import_rows(opened, write_export(tmp_path / "a.csv", [answer(1, "Sarah was rude"), answer(2, "Too slow")]))
        yield opened


def unmask(program, number=1, **headers):
    page = program.get("/account").text
    token = re.search(r'<meta name="csrf" content="(\w+)">', page)[1]
    return program.post(f"/comments/{number}/unmasked", data={"csrf": token}, headers=headers)


def test_an_admin_sees_the_values_and_the_log_who_looked(store):
    program = ask(store)
    page = unmask(program)
    assert page.status_code == 200
    assert "<td class=\"text\">Sarah</td>" in page.text
    assert page.headers["cache-control"] == "no-store"
    [looked] = rows_of(store, audit_log)
    assert (looked.action, looked.subject) == ("unmask", {"comment_id": 1})
    part = unmask(program, **{"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Sarah" in part.text


def test_it_takes_a_form_of_ours(store):
    program = ask(store)
    assert program.post("/comments/1/unmasked").status_code == 403
    assert program.get("/comments/1/unmasked").status_code in (404, 405)
    assert rows_of(store, audit_log) == []


@pytest.mark.parametrize("number", [2, 77])
def test_where_nothing_is_sealed_that_is_said(store, number):
    page = unmask(ask(store), number)
    assert page.status_code == 400
    assert f"nothing that was masked in comment {number} is sealed" in page.text
    assert rows_of(store, audit_log) == []


def test_without_the_key_or_with_another_nothing_is_shown(store, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, new_key())
    page = unmask(ask(store))
    assert page.status_code == 400
    assert "the vault was sealed with another key, or was changed" in page.text
    assert "Sarah" not in page.text
    monkeypatch.delenv(KEY_VARIABLE)
    assert "no key in CX_TEXT_VAULT_KEY" in unmask(ask(store)).text
