"""A store whose comments were read by fakes, and a program that asks the web for it."""

from datetime import UTC, datetime

from fastapi.testclient import TestClient
from store_rows import answer, import_rows, write_export

from cx_text.config import load_recipe
from cx_text.retagging import retag
from cx_text.store.accounts import Role, account_of, add_account
from cx_text.testing import FakeModels
from cx_text.web import sessions
from cx_text.web.app import create_app
from cx_text.web.settings import WebSettings

SAID = ["app is slow but staff are kind", "app is slow today", "app is great now", "price is bad", "price is good",
        "price is awful but app is fast", "staff are rude. staff are slow", "staff are kind", "=2+2 is bad, Sarah"]
RECIPE = load_recipe("nps_survey")
TEAM = WebSettings("0.0.0.0", 8765)


def export_of(tmp_path, n=90):
    """Write an export of `n` answers, a blank one and one that answers nothing; 30 days, three plans, 60 customers."""
    rows = [answer(k, f"{SAID[k % len(SAID)]} {'x' * (k // 9)}", day=1 + k % 30, score=k * 7 % 11,
                   plan=("Plus", "Basic", "")[k % 3], customer=f"c-{k % 60}") for k in range(n)]
    return write_export(tmp_path / "answers.csv", [*rows, answer(998, "n/a"), answer(999, "")])


def fill(store, tmp_path, n=90, **options):
    """Import an export and read it by fakes."""
    import_rows(store, export_of(tmp_path, n), **options)
    return retag(store, recipe=RECIPE, models=FakeModels(RECIPE))


def ask(store, *, role=None, may_write=False):
    """Return a program that asks for the web page of a store: alone on this machine, or by the token of a role."""
    app = create_app(store, WebSettings() if role is None else TEAM)
    headers = {}
    if role is not None:
        with store.writing() as connection:
            add_account(connection, role, Role(role), "no password", at=datetime.now(UTC), who="test")
            account = account_of(connection, role)
        token = sessions.new_token(store, account, "test", may_write=may_write, at=datetime.now(UTC))
        headers = {"Authorization": f"Bearer {token}"}
    return TestClient(app, base_url="http://localhost:8765", headers=headers, follow_redirects=False)
