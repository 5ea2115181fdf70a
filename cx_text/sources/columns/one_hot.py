"""One score spread over eleven columns, 0 to 10, of which each row marks one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from cx_text.sources.cells import as_text
from cx_text.sources.columns import headers
from cx_text.sources.columns.column_facts import ColumnFacts
from cx_text.sources.scores import NotAScoreError, read_number

N_OPTIONS = 11
# "0 - Not at all likely", "7", "Extremely likely - 10"; each also behind the question: "Would you recommend us?: 7".
_OPTION = re.compile(r"(?P<question>.*:\s*)?(?:(?P<score>10|\d)\s*(?:[-–—:(]\s*\D.*)?|\D+[-–—(]\s*(?P<end>0|10)\)?)",
                     re.DOTALL)
_UNMARKED = frozenset(("", "0", "false", "no", "unchecked", "not selected", "-"))
_MARKED = frozenset(("1", "true", "yes", "x", "✓", "✔", "checked", "selected"))
_ABOUT = headers.RECOMMEND | headers.LIKELY | headers.NPS
_LEAST_MARKED_SHARE = 0.5  # of the rows; who skips the question marks none
_MOST_TWICE_SHARE = 0.1


def guess_nps_options(columns: Sequence[ColumnFacts]) -> tuple[tuple[ColumnFacts, ...], str] | None:
    """Return the columns of the scores 0 to 10, in that order, and why; None where no eleven columns are that."""
    by_question: dict[str, dict[int, ColumnFacts]] = defaultdict(dict)
    for column in columns:
        if found := _OPTION.fullmatch(column.wording.strip()):
            score = int(found["score"] or found["end"])
            if _holds_marks(column, score):
                by_question[(found["question"] or "").strip()].setdefault(score, column)
    for options in by_question.values():
        if len(options) < N_OPTIONS or not any(headers.has(c.wording, _ABOUT) for c in options.values()):
            continue
        chosen = tuple(options[score] for score in range(N_OPTIONS))
        rows = list(zip(*([as_text(value) for value in c.values] for c in chosen), strict=True))
        marked = [len(_marks(row)) for row in rows]
        if sum(n == 1 for n in marked) >= _LEAST_MARKED_SHARE * len(rows) and (
                sum(n > 1 for n in marked) <= _MOST_TWICE_SHARE * len(rows)):
            return chosen, "because they are the scores 0 to 10, and a row marks one of them"
    return None


def read_nps_options(texts: Sequence[str | None]) -> int | None:
    """Return the score whose cell is marked, of the cells of the scores 0 to 10; None when none is.

    Raises:
        NotAScoreError: Several are.
    """
    marked = _marks(texts)
    if len(marked) > 1:
        raise NotAScoreError(f"scores {marked[0]} and {marked[1]} are both marked")
    return marked[0] if marked else None


def _marks(texts: Sequence[str | None]) -> list[int]:
    cells = [(text or "").strip().casefold() for text in texts]
    # A lone "0" in the column of 0 is its own name, as tools write that fill no other cell of the row.
    if cells[0] == "0" and not any(cells[1:]):
        return [0]
    return [score for score, cell in enumerate(cells) if cell not in _UNMARKED]


def _holds_marks(column: ColumnFacts, score: int) -> bool:
    texts = ((as_text(value) or "").strip().casefold() for value in column.values)
    own = column.wording.strip().casefold()
    return all(text in _UNMARKED or text in _MARKED or read_number(text) == score or own.endswith(text)
               for text in texts)
