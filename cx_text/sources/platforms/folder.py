"""A folder in which exports arrive: it is no platform with pages, `cx_text.watched_folder` looks into it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path, PurePath
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from cx_text.sources.platforms.base import Page, Place, Platform, PlatformError, PlatformOptions, Raw, Record

_NOT_HERE = ("base_url", "start_at", "lag_days", "secrets")


class FolderOptions(PlatformOptions):
    """What a recipe says of a folder: which files, and how they are read, as for `cx-text import`."""

    path: Path
    """The folder; relative to the current one, "~" is the home folder."""
    glob: str | None = None
    """Which files, such as "nps-*.csv" or "**/*.xlsx"; all that can be read in the folder itself when not given."""
    settle_seconds: float = Field(60, ge=0)
    """A file that was changed this short a while ago may still be written, and is left for the next look."""
    verbatim: str | tuple[str, ...] | None = None
    """Column or columns of the customers' words."""
    nps_score: str | None = None
    """Column of scores from 0 to 10."""
    rating: str | None = None
    """Column of stars or grades."""
    rating_scale: str | None = None
    """Its lowest and highest value, such as "1-5"."""
    received_at: str | None = None
    """Column of dates."""
    date_order: Literal["dmy", "mdy"] | None = None
    """Where the dates alone cannot tell."""
    id: str | None = None
    """Column of the response's own id."""
    question: str | None = None
    """The wording of the question that was asked."""
    question_column: str | None = None
    """Column that holds each row's question."""
    segments: tuple[str, ...] | None = None
    """Columns to slice by."""
    customer: str | None = None
    """Column of the customer's own key."""
    channel: str | None = None
    """Column that says where the customer spoke."""
    measures: dict[str, str] | None = None
    """Further outcomes: name → column, or "column:lowest-highest"."""
    profile: str | None = None
    """Name or path of a saved reading of the columns."""
    sheet: str | None = None
    """Sheet of a workbook; "*" for all with the same columns."""

    @property
    def reading(self) -> dict[str, Any]:
        """Return the options by which files are read, as `cx_text.importing.import_export` takes them."""
        return self.model_dump(exclude={*_NOT_HERE, "path", "glob", "settle_seconds"}, exclude_none=True)

    @model_validator(mode="after")
    def _make_sense(self) -> Self:
        for name in _NOT_HERE:
            if getattr(self, name):
                raise ValueError(f"a folder has no {name}")
        if self.glob is not None and (PurePath(self.glob).is_absolute() or ".." in PurePath(self.glob).parts
                                      or not self.glob.strip()):
            raise ValueError(f"{self.glob!r} is not below the folder")
        if self.question and self.question_column:
            raise ValueError("both question and question_column are given")
        return self


class Folder(Platform):
    """A folder, for what recipes say of it. It has no parts, so that nothing is ever asked."""

    options_type = FolderOptions

    def parts(self) -> tuple[str, ...]:
        """Return none."""
        return ()

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Refuse: files are imported.

        Raises:
            PlatformError: Always.
        """
        del part, since, place
        raise PlatformError("a folder has no pages; its files are imported", where=self.source)

    def read(self, raw: Raw) -> Record:
        """Refuse, as `page`."""
        del raw
        raise PlatformError("a folder has no records; its files are imported", where=self.source)
