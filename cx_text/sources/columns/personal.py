"""Columns that hold personal data, by what their header says; whole cells of them are personal."""

from __future__ import annotations

import re

from cx_text.sources.columns import headers
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.text.redact import PiiKind

_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")
# What a cell must hold, at least: "Email opened" and "Phone model" are no addresses and numbers.
_HOLDS = {PiiKind.EMAIL: re.compile(r"\S@\S"), PiiKind.PHONE: re.compile(r"(?:\D*\d){6}"),
          PiiKind.CARD: re.compile(r"(?:\D*\d){12}"), PiiKind.IBAN: re.compile(r"[A-Za-z]{2}\d\d"),
          PiiKind.IP: re.compile(r"[.:].*[.:]"), PiiKind.ADDRESS: _DIGIT, PiiKind.NAME: _LETTER}
_WORDS = {PiiKind.IP: frozenset({"ip"}), PiiKind.EMAIL: frozenset({"email", "mail"}),
          PiiKind.PHONE: frozenset({"phone", "telephone", "tel", "mobile", "cell", "whatsapp", "fax"}),
          PiiKind.IBAN: frozenset({"iban"}), PiiKind.CARD: frozenset({"card"}),
          PiiKind.ADDRESS: frozenset({"address", "street", "postcode", "postal", "zip", "zipcode", "latitude",
                                      "longitude", "lat", "lng", "lon"})}
_CHOSEN = frozenset({"author", "reviewer", "username", "handle", "nickname", "surname", "screen"})  # may have digits


def personal_columns(plan: ColumnPlan, names: tuple[str, ...]) -> dict[str, PiiKind]:
    """Return the columns of a table that hold personal data by their header, and of which kind.

    Columns with words, and those with a role that figures need (id, date, scores, segments, measures), are none; the
    customer's key may be one.
    """
    needed = {*plan.verbatims, *roled_columns(plan)}
    found = {name: personal_kind(name) or personal_kind(plan.wordings.get(name, name))
             for name in names if name not in needed}
    return {name: kind for name, kind in found.items() if kind is not None}


def roled_columns(plan: ColumnPlan) -> set[str]:
    """Return the columns with a role that figures need; they stay as they are."""
    named = {plan.id, plan.received_at, plan.nps_score, plan.rating, plan.question, plan.finished, *plan.segments,
             *plan.nps_options, *(m.column for m in plan.measures), *(mark.name for mark in plan.marks)}
    return {name for name in named if name is not None}


def is_personal(header: str, text: str, kind: PiiKind) -> bool:
    """Return whether a cell of a personal column is personal: "yes" is no e-mail address, and "C-1042" no name."""
    if _HOLDS[kind].search(text) is None:
        return False
    return kind is not PiiKind.NAME or not _DIGIT.search(text) or not _CHOSEN.isdisjoint(headers.words(header))


def personal_kind(header: str) -> PiiKind | None:
    """Return which kind of personal data a header names, None where it names none."""
    if headers.reads_like_question(header):
        return None
    own = set(headers.words(header))
    for kind, known in _WORDS.items():
        if own & known:
            return kind
    return PiiKind.NAME if headers.is_person(header) and "id" not in own else None
