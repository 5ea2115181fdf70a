"""What a recipe says of keeping watch: what is watched, what counts as a change, and who is told."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from cx_text.toml_table import TomlTable

RuleKind = Literal["change", "level", "trend", "silence", "new_theme"]
Measure = Literal["customers", "comments", "implied_detractors", "nps", "implied_nps", "sentiment", "negative_share"]
Direction = Literal["rise", "fall"]
COUNTS: tuple[Measure, ...] = ("customers", "comments")
LEVELS: tuple[Measure, ...] = ("implied_detractors", "nps", "implied_nps", "sentiment", "negative_share")
SEGMENT = "segment."  # before the name of a segment, as in addresses of pages
_PER = ("all", "theme", "brand", "source")
_NOTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*")


def is_better_high(measure: str, polarity: str | None) -> bool:
    """Return whether more of a measure is welcome: a higher NPS, more praise, more comments; not more complaints."""
    return (measure in ("nps", "implied_nps", "sentiment") or polarity == "positive"
            or (measure == "comments" and polarity is None))


class WatchRule(TomlTable):
    """One thing that is watched: a measure, of each theme, brand, source or value of a segment, or of all together."""

    name: str = Field(min_length=1, max_length=60)
    """What alerts call it."""
    kind: RuleKind = "change"
    """change: against its own past; level: beyond a figure that you set; trend: slowly, for weeks; silence: a source
    brings less than it did, or cannot be read; new_theme: customers speak of something that no theme takes."""
    measure: Measure = "customers"
    """customers: who raise it, of those who wrote; comments: how many there are; implied_detractors: of 100 who speak
    of it, whose words are a detractor's; nps, implied_nps, sentiment: in points; negative_share: who speak of it badly,
    of 100."""
    per: str = "theme"
    """theme, brand, source, segment.NAME, or all."""
    polarity: Literal["negative", "positive"] | None = None
    """customers, comments: who speak of it so; any when not given."""
    direction: Direction | Literal["both"] | None = None
    """rise, fall or both; when not given, the one that is bad news."""
    only: tuple[str, ...] = ()
    """Ids or labels of themes, brands, sources or values; all when not given."""
    above: float | None = None
    """level: fires where the measure is surely over it; customers: of 100 who wrote."""
    below: float | None = None
    """level: fires where it is surely under it."""
    min_ratio: float = Field(1.25, gt=1, allow_inf_nan=False)
    """Counts: by how much more, or less, at least."""
    min_more: float = Field(3.0, ge=0, allow_inf_nan=False)
    """Counts: by how many customers at least."""
    min_customers: int = Field(5, ge=2)
    """Counts: how many customers there must be, or have been, at least."""
    min_points: float = Field(5.0, gt=0, allow_inf_nan=False)
    """Levels: by how many points at least."""
    min_answers: int = Field(20, ge=5)
    """Levels: of how many answers at least."""

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Return the directions that are watched."""
        if self.direction == "both":
            return get_args(Direction)
        if self.kind == "level":
            return ("rise",) if self.above is not None else ("fall",)
        if self.kind == "new_theme":
            return ("rise",)
        if self.direction is not None:
            return (self.direction,)
        return ("fall",) if self.kind == "silence" or is_better_high(self.measure, self.polarity) else ("rise",)

    @field_validator("per")
    @classmethod
    def _is_known(cls, per: str) -> str:
        if per not in _PER and not per.startswith(SEGMENT):
            raise ValueError(f"{per!r} is none of {', '.join(_PER)} and {SEGMENT}NAME")
        if per not in _PER and not per.removeprefix(SEGMENT).strip():
            raise ValueError("a segment needs a name, such as segment.Country")
        return per

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.kind == "level" and (self.above is None) == (self.below is None):
            raise ValueError(f"the rule {self.name!r} is of the kind 'level', which needs either 'above' or 'below'")
        if self.kind != "level" and (self.above is not None or self.below is not None):
            raise ValueError(f"'above' and 'below' are for rules of the kind 'level', and {self.name!r} is none")
        if self.direction is not None and self.kind not in ("change", "trend"):
            raise ValueError(f"the rule {self.name!r}: 'direction' is for the kinds 'change' and 'trend'")
        if self.kind == "level" and self.measure == "comments":
            raise ValueError(f"the rule {self.name!r}: a number of comments has no level; the kind 'change' watches it")
        if self.kind == "silence" and (self.per not in ("theme", "source") or self.measure not in (
                "customers", "comments")):
            raise ValueError(f"the rule {self.name!r}: silence is watched per source, by comments")
        if self.kind == "new_theme" and (self.per != "theme" or self.measure != "customers" or self.only):
            raise ValueError(f"the rule {self.name!r}: of a new theme, customers are counted, of all of them")
        if self.polarity is not None and self.measure not in ("customers", "comments"):
            raise ValueError(f"the rule {self.name!r}: 'polarity' is for customers and comments")
        if self.kind in ("change", "trend") and self.measure == "customers" and self.per not in ("theme", "brand"):
            raise ValueError(f"the rule {self.name!r}: customers raise themes and mention brands; of "
                             f"{self.per!r} count comments")
        limit = self.above if self.above is not None else self.below
        lowest = -100 if self.measure in ("nps", "implied_nps", "sentiment") else 0
        if limit is not None and not lowest < limit < 100:
            side = "above" if self.above is not None else "below"
            raise ValueError(f"the rule {self.name!r}: {side!r} has to be between {lowest} and 100")
        return self


class Notifier(TomlTable):
    """Who is told, and how. Its address, which holds secrets, stands in an environment variable, as apprise has it."""

    name: str = Field(min_length=1, max_length=60)
    """What it is called."""
    variable: str | None = None
    """The environment variable with its address; CX_TEXT_NOTIFY_ and its name in capitals when not given."""
    form: Literal["each", "daily", "weekly"] = "each"
    """Each change by itself, or what changed in a day or a week in one message."""
    rules: tuple[str, ...] = ()
    """Names of the rules it is told of; all when not given."""
    resolved: bool = True
    """Whether it is told when a change is over, too."""
    report: bool = False
    """Whether it gets the weekly report, on Mondays."""
    proposals: bool = False
    """Whether it is told that a refit of the themes is proposed."""

    @property
    def address_variable(self) -> str:
        """Return the name of the environment variable that holds its address."""
        return self.variable or "CX_TEXT_NOTIFY_" + re.sub(r"[^A-Z0-9]+", "_", self.name.upper()).strip("_")

    @field_validator("name")
    @classmethod
    def _is_plain(cls, name: str) -> str:
        if not _NOTIFIER.fullmatch(name):
            raise ValueError(f"{name!r} has more than letters, digits, blanks, - and _")
        return name


class WatchOptions(TomlTable):
    """How watch is kept."""

    period: Literal["day", "week"] = "day"
    """What is judged when it is over: each day (UTC), or each week from Monday."""
    grace_hours: float = Field(6.0, ge=0, le=72)
    """So long after its end a period is judged: sources are late."""
    mix: tuple[str, ...] = ("source",)
    """What customers come by: a shift between these is no change of what they say. "source" and "segment.NAME"."""
    link: str | None = None
    """Address of the web page, such as https://feedback.example.com, for links in messages."""
    ping_variable: str = "CX_TEXT_PING_URL"
    """The environment variable with the address that is asked at the end of each look, so that a watch that has stopped
    is noticed."""
    report_folder: str | None = None
    """Where the weekly report is written, too."""
    drift: bool = True
    """Whether it is measured how well the themes still fit, and a refit is proposed where it pays."""
    rules: tuple[WatchRule, ...] = ()
    """What is watched."""
    notifiers: tuple[Notifier, ...] = ()
    """Who is told."""

    @property
    def period_days(self) -> int:
        """Return the length of a period in days."""
        return 1 if self.period == "day" else 7

    @field_validator("mix")
    @classmethod
    def _is_mix(cls, mix: tuple[str, ...]) -> tuple[str, ...]:
        for name in mix:
            if name != "source" and not (name.startswith(SEGMENT) and name.removeprefix(SEGMENT).strip()):
                raise ValueError(f"{name!r} is neither 'source' nor {SEGMENT}NAME")
        return mix

    @field_validator("link")
    @classmethod
    def _is_address(cls, link: str | None) -> str | None:
        if link is not None and not re.match(r"https?://[^\s/]+", link):
            raise ValueError(f"{link!r} is no address that begins with https:// or http://")
        return None if link is None else link.rstrip("/")

    @model_validator(mode="after")
    def _are_apart(self) -> Self:
        for what, names in (("rule", [r.name for r in self.rules]), ("notifier", [n.name for n in self.notifiers])):
            for one, other in combinations(names, 2):
                if one.casefold() == other.casefold():
                    raise ValueError(f"the {what} {one!r} is there twice")
        known = {rule.name for rule in self.rules}
        for notifier in self.notifiers:
            for name in notifier.rules:
                if name not in known:
                    raise ValueError(f"the notifier {notifier.name!r} is told of the rule {name!r}, and there is none")
        return self
