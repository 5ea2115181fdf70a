"""From the names in a recipe to open back-ends. Nothing is loaded before it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from cx_text.config import MODEL_JOBS, Card, Job, Recipe, card_names, load_card
from cx_text.errors import ConfigError, ModelMissing, hint

if TYPE_CHECKING:
    from cx_text.backends.base import BrandFinder, Clusterer, Embedder, LanguageDetector, PiiFinder, PolarityModel
    from cx_text.backends.implied_category import ImpliedCategory
    from cx_text.backends.spacy_clauses import SpacyClauses
    from cx_text.backends.transformer_polarity import TransformerPolarity
    from cx_text.codeframe import Codeframe

_Model = TypeVar("_Model")


@dataclass(frozen=True)
class Models:
    """The models of one run, opened when first asked for.

    `device` is "auto", "cpu" or "cuda"; `dtype` "auto", "float32" or "bfloat16"; `codeframe` the themes in use.
    """

    recipe: Recipe
    device: str = "auto"
    dtype: str = "auto"
    codeframe: Codeframe | None = None
    _open: dict[str, object] = field(default_factory=dict)  # shared by copies, so that weights are read once

    @property
    def clauses(self) -> SpacyClauses:
        """Cuts texts into clauses."""
        from cx_text.backends.spacy_clauses import SpacyClauses

        return self._once("clauses", lambda: SpacyClauses(model_card(self.recipe.models.clauses, "clauses").name))

    @property
    def language(self) -> LanguageDetector:
        """Names languages."""
        from cx_text.backends.lingua_language import LinguaLanguage

        model_card(self.recipe.models.language, "language")
        return self._once("language", LinguaLanguage)

    @property
    def brands(self) -> BrandFinder:
        """Finds the recipe's brands."""
        from cx_text.backends.spacy_brands import SpacyBrands

        return self._once("brands", lambda: SpacyBrands(self.recipe.brands))

    @property
    def polarity(self) -> PolarityModel:
        """Reads polarity."""
        return self._once("polarity", lambda: open_polarity(self.recipe.models.polarity, self.device, self.dtype))

    @property
    def pii(self) -> PiiFinder:
        """Finds personal data, of the recipe's kinds; it spares the names of the recipe's brands."""
        from cx_text.backends.presidio_pii import PresidioPii
        from cx_text.text.redact import PiiKind

        wanted = self.recipe.privacy
        return self._once("pii", lambda: PresidioPii(protected=[*self.recipe.spellings, *wanted.protect],
                                                     kinds=[PiiKind(kind) for kind in wanted.kinds]))

    @property
    def implied(self) -> ImpliedCategory:
        """Estimates detractor, passive or promoter from what was read."""
        from cx_text.backends.implied_category import open_implied_category

        return self._once("implied", lambda: open_implied_category(
            model_card(self.recipe.models.implied, "implied").weights()))

    @property
    def embedder(self) -> Embedder:
        """Turns texts into vectors."""
        from cx_text.backends.transformer_embedder import TransformerEmbedder

        card = model_card(self.recipe.models.embedding, "embedding")
        return self._once("embedding", lambda: TransformerEmbedder(
            card.weights(), overlay=card.overlay_file(), max_tokens=card.max_tokens, device=self.device,
            dtype=self.dtype))

    @property
    def clusterer(self) -> Clusterer:
        """Groups opinions into themes, with the recipe's options."""
        from cx_text.backends.bertopic_clusterer import BertopicClusterer

        options = self.recipe.themes
        return BertopicClusterer(per_group=options.per_theme, min_size=options.min_opinions,
                                 max_groups=options.max_sub_themes, max_tops=options.max_themes)

    def with_codeframe(self, codeframe: Codeframe) -> Models:
        """Return the same open models with a codeframe."""
        return replace(self, codeframe=codeframe)

    def revisions(self) -> Mapping[str, Mapping[str, str]]:
        """Return job → name, revision and licence of the recipe's models, for the manifest."""
        return {job: {"name": card.name, "revision": card.revision, "licence": card.licence}
                for job in MODEL_JOBS for card in [model_card(getattr(self.recipe.models, job), job)]}

    def vectors_by(self) -> dict[str, str]:
        """Return the name and revision of the embedding model, as a codeframe remembers them."""
        card = model_card(self.recipe.models.embedding, "embedding")
        return {"model": card.name, "revision": card.revision}

    def arithmetic(self) -> str:
        """Return the number type and device that the transformers compute with here, such as "bfloat16 on cpu"."""
        from cx_text.backends.transformer_encoder import pick_device, pick_dtype

        device = pick_device(self.device)
        return f"{str(pick_dtype(self.dtype, device)).removeprefix('torch.')} on {device}"

    def _once(self, job: str, make: Callable[[], _Model]) -> _Model:
        if job not in self._open:
            self._open[job] = make()
        return cast("_Model", self._open[job])


def open_polarity(name: str | None = None, device: str = "auto", dtype: str = "auto") -> TransformerPolarity:
    """Return a polarity model by card, folder or public name; None is our own.

    Raises:
        ModelMissing: It is not on this machine.
        ConfigError: The card is of another job.
    """
    from cx_text.backends.transformer_polarity import TransformerPolarity

    card = model_card(name or "cx-polarity-en", "polarity")
    return TransformerPolarity(card.weights(), labels=card.labels or None, reads_question=card.reads_question,
                               reads_spans=card.reads_spans,
                               temperatures={str(kind): value for kind, value in card.temperatures.items()},
                               max_tokens=card.max_tokens, device=device, dtype=dtype)


def model_card(name: str, job: Job) -> Card:
    """Return the card of a model that does a job; a folder or public name without a card gets one of its own.

    Raises:
        ModelMissing: There is no such model.
        ConfigError: It does another job.
    """
    card = load_card(name)
    if card is None and job in ("polarity", "embedding"):
        if Path(name).is_dir():
            return Card(name=name, job=job, folder=".", card_folder=Path(name))
        if "/" in name and not name.startswith((".", "/")) and name.count("/") == 1:
            return Card(name=name, job=job, public=name)
    if card is None:
        known = card_names()
        raise ModelMissing(f"no model {name!r}; there are cards for {', '.join(known)}",
                           next=hint(name, known) or "Give a card's name, a folder with weights, or a public name "
                           "such as owner/model")
    if card.job != job:
        raise ConfigError(f"model {name!r} does {card.job}, not {job}")
    return card
