import pytest

from cx_text.comment import Comment, NpsCategory, Opinion, Polarity, Tags


def comment(**tags):
    return Comment("survey:1", "Fast but dear", "survey", nps_score=7, tags=Tags(**tags))


@pytest.mark.parametrize(("nps_score", "category"), [(0, "detractor"), (6, "detractor"), (7, "passive"), (8, "passive"),
                                                     (9, "promoter"), (10, "promoter")])
def test_nps_category(nps_score, category):
    assert NpsCategory.of(nps_score) == category


@pytest.mark.parametrize("wrong", [-1, 11, 6.5])
def test_scores_outside_the_scale_have_no_category(wrong):
    with pytest.raises(ValueError, match=f"an NPS score is a whole number from 0 to 10, not {wrong}"):
        NpsCategory.of(wrong)


def test_a_rating_never_gives_a_category():
    assert Comment("r:1", "fine", "reviews", rating=5.0).nps_category is None


def test_tagging_returns_a_copy_and_leaves_the_rest():
    before = comment()
    after = before.tagged(text="Fast but dear")
    assert (before.tags.text, after.tags.text, after.verbatim) == (None, "Fast but dear", "Fast but dear")


def test_a_tag_is_set_once():
    with pytest.raises(ValueError, match="comment survey:1: text is set already"):
        comment(text="x").tagged(text="y")


def test_an_unknown_tag_is_refused():
    known = ("brand_mentions, confidence, flagged, implied, is_known_language, kind, language, n_windows, opinions, "
             "polarity, polarity_score, text")
    with pytest.raises(ValueError, match=f"^no tag 'polarty'; there are {known}$"):
        comment().tagged(polarty="negative")


def test_opinions_keep_their_spans():
    tagged = comment(text="Fast but dear", opinions=(Opinion(0, 4), Opinion(9, 13)))
    read = tagged.with_opinions((Opinion(0, 4, Polarity.POSITIVE), Opinion(9, 13, Polarity.NEGATIVE)))
    assert [read.opinion_text(o) for o in read.tags.opinions] == ["Fast", "dear"]
    with pytest.raises(ValueError, match="the spans of its opinions may not change"):
        tagged.with_opinions((Opinion(0, 13),))
