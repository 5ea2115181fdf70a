"""What every platform gives: its records, page by page, and the comments in each record.

A platform knows addresses, pages and fields, and nothing else. How far a source is, what is tried again and when, what
is stored, masked or marked as removed is the same for all of them: `cx_text.collecting`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from cx_text.comment import Comment
from cx_text.errors import SourceError
from cx_text.measures import MeasureColumn

Place = Any  # where the next page begins, as a platform names it: anything that JSON can hold, None for the first page
Raw = Mapping[str, Any]  # one record as the platform gave it, as JSON
WHOLE: Final = ""  # the part of a platform that has but one


class Closes(Protocol):
    """What is let go of in the end."""

    def close(self) -> None:
        """Let go of it."""


_Closes = TypeVar("_Closes", bound=Closes)


class PlatformError(SourceError):
    """A platform did not answer as it should; `permanent` is False where trying again may help.

    Args:
        what: The fault; never a customer's words or a secret.
        retry_after_seconds: How long the platform asks to be left alone, where it says so.
        **more: As for every CxTextError.
    """

    def __init__(self, what: str, *, retry_after_seconds: float | None = None, **more: Any) -> None:
        super().__init__(what, **more)
        self.retry_after_seconds = retry_after_seconds


class PlaceGone(PlatformError):  # noqa: N818  says what it is
    """The platform knows a place no more, such as a token of a page that is too old: the look has to begin anew."""


class UnreadableRecord(ValueError):  # noqa: N818
    """A record is not as the platform's documentation says; the message names the field, and quotes nothing."""


class PlatformOptions(BaseModel):
    """What a recipe can say of a source of any platform."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    base_url: str | None = None
    """Another address of the platform: a region's, one of your own, a proxy."""
    start_at: datetime | None = None
    """The first look goes back to this time; to all that the platform gives when not set."""
    lag_days: float | None = Field(None, ge=0, le=365)
    """Each look goes this far back again, for what came late or was changed."""
    secrets: dict[str, str] = {}
    """Secret → the environment variable that holds it, where it is not the usual one."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was read in one record of a platform.

    `key`: lasting, at most 300 characters, unique in the source. `at`: by which the platform orders (UTC), when it was
    made or last changed; None where it does not say. `comments`: one for each thing that was asked, with ids that
    `Platform.comment` makes. `is_removed`: it is there no more, or its words are. `why_skipped`: in a few words, why it
    is no comment of a customer; then there are no comments.
    """

    key: str
    at: datetime | None
    comments: tuple[Comment, ...] = ()
    is_removed: bool = False
    why_skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, in the platform's order, and where the next page begins; None where there is none."""

    raws: tuple[Raw, ...]
    next_place: Place = None


class Platform(ABC):
    """One source of a recipe, ready to be asked.

    A platform is made anew for each look and is used by one thread. Its `page` may ask more than once, and is asked
    again for the same place after an error that is not permanent.

    Args:
        source: The source's name in the recipe; each comment's id starts with it.
        options: Of `options_type`.
        secrets: The name of each secret → its value.
        brands: The spellings of the recipe's brands, to search for.
    """

    options_type: ClassVar[type[PlatformOptions]] = PlatformOptions
    """What a recipe can say of such a source."""
    secret_variables: ClassVar[Mapping[str, str]] = {}
    """Each secret that is needed → the environment variable that usually holds it."""
    is_newest_first: ClassVar[bool] = False
    """Pages begin with the newest record: a look ends with the first page that is all older than it asks for."""
    lag: ClassVar[timedelta] = timedelta(days=3)
    """How far back each look goes again, unless the recipe says otherwise."""
    erases_removed: ClassVar[bool] = False
    """The terms of use ask that what was removed there be erased here; otherwise it is marked."""
    page_rows: ClassVar[int] = 100
    """Records on a page, where the platform lets the asker choose: the most that it allows, 1,000 at most."""
    measures: ClassVar[tuple[MeasureColumn, ...]] = ()
    """What its comments measure beside scores and ratings; `column` is the field."""
    can_find_gone: ClassVar[bool] = False
    """`gone` can be asked."""

    def __init__(self, source: str, options: Any, secrets: Mapping[str, str], brands: Sequence[str] = ()) -> None:
        self.source, self.options, self.secrets, self.brands = source, options, secrets, tuple(brands)
        self._to_close: list[Closes] = []

    def parts(self) -> tuple[str, ...]:
        """Return what is looked through by itself, such as countries or searches; one fails without the others."""
        return (WHOLE,)

    @abstractmethod
    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return one page of records.

        Args:
            part: One of `parts()`.
            since: Older records are not needed (UTC), though they may be given; None: everything.
            place: Where it begins: `next_place` of the page before, None for the first.

        Raises:
            PlatformError: The platform did not answer as it should.
        """

    @abstractmethod
    def read(self, raw: Raw) -> Record:
        """Return what is in a record: nothing but what it says, so that one that was kept can be read again.

        It is also given records in which personal data was masked and the author's key is a pseudonym.

        Raises:
            UnreadableRecord: A field that is needed is missing, or is not what the documentation says.
        """

    def pushed(self, raw: Raw) -> Raw:
        """Return a record that the platform pushed as `page` would give it; what it lacks is not asked for."""
        return raw

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which of some records are there no more; only asked where `can_find_gone`, 100 keys at most.

        Raises:
            PlatformError: The platform did not answer as it should.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of connections and files."""
        for one in self._to_close:
            one.close()

    def keep(self, one: _Closes) -> _Closes:
        """Return a connection or a file that is closed with this."""
        self._to_close.append(one)
        return one

    def comment(self, key: str, verbatim: str, of: str | None = None, **given: Any) -> Comment:
        """Return a comment of a record.

        Args:
            key: Of the record.
            verbatim: The customer's words, as they were given.
            of: What the words answer, lasting, where a record has several.
            **given: The other fields of Comment.
        """
        name = key if of is None else f"{key}:{of}"
        return Comment(f"{self.source}:{name}", verbatim, self.source, **given)


def needed(raw: Raw, path: str) -> Any:
    """Return a field of a record by its path, such as "customer.id".

    Raises:
        UnreadableRecord: It is not there, or is null.
    """
    value = found(raw, path)
    if value is None:
        raise UnreadableRecord(f"{path} is missing")
    return value


def found(raw: Raw, path: str) -> Any:
    """Return a field of a record by its path, None where it is not there."""
    value: Any = raw
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def words_in(raw: Raw, path: str) -> str:
    """Return a field that holds words, "" where it is not there or is null.

    Raises:
        UnreadableRecord: It holds something else.
    """
    value = found(raw, path)
    if value is None or isinstance(value, str):
        return value or ""
    raise UnreadableRecord(f"{path} is {type(value).__name__}, not words")


def tables_in(raw: Raw, path: str) -> list[Mapping[str, Any]]:
    """Return a field that holds a list of tables, an empty list where it is not there or is null.

    Raises:
        UnreadableRecord: It holds something else.
    """
    value = found(raw, path)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise UnreadableRecord(f"{path} is no list of tables")
    return value


def table_in(raw: Raw, path: str) -> Mapping[str, Any]:
    """Return a field that holds a table, an empty one where it is not there or is null.

    Raises:
        UnreadableRecord: It holds something else.
    """
    value = found(raw, path)
    if value is None or isinstance(value, Mapping):
        return value or {}
    raise UnreadableRecord(f"{path} is {type(value).__name__}, not a table")


def key_in(raw: Raw, path: str) -> str:
    """Return a field that holds a lasting id, as words.

    Raises:
        UnreadableRecord: It is not there, or holds no words and no whole number.
    """
    value = needed(raw, path)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise UnreadableRecord(f"{path} is no id")
    return str(value)


def time_in(raw: Raw, path: str) -> datetime | None:
    """Return a field that holds a time, in UTC; None where it is not there or is null.

    Times are ISO 8601 with or without a zone (none means UTC), or seconds or milliseconds since 1970, also as digits in
    words.

    Raises:
        UnreadableRecord: It holds no time.
    """
    value = found(raw, path)
    if value is None or value == "":
        return None
    try:
        return as_time(value)
    except (ValueError, TypeError, OverflowError, OSError):
        raise UnreadableRecord(f"{path} is no time") from None


def as_time(value: object) -> datetime:
    """Return a time in UTC; `time_in` says what can be read.

    Raises:
        ValueError: It is no time.
    """
    if isinstance(value, str) and not value.strip().lstrip("-").replace(".", "", 1).isdecimal():
        at = datetime.fromisoformat(value.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("no time")
    seconds = float(value)
    return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 1e11 else seconds, UTC)  # the year 5138


def as_segment(value: object) -> str | None:
    """Return a value by which customers are grouped, as words; several as one. None where it is blank or is no such."""
    if isinstance(value, list):
        return ", ".join(sorted(str(one) for one in value)) or None
    return str(value) if isinstance(value, str | int | float) and str(value).strip() else None


def whole_in(raw: Raw, path: str, lowest: int, highest: int) -> int | None:
    """Return a field that holds a whole number of a scale, also in words; None where it is not there or is null.

    Raises:
        UnreadableRecord: It is no such number.
    """
    value = found(raw, path)
    if value is None or value == "":
        return None
    try:
        number = float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    if not lowest <= number <= highest or number != int(number):
        raise UnreadableRecord(f"{path} is no whole number from {lowest} to {highest}")
    return int(number)
