"""A comment on which a late stage breaks is in the ledger and in no figure; the others keep all of theirs."""

import pandas as pd

import cx_text
from cx_text.codeframe import Codeframe, Theme
from cx_text.testing import FakeEmbedder


class Breaking(FakeEmbedder):
    """Breaks on one word."""

    def embed(self, texts):
        if any("zebra" in text for text in texts):
            raise RuntimeError("zebra")
        return super().embed(texts)


def test_a_comment_that_breaks_the_themes_stage_is_rejected_and_counted_nowhere():
    said = ["The app crashes when I pay"] * 9 + ["The zebra ate my parcel"]
    rows = pd.DataFrame({"comment": said, "score": [2] * 10})
    embedder = Breaking()
    centres = embedder.embed(["the app crashes when i pay"])
    theme = Theme("t01", "App crashes", ("app",), 9)
    codeframe = Codeframe((theme,), centres, ("t01",), embedder)
    result = cx_text.tag(rows, verbatim="comment", nps_score="score", codeframe=codeframe)
    assert result.ledger.values.tolist() == [[9, "comment", "rejected", "stage themes failed: RuntimeError"]]
    assert result.summary.ledger_counts["comment"][["analysed", "rejected"]].tolist() == [9, 1]
    assert result.summary.n_analysed == 9
    assert result.nps.n == 10  # the score was given all the same
    assert 9 not in result.opinions["comment"].tolist()
    assert result.comments["polarity"].isna().tolist() == [False] * 9 + [True]
    assert result.themes["n_comments"].tolist() == [9]
