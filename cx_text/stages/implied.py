"""How likely the customer is a detractor, passive or promoter, from the words alone."""

from __future__ import annotations

from collections.abc import Sequence

from cx_text.backends.implied_category import ImpliedCategory
from cx_text.backends.opening import Models
from cx_text.comment import Comment


class ImpliedStage:
    """Estimates the NPS category of comments whose polarity was read. The score that a customer gave is not looked at.

    Comments with a score get an estimate too: they are what estimates of the others can be fitted to
    (`cx_text.insights.implied.recalibrate`).
    """

    name = "implied"
    needs = ("text", "kind", "is_known_language", "opinions", "polarity_score", "opinions.polarity")
    adds = ("implied",)

    def __init__(self, model: ImpliedCategory) -> None:
        self.model = model

    def __call__(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments, in order, with the probabilities added to the readable ones that have a polarity."""
        read = [i for i, c in enumerate(comments) if c.is_readable and c.tags.polarity_score is not None]
        results = list(comments)
        for i, (detractor, passive, promoter) in zip(read, self.model.read([comments[i] for i in read]).tolist(),
                                                     strict=True):
            results[i] = comments[i].tagged(implied=(round(detractor, 4), round(passive, 4), round(promoter, 4)))
        return results


def build(models: Models) -> ImpliedStage:
    """Return the stage with the model that the recipe names."""
    return ImpliedStage(models.implied)
