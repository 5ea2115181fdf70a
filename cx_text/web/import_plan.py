"""How an upload would be imported: what the import doctor sees in it, and what a person changes about that."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cx_text.backends.base import PiiFinder
from cx_text.comment import Comment
from cx_text.errors import ConfigError, CxTextError
from cx_text.inspection import ColumnView, Inspection, inspect_export
from cx_text.planning import plan_export
from cx_text.privacy import RowRedactor, masked_texts
from cx_text.sources.base import Export
from cx_text.sources.cells import as_text
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.columns.role_confidence import OPTIONS, UNSURE, role_of
from cx_text.sources.files.opening import sheets_of
from cx_text.sources.rows import Outcome, RowReader
from cx_text.web.uploads import Upload

NO_ROLE = "none"
# Roles that a person can give to a column: option of `import_export` → what the page calls it.
ROLES = {"verbatim": "customers’ words", "nps_score": "NPS score, 0 to 10", "rating": "rating", "received_at": "date",
         "id": "id of the answer", "customer": "customer’s key", "channel": "channel", "segments": "segment",
         "question_column": "wording of the question", NO_ROLE: "not used"}
DATE_ORDERS = ("dmy", "mdy")
MAX_ROWS = 20_000  # looked at, in some four seconds; the import itself reads all
_SEVERAL = ("verbatim", "segments")
_SAMPLE_ROWS = 60  # in which two values of each column are looked for
_N_SAMPLES, _LONGEST_SAMPLE = 2, 80
# What the command line says of its options, in the words of the page.
_WORDS = {**{option: f"the role “{ROLES['question_column' if role == 'question' else role]}”"
             for role, option in OPTIONS.items()},
          "--rating-scale": "the scale of the rating", "--date-order dmy or --date-order mdy": "the order of dates",
          "--date-order dmy or mdy": "the order of dates", "--date-order": "the order of dates", "--sheet": "the sheet",
          "--question": "the question", "--profile": "the profile"}
_OPTION = re.compile("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says of an upload; what is not said, the doctor decides.

    `roles`: place of a column, from 0 → one of ROLES, for those that differ from what the doctor says.
    """

    roles: tuple[tuple[int, str], ...] = ()
    sheet: str = ""
    scale: str = ""
    date_order: str = ""

    def doctors(self) -> Wanted:
        """Return the same without what is said of columns: what the doctor guesses from."""
        return Wanted(sheet=self.sheet)


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """A column as the page shows it. `role`: one of ROLES; None where it has another that stays as it is.

    `says`: the role in words, where it has one that cannot be chosen. `samples`: its first values, masked.
    """

    place: int
    name: str
    wording: str
    role: str | None
    says: str
    because: str
    confidence: float | None
    filled_share: float
    samples: tuple[str, ...]
    is_personal: bool
    is_changed: bool

    @property
    def is_unsure(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence is not None and self.confidence < UNSURE


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What the page of a plan shows, and `options`, which `import_export` is told.

    `outcomes`: column of words → what its rows would become, in numbers. `faults`: the first rows that would not be
    read, with the reason, masked. `preview`: the first comments, masked: (score or rating, date, question, words).
    """

    columns: tuple[PlannedColumn, ...]
    facts: tuple[tuple[str, str], ...]
    sheets: tuple[str, ...]
    sheet: str
    n_rows: int
    is_cut: bool
    outcomes: Mapping[str, Mapping[Outcome, int]]
    faults: tuple[tuple[str, str], ...]
    preview: tuple[tuple[str, str, str, str], ...]
    notes: tuple[str, ...]
    profile: str | None
    has_rating: bool
    scale: str
    is_order_open: bool
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def n_unsure(self) -> int:
        """How many columns a person should look at."""
        return sum(column.is_unsure for column in self.columns)


def plan_upload(upload: Upload, wanted: Wanted, *, finder: PiiFinder | None = None) -> ImportPlan:
    """Return how an upload would be imported; what was found out once is kept with it.

    It reads up to 20,000 rows twice, which takes seconds, and asks for nothing but what `wanted` says.

    Args:
        upload: The files.
        wanted: What a person says of them.
        finder: Finds personal data; the usual one when not given.

    Raises:
        SourceError: The files cannot be read; no column holds words; a column holds something else.
        ConfigError: What is wanted cannot be: one role for two columns, or a scale that is none.
    """
    with upload.lock:
        try:
            if wanted not in upload.seen:
                upload.seen[wanted] = _planned(upload, wanted, finder or _usual_finder())
        except CxTextError as error:
            raise _as_on_page(error, upload) from None
        return upload.seen[wanted]  # type: ignore[no-any-return]


def in_words_of_page(text: str) -> str:
    """Return a sentence of the reader with the fields of the page in place of the options of the command line."""
    return _OPTION.sub(lambda found: _WORDS[found[0]], text)


def role_key(name: str, plan: ColumnPlan) -> str | None:
    """Return the role of a column as one of ROLES; None for one that cannot be chosen here."""
    if name in plan.nps_options or any(m.column == name for m in plan.measures):
        return None
    role = role_of(name, plan)
    return "question_column" if role == "question" else role or NO_ROLE


def read_options(plan: ColumnPlan, names: Sequence[str], wanted: Wanted) -> dict[str, Any]:
    """Return the options that read an export as wanted: none where nothing is changed, else every role.

    Raises:
        ConfigError: A role that one column can have is given to two, or no column holds words.
    """
    given: dict[str, Any] = {"rating_scale": wanted.scale or None, "date_order": wanted.date_order or None}
    if wanted.roles:
        roles = {name: role_key(name, plan) for name in names}
        roles |= {names[place]: role for place, role in wanted.roles if place < len(names) and roles[names[place]]}
        given |= _columns_by_role(roles, plan)
    return {name: value for name, value in given.items() if value is not None}


def _columns_by_role(roles: Mapping[str, str | None], plan: ColumnPlan) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for role, said in ROLES.items():
        those = [name for name, own in roles.items() if own == role]
        if role in _SEVERAL:
            given[role] = those
        elif role != NO_ROLE:
            if len(those) > 1:
                raise ConfigError(f"two columns are “{said}”: {those[0]!r} and {those[1]!r}",
                                  next="Choose another role for one of them")
            given[role] = those[0] if those else []  # an empty list: there is none, and none is to be guessed
    if not given["verbatim"]:
        raise ConfigError("no column holds the customers’ words", next=f"Choose “{ROLES['verbatim']}” for one")
    if plan.nps_options and not given["nps_score"]:
        given["nps_score"] = None  # eleven columns hold it, and are found again
    if given["channel"] and given["channel"] in plan.segments:
        given["segments"].append(given["channel"])
    if plan.measures:
        given["measures"] = {m.measure: f"{m.column}:{m.scale}" if m.scale else m.column for m in plan.measures}
    return given


def _planned(upload: Upload, wanted: Wanted, finder: PiiFinder) -> ImportPlan:
    doctors = wanted.doctors()
    export, plan, profile = _opened(upload, doctors, {})
    if doctors not in upload.seen:
        upload.seen[doctors] = _plan(upload, doctors, inspect_export(export, plan, max_rows=MAX_ROWS), export,
                                     profile, finder, {})
    if wanted == doctors:
        return upload.seen[doctors]  # type: ignore[no-any-return]
    options = read_options(plan, export.columns, wanted)
    export, changed, profile = _opened(upload, wanted, options)
    found = inspect_export(export, changed, max_rows=MAX_ROWS)
    return _plan(upload, wanted, found, export, profile, finder, options)


def _opened(upload: Upload, wanted: Wanted, options: Mapping[str, Any]) -> tuple[Export, ColumnPlan, str | None]:
    paths = upload.paths if len(upload.paths) > 1 else upload.paths[0]
    return plan_export(paths, sheet=wanted.sheet or None, names=upload.names, **options)


def _plan(upload: Upload, wanted: Wanted, found: Inspection, export: Export, profile: str | None, finder: PiiFinder,
          options: dict[str, Any]) -> ImportPlan:
    before = upload.seen.get(wanted.doctors())
    samples = _samples(export, found.plan, finder)
    places = dict(wanted.roles)
    columns = []
    for place, view in enumerate(found.columns):
        doctors: PlannedColumn | None = before.columns[place] if before else None
        is_changed = doctors is not None and place in places and places[place] != doctors.role
        columns.append(_column(place, view, found.plan, samples[place], doctors, is_changed=is_changed))
    faults, preview = _masked(found, finder)
    notes = [in_words_of_page(note) for note in found.notes
             if not note.startswith(("Less than ", "Only the first "))]  # the page shows these in its own way
    sheets = sheets_of(upload.paths[0]) if len(upload.paths) == 1 else ()
    return ImportPlan(
        tuple(columns), _facts(found), sheets if len(sheets) > 1 else (), wanted.sheet, found.n_rows,
        found.n_rows >= MAX_ROWS, found.outcomes, faults, preview, tuple(notes), profile, found.plan.rating is not None,
        str(found.plan.rating_scale) if found.plan.rating_scale else "",
        bool(found.to_answer) or bool(wanted.date_order), {**options, **({"sheet": wanted.sheet} if wanted.sheet else {})})


def _column(place: int, view: ColumnView, plan: ColumnPlan, samples: tuple[str, ...], doctors: PlannedColumn | None, *,
            is_changed: bool) -> PlannedColumn:
    role = role_key(view.name, plan)
    confidence, because = view.confidence, in_words_of_page(view.because)
    if is_changed:
        confidence, because = None, "as you said"
    elif doctors is not None:
        confidence, because = doctors.confidence, doctors.because
    if role == "customer":  # no figure needs the key itself, and it is stored as a pseudonym
        samples = ()
    return PlannedColumn(place, view.name, view.wording, role, view.role, because, confidence, view.filled_share, samples,
                         view.is_personal, is_changed)


def _facts(found: Inspection) -> tuple[tuple[str, str], ...]:
    facts = {name: value for name, value in found.facts.items() if name != "sheet"}
    return tuple((name, value.replace("; --sheet '*' reads all", "")) for name, value in facts.items())


def _samples(export: Export, plan: ColumnPlan, finder: PiiFinder) -> list[tuple[str, ...]]:
    """Return the first values of each column, with personal data masked as the import masks it."""
    chunk = next(iter(export.chunks(_SAMPLE_ROWS)))
    batch = RowReader(plan, source="survey").read(chunk.rows, chunk.broken)
    rows = RowRedactor(finder, plan)(batch)[0].rows
    found = []
    for place in range(len(export.columns)):
        texts = (" ".join((as_text(value) or "").split()) for value in rows.iloc[:, place].tolist())
        own = list(dict.fromkeys(text for text in texts if text))[:_N_SAMPLES]
        found.append(tuple(text if len(text) <= _LONGEST_SAMPLE else f"{text[:_LONGEST_SAMPLE - 1]}…" for text in own))
    return found


def _masked(found: Inspection, finder: PiiFinder) -> tuple[tuple[tuple[str, str], ...],
                                                           tuple[tuple[str, str, str, str], ...]]:
    """Return the first rows that would not be read and the first comments, with personal data masked."""
    reasons = [reason for _, reason in found.faults]
    texts = [" ".join((comment.tags.text or comment.verbatim).split()) for comment in found.preview]
    masked = masked_texts(finder, [*reasons, *texts])
    faults = tuple((str(row), reason) for (row, _), reason in zip(found.faults, masked, strict=False))
    preview = tuple((_score(comment), f"{comment.received_at:%Y-%m-%d}" if comment.received_at else "",
                     comment.question or "", text)
                    for comment, text in zip(found.preview, masked[len(reasons):], strict=True))
    return faults, preview


def _score(comment: Comment) -> str:
    if comment.nps_score is not None:
        return str(comment.nps_score)
    if comment.rating is not None and comment.rating_scale is not None:
        return f"{comment.rating:g} of {comment.rating_scale.highest}"
    return ""


def _as_on_page(error: CxTextError, upload: Upload) -> CxTextError:
    """Return an error in the words of the page, without the folders of the server."""
    def said(text: str | None) -> str | None:
        if text is None:
            return None
        for path, name in zip(upload.paths, upload.names, strict=True):
            text = text.replace(str(path), name)
        return in_words_of_page(text.replace(f"{upload.folder}/", ""))

    return type(error)(said(error.what) or "", where=said(error.where), next=said(error.next), permanent=error.permanent)


@cache
def _usual_finder() -> PiiFinder:
    from cx_text.backends.presidio_pii import PresidioPii

    return PresidioPii()
