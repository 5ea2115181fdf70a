"""A path becomes an Export, or one clear line that says why not."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from cx_text.errors import NoRows, SourceError, nearest
from cx_text.sources.base import Export
from cx_text.sources.cells import listed
from cx_text.sources.files.content import Content, content_of

READABLE = {
    ".csv": Content.TEXT, ".tsv": Content.TEXT, ".tab": Content.TEXT, ".txt": Content.TEXT,
    ".xlsx": Content.XLSX, ".xlsm": Content.XLSX, ".xls": Content.XLS, ".ods": Content.ODS,
    ".jsonl": Content.JSONL, ".ndjson": Content.JSONL, ".json": Content.JSON,
    ".parquet": Content.PARQUET,
}
_PACKED = {".zip": Content.ZIP, ".gz": Content.GZIP}
_KNOWN = ("Files that can be read: .csv, .tsv, .txt, .xlsx, .xls, .ods, .json, .jsonl and .parquet, "
          "also packed as .zip or .gz")
_WITH_SHEETS = (Content.XLSX, Content.XLS, Content.ODS)
_WHAT_TO_DO = {
    Content.LOCKED: "Open it in Excel and save it as .xlsx, without a password",
    Content.XLSB: "Open it in Excel and save it as .xlsx",
    Content.OPEN_DOCUMENT: "Open it and save it as .xlsx or .csv",
    Content.ARCHIVE: "Unpack it and give the file inside",
    Content.HTML: "Open it in Excel and save it as .xlsx, or export it again as CSV",
}


def open_export(path: str | Path | Sequence[str | Path], *, sheet: str | None = None,
                names: Sequence[str] | None = None) -> Export:
    """Return the export in a file, a folder or several files.

    What a file holds decides how it is read; its extension only where text could be anything.

    Args:
        path: A .csv, .tsv, .txt, .xlsx, .xls, .ods, .json, .jsonl or .parquet file, or a .zip or .gz around it; or
            a folder of such files, or several of them, which are read as one.
        sheet: Name of a workbook's sheet; default: the first visible sheet with something in it.
        names: What to call several files, each name once, in place of their own: those of files that were uploaded.

    Raises:
        SourceError: There is no such file, it cannot be read, it is damaged, or it has no rows.
    """
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    if len(paths) != 1 or _is_folder(paths[0]):
        from cx_text.sources.files.folders import open_files, open_folder

        def opener(file: Path) -> Export:
            return _open_file(file, sheet)

        if len(paths) != 1:
            return open_files(paths, opener, names)
        return open_folder(paths[0], opener, {*READABLE, *_PACKED})
    return _open_file(paths[0], sheet)


def sheets_of(path: Path) -> tuple[str, ...]:
    """Return the names of the visible sheets of a workbook, in order; none for any other file.

    Raises:
        SourceError: There is no such file, or it is damaged.
    """
    content = _checked_content(path)
    if content not in _WITH_SHEETS:
        return ()
    if content is not Content.XLSX:
        from cx_text.sources.files.calamine_export import visible_sheets
        return visible_sheets(path, content)
    from cx_text.sources.files import xlsx_export
    check_workbook(path)
    return xlsx_export.visible_sheets(path)


def _open_file(path: Path, sheet: str | None) -> Export:
    content = _checked_content(path)
    if content not in _PACKED.values():
        return _opened(path, content, sheet)
    from cx_text.sources.files.packed import open_packed

    def opened(file: Path) -> Export:
        return _opened(file, _checked_content(file), sheet)

    return open_packed(path, content, opened, tuple(READABLE))


def check_workbook(path: Path) -> None:
    """Refuse an Excel workbook that is made to fill the memory; see `workbook_checks`.

    Raises:
        SourceError: It is such a workbook.
    """
    from cx_text.sources.files.workbook_checks import check_workbook as check
    check(path)


def _opened(path: Path, content: Content, sheet: str | None) -> Export:
    if sheet is not None and content not in _WITH_SHEETS:
        raise SourceError(f"only workbooks (.xlsx, .xls, .ods) have sheets, and this is {content}", where=str(path),
                          next="Leave out --sheet")
    extension = path.suffix.lower()
    if READABLE.get(extension) is content:
        return _read(path, content, sheet)
    name = f"its name ends in {extension}" if extension else "its name has no extension"
    said = f"{name}, and it is {content}: read as that"
    if content is Content.XLSX:  # openpyxl opens nothing that is called otherwise
        from cx_text.sources.files.packed import open_renamed
        return open_renamed(path, ".xlsx", lambda link: _read(link, content, sheet), said)
    from cx_text.sources.files.several import ToldExport

    export = _read(path, content, sheet)
    return ToldExport(path, {**export.facts, "content": said}, export, str(path))


def _read(path: Path, content: Content, sheet: str | None) -> Export:
    # Imported when used: pyarrow and openpyxl take longer to load than a small CSV takes to read.
    if content is Content.TEXT:
        from cx_text.sources.files.csv_export import open_csv
        return open_csv(path)
    if content is Content.XLSX:
        from cx_text.sources.files.xlsx_export import open_xlsx
        check_workbook(path)
        return open_xlsx(path, sheet=sheet)
    if content in _WITH_SHEETS:
        from cx_text.sources.files.calamine_export import open_calamine
        return open_calamine(path, content, sheet=sheet)
    if content is Content.JSONL:
        from cx_text.sources.files.jsonl_export import open_jsonl
        return open_jsonl(path)
    if content is Content.JSON:
        from cx_text.sources.files.json_export import open_json
        return open_json(path)
    from cx_text.sources.files.parquet_export import open_parquet
    return open_parquet(path)


def _checked_content(path: Path) -> Content:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise SourceError("this is not a regular file", where=str(path), next="Save it as a file first")
        content = content_of(path)
    except FileNotFoundError:
        raise _no_such_file(path) from None
    except PermissionError:
        raise SourceError("you may not read this file", where=str(path),
                          next="Ask its owner, or copy it to a folder of your own") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"this file cannot be opened: {reason}", where=str(path)) from None
    return _readable(path, content)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except ValueError:  # a NUL in the path
        return False


def _readable(path: Path, content: Content) -> Content:
    """Return the content if it can be read; text must be called a table, since any text could be taken for one."""
    if content is Content.EMPTY:
        raise NoRows("the file is empty", where=str(path), next="Export it again")
    if content not in READABLE.values() and content not in _PACKED.values():
        raise SourceError(f"this is {content}", where=str(path), next=_WHAT_TO_DO.get(content, _KNOWN))
    if content is Content.TEXT and path.suffix.lower() not in READABLE:
        named = f"the extension {path.suffix!r} is not known" if path.suffix else "the file's name has no extension"
        raise SourceError(named, where=str(path), next=_KNOWN)
    return content


def _no_such_file(path: Path) -> SourceError:
    folder = path.parent
    if not folder.is_dir():
        return SourceError("there is no such folder", where=str(folder))
    return SourceError("there is no such file", where=str(path), next=_in_folder(folder, path.name))


def _in_folder(folder: Path, name: str) -> str | None:
    """Say which file was probably meant, else which ones there are."""
    known = {*READABLE, *_PACKED}
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.suffix.lower() in known)
    except OSError:
        return None
    near = nearest(name, names)
    if near:
        return near[0].upper() + near[1:]
    return f"Files there: {listed(names, 5)}" if names else None
