"""The brands that a comment names, and what it says of each."""

from __future__ import annotations

from collections.abc import Sequence

from cx_text.backends.base import BrandFinder, BrandSpan, PolarityModel, Span
from cx_text.backends.opening import Models, model_card
from cx_text.comment import BrandMention, Comment
from cx_text.errors import ConfigError
from cx_text.frames import opinion_around
from cx_text.stages.polarity import named, telling_question


class BrandMentionsStage:
    """Finds brands in readable comments, and reads at each mention what is said of that brand.

    "Fastbasket is late, Brindlecart never" is negative of one and positive of the other. The model that read the
    polarity of opinions reads it at the mention, in one more pass over the comments that name a brand.

    Args:
        finder: Finds brands.
        model: Reads polarity.
        reads_spans: Whether the model was trained on spans. One that was not would see nothing but the name, so it is
            given the opinion around the mention instead.
    """

    name = "brand_mentions"
    needs = ("text", "kind", "is_known_language", "opinions")
    adds = ("brand_mentions",)

    def __init__(self, finder: BrandFinder, model: PolarityModel, *, reads_spans: bool = True) -> None:
        self.finder, self.model, self.reads_spans = finder, model, reads_spans

    def __call__(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments, in order, with brand mentions added to the readable ones; () where there are none."""
        results = list(comments)
        read = [i for i, comment in enumerate(comments) if comment.is_readable]
        found = dict(zip(read, self.finder.find([comments[i].tags.text or "" for i in read]), strict=True))
        naming = [i for i in read if found[i]]
        _, parts = self.model.predict_spans(
            [comments[i].tags.text or "" for i in naming],
            [[self._aim(comments[i], mention) for mention in found[i]] for i in naming],
            [telling_question(comments[i].question) for i in naming])
        readings = dict(zip(naming, parts, strict=True))
        for i in read:
            results[i] = comments[i].tagged(brand_mentions=tuple(
                BrandMention(*mention, *named(probabilities))
                for mention, probabilities in zip(found[i], readings.get(i, ()), strict=True)))
        return results

    def _aim(self, comment: Comment, mention: BrandSpan) -> Span:
        """Return the span that the model reads for a mention."""
        start, end, _ = mention
        around = None if self.reads_spans else opinion_around(comment.tags.opinions or (), start, end)
        return (around.start, around.end) if around else (start, end)


def build(models: Models) -> BrandMentionsStage:
    """Return the stage with the recipe's brands and polarity model.

    Raises:
        ConfigError: The recipe has no brands.
    """
    if not models.recipe.brands:
        raise ConfigError(f"the recipe {models.recipe.name!r} has the stage 'brand_mentions' but no brands",
                          next='Add [[brands]] to the recipe, each with a name, and own = true for yours')
    card = model_card(models.recipe.models.polarity, "polarity")
    return BrandMentionsStage(models.brands, models.polarity, reads_spans=card.reads_spans)
