from dataclasses import replace

import numpy as np
import pytest

from cx_text.backends.opening import Models
from cx_text.backends.spacy_brands import SpacyBrands
from cx_text.comment import BrandMention, Comment, Kind, Opinion, Polarity
from cx_text.config import Brand, Recipe
from cx_text.errors import ConfigError
from cx_text.stages.brand_mentions import BrandMentionsStage, build
from cx_text.testing import FakePolarity, check_stage

FINDER = SpacyBrands([Brand(name="Brindlecart", own=True), Brand(name="Fastbasket"),
                      Brand(name="Crash", aliases=("app",))])  # an app is named in one of the sample comments


class Nearby(FakePolarity):
    """Reads the word after a span, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def predict_spans(self, texts, spans, questions=None):
        self.asked.append((list(texts), [list(own) for own in spans], list(questions)))
        after = [[text[b:].split()[:1] for _, b in own] for text, own in zip(texts, spans, strict=True)]
        return self.predict(texts), [self.predict(["".join(word) for word in own]) for own in after]


def readable(text, question=None, **tags):
    return Comment(id="1", verbatim=text, source="test", question=question).tagged(
        **{"text": text, "kind": Kind.ANSWER, "language": "en", "is_known_language": True,
           "opinions": (Opinion(0, len(text)),)} | tags)


@pytest.mark.parametrize("reads_spans", [True, False])
def test_contract(reads_spans):
    check_stage(BrandMentionsStage(FINDER, FakePolarity(), reads_spans=reads_spans))


def test_each_mention_has_a_polarity_of_its_own():
    text = "Fastbasket slow , Brindlecart friendly"
    [read] = BrandMentionsStage(FINDER, Nearby())([readable(text)])
    assert read.tags.brand_mentions == (BrandMention(0, 10, "Fastbasket", Polarity.NEGATIVE, -0.8108, 0.8378),
                                        BrandMention(18, 29, "Brindlecart", Polarity.POSITIVE, 0.8108, 0.8378))


def test_only_comments_that_name_a_brand_are_read_and_only_with_a_question_that_tells():
    model = Nearby()
    comments = [readable("slow", "What went wrong?"), readable("Brindlecart", "What should we improve?"),
                readable("Fastbasket", "Why did you give this score?")]
    read = BrandMentionsStage(FINDER, model)(comments)
    assert [len(c.tags.brand_mentions) for c in read] == [0, 1, 1]
    assert model.asked == [(["Brindlecart", "Fastbasket"], [[(0, 11)], [(0, 10)]], ["What should we improve?", None])]


def test_a_model_that_reads_no_spans_is_given_the_opinion_around_the_mention():
    model = Nearby()
    text = "Brindlecart is kind but Fastbasket is rude. Brindlecart"
    comment = readable(text, opinions=(Opinion(0, 19), Opinion(24, 42)))
    [read] = BrandMentionsStage(FINDER, model, reads_spans=False)([comment])
    assert model.asked[0][1] == [[(0, 19), (24, 42), (44, 55)]]  # the last is in no opinion
    assert [(m.start, m.end) for m in read.tags.brand_mentions] == [(0, 11), (24, 34), (44, 55)]


def test_what_is_not_readable_gets_no_mentions():
    comments = [readable("Brindlecart", kind=Kind.SPAM), readable("Brindlecart", is_known_language=False)]
    assert BrandMentionsStage(FINDER, FakePolarity())(comments) == comments


def test_a_bare_rating_is_searched_too():
    [read] = BrandMentionsStage(FINDER, FakePolarity())([readable("Great Brindlecart", kind=Kind.RATING)])
    assert [m.brand for m in read.tags.brand_mentions] == ["Brindlecart"]


def test_a_recipe_without_brands():
    with pytest.raises(ConfigError) as caught:
        build(Models(Recipe(name="mine")))
    assert str(caught.value) == ("the recipe 'mine' has the stage 'brand_mentions' but no brands. "
                                 "Add [[brands]] to the recipe, each with a name, and own = true for yours.")


def test_the_stage_of_a_recipe_finds_its_brands_and_reads_spans_where_the_model_can():
    models = Models(Recipe(name="mine", brands=(Brand(name="Greenhamper"),)))
    stage = build(models)
    assert stage.finder.find(["Greenhamper"]) == [[(0, 11, "Greenhamper")]]
    assert (stage.reads_spans, stage.finder is models.brands) == (True, True)


def test_a_probability_that_is_even_names_the_first_polarity():
    class Even(FakePolarity):
        def predict_spans(self, texts, spans, questions=None):
            return self.predict(texts), [np.full((len(own), 3), 1 / 3, dtype=np.float32) for own in spans]

    [read] = BrandMentionsStage(FINDER, Even())([readable("Brindlecart")])
    assert read.tags.brand_mentions == (BrandMention(0, 11, "Brindlecart", Polarity.NEGATIVE, 0.0, 0.3333),)
    assert replace(read, tags=replace(read.tags, brand_mentions=None)) == readable("Brindlecart")
