"""How an upload would be imported: what the import doctor sees in it, and what a person changes about that."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from cx_text.sources.files.opening import open_export, sheets_of
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
          **dict.fromkeys(("--date-order dmy or --date-order mdy", "--date-order dmy or mdy", "--date-order"),
                          "the field “Order of dates”"),
          "--rating-scale": "the field “Scale”", "--rating-scale ": "", "--sheet": "the field “Sheet”"}
_LOADING = threading.Lock()
_OPTION = re.compile("|".join([r"--rating-scale (?=\d)", *sorted(
    (re.escape(option) for option in _WORDS if not option.endswith(" ")), key=len, reverse=True)]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says of an upload; what is not said, the doctor decides.

    `roles`: place of a column, from 0 → one of ROLES, for those that differ from what the doctor says.
    """

    roles: tuple[tuple[int, str], ...] = ()
    sheet: str = ""
    scale: str = ""
    date_order: str = ""


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
    filled_share: float | None
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
    `problem`: why it cannot be imported so, in one line; empty where it can.
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
    problem: str = ""
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
        SourceError: The files cannot be read, or have other columns than each other.
    """
    with upload.lock:
        try:
            if wanted not in upload.seen:
                upload.seen[wanted] = _planned(upload, wanted, finder or usual_finder())
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
    """Return the plan as wanted; where it cannot be so, the doctor's with what is wanted and why not.

    Raises:
        SourceError: The file itself cannot be read.
    """
    bare, given = _export(upload, wanted), dict[str, Any]()
    try:
        _opened(upload, wanted, {})
    except CxTextError as error:  # the doctor finds no words, or no scale: only a person can say it
        given = _said(bare, wanted)
        if not given:
            return _unplanned(bare, upload, wanted, finder, error)
    try:
        doctors = _doctors(upload, wanted, given, finder)
    except CxTextError as error:
        if given:
            return _unplanned(bare, upload, wanted, finder, error)
        raise
    if wanted == Wanted(sheet=wanted.sheet):
        return doctors
    try:
        export, plan, _ = _opened(upload, wanted, given)
        options = given | read_options(plan, export.columns, wanted)
        export, changed, _ = _opened(upload, wanted, options)
        found = inspect_export(export, changed, max_rows=MAX_ROWS)
    except CxTextError as error:
        roles = dict(wanted.roles)
        columns = tuple(replace(column, role=roles[column.place], because="as you said", confidence=None,
                                is_changed=True) if column.role and column.place in roles else column
                        for column in doctors.columns)
        return replace(doctors, columns=columns, scale=wanted.scale or doctors.scale,
                       problem=str(_as_on_page(error, upload)))
    return _plan(upload, wanted, found, export, doctors.profile, finder, options, doctors)


def _said(export: Export, wanted: Wanted) -> dict[str, Any]:
    """Return what a person said that the doctor needs to see anything at all."""
    names = export.columns
    said = {"verbatim": [names[place] for place, role in wanted.roles if role == "verbatim" and place < len(names)],
            "rating_scale": wanted.scale, "date_order": wanted.date_order}
    return {name: value for name, value in said.items() if value}


def _doctors(upload: Upload, wanted: Wanted, given: dict[str, Any], finder: PiiFinder) -> ImportPlan:
    """Return what the doctor says of the columns, found out once for a sheet."""
    key = (wanted.sheet, str(given))
    if key not in upload.seen:
        export, plan, profile = _opened(upload, wanted, given)
        found = inspect_export(export, plan, max_rows=MAX_ROWS)
        upload.seen[key] = _plan(upload, Wanted(sheet=wanted.sheet), found, export, profile, finder, given)
    return upload.seen[key]  # type: ignore[no-any-return]


def _unplanned(export: Export, upload: Upload, wanted: Wanted, finder: PiiFinder, error: CxTextError) -> ImportPlan:
    """Return the columns of an export that cannot be planned, for a person to say what they are."""
    roles = dict(wanted.roles)
    samples = _samples(export, ColumnPlan(tuple(export.columns)), finder)
    columns = tuple(PlannedColumn(place, name, name, roles.get(place, NO_ROLE), "", "", None, None, samples[place],
                                  is_personal=False, is_changed=place in roles)
                    for place, name in enumerate(export.columns))
    return ImportPlan(columns, _facts(export.facts), _sheets(upload), wanted.sheet, export.n_rows or 0, is_cut=False,
                      outcomes={}, faults=(), preview=(), notes=(), profile=None, has_rating=False, scale=wanted.scale,
                      is_order_open=True, problem=str(_as_on_page(error, upload)))


def _sheets(upload: Upload) -> tuple[str, ...]:
    """Return the sheets that a person can choose from."""
    sheets = sheets_of(upload.paths[0]) if len(upload.paths) == 1 else ()
    return sheets if len(sheets) > 1 else ()


def _export(upload: Upload, wanted: Wanted) -> Export:
    return open_export(upload.paths if len(upload.paths) > 1 else upload.paths[0], sheet=wanted.sheet or None,
                       names=upload.names)


def _opened(upload: Upload, wanted: Wanted, options: Mapping[str, Any]) -> tuple[Export, ColumnPlan, str | None]:
    paths = upload.paths if len(upload.paths) > 1 else upload.paths[0]
    return plan_export(paths, sheet=wanted.sheet or None, names=upload.names, **options)


def _plan(upload: Upload, wanted: Wanted, found: Inspection, export: Export, profile: str | None, finder: PiiFinder,
          options: dict[str, Any], doctors: ImportPlan | None = None) -> ImportPlan:
    samples, places = _samples(export, found.plan, finder), dict(wanted.roles)
    columns = tuple(
        _column(place, view, found.plan, samples[place], doctors.columns[place] if doctors else None, places.get(place))
        for place, view in enumerate(found.columns))
    faults, preview = _masked(found, finder)
    notes = [in_words_of_page(note) for note in found.notes
             if not note.startswith(("Less than ", "Only the first "))]  # the page shows these in its own way
    scale = found.plan.rating_scale
    return ImportPlan(
        columns, _facts(found.facts), _sheets(upload), wanted.sheet, found.n_rows,
        found.n_rows >= MAX_ROWS, found.outcomes, faults, preview, tuple(notes), profile,
        found.plan.rating is not None, str(scale) if scale else "", bool(found.to_answer) or bool(wanted.date_order),
        options=options | ({"sheet": wanted.sheet} if wanted.sheet else {}))


def _column(place: int, view: ColumnView, plan: ColumnPlan, samples: tuple[str, ...], doctors: PlannedColumn | None,
            said: str | None) -> PlannedColumn:
    role = role_key(view.name, plan)
    is_changed = doctors is not None and said is not None and said != doctors.role
    confidence, because = view.confidence, in_words_of_page(view.because)
    if is_changed:
        confidence, because = None, "as you said"
    elif doctors is not None:
        confidence, because = doctors.confidence, doctors.because
    if role == "customer":  # no figure needs the key itself, and it is stored as a pseudonym
        samples = ()
    return PlannedColumn(place, view.name, view.wording, role, view.role, because, confidence, view.filled_share,
                         samples, view.is_personal, is_changed)


def _facts(facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value.replace("; --sheet '*' reads all", "")) for name, value in facts.items()
                 if name != "sheet")


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

    return type(error)(said(error.what) or "", where=said(error.where), next=said(error.next),
                       permanent=error.permanent)


def usual_finder() -> PiiFinder:
    """Return what finds personal data, loaded: the first time that takes seconds, later none."""
    with _LOADING:
        return _loaded_finder()


@cache
def _loaded_finder() -> PiiFinder:
    from cx_text.backends.presidio_pii import PresidioPii

    finder = PresidioPii()
    finder.find(["It was late."])
    return finder
