"""The theme of each opinion, from the codeframe in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cx_text.backends.opening import Models
from cx_text.codeframe import GENERAL_THEMES, Codeframe
from cx_text.comment import Comment, Kind, ThemeTag
from cx_text.errors import ConfigError


class ThemesStage:
    """Assigns opinions to the themes of a codeframe; an opinion that fits none gets an empty tuple.

    A bare rating ("very good", "10/10") names nothing, so its opinion fits general praise, general complaints or none.
    """

    name = "themes"
    needs = ("text", "kind", "opinions")
    adds = ("opinions.themes",)

    def __init__(self, codeframe: Codeframe) -> None:
        self.codeframe = codeframe

    def __call__(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments, in order, with themes added to their opinions."""
        opinions = [(c.opinion_text(o), o.polarity) for c in comments for o in c.tags.opinions or ()]
        ids, confidence = self.codeframe.assign([text for text, _ in opinions], [polarity for _, polarity in opinions])
        tags = iter([(ThemeTag(t, round(float(c), 4)),) if t else () for t, c in zip(ids, confidence, strict=True)])
        return [c.with_opinions(tuple(replace(o, themes=self._fitting(c, next(tags))) for o in c.tags.opinions))
                if c.tags.opinions else c for c in comments]

    @staticmethod
    def _fitting(comment: Comment, tags: tuple[ThemeTag, ...]) -> tuple[ThemeTag, ...]:
        return tuple(t for t in tags if comment.tags.kind is not Kind.RATING or t.theme_id in GENERAL_THEMES)


def build(models: Models) -> ThemesStage:
    """Return the stage with the codeframe of the run.

    Raises:
        ConfigError: The run has none yet: themes are given, or discovered from the opinions first.
    """
    if models.codeframe is None:
        raise ConfigError("the themes stage needs a codeframe",
                          next="Discover one first: cx_text.discover_themes(texts)")
    return ThemesStage(models.codeframe)
