"""What `/api/v1` answers about figures. NaN is null; shares are 0 to 1; intervals are of 95 %; times are UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field


class Mistake(BaseModel):
    """What went wrong."""

    what: str = Field(description="What is wrong, in a sentence.")
    where: str | None = Field(description="File, row, column or key.")
    next: str | None = Field(description="What helps.")


class Failure(BaseModel):
    """The answer where something went wrong."""

    error: Mistake


class Basis(BaseModel):
    """What figures are of."""

    run_id: int | None = Field(description="The run in use; null where nothing was read yet.")
    view: str = Field(description="The filters, as they stand in an address; empty for all comments.")
    n_comments: int = Field(description="Comments in the view, those without words too.", ge=0)
    n_analysed: int = Field(description="Of those, the ones in which a polarity was read.", ge=0)
    is_outdated: bool = Field(description="Whether the store has changed since the figures were counted.")


class Run(BaseModel):
    """One reading of the comments."""

    id: int
    recipe: str
    started_at: datetime
    finished_at: datetime | None
    seed: int | None = Field(description="Of theme discovery and of the bootstrap.")
    versions: dict[str, str] = Field(description="Of cx_text and the libraries that it read with.")


class Meta(BaseModel):
    """What is served."""

    version: str = Field(description="Of cx_text.")
    store: str = Field(description="Name of the store.")
    run: Run | None
    n_comments: int = Field(ge=0)
    n_waiting: int = Field(description="Comments that the run has not read in their newest version.", ge=0)
    n_themes: int = Field(ge=0)
    first_at: datetime | None = Field(description="When the first comment was received.")
    last_at: datetime | None
    is_outdated: bool


class FilterValue(BaseModel):
    """One value that a filter can have."""

    value: str
    n: int = Field(description="Comments that have it; of a journey stage, themes.", ge=0)


class Filters(BaseModel):
    """The values that filters can have."""

    filters: dict[str, list[FilterValue]] = Field(
        description="Name in an address (source, language, brand, category, stage) → values.")
    segments: dict[str, list[FilterValue]] = Field(
        description="Name of a segment → values; in an address as segment.NAME=VALUE.")


class Nps(BaseModel):
    """Share of promoters minus share of detractors, in points."""

    nps: float = Field(ge=-100, le=100)
    low: float = Field(ge=-100, le=100)
    high: float = Field(ge=-100, le=100)
    n: int = Field(description="Rows with a score.", ge=0)
    n_detractors: int = Field(ge=0)
    n_passives: int = Field(ge=0)
    n_promoters: int = Field(ge=0)
    basis: str = Field(description='"nps_score", or "rating 1-5" for a proxy, which is no NPS.')


class Figure(BaseModel):
    """A figure with its interval."""

    value: float
    low: float
    high: float
    n: int = Field(description="What it was counted from.", ge=0)


class Polarities(BaseModel):
    """How many comments, or opinions, have each polarity."""

    negative: int = Field(ge=0)
    neutral: int = Field(ge=0)
    positive: int = Field(ge=0)
    mixed: int = Field(ge=0)


class Source(BaseModel):
    """Where comments come from."""

    source: str
    n_comments: int = Field(ge=0)
    nps: Nps | None


class Month(BaseModel):
    """The NPS of one month."""

    month: date = Field(description="Its first day.")
    n: int = Field(ge=0)
    nps: float
    nps_low: float
    nps_high: float


class Overview(BaseModel):
    """The figures of a view."""

    of: Basis
    nps: Nps | None
    net_sentiment: Figure | None = Field(
        description="Share of positive minus share of negative comments, in points, -100 to 100.")
    polarity: Polarities
    polarity_by_category: dict[str, Polarities] = Field(
        description='Comments by NPS category; "no score" for those without.')
    sources: list[Source]
    months: list[Month]
    share_unclear: float | None = Field(description="Of opinions in no theme, bare ratings left out.")


class Row(BaseModel):
    """A row of a table; see the Python docs of its columns."""

    model_config = {"extra": "forbid"}


class Effect(Row):
    """What goes with raising a theme; it says what goes together, not why."""

    outcome: str = Field(description='"nps" or a measure.')
    id: str
    label: str
    parent_id: str | None
    parent_label: str | None
    journey_stage: str | None
    said: str = Field(description='"anything", or only "negative", "neutral" or "positive" opinions on it.')
    n_comments: int
    share_of_comments: float | None = Field(description="Of the analysed comments.")
    n_raisers: int = Field(description="Customers with an outcome who raise it.")
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    total: float | None
    leave_out: float | None = Field(description="Mean of all minus the mean without those who raise it.")
    leave_out_low: float | None
    leave_out_high: float | None
    adjusted: float | None = Field(description="The same, with all other themes held constant.")
    adjusted_low: float | None
    adjusted_high: float | None
    verdict: str | None = Field(description='"costs", "lifts" or "cannot tell".')
    is_small: bool


class Theme(Row):
    """A theme with its figures."""

    id: str
    label: str
    parent_id: str | None
    parent_label: str | None
    keywords: str | None
    n_comments: int
    n_opinions: int
    share_of_comments: float | None
    share_negative: float | None = Field(description="Of its opinions.")
    n_detractors: int
    n_passives: int
    n_promoters: int
    share_detractors: float | None
    share_passives: float | None
    share_promoters: float | None
    nps: float | None = Field(description="Of those who raise it.")
    nps_low: float | None
    nps_high: float | None
    n_raisers: int
    leave_out: float | None
    leave_out_low: float | None
    leave_out_high: float | None
    adjusted: float | None = Field(description="NPS points, all other themes held constant.")
    adjusted_low: float | None
    adjusted_high: float | None
    verdict: str | None
    is_small: bool | None
    exemplar_1: str | None
    exemplar_2: str | None
    exemplar_3: str | None
    stability: float | None
    journey_stage: str | None


class Themes(BaseModel):
    """The themes of a view, the costliest first, each followed by its sub-themes."""

    of: Basis
    themes: list[Theme]


class ThemeDetail(BaseModel):
    """One theme of a view."""

    of: Basis
    theme: Theme
    sub_themes: list[Theme]
    polarity: Polarities = Field(description="Of its opinions, those of sub-themes too.")
    effects: list[Effect] = Field(description="For the NPS, by what is said of it.")


class TrendPoint(BaseModel):
    """One month of a theme."""

    month: date = Field(description="Its first day.")
    n: int = Field(description="Analysed comments.", ge=0)
    n_raised: int = Field(description="Of those, the ones that raise it.", ge=0)
    share: float | None = Field(ge=0, le=1)
    low: float | None
    high: float | None


class Trend(BaseModel):
    """How often a theme is raised, by month; all comments were read by one run and one codeframe."""

    of: Basis
    theme_id: str
    months: list[TrendPoint]


class Drivers(BaseModel):
    """What goes with raising each theme."""

    of: Basis
    outcome: str
    drivers: list[Effect]


class SegmentValue(Row):
    """The NPS of one value of a segment."""

    segment: str
    value: str
    n: int
    share: float
    nps: float
    nps_low: float
    nps_high: float
    difference: float | None = Field(description="To all others with a value in this column, in points.")
    difference_low: float | None
    difference_high: float | None
    verdict: str | None = Field(description='"higher", "lower" or "cannot tell".')
    is_small: bool
    costs: str | None
    costs_adjusted: float | None
    lifts: str | None
    lifts_adjusted: float | None


class Segments(BaseModel):
    """The NPS by segment."""

    of: Basis
    segments: list[SegmentValue]


class ChangePart(Row):
    """One part of a change; all parts add up to the total."""

    part: str = Field(description='"total", "mix", "share", "severity" or "rest".')
    name: str
    theme_id: str | None
    before: float | None
    after: float | None
    points: float
    low: float | None
    high: float | None
    is_sure: bool | None


class Span(BaseModel):
    """A half-open stretch of time, UTC; null for no end."""

    start: datetime | None
    end: datetime | None


class Change(BaseModel):
    """What moved the NPS between two windows; null where there is nothing to compare."""

    of: Basis
    before: Nps | None
    after: Nps | None
    before_time: Span | None
    after_time: Span | None
    parts: list[ChangePart]


class CodeframeTheme(BaseModel):
    """A theme as people and discovery made it, without figures."""

    id: str
    label: str
    keywords: list[str]
    n_opinions: int = Field(description="That it was found in.")
    parent: str | None
    exemplars: list[str]
    summary: str
    stability: float | None
    stage: str | None
    is_given: bool
    is_hidden: bool


class Codeframe(BaseModel):
    """The themes in use."""

    version: int | None
    min_confidence: float | None = Field(description="Below it an opinion is in no theme.")
    made_by: dict[str, Any]
    themes: list[CodeframeTheme]
