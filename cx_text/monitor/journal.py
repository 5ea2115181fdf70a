"""A line for each step of a look, for people or as JSON for programs; never a word of what customers wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Literal

Fact = str | int | float | bool | date | None
LONGEST = 120  # characters of a fact: names of rules, themes and sources are shorter, and words of customers are not


class Journal:
    """Writes down what a look does.

    Args:
        write: Takes each line.
        form: "text" for people, "json" for one object a line.
        now: UTC.
    """

    def __init__(self, write: Callable[[str], None], form: Literal["text", "json"] = "text",
                 now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._write, self._form, self._now = write, form, now

    def say(self, event: str, **facts: Fact) -> None:
        """Write down that something happened.

        Args:
            event: What, in a word or two.
            **facts: Numbers, days, and names of sources, rules and themes.

        Raises:
            ValueError: A fact is too long to be a name.
        """
        for name, fact in facts.items():
            if isinstance(fact, str) and len(fact) > LONGEST:
                raise ValueError(f"the fact {name!r} has {len(fact)} characters: that is no name")
        at = self._now().isoformat(timespec="seconds")
        told = {name: fact.isoformat() if isinstance(fact, date) else fact for name, fact in facts.items()}
        if self._form == "json":
            self._write(json.dumps({"at": at, "event": event, **told}, ensure_ascii=False))
        else:
            words = ", ".join(f"{name} {_shown(fact)}" for name, fact in told.items())
            self._write(f"{at} {event}{': ' if words else ''}{words}")


def _shown(fact: Fact) -> str:
    return str(fact) if isinstance(fact, int | float | bool) or fact is None else " ".join(str(fact).split())
