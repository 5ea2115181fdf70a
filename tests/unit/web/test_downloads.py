"""Every table of a view is downloaded as every kind of file, and nothing in it is run or tells whose words they are."""

import io

import pandas as pd
import pytest
from made.read_store import ask, fill

from cx_text.store.opening import open_store
from cx_text.testing import FakeModels
from cx_text.web.tables import TABLES

OF_BRANDS = {"mentions", "brands", "brand_themes"}
HERE = [name for name in TABLES if name not in OF_BRANDS]


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    monkeypatch.setattr("cx_text.snapshots.Models", FakeModels)


@pytest.fixture
def program(tmp_path):
    with open_store(tmp_path / "feedback.sqlite3", create=True) as store:
        fill(store, tmp_path, 40)
        yield ask(store)


def test_all_tables_as_all_kinds_on_both_databases(place, tmp_path):
    with open_store(place, create=True) as store:
        fill(store, tmp_path, 40)
        program = ask(store)
        for name in HERE:
            as_csv, as_book, as_parquet = (program.get(f"/download/{name}.{kind}") for kind in
                                           ("csv", "xlsx", "parquet"))
            found = pd.read_csv(io.BytesIO(as_csv.content), encoding="utf-8-sig")
            book = pd.read_excel(io.BytesIO(as_book.content), sheet_name=name, engine="openpyxl")
            parquet = pd.read_parquet(io.BytesIO(as_parquet.content))
            assert list(found) == list(book) == list(parquet), name
            assert len(found) == len(book) == len(parquet), name
        assert len(pd.read_parquet(io.BytesIO(program.get("/download/comments.parquet").content))) == 42


def test_formulas_are_neutralised_and_persons_masked(program):
    words = program.get("/download/comments.csv").text
    assert ",\"'=2+2 is bad, <NAME_1>" in words
    assert "Sarah" not in words
    book = pd.read_excel(io.BytesIO(program.get("/download/comments.xlsx").content), engine="openpyxl")
    cells = book["verbatim"].dropna()
    assert cells.str.startswith("'=2+2 is bad").sum() == 4


def test_a_view_and_a_file_name(program):
    answer = program.get("/download/comments.csv?segment.Plan=Plus")
    found = pd.read_csv(io.BytesIO(answer.content), encoding="utf-8-sig")
    assert set(found["segment.Plan"]) == {"Plus"}
    assert answer.headers["content-disposition"].startswith('attachment; filename="feedback-comments-20')
    assert answer.headers["cache-control"] == "no-store"
    empty = program.get("/download/opinions.csv?source=elsewhere")
    assert empty.text.startswith("\ufeffcomment_id,respondent,start")
    assert empty.text.count("\n") == 1


@pytest.mark.parametrize(("path", "status"), [
    ("/download/brands.csv", 404), ("/download/users.csv", 404), ("/download/comments.exe", 422),
    ("/download/..%2f..%2fetc.csv", 404), ("/download/comments.csv?from=never", 400)])
def test_what_is_not_there_is_refused(program, path, status):
    assert program.get(path).status_code == status


def test_the_page_lists_the_tables_with_their_rows(program):
    page = program.get("/download?segment.Plan=Plus").text
    for name in HERE:
        assert f'href="/download/{name}.csv?segment.Plan=Plus"' in page
    assert "16 comments in this view" in page


def test_nothing_read_yet(tmp_path):
    with open_store(tmp_path / "store.sqlite3", create=True) as store:
        program = ask(store)
        assert "Nothing was read yet" in program.get("/download").text
        assert program.get("/download/comments.csv").status_code == 404
