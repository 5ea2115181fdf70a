"""Recipes (which stages, with which models) and model cards: TOML in, checked and frozen objects out."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError, field_validator, model_validator

from cx_text.errors import ConfigError, ModelMissing, hint, nearest
from cx_text.toml_table import TomlTable
from cx_text.watch_options import WatchOptions

ROOT = Path(__file__).resolve().parent
Job = Literal["clauses", "language", "polarity", "implied", "embedding"]
MODEL_JOBS: tuple[Job, ...] = get_args(Job)


class ModelNames(TomlTable):
    """Which model does which job: a card's name, a folder, or (polarity, embedding) a public name."""

    clauses: str = "en-core-web-sm"
    """Cuts texts into clauses."""
    language: str = "lingua"
    """Names the language of a text."""
    polarity: str = "cx-polarity-en"
    """Reads polarity of comments and opinions."""
    implied: str = "cx-implied-en"
    """Estimates detractor, passive or promoter from what was read."""
    embedding: str = "cx-themes-en"
    """Turns opinions into vectors for themes."""


class ThemeOptions(TomlTable):
    """How themes are found."""

    max_opinions: int = Field(20_000, ge=50)
    """Themes are found in a sample of at most this many distinct opinions; all others are assigned."""
    per_theme: int = Field(25, ge=2)
    """Distinct opinions to one sub-theme, about: more opinions give more sub-themes, up to the most."""
    min_opinions: int = Field(8, ge=2)
    """Smaller groups are joined with the nearest one."""
    max_themes: int = Field(12, ge=1)
    """First-level themes at most, beside given ones."""
    max_sub_themes: int = Field(60, ge=1)
    """Sub-themes at most, all together."""
    min_confidence: float = Field(0.4, ge=0, le=1)
    """Opinions whose theme is less sure are unclear: they belong to none."""
    most_unclear: float = Field(0.08, ge=0, le=1)
    """Where more than this share of the opinions would be unclear, the confidence that is asked for is lowered."""
    given: str | None = None
    """Themes to start from: a codeframe in TOML or CSV, or the name of one that cx_text ships."""
    general: bool = True
    """General praise and general complaints are themes of their own."""
    given_nearness: float = Field(0.5, ge=-1, le=1)
    """An opinion as near as this (cosine) to a given theme is one of its opinions when the others are grouped."""
    discover_rest: bool = True
    """Find themes among the opinions that are near no given theme."""


class PrivacyOptions(TomlTable):
    """What personal data is masked before anything is stored, shown or read by a model."""

    redact: bool = True
    """Mask it at all."""
    kinds: tuple[Literal["EMAIL", "PHONE", "CARD", "IBAN", "ADDRESS", "NAME", "URL", "IP"], ...] = (
        "EMAIL", "PHONE", "CARD", "IBAN", "ADDRESS", "NAME", "URL", "IP")
    """Which kinds; docs/privacy.md says what each is."""
    protect: tuple[str, ...] = ()
    """Names of products, places and companies that are no persons; the recipe's brands are protected anyway."""


class Brand(TomlTable):
    """One brand to look for in comments: our own or a competitor's."""

    name: str
    """What customers call it, and what results call it."""
    own: bool = False
    """Whether it is ours: the others are compared with ours."""
    aliases: tuple[str, ...] = ()
    """Other spellings, products, and whole "#hashtag" and "@handle" forms."""
    case_sensitive: bool = False
    """For names that are ordinary words, such as "Target"; whole hashtags and handles ignore case all the same."""
    exclude: tuple[str, ...] = ()
    """Longer phrases in which the name is something else, such as "target audience"; they ignore case."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """Return the name and its aliases."""
        return self.name, *self.aliases

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        for field, words in (("name", (self.name,)), ("aliases", self.aliases), ("exclude", self.exclude)):
            if any(not word.strip().lstrip("#@").strip() for word in words):
                raise ValueError(f"a blank under {field!r} of the brand {self.name!r}")
        for phrase in self.exclude:
            if any(is_tag(phrase) == is_tag(name) and _same(phrase, name) for name in self.spellings):
                raise ValueError(f"{phrase!r} is both a name of the brand {self.name!r} and excluded from it")
        return self


def is_tag(spelling: str) -> bool:
    """Return whether a spelling is a whole "#hashtag" or "@handle"."""
    return spelling.strip().startswith(("#", "@"))


def tag_form(spelling: str) -> str:
    """Return a name as one word, as hashtags and handles hold it: "Marks & Spencer" is "MarksandSpencer".

    "&" is "and", "+" is "plus", other marks and blanks go; the case is kept. "" where no letter or digit is left.
    """
    words = unicodedata.normalize("NFC", spelling).replace("&", "and").replace("+", "plus")
    return "".join(c for c in words if c.isalnum())


def _same(one: str, other: str, *, by_case: bool = False) -> bool:
    """Return whether two spellings are found in the same words; "#x" and "@x" are not."""
    if is_tag(one) and is_tag(other) and one.strip()[0] != other.strip()[0]:
        return False
    a, b = (tag_form(s) or " ".join(s.split()) for s in (one, other))
    return a == b if by_case else a.casefold() == b.casefold()


class SourceEntry(BaseModel):
    """One source of comments that `cx-text collect` asks: a platform, and what that platform has to be told."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    name: str = Field(min_length=1, max_length=100)
    """What the comments' source is called."""
    platform: str
    """Where they are; docs/sources.md has all."""

    @property
    def options(self) -> dict[str, Any]:
        """Return what the platform is told, unchecked."""
        return self.model_extra or {}


class Recipe(TomlTable):
    """Which stages, in which order, with which models."""

    name: str
    """What it is called on the command line."""
    description: str = ""
    """One line for people."""
    source: str = "survey"
    """Where the comments come from, when nothing else is said."""
    stages: tuple[str, ...] = ("clean", "kind", "language", "opinions", "polarity", "implied", "themes")
    """Names of stages, first to last."""
    languages: tuple[str, ...] = ("en",)
    """ISO 639-1 codes that the models read; comments in others are marked and left untagged."""
    max_failed_share: float = Field(0.05, ge=0, le=1)
    """Share of comments that may fail in a stage before the run stops."""
    models: ModelNames = ModelNames()
    """Which model does which job."""
    themes: ThemeOptions = ThemeOptions()
    """How themes are found."""
    privacy: PrivacyOptions = PrivacyOptions()
    """What personal data is masked."""
    brands: tuple[Brand, ...] = ()
    """Our own brands and competitors', which the stage brand_mentions looks for."""
    sources: tuple[SourceEntry, ...] = ()
    """Where `cx-text collect` gets comments from."""
    watch: WatchOptions | None = None
    """What `cx-text watch` looks for, and who is told."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """Return the names and aliases of all brands."""
        return tuple(name for brand in self.brands for name in brand.spellings)

    @field_validator("sources")
    @classmethod
    def _are_named(cls, sources: tuple[SourceEntry, ...]) -> tuple[SourceEntry, ...]:
        for one, other in combinations(sources, 2):
            if one.name == other.name:
                raise ValueError(f"the source {one.name!r} is there twice")
        return sources

    @field_validator("brands")
    @classmethod
    def _are_apart(cls, brands: tuple[Brand, ...]) -> tuple[Brand, ...]:
        for one, other in combinations(brands, 2):
            if one.name == other.name:
                raise ValueError(f"the brand {one.name!r} is there twice")
            for a, b in ((a, b) for a in one.spellings for b in other.spellings):
                # A whole hashtag or handle ignores case, whatever its brand does.
                by_case = one.case_sensitive and other.case_sensitive and not is_tag(a) and not is_tag(b)
                if _same(a, b, by_case=by_case):
                    raise ValueError(f"{a!r} is a name of both {one.name!r} and {other.name!r}")
        return brands


class Card(TomlTable):
    """What there is to know about one model. Exactly one of folder, package and public says where its weights are."""

    name: str
    """What recipes call it."""
    job: Job
    """What it does."""
    summary: str = ""
    """One line for people."""
    licence: str = "unknown"
    """SPDX expression."""
    languages: tuple[str, ...] = ("en",)
    """ISO 639-1 codes."""
    revision: str = "unknown"
    """First 12 hex digits of the SHA-256 of the weights, or a version."""
    folder: str | None = None
    """Weights in a folder, relative to the card."""
    package: str | None = None
    """Weights in an installed Python package: "module" or "module:folder inside it"."""
    install: str | None = None
    """Command that installs the package."""
    public: str | None = None
    """A public name, fetched by transformers."""
    overlay: str | None = None
    """Embedding: a safetensors file beside the card with the weights that replace those of the folder or package."""
    max_tokens: int | None = Field(None, ge=8)
    """Longest window of text, in tokens."""
    reads_question: bool = False
    """Polarity: the question may stand in front of the text."""
    reads_spans: bool = False
    """Polarity: trained on spans pooled by their mean."""
    labels: dict[str, Literal["negative", "neutral", "positive"]] = Field(default_factory=dict)
    """Polarity: the model's label → ours; empty when its labels are named so."""
    temperatures: dict[Literal["asked", "unasked", "spans"], PositiveFloat] = Field(default_factory=dict)
    """Polarity: what the logits of texts with a question, of texts without one and of spans are divided by; 1 if not
    given."""
    measured: dict[str, dict[str, float]] = Field(default_factory=dict)
    """Set → measure → figure."""
    card_folder: Path | None = Field(None, exclude=True)
    """Where the card was read from."""

    def overlay_file(self) -> Path | None:
        """Return the file with the weights that replace others; None where there is none.

        Raises:
            ModelMissing: It is not there.
        """
        if self.overlay is None:
            return None
        path = (self.card_folder or Path()) / self.overlay
        if not path.is_file():
            raise ModelMissing(f"the weights of {self.name!r} are not there", where=str(path))
        return path

    def weights(self) -> Path | str:
        """Return the folder that holds the weights, or the public name.

        Raises:
            ModelMissing: The package is not installed, or the folder is not there.
        """
        if self.public:
            return self.public
        if self.package:
            module, _, inside = self.package.partition(":")
            spec = find_spec(module)
            if spec is None or spec.origin is None:
                raise ModelMissing(f"the package {module!r} with the weights of {self.name!r} is not installed",
                                   next=f"Run: {self.install or f'pip install {module}'}")
            return Path(spec.origin).parent / inside
        folder = (self.card_folder or Path()) / (self.folder or ".")
        if not folder.is_dir():
            raise ModelMissing(f"the weights of {self.name!r} are not there", where=str(folder))
        return folder


_Checked = TypeVar("_Checked", bound=TomlTable)


def load_recipe(name: str) -> Recipe:
    """Return a recipe by path, from ./pipelines, or from those that cx_text ships.

    Raises:
        ConfigError: There is none of this name, or it is wrong; the message names the key and the nearest valid one.
    """
    if name.endswith(".toml"):
        return _read(Path(name), Recipe)
    for folder in (Path("pipelines"), shipped("pipelines")):
        if (folder / f"{name}.toml").is_file():
            return _read(folder / f"{name}.toml", Recipe)
    known = recipe_names()
    raise ConfigError(f"no recipe {name!r}; there are {', '.join(known)}", next=hint(name, known))


def recipe_names() -> list[str]:
    """Return the names of the recipes at hand, sorted."""
    return sorted({p.stem for folder in (Path("pipelines"), shipped("pipelines")) for p in folder.glob("*.toml")})


def load_card(name: str) -> Card | None:
    """Return a model's card by folder, from ./models, or from those that cx_text ships; None when there is no card.

    Raises:
        ConfigError: The card is wrong.
    """
    for folder in (Path(name), Path("models") / name, shipped("models") / name):
        if (folder / "card.toml").is_file():
            return _read(folder / "card.toml", Card).model_copy(update={"card_folder": folder})
    return None


def card_names() -> list[str]:
    """Return the names of the model cards at hand, sorted."""
    return sorted({p.parent.name for folder in (Path("models"), shipped("models")) for p in folder.glob("*/card.toml")})


def shipped(kind: str) -> Path:
    """Return the folder of the recipes or cards that cx_text ships: inside the wheel, or beside the source tree."""
    inside = ROOT / "shipped" / kind
    return inside if inside.is_dir() else ROOT.parent / kind


def _read(path: Path, schema: type[_Checked]) -> _Checked:
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except FileNotFoundError:
        raise ConfigError("there is no such file", where=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML ({error})", where=str(path)) from None
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise ConfigError(first_fault(error, schema), where=str(path)) from None


def first_fault(error: ValidationError, schema: type[BaseModel]) -> str:
    """Return what is wrong first with a table that was checked, in one sentence."""
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = list(_keys_at(schema, [str(part) for part in fault["loc"][:-1]]))
        near = nearest(str(fault["loc"][-1]), known)
        return f"unknown key {key!r}; {near or 'valid keys are ' + ', '.join(known)}"
    said = str(fault["ctx"]["error"]) if fault["type"] == "value_error" else fault["msg"]  # else "Value error, …"
    return f"{key}: {said[0].lower()}{said[1:]}" if key else said  # a fault of the whole table has no key


def _keys_at(schema: type[BaseModel], path: list[str]) -> Iterable[str]:
    for part in (p for p in path if not p.isdigit()):  # a number is a place in a list of tables
        found = schema.model_fields[part].annotation if part in schema.model_fields else None
        inner = next((t for t in (found, *get_args(found)) if isinstance(t, type) and issubclass(t, BaseModel)), None)
        if inner is None:
            return []
        schema = inner
    return [name for name, field in schema.model_fields.items() if not field.exclude]
