"""Samples of opinions: bounded, fair, and the same whatever the order."""

from hypothesis import given
from hypothesis import strategies as st

from cx_text.sampling import StratifiedSample, quotas

texts = st.lists(st.text(st.characters(categories=["L", "Cs"]), max_size=3), max_size=60)


def sampled(texts, n_most=5, seed=0):
    sample = StratifiedSample(n_most, seed)
    for text in texts:
        sample.add(text, "all")
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


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500)), st.integers(1, 400))
def test_quotas_are_bounded_by_the_strata_and_by_the_sample(sizes, n_most):
    found = quotas(sizes, n_most)
    assert all(0 <= found[name] <= sizes[name] for name in sizes)
    assert sum(found.values()) <= n_most or found == sizes
    if sum(sizes.values()) <= n_most:
        assert found == sizes


def test_small_strata_are_not_drowned():
    found = quotas({"detractor": 300, "promoter": 99_700}, 1000)
    assert found["detractor"] > 100  # by size alone it would be 3
    assert found["promoter"] > 600


@given(st.lists(st.tuples(st.text("abc", max_size=3), st.sampled_from("xy")), max_size=60),
       st.randoms(use_true_random=False))
def test_strata_in_any_order_give_the_same(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    taken = []
    for given_pairs in (pairs, shuffled):
        sample = StratifiedSample(5, 0)
        for text, stratum in given_pairs:
            sample.add(text, stratum)
        taken.append(sample.texts())
    assert taken[0] == taken[1]
