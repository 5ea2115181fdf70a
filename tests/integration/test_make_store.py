"""The generator of big stores: what it leaves is a whole store, and the same for the same seed."""

import json
from datetime import UTC, datetime

import pytest
from make_store import make_store
from sqlalchemy import select, text
from store_rows import answer, import_rows, n_rows, rows_of, write_export

from cx_text.codeframe_folder import CodeframeFolder
from cx_text.store.contents import contents
from cx_text.store.opening import open_store
from cx_text.store.tables import (
    brand_mentions,
    codeframes,
    comment_segments,
    comment_versions,
    comments,
    imports,
    ledger,
    opinions,
    runs,
    tags,
)
from cx_text.testing import FakeEmbedder

N = 2_000
KEYED = {"author", "content_digest"}  # with each store's own secret


@pytest.fixture
def made(place):
    make_store(place, N, 7)
    with open_store(place) as store:
        yield store


def test_a_made_store_is_whole_and_spans_lie_in_the_text(made):
    counts = n_rows(made)
    assert counts["comments"] == counts["tags"] == N
    assert counts["comment_segments"] == 3 * N
    assert counts["comment_versions"] == N // 100
    assert N < counts["opinions"] < 2 * N
    with made.reading() as connection:
        if made.is_sqlite:  # PostgreSQL checks each
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        words = dict(map(tuple, connection.execute(select(tags.c.comment_id, tags.c.text))))
        stood = connection.execute(select(comments.c.version, tags.c.version).join_from(comments, tags)).all()
    assert all(version == read for version, read in stood)
    clauses = [words[row.comment_id][row.start:row.end] for row in rows_of(made, opinions)]
    assert all(clause and clause[-1] not in ".," and not clause.startswith(" ") for clause in clauses)
    assert all(words[row.comment_id][row.start:row.end] == row.brand for row in rows_of(made, brand_mentions))
    assert {len(row.signs) for row in rows_of(made, opinions)} == {48}
    assert contents(made).n_waiting == 0


def test_its_codeframe_can_be_read_and_names_the_themes_of_the_opinions(made, tmp_path):
    [saved] = rows_of(made, codeframes)
    [run] = rows_of(made, runs)
    assert (run.codeframe_id, run.codeframe_name, run.is_current) == (saved.id, saved.name, True)
    (tmp_path / "v0001.json").write_text(json.dumps(saved.definition), "utf-8")
    (tmp_path / "v0001.safetensors").write_bytes(saved.arrays)
    codeframe = CodeframeFolder(tmp_path).current(FakeEmbedder())
    assert [sum(theme.parent is None for theme in codeframe.themes), len(codeframe.themes)] == [12, 52]
    assert codeframe.centres.shape == (40, 384)
    unclear = [row.theme_id is None for row in rows_of(made, opinions)]
    assert 0.05 < sum(unclear) / len(unclear) < 0.11
    assert {row.theme_id for row in rows_of(made, opinions)} - {None} == set(codeframe.owners)


def test_the_incident_is_in_it(made):
    crashes = (opinions.c.theme_id == "t07") & (opinions.c.polarity == "negative")
    with made.reading() as connection:
        times = connection.execute(select(comments.c.received_at).where(comments.c.id.in_(
            select(opinions.c.comment_id).where(crashes)))).scalars().all()
    loud = sum(datetime(2026, 3, 7, tzinfo=UTC) <= at < datetime(2026, 3, 14, tzinfo=UTC) for at in times)
    assert loud > 5 * max(1, len(times) - loud) * 7 / 1096


def test_the_same_seed_gives_the_same_rows(tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        make_store(tmp_path / name, 300, seed)
    told = {}
    for name in "abc":
        with open_store(tmp_path / name) as store:
            told[name] = [json.dumps([{key: value for key, value in row._mapping.items() if key not in KEYED}
                                      for row in rows_of(store, table)], default=repr)
                          for table in (imports, comments, comment_versions, comment_segments, tags, opinions,
                                        brand_mentions, codeframes, runs, ledger)]
    assert told["a"] == told["b"]
    assert told["a"] != told["c"]


def test_an_import_goes_on_behind_it(made, tmp_path):
    done = import_rows(made, write_export(tmp_path / "a.csv", [answer(1), answer(2)]))
    assert (sum(done.comments.values()), done.n_waiting) == (2, 2)
    assert n_rows(made)["comments"] == N + 2
