"""What an export holds, seen before anything runs: its form, the role of each column, and what would be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cx_text.comment import Comment, Kind
from cx_text.planning import SAMPLE_ROWS
from cx_text.sources.account import Account
from cx_text.sources.base import Export
from cx_text.sources.cells import as_text, listed, shown
from cx_text.sources.columns import headers
from cx_text.sources.columns.column_facts import ColumnFacts, measure
from cx_text.sources.columns.languages import is_language
from cx_text.sources.columns.personal import personal_columns
from cx_text.sources.columns.plan import ColumnPlan, plan_columns
from cx_text.sources.columns.role_confidence import OPTIONS, UNSURE, role_confidence, role_of
from cx_text.sources.columns.roles import percent
from cx_text.sources.date_readers import NUMERIC
from cx_text.sources.dates import ORDER_HINT
from cx_text.sources.flags import flag_note
from cx_text.sources.rows import Outcome, RowReader
from cx_text.stages.clean import CleanStage
from cx_text.stages.kind import KindStage
from cx_text.text.mojibake import has_mojibake

N_PREVIEW = 5
MAX_ROWS = 100_000  # looked at, in some twenty seconds
_CHUNK_ROWS = 2000
_MOST_CANDIDATES = 10 * N_PREVIEW  # for the preview: some may turn out to be older versions
_UNREAD = {Kind.BLANK: Outcome.BLANK, Kind.NON_ANSWER: Outcome.NON_ANSWER, Kind.SPAM: Outcome.SPAM,
           Kind.NOTHING_TO_ADD: Outcome.NOTHING_TO_ADD}


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column: its role ("words", "NPS score", …, "kept, not used"), why, and how much of it is filled (0 to 1).

    `wording`: what was asked there, where the export says it apart from the name; else the name. `confidence`: how sure
    the role is, 0 to 1, as `role_confidence` says; None where it has none. `option`: which one names its role.
    """

    name: str
    wording: str
    role: str
    because: str
    filled_share: float
    n_distinct: int
    is_personal: bool  # by its header: tag masks its cells whole
    confidence: float | None = None
    option: str | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was seen of an export.

    `facts`: of the file (format, encoding, separator, sheet, survey tool). `outcomes`: verbatim column → outcome → how
    many rows; languages are not looked at, which takes the models. `faults`: (row, reason) of the first rows that would
    not be read. `preview`: the first comments that hold an answer. `to_answer`: what the file cannot tell and the user
    has to say, as questions with the option that answers them.
    """

    path: Path
    facts: Mapping[str, str]
    plan: ColumnPlan
    columns: tuple[ColumnView, ...]
    n_rows: int
    outcomes: Mapping[str, Mapping[Outcome, int]]
    faults: tuple[tuple[object, str], ...]
    preview: tuple[Comment, ...]
    notes: tuple[str, ...]
    to_answer: tuple[str, ...] = ()


def inspect_export(export: Export, plan: ColumnPlan | None = None, *, source: str = "survey",
                   n_faults: int = 10, max_rows: int | None = MAX_ROWS) -> Inspection:
    """Return what an export holds, after reading its rows, or the first 100,000 of them, without a model.

    Args:
        export: An open export.
        plan: The roles of its columns; None to guess them all.
        source: Where the comments come from.
        n_faults: Rows that would not be read to keep, with their reason.
        max_rows: Rows to look at, about; None for all of them.

    Raises:
        SourceError: No column holds words, or the file is damaged.
    """
    sample = next(iter(export.chunks(SAMPLE_ROWS))).rows
    plan = plan or plan_columns(sample, where=str(export.path))
    reader = RowReader(plan, source=source)
    account = Account(reader, n_faults)
    candidates: list[tuple[int, str, Comment]] = []  # row, column
    n_rows = n_mended = 0
    clean, kind = CleanStage(), KindStage()
    for chunk in export.chunks(_CHUNK_ROWS):
        if max_rows is not None and n_rows >= max_rows:
            break
        batch = reader.read(chunk.rows, chunk.broken)
        n_rows += len(chunk.rows) + len(chunk.broken)
        comments = kind(clean(batch.comments))
        outcomes = [_UNREAD.get(comment.tags.kind or Kind.BLANK, Outcome.ANALYSED) for comment in comments]
        if len(candidates) < _MOST_CANDIDATES:
            candidates += [(account.n_rows + position, column, comment) for position, column, comment, outcome in
                           zip(batch.positions, batch.columns, comments, outcomes, strict=True)
                           if outcome is Outcome.ANALYSED]
        n_mended += sum(has_mojibake(comment.verbatim) for comment in comments)
        account.add(batch, outcomes)
    account.close()
    preview = [c for row, column, c in candidates if account.outcome(row, column) is Outcome.ANALYSED][:N_PREVIEW]
    is_cut = max_rows is not None and n_rows >= max_rows and export.n_rows != n_rows
    flags = flag_note(reader.n_flagged)
    facts = [measure(str(name), sample[name].tolist(), plan.wordings.get(str(name))) for name in sample.columns]
    columns = tuple(_view(f, plan, facts) for f in facts)
    notes = (*reader.notes, *([flags] if flags else []), *_doubts(columns), *_mended(n_mended),
             *([f"Only the first {n_rows:,} rows were looked at."] if is_cut else []))
    return Inspection(export.path, export.facts, plan, columns, n_rows, account.counts(), account.faults(),
                      tuple(preview), notes, _to_answer(plan, facts))


def _doubts(columns: Sequence[ColumnView]) -> list[str]:
    """Name the roles that are less than sure, with the option that settles each."""
    unsure = [c for c in columns if c.confidence is not None and c.confidence < UNSURE]
    told = [f"{c.name!r} as {c.role} ({percent(c.confidence or 0)}; {c.option})" for c in unsure]
    return [f"Less than {percent(UNSURE)} sure: {listed(told, 10)}. The option in brackets says which column it is."
            ] if told else []


def _mended(n: int) -> list[str]:
    return [f"Wrongly decoded characters, such as those of “donâ€™t”, were mended in {n:,} "
            f"{'comment' if n == 1 else 'comments'}."] if n else []


def _to_answer(plan: ColumnPlan, facts: Sequence[ColumnFacts]) -> tuple[str, ...]:
    if plan.date_format is not None or not plan.reasons.get("received_at", "").endswith(ORDER_HINT):
        return ()
    values = next(f.values for f in facts if f.name == plan.received_at)
    texts = (as_text(value) or "" for value in values)
    example = next((text for text in texts if NUMERIC.fullmatch(text.strip())), "03/04/2024")
    return (f"Is the day first or the month in dates such as {shown(example)} of column {plan.received_at!r}? "
            "Say it with --date-order dmy or --date-order mdy; until then they are not read.",)


def _view(facts: ColumnFacts, plan: ColumnPlan, columns: Sequence[ColumnFacts]) -> ColumnView:
    role, reason = _role(facts.name, plan)
    if not role:
        role, reason = _unused(facts)
    elif role == "segment" and is_language(facts):
        reason += "; the language itself is read from the words"
    is_masked = facts.name in personal_columns(plan, (facts.name,))
    filled_share = facts.n_filled / max(1, len(facts.values))
    return ColumnView(facts.name, facts.wording, role, reason, filled_share, facts.n_distinct, is_masked,
                      role_confidence(facts, plan, columns), OPTIONS.get(role_of(facts.name, plan) or ""))


def _role(name: str, plan: ColumnPlan) -> tuple[str, str]:
    """Return the role that the plan gives a column, in words, and why; two empty texts for none."""
    measures = {m.column: m for m in plan.measures}
    scale = f", {plan.rating_scale}" if plan.rating_scale else ""
    single = {plan.nps_score: ("nps_score", "NPS score, 0-10"), plan.rating: ("rating", f"rating{scale}"),
              plan.received_at: ("received_at", "date"), plan.id: ("id", "id"),
              plan.question: ("question", "question"), plan.customer: ("customer", "customer key"),
              plan.channel: ("channel", "channel")}
    if name in plan.nps_options:
        return "NPS option", "ticked where the score is this one"
    if name in plan.verbatims:
        return "words", _because("verbatim", name, plan)
    if name in measures:
        scale = f", {measures[name].scale}" if measures[name].scale else ""
        return f"{measures[name].measure}{scale}", _because(measures[name].measure, name, plan)
    if name in single:
        role, said = single[name]
        also = ", segment" if role == "channel" and name in plan.segments else ""
        return f"{said}{also}", _because(role, name, plan)
    if name in plan.segments:
        return "segment", "a few short values repeat"
    return ("grade", "one of a matrix of grades, looked at for rows that give all the same") if (
        name in plan.grades) else ("", "")


def _because(role: str, name: str, plan: ColumnPlan) -> str:
    """Return the reason of a role without the column's name and wording in front of it."""
    reasons = plan.reasons.get(role, "").split("; '") if role == "verbatim" else [plan.reasons.get(role, "")]
    own = next((r for r in reasons if r.lstrip("'").startswith(name)), reasons[0])
    before, because, after = own.partition(" because ")
    return after if because else before.lstrip("'").removeprefix(name).lstrip("', ")


def _unused(facts: ColumnFacts) -> tuple[str, str]:
    if facts.is_analytics:
        return "other analytics", "its header names what another tool made"
    if is_language(facts):
        return "language", "kept; the language is read from the words"
    if facts.is_metadata or headers.is_person(facts.name):
        return "metadata", "its header says so"
    return "kept, not used", "" if facts.n_filled else "it is empty"
