"""What `/api/v1` answers about comments, and what people did about them. Words are masked as they were imported."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cx_text.decisions import Action
from cx_text.web.api.figures_models import Basis, Figure

_Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Short = Annotated[str, Field(max_length=300)]


class Opinion(BaseModel):
    """A clause of a comment: a half-open span of characters of `text`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    words: str
    polarity: str | None
    polarity_score: float | None = Field(description="-1 to 1.")
    confidence: float | None = Field(description="0 to 1.")
    theme_id: str | None
    theme_confidence: float | None


class Mention(BaseModel):
    """A brand that is named: a half-open span of characters of `text`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    brand: str
    polarity: str | None
    polarity_score: float | None
    confidence: float | None


class Comment(BaseModel):
    """A comment, with what the run in use read in it; null where it has not read this version."""

    id: int
    key: str = Field(description='Source, colon, its own id: "comment_id" of results.')
    version: int
    source: str
    question: str | None
    received_at: datetime | None
    nps_score: int | None
    rating: float | None
    rating_lowest: int | None
    rating_highest: int | None
    author: str | None = Field(description="A pseudonym.")
    segments: dict[str, str]
    measures: dict[str, float | None]
    verbatim: str
    url: str | None = Field(description="Where it was written.")
    removed_at: datetime | None = Field(description="When it was found that its platform shows it no more.")
    text: str | None = Field(description="Normalised; spans index it.")
    language: str | None
    kind: str | None
    polarity: str | None
    polarity_score: float | None
    confidence: float | None
    flagged: str | None
    opinions: list[Opinion]
    mentions: list[Mention]


class OlderVersion(BaseModel):
    """What the customer gave before."""

    version: int
    received_at: datetime | None
    nps_score: int | None
    verbatim: str
    stored_at: datetime


class CommentDetail(Comment):
    """A comment, with where it came from and its older versions."""

    file_name: str
    row: int
    column: str
    stored_at: datetime
    versions: list[OlderVersion]


class Comments(BaseModel):
    """A page of comments, the newest first."""

    of: Basis
    n: int = Field(description="Comments in the whole list.", ge=0)
    comments: list[Comment]
    next: str | None = Field(description="Give it as `after` for the next page; null at the end.")


class Found(BaseModel):
    """A page of what a search found."""

    of: Basis
    by: Literal["words", "meaning"]
    n: int = Field(description="Comments found in the view.", ge=0)
    is_cut: bool = Field(description="Whether there are more than a search looks at.")
    comments: list[Comment]
    next: str | None


class Person(BaseModel):
    """Who did something, and when."""

    by: str
    at: datetime


class Correction(Person):
    """What a person said of an opinion."""

    id: int
    comment_id: int
    comment: str = Field(description='"source:key" of the comment.')
    was: str | None = Field(description="What the models had read.")
    polarity: str
    undone_at: datetime | None


class Corrections(BaseModel):
    """A page of corrections, the newest first."""

    corrections: list[Correction]
    next: str | None


class NewCorrection(BaseModel):
    """An opinion whose polarity is wrong, by its span in the text of the comment."""

    model_config = ConfigDict(extra="forbid")

    comment_id: _Id
    start: int = Field(ge=0, le=2**31 - 1)
    end: int = Field(ge=0, le=2**31 - 1)
    polarity: Literal["negative", "neutral", "positive"]


class DecisionPart(BaseModel):
    """One of the themes that a theme is split into."""

    label: _Short
    examples: list[Annotated[str, Field(max_length=10_000)]] = Field(max_length=100)


class Decision(Person):
    """One line of the log of decisions about themes."""

    number: int
    action: Action
    theme_ids: list[str]
    label: str
    to: str
    texts: list[str]
    parts: list[DecisionPart]
    value: float | None
    undoes: int | None


class Decisions(BaseModel):
    """The log of decisions about themes, oldest first."""

    decisions: list[Decision]


class NewDecision(BaseModel):
    """What is decided about themes; which fields an action needs is said by docs/themes.md."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    theme_ids: list[_Short] = Field(default=[], max_length=100)
    label: _Short = ""
    to: _Short = ""
    texts: list[Annotated[str, Field(max_length=10_000)]] = Field(default=[], max_length=1000)
    parts: list[DecisionPart] = Field(default=[], max_length=26)
    value: float | None = Field(default=None, ge=0, le=1)
    undoes: int | None = Field(default=None, ge=1, le=2**31 - 1)
    is_preview: bool = Field(default=False, description="True: it is checked, and nothing is kept.")


class Decided(BaseModel):
    """What a decision makes of the themes."""

    decision: Decision
    n_themes_before: int
    n_themes: int
    is_kept: bool


class ActionOnTheme(BaseModel):
    """What is done about a theme."""

    id: int
    theme_id: str
    title: str
    owner: str
    state: str
    due_at: datetime | None
    done_at: datetime | None
    notes: str
    by: str
    made_at: datetime


class Actions(BaseModel):
    """A page of actions, the newest first."""

    actions: list[ActionOnTheme]
    next: str | None


class NewAction(BaseModel):
    """What is to be done about a theme."""

    model_config = ConfigDict(extra="forbid")

    theme_id: str = Field(max_length=64)
    title: _Short
    owner: Annotated[str, Field(max_length=100)] = ""
    due_at: datetime | None = None
    notes: Annotated[str, Field(max_length=10_000)] = ""


class Case(BaseModel):
    """What is done about one customer's comment."""

    id: int
    comment_id: int
    owner: str
    state: str
    outcome: str | None
    by: str
    opened_at: datetime
    closed_at: datetime | None


class Cases(BaseModel):
    """A page of cases, the newest first."""

    cases: list[Case]
    next: str | None


class Audit(BaseModel):
    """A sample of opinions that a person judges."""

    id: int
    run_id: int
    by: str
    started_at: datetime
    finished_at: datetime | None
    n_items: int
    n_done: int


class Audits(BaseModel):
    """All audits, the newest first."""

    audits: list[Audit]


class Accuracy(BaseModel):
    """How well a theme or a polarity is found; per cent."""

    name: str | None = Field(description="Id of the theme, null for no theme; or the polarity.")
    n_read: int
    n_own: int
    precision: Figure | None
    recall: Figure | None
    tagged_share: float
    corrected_share: Figure | None


class AuditDetail(BaseModel):
    """What an audit says of the run."""

    audit: Audit
    n_judged: int
    share_covered: float
    theme_right: Figure | None
    polarity_right: Figure | None
    themes: list[Accuracy]
    polarities: list[Accuracy]


class Job(BaseModel):
    """Work that takes longer than a request."""

    id: int
    kind: str
    state: str
    by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    phase: str | None
    n_done: int | None
    n_total: int | None
    error: str | None


class Jobs(BaseModel):
    """The newest jobs, the newest first."""

    jobs: list[Job]


class NewJob(BaseModel):
    """Work to do."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["retag", "refit"]
    only_waiting: bool = Field(default=True, description="Of retag: only comments that were not read yet.")


class Import(BaseModel):
    """Files that were read into the store."""

    id: int
    source: str
    file_name: str
    n_bytes: int
    sha256: str
    started_at: datetime
    finished_at: datetime | None = Field(description="Null where it goes on, or was stopped.")
    counts: dict[str, Any] | None


class Imports(BaseModel):
    """All imports, the newest first."""

    imports: list[Import]
