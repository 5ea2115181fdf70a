"""What `/api/v1` answers about alerts. NaN is null; intervals are of 95 %; days and times are UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Subject(BaseModel):
    """What an alert is of."""

    per: str = Field(description="all, theme, brand, source or segment.NAME.")
    id: str | None = None
    label: str | None = Field(None, description="As it was called when the alert fired.")


class AlertFigures(BaseModel):
    """What was seen when an alert fired; what does not apply is null."""

    window_days: int | None = Field(None, description="Days that were judged.")
    n: float | None = Field(None, description="Customers, comments or answers in those days.")
    of: float | None = Field(None, description="Customers who wrote in those days.")
    n_mentions: float | None = Field(None, description="Comments of theirs.")
    value: float | None = Field(None, description="The count, or the level in points or per cent.")
    expected: float | None = Field(None, description="What the past lets one expect of it.")
    ratio: float | None = Field(None, description="Counts: how many times as many; kind level: times the limit.")
    difference: float | None = Field(None, description="Levels: points from what was expected, or from the limit.")
    low: float | None = Field(None, description="95 % interval of the ratio or the difference.")
    high: float | None = None
    p: float | None = Field(None, description="0 to 1.")
    controlled: float | None = Field(None, description="Share of false ones among all that is as unusual; 0 to 1.")
    crude: float | None = Field(None, description="What was expected, had the sources not shifted.")
    limit: float | None = Field(None, description="Of the kind level.")
    n_needed: float | None = Field(None, description="The value from which on it fires by itself.")
    polarity: str | None = Field(None, description="Of what was counted, where the rule names one.")
    since: datetime | None = Field(None, description="Since when a source cannot be read.")
    error: str | None = Field(None, description="Why a source cannot be read.")
    sources: dict[str, float] | None = Field(None, description="Customers of each source in those days.")


class Point(BaseModel):
    """One week of the picture of an alert."""

    start: date
    value: float | None = None
    n: float | None = None
    expected: float | None = None
    is_window: bool = False


class Alert(BaseModel):
    """A change that people are told of."""

    id: int
    watch: str
    rule: str
    kind: str = Field(description="change, level, trend, silence or new_theme.")
    measure: str
    direction: str = Field(description="rise or fall.")
    subject: Subject
    state: str = Field(description="firing or resolved.")
    title: str
    lines: list[str] = Field(description="Three: what changed, by how much, how sure that is.")
    began_on: date = Field(description="First day that was judged.")
    fired_on: date = Field(description="Last day that was judged.")
    told_at: datetime
    resolved_on: date | None
    why: str | None = Field(description="ended, settled, rule changed or gone, once it is resolved.")
    figures: AlertFigures
    seen_by: str | None
    seen_at: datetime | None
    verdict: str | None = Field(description='"real" or "false alarm".')
    note: str | None


class Alerts(BaseModel):
    """A page of alerts, the newest first."""

    alerts: list[Alert]
    next: str | None = Field(description="Give it as `after` for the next page; null at the end.")


class QuotedWords(BaseModel):
    """Words of a customer, masked: a half-open span of characters of the text of a comment."""

    comment_id: int
    start: int
    end: int
    words: str


class Delivery(BaseModel):
    """A message to somebody."""

    id: int
    notifier: str
    event: str
    state: str = Field(description="waiting, sending, sent or dead.")
    asked_at: datetime
    sent_at: datetime | None
    n_tries: int
    error: str | None


class AlertDetail(Alert):
    """An alert, its weeks, the customers' words, and who was told."""

    points: list[Point]
    quotes: list[QuotedWords] = Field(description="Without those that were forgotten or changed since.")
    deliveries: list[Delivery]


class NewVerdict(BaseModel):
    """What somebody says of an alert."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["real", "false alarm"]
    note: Annotated[str, Field(max_length=1000)] | None = Field(None, description="null: the note before stays.")
