"""`cx-text import`, `store`, `forget` and `backup`, as a user types them."""

import pytest
from sqlalchemy import select
from store_rows import rows_of

from cx_text.store import schema
from cx_text.store.opening import open_store
from cx_text.store.tables import comments

IMPORTED = """Store: {store}
Rows read: 644
Comments: {what} 635
Not stored: 6 duplicates, 3 rejected
Note: Times in column 'Submitted at' have no time zone and are taken as UTC.
{note}597 comments wait to be tagged.
"""
KEPT = "Note: Personal data was not masked: names, addresses and numbers are in the results as they were given.\n"


@pytest.fixture
def store(command, example_path, tmp_path):
    """Return the path of a store with the example, and what importing it printed; masking would take longer."""
    path = tmp_path / "store.sqlite3"
    return path, command("import", example_path, "--store", path, "--keep-personal-data", "--customer-column",
                         "Customer since")


def test_import_says_what_became_of_each_row(command, store, example_path):
    path, first = store
    assert first == (0, IMPORTED.format(store=path, what="new", note=KEPT), "")
    again = command("import", example_path, "--store", path, "--keep-personal-data", "--customer-column",
                    "Customer since")
    assert again == (0, IMPORTED.format(store=path, what="unchanged", note=KEPT), "")


@pytest.mark.models
def test_import_masks_what_the_model_finds(command, tmp_path):
    export = tmp_path / "a.csv"
    export.write_text("id,comment\n1,Sarah Miller was very kind on the phone\n2,The app keeps crashing when I pay\n")
    done = command("import", export, "--store", tmp_path / "s", "--id-column", "id", "--verbatim-column", "comment")
    assert (done.code, done.err) == (0, "")
    assert "Note: Personal data was masked (names 1); some is always missed, rare names above all.\n" in done.out
    with open_store(tmp_path / "s") as opened:
        assert [row.verbatim for row in rows_of(opened, comments)] == [
            "<NAME_1> was very kind on the phone", "The app keeps crashing when I pay"]


def test_info_shows_what_is_there(command, store):
    path, _ = store
    shown = command("store", "info", "--store", path)
    lines = shown.out.splitlines()
    assert (shown.code, shown.err) == (0, "")
    assert lines[0].startswith(f"Store: {path} (")
    assert lines[0].endswith(f" MB, version {schema.revisions()[-1]})")
    assert lines[1:3] == ["Comments: 635, older versions 0, forgotten 0", "  survey: 635"]
    assert lines[3].startswith("Imports: 1; the last one ended 20")
    assert lines[4:] == ["Waiting to be tagged: 597"]


def test_forget_asks_first_and_then_erases(command, store):
    path, _ = store
    options = ("--comment", "survey:R-10001", "--store", path)
    assert command("forget", *options) == (
        2, "", f"Error: {path}: this would erase 1 comment for good. Add --yes to do it.\n")
    assert command("forget", *options, "--yes") == (
        0, "Erased: 1 comment.\nBackups, exports and results that were made before still hold the words: remove them "
        "yourself.\n", "")
    assert command("forget", *options, "--yes") == (2, "", f"Error: {path}: no comment of this id is in the store.\n")
    assert "Comments: 634, older versions 0, forgotten 1\n" in command("store", "info", "--store", path).out


def test_an_author_is_forgotten_by_the_key_of_the_export(command, store):
    path, _ = store
    with open_store(path) as opened, opened.reading() as connection:
        pseudonym = opened.pseudonym("2024")
        n = len(connection.execute(select(comments.c.id).where(comments.c.author == pseudonym)).all())
    done = command("forget", "--author", "2024", "--store", path, "--yes")
    assert n > 1
    assert done.out.splitlines()[0] == f"Erased: {n} comments."
    assert command("forget", "--author", "2024", "--store", path).err == (
        f"Error: {path}: no comment of this author is in the store.\n")


def test_old_comments_are_forgotten_by_their_age(command, store):
    path, _ = store
    assert command("forget", "--older-than", "36500", "--store", path, "--yes") == (
        0, "No comment is older than 36,500 days.\n", "")
    options = ("--older-than", "1", "--store", path)
    assert command("forget", *options) == (
        2, "", f"Error: {path}: this would erase 635 comments for good. Add --yes to do it.\n")
    assert command("forget", *options, "--yes").out.startswith("Erased: 635 comments.\n")
    assert command("forget", *options, "--yes") == (0, "No comment is older than 1 day.\n", "")


@pytest.mark.parametrize("options", [(), ("--author", "a", "--comment", "b"), ("--author", "a", "--older-than", "3")])
def test_one_has_to_be_named(command, options):
    assert command("forget", *options) == (
        2, "", "Error: whom or what to forget has to be named once. "
        "Give --author KEY, --comment ID or --older-than DAYS.\n")


def test_backup_and_upgrade(command, store, tmp_path):
    path, _ = store
    copy = tmp_path / "copy"
    done = command("backup", copy, "--store", path)
    assert done == (0, f"Backup: {copy} ({copy.stat().st_size / 1e6:,.1f} MB)\n", "")
    newest = schema.revisions()[-1]
    assert command("store", "upgrade", "--store", copy) == (0, f"The store is of version {newest} already.\n", "")
    with open_store(copy) as opened, opened.writing() as connection:
        schema.downgrade(connection, "0001")
    refused = command("store", "info", "--store", copy)
    assert refused == (2, "", f"Error: {copy}: the store is of version 0001, and this cx_text needs {newest}. Back it "
                       "up, then run: cx-text store upgrade.\n")
    assert command("store", "upgrade", "--store", copy) == (
        0, f"The store was of version 0001 and is now of version {newest}.\n", "")
    assert "Comments: 635," in command("store", "info", "--store", copy).out


@pytest.mark.parametrize("words", [("store", "info"), ("store", "upgrade"), ("backup", "copy"),
                                   ("forget", "--author", "a")])
def test_where_there_is_no_store_none_is_made(command, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CX_TEXT_DATABASE_URL", raising=False)
    assert command(*words) == (2, "", "Error: cx_text.sqlite3: there is no store. Make one with cx-text import FILE, "
                               "or name it with --store or CX_TEXT_DATABASE_URL.\n")
    assert list(tmp_path.iterdir()) == []
