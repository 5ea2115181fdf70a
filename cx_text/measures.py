"""Measures: what an export can say of a customer beside words and NPS score, and what kind of number each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cx_text.comment import RatingScale


class MeasureKind(StrEnum):
    """How a measure's values are read, and which figure sums them up."""

    SCALE = "scale"  # a number on a scale: the share at its upper end
    YES_NO = "yes_no"  # 1 or 0: the share of yes
    AMOUNT = "amount"  # any number: the mean


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of thing to measure. `good` is 1 where more is better, -1 where less is."""

    name: str
    title: str
    kind: MeasureKind
    good: int = 1
    top_share: float = 0.0  # SCALE: values at or above this share of the way from lowest to highest count as yes


# CSAT counts the two upper answers of five (or 4 of 7 … 5.5 of 7), CES the three upper ones of seven: "5, 6 or 7" agree
# that it was easy (Dixon, Freeman and Toman 2010; Gartner's CES 2.0). Stars count four and five of five.
MEASURES: Mapping[str, Measure] = MappingProxyType({m.name: m for m in (
    Measure("csat", "CSAT", MeasureKind.SCALE, top_share=0.75),
    Measure("ces", "Customer effort score", MeasureKind.SCALE, top_share=0.66),
    Measure("stars", "Stars", MeasureKind.SCALE, top_share=0.75),
    Measure("recommend", "Would recommend", MeasureKind.YES_NO),
    Measure("resolved", "First-contact resolution", MeasureKind.YES_NO),
    Measure("churned", "Attrition", MeasureKind.YES_NO, good=-1),
    Measure("revenue", "Revenue", MeasureKind.AMOUNT),
    Measure("lifetime_value", "Customer lifetime value", MeasureKind.AMOUNT),
    Measure("orders", "Orders", MeasureKind.AMOUNT),
)})


@dataclass(frozen=True, slots=True)
class MeasureColumn:
    """The column that holds a measure; `scale` only for those on one."""

    measure: str
    column: str
    scale: RatingScale | None = None

    def is_top(self, value: float) -> bool:
        """Whether a value on the scale is one of its upper answers: satisfied, easy, four stars or more."""
        if self.scale is None:
            return value > 0
        share = (value - self.scale.lowest) / (self.scale.highest - self.scale.lowest)
        return share >= MEASURES[self.measure].top_share - 1e-9
