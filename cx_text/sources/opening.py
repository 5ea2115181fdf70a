"""A path becomes an Export, or one clear line that says why not."""

from __future__ import annotations

import stat
from pathlib import Path

from cx_text.errors import SourceError, nearest
from cx_text.sources.base import Export
from cx_text.sources.cells import listed
from cx_text.sources.content import Content, content_of

READABLE = {
    ".csv": Content.TEXT, ".tsv": Content.TEXT, ".tab": Content.TEXT, ".txt": Content.TEXT,
    ".xlsx": Content.XLSX, ".xlsm": Content.XLSX,
    ".jsonl": Content.JSONL, ".ndjson": Content.JSONL,
    ".parquet": Content.PARQUET,
}
_KNOWN = "Files that can be read: .csv, .tsv, .txt, .xlsx, .jsonl and .parquet"
_USUAL_NAMES = {Content.TEXT: ".csv", Content.XLSX: ".xlsx", Content.JSONL: ".jsonl", Content.PARQUET: ".parquet"}
_WHAT_TO_DO = {
    Content.OLD_EXCEL: "Open it in Excel and save it as .xlsx, without a password",
    Content.OPEN_DOCUMENT: "Open it and save it as .xlsx or .csv",
    Content.ZIP: "Unpack it and give the file inside",
    Content.GZIP: "Unpack it and give the file inside",
    Content.ARCHIVE: "Unpack it and give the file inside",
    Content.JSON: "Write one JSON object a line and name the file .jsonl",
    Content.HTML: "Open it in Excel and save it as .xlsx, or export it again as CSV",
}


def open_export(path: str | Path, *, sheet: str | None = None) -> Export:
    """Return the export in a file, chosen by its extension and held against its content.

    Args:
        path: A .csv, .tsv, .txt, .xlsx, .jsonl or .parquet file.
        sheet: Name of a workbook's sheet; default: the first visible sheet with something in it.

    Raises:
        SourceError: There is no such file, it is not what its name says, it is damaged, or it has no rows.
    """
    path = Path(path)
    content = _checked_content(path)
    if sheet is not None and content is not Content.XLSX:
        raise SourceError(f"only an Excel workbook has sheets, and this is {content}", where=str(path),
                          next="Leave out --sheet")
    # Imported when used: pyarrow and openpyxl take longer to load than a small CSV takes to read.
    if content is Content.TEXT:
        from cx_text.sources.csv_export import open_csv
        return open_csv(path)
    if content is Content.XLSX:
        from cx_text.sources.xlsx_export import open_xlsx
        return open_xlsx(path, sheet=sheet)
    if content is Content.JSONL:
        from cx_text.sources.jsonl_export import open_jsonl
        return open_jsonl(path)
    from cx_text.sources.parquet_export import open_parquet
    return open_parquet(path)


def _checked_content(path: Path) -> Content:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise SourceError("this is a folder, not a file", where=str(path), next=_in_folder(path, ""))
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
    return _fitting(path, content)


def _fitting(path: Path, content: Content) -> Content:
    """Return the content if it is what the file's name promises."""
    extension = path.suffix.lower()
    promised = READABLE.get(extension)
    if content is Content.EMPTY:
        raise SourceError("the file is empty", where=str(path), next="Export it again")
    if content not in _USUAL_NAMES:
        raise SourceError(f"this is {content}", where=str(path), next=_WHAT_TO_DO.get(content, _KNOWN))
    if promised is None:
        named = f"the extension {path.suffix!r} is not known" if path.suffix else "the file's name has no extension"
        raise SourceError(named, where=str(path), next=_KNOWN)
    if content is not promised:
        right_name = path.with_suffix(_USUAL_NAMES[content]).name
        raise SourceError(f"this is not {promised} but {content}", where=str(path), next=f"Rename it to {right_name}")
    return content


def _no_such_file(path: Path) -> SourceError:
    folder = path.parent
    if not folder.is_dir():
        return SourceError("there is no such folder", where=str(folder))
    return SourceError("there is no such file", where=str(path), next=_in_folder(folder, path.name))


def _in_folder(folder: Path, name: str) -> str | None:
    """Say which file was probably meant, else which ones there are."""
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.suffix.lower() in READABLE)
    except OSError:
        return None
    near = nearest(name, names) if name else ""
    if near:
        return near[0].upper() + near[1:]
    return f"Files there: {listed(names, 5)}" if names else None
