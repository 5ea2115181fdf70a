"""A folder of exports, or several files given together: read one after the other as one export."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from cx_text.errors import NoRows, SourceError
from cx_text.sources.base import Export
from cx_text.sources.cells import listed
from cx_text.sources.files.several import JoinedExport, ToldExport, joined

MAX_FILES = 10_000  # in a folder and those below it, as in a ZIP
CLUTTER = frozenset((".ds_store", "thumbs.db", "desktop.ini"))  # what systems add to a folder unasked
_Left = list[str]  # names of what is not read, some with the reason behind


def open_folder(path: Path, opener: Callable[[Path], Export], readable: Collection[str]) -> Export:
    """Return the tables of a folder and of those below it as one export, in the order of their names.

    Hidden files, locks and other files of Office at work, links, and what is no table are left out and named in the
    facts, and so are tables without a row. A folder with one table is that table.

    Args:
        path: The folder.
        opener: Opens one file.
        readable: The extensions of files that can be read, packed ones too.

    Raises:
        SourceError: There is no table, or there are too many; one cannot be read, or has other columns.
    """
    names, left_out = _tables(path, readable)
    if not names:
        said = f"; it holds {listed(left_out, 10)}" if left_out else ""
        raise SourceError(f"no file in this folder can be read{said}", where=str(path),
                          next="Give the export itself, or a folder of exports")
    parts = _opened(path, names, opener, left_out)
    if not parts:
        raise NoRows(f"none of its files has a row: {listed(names, 10)}", where=str(path), next="Export them again")
    export: Export
    if len(parts) == 1:
        [export] = parts.values()
    else:
        export = joined(path, [*parts], [*parts.values()], title=f"{path.resolve().name} ({len(parts):,} files)")
    if not left_out:
        return export
    facts = {**export.facts, "left out": listed(left_out, 10)}
    if isinstance(export, JoinedExport):
        return replace(export, facts=facts)
    return ToldExport(export.path, facts, export, str(export.path))


def open_files(files: Sequence[Path], opener: Callable[[Path], Export], names: Sequence[str] | None = None) -> Export:
    """Return several files as one export, in the order given, under names of their own or under those given.

    Raises:
        SourceError: None is given, or one twice; one is a folder, cannot be read, or has other columns.
    """
    if not files:
        raise SourceError("no file was given", next="Give one export or more")
    seen: set[str] = set()
    for file in files:
        if file.is_dir():
            raise SourceError("this is a folder among several files", where=str(file),
                              next="Give one folder alone, or files alone")
        if (known := os.path.abspath(file)) in seen:  # noqa: PTH100  what Path.resolve does to links is not wanted
            raise SourceError("this file is given twice", where=str(file), next="Give each file once")
        seen.add(known)
    parents = {file.parent for file in files}
    base = parents.pop() if len(parents) == 1 else Path(os.path.commonpath([Path(known).parent for known in seen]))
    known_as = names or [Path(os.path.relpath(file, base)).as_posix() for file in files]
    n_more = len(files) - 1
    return joined(base, known_as, [opener(file) for file in files],
                  title=f"{names[0] if names else files[0].name} and {n_more:,} more "
                        f"{'file' if n_more == 1 else 'files'}")


def source_files(export: Export) -> dict[str, Path]:
    """Return the files that an export was read from, by their names below its folder; an archive is one."""
    if not isinstance(export, JoinedExport) or export.path.is_file():  # the sheets of a workbook
        return {export.path.name: export.path}
    return {name: part.path for name, part in zip(export.names, export.parts, strict=True)}


def title_of(export: Export) -> str:
    """Return what to call an export in a title: its file's name, or those of several in short."""
    return (isinstance(export, JoinedExport) and export.title) or export.path.name


def _opened(folder: Path, names: Sequence[str], opener: Callable[[Path], Export], left_out: _Left) -> dict[str, Export]:
    """Open the tables of a folder; those without a row are told with what is left out."""
    parts: dict[str, Export] = {}
    for name in names:
        try:
            parts[name] = opener(folder / name)
        except NoRows:
            left_out.append(f"{name} (no rows)")
    return parts


def _tables(folder: Path, readable: Collection[str]) -> tuple[list[str], _Left]:
    """Return the names of the tables of a folder, and of what else there is; with "/" for what is in folders below."""
    names: list[str] = []
    left_out: _Left = []
    for here, folders, files in os.walk(folder, onerror=_may_not):  # links to folders are not followed
        inside = Path(here).relative_to(folder)
        left_out += [f"{(inside / name).as_posix()}/" for name in folders if _is_set_aside(Path(here) / name)]
        folders[:] = [name for name in folders if not _is_set_aside(Path(here) / name)]
        for name in files:
            if name.lower() not in CLUTTER:
                is_table = Path(name).suffix.lower() in readable and not _is_set_aside(Path(here) / name)
                (names if is_table else left_out).append((inside / name).as_posix())
        if len(names) + len(left_out) > MAX_FILES:
            raise SourceError(f"it holds more than {MAX_FILES:,} files", where=str(folder),
                              next="Give a folder with the exports alone")
    tables = [name for name in names if not name.lower().endswith(".txt")] or names  # a README.txt is not one of them
    return sorted(tables), sorted({*left_out, *names} - {*tables})


def _is_set_aside(path: Path) -> bool:
    """Whether a file or folder is hidden, a link, or what Office and LibreOffice keep beside an open file."""
    return path.name.startswith((".", "~$", "~")) or path.suffix.lower() == ".tmp" or path.name == "__MACOSX" or (
        path.is_symlink())


def _may_not(error: OSError) -> None:
    raise SourceError(f"this folder cannot be opened: {error.strerror}", where=str(error.filename),
                      next="Ask its owner, or copy it to a folder of your own") from None
