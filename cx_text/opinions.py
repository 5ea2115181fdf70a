"""The two models by themselves: polarity of texts, and themes of texts that are one opinion each."""

from __future__ import annotations

from collections.abc import Sequence

from cx_text.backends.base import PolarityModel
from cx_text.backends.opening import Models, open_polarity
from cx_text.codeframe import Codeframe
from cx_text.config import Recipe, load_recipe
from cx_text.decisions import Decision
from cx_text.insights.discovery import discover
from cx_text.insights.given import GENERAL, given_codeframe
from cx_text.insights.matching import ThemeChange, match
from cx_text.text.normalise import normalise


def load_polarity_model(name: str | None = None, *, device: str = "auto", dtype: str = "auto") -> PolarityModel:
    """Return a polarity model; its `predict(texts, questions=None)` gives float32 (n_texts, 3).

    The columns are the probabilities of negative, neutral and positive; rows sum to 1. Weights load on first use.

    Args:
        name: A card's name, a folder with weights, or a public name; None for our own.
        device: "auto", "cpu" or "cuda".
        dtype: "auto" (bfloat16 where the processor is fast at it), "float32" or "bfloat16".

    Raises:
        ModelMissing: It is not on this machine.
    """
    return open_polarity(name, device, dtype)


def discover_themes(texts: Sequence[str], *, seed: int = 0, recipe: str | Recipe = "nps_survey",
                    device: str = "auto") -> Codeframe:
    """Group texts that speak of the same thing, each taken as one opinion, and give each group a label.

    Args:
        texts: Any texts; blank ones are left out.
        seed: Same texts and seed on one machine: same themes.
        recipe: Whose models and theme options are used.
        device: "auto", "cpu" or "cuda".

    Returns:
        Themes from largest to smallest on two levels; none when there are too few texts for any.
        `codeframe.assign(texts)` gives these and later texts their theme by one and the same rule.
    """
    models = Models(load_recipe(recipe) if isinstance(recipe, str) else recipe, device=device)
    return discover_with(models, [t for t in map(normalise, texts) if t], seed=seed)


def discover_with(models: Models, texts: Sequence[str], *, seed: int = 0, given: Codeframe | None = None) -> Codeframe:
    """Return the themes of texts, each one opinion and normalised, by the models and options of a recipe.

    Args:
        models: Of the recipe.
        texts: One an opinion.
        seed: Same texts and seed: same themes.
        given: Themes to start from; None for those that the recipe names.
    """
    options = models.recipe.themes
    names = [*([options.given] if options.given else []), *([GENERAL] if options.general else [])]
    return discover(texts, embedder=models.embedder, clusterer=models.clusterer, phraser=models.clauses,
                    given=given or given_codeframe(names, models.embedder), options=options, seed=seed,
                    made_by={**models.vectors_by(), "seed": seed})


def refit_with(models: Models, old: Codeframe, log: Sequence[Decision], texts: Sequence[str], *,
               seed: int = 0) -> tuple[Codeframe, list[ThemeChange]]:
    """Return what discovery finds in texts, matched to the themes in use, and what accepting it would change.

    Themes that go on keep their ids and labels. Given themes stay; so do those that a person decided about.

    Args:
        models: Of the recipe.
        old: The codeframe in use, before decisions are carried out on it.
        log: The decisions; they are to be carried out on what is returned.
        texts: One an opinion, normalised.
        seed: Same texts and seed: same themes.
    """
    found = discover_with(models, texts, seed=seed, given=old.given())
    return match(old, found, texts, log=log)
