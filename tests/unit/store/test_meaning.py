"""Search by meaning finds what exact search finds, nearly, and only where it may look."""

from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import insert
from store_rows import answer, import_rows, write_export

from cx_text.store import meaning
from cx_text.store.meaning import Meanings, load_meanings, signs_of
from cx_text.store.opening import open_store
from cx_text.store.tables import opinions, runs, tags


@pytest.fixture(scope="module")
def vectors():
    """Return float32 (9000, 384) in 60 clusters, rows of length 1."""
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(60, 384)).repeat(150, axis=0) + rng.normal(size=(9000, 384))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def meanings_of(vectors):
    return Meanings(np.arange(len(vectors), dtype=np.int64) * 2 + 10, signs_of(vectors))


def test_the_nearest_are_nearly_those_of_exact_search(vectors):
    meanings, shares = meanings_of(vectors), []
    for k in range(0, 9000, 450):
        exact = np.argsort(-(vectors @ vectors[k]))[:20] * 2 + 10
        ids, similarity = meanings.nearest(vectors[k], n_most=20)
        assert ids[0] == k * 2 + 10
        assert (np.diff(similarity) <= 0).all()
        shares.append(len(set(ids) & set(exact)) / 20)
    assert np.mean(shares) > 0.4  # noise without any direction is the hardest case; chance in a cluster is 0.13


def test_similarity_is_the_cosine_to_the_signs(vectors):
    signs = np.where(vectors > 0, 1, -1)
    ids, similarity = meanings_of(vectors).nearest(vectors[3] * 7, n_most=5)
    expected = signs[(ids - 10) // 2] @ vectors[3] / np.sqrt(384)
    assert similarity == pytest.approx(expected, abs=1e-6)
    assert similarity.dtype == np.float32
    assert ids.dtype == np.int64


def test_all_are_looked_at_again_where_there_are_few(vectors):
    few = vectors[:500]
    ids, _ = meanings_of(few).nearest(few[7], n_most=500)
    expected = np.argsort(-(np.where(few > 0, 1.0, -1.0) @ few[7]), kind="stable") * 2 + 10
    assert ids[:50].tolist() == expected[:50].tolist()
    assert len(set(ids)) == 500


def test_only_what_is_kept_is_found(vectors, monkeypatch):
    keep = np.zeros(9000, dtype=bool)
    keep[4000:8600] = True
    ids, _ = meanings_of(vectors).nearest(vectors[0], keep=keep, n_most=4600)
    assert ids.min() == 8010
    assert ids.max() == 17208
    assert len(ids) == 4600
    whole = meanings_of(vectors).nearest(vectors[5000], keep=keep)
    monkeypatch.setattr(meaning, "_COMPARED", 7)
    assert np.array_equal(meanings_of(vectors).nearest(vectors[5000], keep=keep)[0], whole[0])
    ids, similarity = meanings_of(vectors).nearest(vectors[0], keep=np.zeros(9000, dtype=bool))
    assert (len(ids), len(similarity)) == (0, 0)


@pytest.mark.parametrize("n_dims", [64, 16, 13])
def test_vectors_may_have_any_length(vectors, n_dims):
    short = np.ascontiguousarray(vectors[:6000, :n_dims])
    expected = np.where(short > 0, 1.0, -1.0) @ short[7]
    _, similarity = meanings_of(short).nearest(short[7], n_most=3)
    assert similarity * np.linalg.norm(short[7]) * np.sqrt(n_dims) == pytest.approx(np.sort(expected)[:-4:-1], abs=1e-4)


def test_of_equal_ones_the_first_are_found(vectors):
    same = Meanings(np.arange(9000, dtype=np.int64), signs_of(vectors[:1].repeat(9000, axis=0)))
    assert same.nearest(vectors[0], n_most=5000)[0].tolist() == list(range(5000))


def test_a_vector_of_nothing_finds_nothing(vectors):
    assert len(meanings_of(vectors).nearest(np.zeros(384, dtype=np.float32))[0]) == 0


def test_signs_are_read_from_the_store_in_portions(place, tmp_path, vectors, monkeypatch):
    monkeypatch.setattr(meaning, "_PORTION", 4)
    packed = signs_of(vectors[:10])
    with open_store(place, create=True) as store:
        import_rows(store, write_export(tmp_path / "a.csv", [answer(1)]))
        with store.writing() as connection:
            for run_id in (1, 2, 3):
                connection.execute(insert(runs).values(id=run_id, recipe="r", manifest={},
                                                       started_at=datetime.now(UTC)))
                connection.execute(insert(tags).values(run_id=run_id, comment_id=1, version=1))
            connection.execute(insert(opinions), [
                {"id": k + 1, "run_id": k % 2 + 1, "comment_id": 1, "start": 0, "end": 9,
                 "signs": None if k == 4 else packed[k].tobytes()} for k in range(10)])
        with store.reading() as connection:
            found, none = load_meanings(connection, 1), load_meanings(connection, 3)
            monkeypatch.setattr(meaning, "_AT_ONCE", 3)
            some, nobody = (meaning.meanings_of(connection, np.array(ids, dtype=np.int64))
                            for ids in ([8, 1, 5, 4, 2], [5]))
    assert found.ids.tolist() == [1, 3, 7, 9]
    assert np.array_equal(found.signs, packed[[0, 2, 6, 8]])
    assert found.nearest(vectors[6])[0][0] == 7
    assert len(none.nearest(vectors[6])[0]) == 0
    assert some.ids.tolist() == [1, 2, 4, 8]  # the fifth has no vector
    assert np.array_equal(some.signs, packed[[0, 1, 3, 7]])
    assert len(nobody.ids) == 0
