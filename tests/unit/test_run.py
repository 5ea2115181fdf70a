"""The sample of opinions, the shelf between the passes, and chunks of a DataFrame."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.comment import Comment
from cx_text.run import Portion, Sample, Shelf, as_chunks
from cx_text.sources.rows import LedgerEntry, Outcome

texts = st.lists(st.text(st.characters(categories=["L", "Cs"]), max_size=3), max_size=60)


def sampled(texts, n_most=5, seed=0):
    sample = Sample(n_most, seed)
    for text in texts:
        sample.add(text)
    return sample.texts()


@given(texts, st.randoms(use_true_random=False))
def test_the_order_of_the_opinions_makes_no_difference(given_texts, random):
    shuffled = list(given_texts)
    random.shuffle(shuffled)
    assert sampled(given_texts) == sampled(shuffled)


@given(texts)
def test_the_sample_is_bounded_and_counts_all_repeats(given_texts):
    found = sampled(given_texts)
    assert len(set(found)) == min(5, len(set(given_texts)))
    assert all(found.count(text) == given_texts.count(text) for text in found)


def test_a_small_input_is_taken_whole():
    assert sampled(["b", "a", "b"]) == ["a", "b", "b"]
    assert sampled([]) == []


def test_the_seed_decides_which_are_taken():
    words = [f"w{n}" for n in range(100)]
    assert sampled(words) == sampled(words, seed=0)
    assert sampled(words) != sampled(words, seed=1)


def test_every_text_is_as_likely():
    words = [f"w{n}" for n in range(1000)]
    taken = sampled(words, n_most=500)
    assert abs(sum(int(word[1:]) < 500 for word in taken) - 250) < 50  # four and a half standard deviations


def portion(n):
    rows = pd.DataFrame({"comment": [f"said {n}", None]}, index=[2 * n, "x"])
    comments = (Comment(f"s:{n}", f"said {n}", "s", nps_score=n).tagged(text=f"said {n}"),)
    return Portion(rows, comments, (0,), ("comment",), (LedgerEntry("x", "comment", Outcome.BLANK, "no words"),))


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "disk"])
def test_the_shelf_gives_back_what_was_laid_down_in_order_and_again(tmp_path, on_disk):
    shelf = Shelf(tmp_path if on_disk else None)
    assert list(shelf) == []
    given_portions = [portion(n) for n in range(3)]
    for each in given_portions:
        shelf.put(each)
    assert len(shelf) == 3
    assert len(list(tmp_path.iterdir())) == (3 if on_disk else 0)
    for _ in range(2):
        for before, after in zip(given_portions, shelf, strict=True):
            pd.testing.assert_frame_equal(before.rows, after.rows)
            assert (before.comments, before.positions, before.columns, before.entries) == (
                after.comments, after.positions, after.columns, after.entries)


def test_chunks_cover_the_rows_in_order_and_the_empty_table_is_one_chunk():
    rows = pd.DataFrame({"comment": list("abcde")})
    assert [list(chunk.rows["comment"]) for chunk in as_chunks(rows, 2)] == [["a", "b"], ["c", "d"], ["e"]]
    assert [len(chunk.rows) for chunk in as_chunks(rows.head(0), 2)] == [0]
