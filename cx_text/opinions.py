"""The two models by themselves: polarity of texts, and themes of texts that are one opinion each."""

from __future__ import annotations

from collections.abc import Sequence

from cx_text.backends.base import PolarityModel
from cx_text.backends.opening import Models, open_polarity
from cx_text.codeframe import Codeframe
from cx_text.config import Recipe, load_recipe
from cx_text.insights.discovery import discover
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
        Themes from largest to smallest; none when there are too few texts for any. `codeframe.assign(texts)` gives
        these and later texts their theme by one and the same rule.
    """
    models = Models(load_recipe(recipe) if isinstance(recipe, str) else recipe, device=device)
    return discover([t for t in map(normalise, texts) if t], embedder=models.embedder, clusterer=models.clusterer,
                    phraser=models.clauses, seed=seed)
