"""The checks themselves: the fakes pass, and each kind of breach is caught."""

from dataclasses import replace

import numpy as np
import pytest

from cx_text.stages.kind import KindStage
from cx_text.testing import (
    FakeClusterer,
    FakeCutter,
    FakeEmbedder,
    FakeLanguage,
    FakePolarity,
    check_cutter,
    check_embedder,
    check_language,
    check_polarity,
    check_spans,
    check_stage,
)


def test_fakes_keep_the_contracts():
    check_cutter(FakeCutter())
    check_language(FakeLanguage())
    check_polarity(FakePolarity())
    check_embedder(FakeEmbedder())


def test_fake_clusterer_groups_by_first_word():
    texts = ["app slow", "staff rude", "App crashes", "price"]
    grouping = FakeClusterer().cluster(texts, FakeEmbedder().embed(texts), seed=0)
    assert grouping.labels.tolist() == [0, -1, 0, -1]
    assert grouping.tops.tolist() == [0]
    assert FakeClusterer().keywords([["App crashes"], []]) == [("app",), ()]


def broken_stage(call):
    stage = KindStage()
    return type("Broken", (), {"name": "broken", "needs": stage.needs, "adds": stage.adds,
                               "__call__": lambda _, comments: call(stage(comments))})()


BREACHES = {
    "same number": lambda read: read[1:],
    "same number, same order": lambda read: read[::-1],
    "changed what was given": lambda read: [replace(c, id=c.id, verbatim="x") for c in read],
    "declares": lambda read: [c.tagged(language="en") for c in read],
    "batch": lambda read: read if len(read) != 1 else [replace(read[0], tags=replace(read[0].tags, kind=None))],
}


@pytest.mark.parametrize(("message", "breach"), BREACHES.items(), ids=BREACHES)
def test_check_stage_catches(message, breach):
    with pytest.raises(AssertionError, match=message):
        check_stage(broken_stage(breach))


@pytest.mark.parametrize("spans", [[], [(0, 9)], [(2, 2)], [(0, 4)], [(2, 5), (0, 1)]],
                         ids=["none", "outside", "empty", "ragged", "order"])
def test_check_spans_catches(spans):
    with pytest.raises(AssertionError):
        check_spans("the app", spans)


def test_check_polarity_catches_rows_that_do_not_sum_to_one():
    class Doubled(FakePolarity):
        def predict(self, texts, questions=None):
            return super().predict(texts, questions) * np.float32(2)

    with pytest.raises(AssertionError, match="rows sum to 1"):
        check_polarity(Doubled())
