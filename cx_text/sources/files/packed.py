"""Packed files: unpacked as a stream into a private folder, within limits, and read from there."""

from __future__ import annotations

import gzip
import shutil
import stat
import tempfile
import weakref
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from cx_text.errors import NoRows, SourceError
from cx_text.sources.base import Export
from cx_text.sources.cells import listed
from cx_text.sources.files.content import Content, content_of
from cx_text.sources.files.folders import CLUTTER
from cx_text.sources.files.several import ToldExport, joined, told
from cx_text.sources.files.zips import MAX_MEMBERS, ZIP_DAMAGE, is_crowded

_BLOCK = 1 << 20
_ARCHIVES = frozenset((".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".zst"))


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is unpacked at most.

    `n_bytes`: all files together; four times an export of 2 GB, and less than most disks have free. `ratio`: unpacked
    to packed; text packs to a tenth, the same row again and again to a 500th, and a bomb to a 1,000th. `free_bytes`:
    below this the ratio is not looked at, since small tables of few words pack well. `n_files`: tables in one archive.
    """

    n_bytes: int = 8 << 30
    ratio: int = 600
    free_bytes: int = 64 << 20
    n_files: int = 100


def open_packed(path: Path, content: Content, opener: Callable[[Path], Export], readable: Sequence[str],
                limits: Limits | None = None) -> Export:
    """Return the export in a ZIP or gzip file; several files of one form and the same columns are one export.

    What is unpacked lies in a folder of its own, which is removed when the export is no longer used.

    Args:
        path: The archive.
        content: ZIP or GZIP.
        opener: Opens an unpacked file.
        readable: The extensions of files that can be read.
        limits: How much is unpacked at most.

    Raises:
        SourceError: It is damaged, locked, too large or not safe, or what is inside cannot be read as one export.
    """
    folder = Path(tempfile.mkdtemp(prefix="cx-text-"))  # which only its owner may enter
    try:
        unpack = _unzip if content is Content.ZIP else _gunzip
        names, files, left_out = unpack(path, folder, readable, limits or Limits())
        export = _export(path, names, files, left_out, opener)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(export, shutil.rmtree, folder, ignore_errors=True)  # at the end of the program at the latest
    return export


def open_renamed(path: Path, extension: str, opener: Callable[[Path], Export], said: str) -> Export:
    """Return the export in a file whose reader wants another extension, through a link to it, or a copy.

    Args:
        path: The file.
        extension: What its reader wants.
        opener: Opens the link.
        said: The fact "content" of the export.

    Raises:
        SourceError: It cannot be read.
    """
    folder = Path(tempfile.mkdtemp(prefix="cx-text-"))
    link = folder / f"linked{extension}"
    try:
        try:
            link.symlink_to(path.resolve())
        except OSError:  # Windows asks for a right that few have
            shutil.copyfile(path, link)
        inner = opener(link)
    except SourceError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise told(error, str(path)) from None
    export = ToldExport(path, {**inner.facts, "content": said}, inner, str(path))
    weakref.finalize(export, shutil.rmtree, folder, ignore_errors=True)
    return export


def _export(path: Path, names: Sequence[str], files: Sequence[Path], left_out: Sequence[str],
            opener: Callable[[Path], Export]) -> ToldExport:
    _refuse_unlike(path, names, files)
    parts: dict[str, Export] = {}
    left_out, empty = [*left_out], None
    for name, file in zip(names, files, strict=True):
        try:
            parts[name] = opener(file)
        except NoRows as error:
            empty = told(error, f"{path}/{name}")
            left_out.append(f"{name} (no rows)")
        except SourceError as error:
            raise told(error, f"{path}/{name}") from None
    if not parts and empty:
        raise empty
    names = [*parts]
    more = {"packed": listed(names, 5)} | ({"left out": listed(left_out, 10)} if left_out else {})
    if len(parts) == 1:
        [only] = parts.values()
        return ToldExport(path, {**only.facts, **more}, only, f"{path}/{names[0]}")
    export = joined(path, names, [*parts.values()])
    return ToldExport(path, {**export.facts, **({"left out": more["left out"]} if left_out else {})}, export,
                      str(path))


def _refuse_unlike(path: Path, names: Sequence[str], files: Sequence[Path]) -> None:
    kinds = [content_of(file) for file in files]
    for name, kind in zip(names, kinds, strict=True):
        if kind in (Content.ZIP, Content.GZIP, Content.ARCHIVE):
            raise _nested(path, name)
        if kind is not kinds[0]:
            raise SourceError(f"it holds {listed(names, 10)}, and {name} is {kind} where {names[0]} is {kinds[0]}",
                              where=str(path), next="Unpack it and give one of the files")


def _nested(path: Path, name: str) -> SourceError:
    return SourceError(f"it holds another archive, {name}", where=str(path),
                       next="Unpack it and give the file inside")


# gzip

def _gunzip(path: Path, folder: Path, readable: Sequence[str],
            limits: Limits) -> tuple[list[str], list[Path], list[str]]:
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    if PurePosixPath(name).suffix.lower() not in readable:
        name = _name_inside(path) or name
    budget = _Budget(path, path.stat().st_size, limits, folder)
    with _damage_told(path, Content.GZIP), gzip.open(path) as packed:
        file = budget.unpack(packed, name)
    return [name], [file], []


def _name_inside(path: Path) -> str:
    """Return the name that a gzip file was packed under, "" where it does not say."""
    with path.open("rb") as file:
        head = file.read(300)
    if len(head) < 11 or head[3] & 0b1100 != 0b1000 or b"\0" not in head[10:]:  # a name, and no extra field before it
        return ""
    return head[10:head.index(b"\0", 10)].decode("latin-1").replace("\\", "/").rpartition("/")[2]


# ZIP

def _unzip(path: Path, folder: Path, readable: Sequence[str],
           limits: Limits) -> tuple[list[str], list[Path], list[str]]:
    with _damage_told(path, Content.ZIP):
        if is_crowded(path):
            raise SourceError(f"it holds more than {MAX_MEMBERS:,} files", where=str(path),
                              next="Unpack it and give one of the files")
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if _is_file(m)]
            for member in members:
                _refuse_unsafe(path, member)
            chosen = _chosen(path, members, readable, limits)
            budget = _Budget(path, sum(member.compress_size for member in chosen), limits, folder)
            files = []
            for member in chosen:
                with archive.open(member) as packed:
                    files.append(budget.unpack(packed, PurePosixPath(member.filename).name))
    return _names(chosen), files, _names([member for member in members if member not in chosen])


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Tell files from folders, and from what a Mac or Windows adds to a folder."""
    parts = PurePosixPath(member.filename).parts
    return bool(not parts or not (member.is_dir() or "__MACOSX" in parts or parts[-1].startswith("._")
                                  or parts[-1].lower() in CLUTTER))


def _names(members: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return names as a message can show them, in one line."""
    return [_shown(member.filename) for member in members]


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)[:80]


def _refuse_unsafe(path: Path, member: zipfile.ZipInfo) -> None:
    """Refuse what no tool writes that means well, though nothing is ever written where a member's name says."""
    name = member.orig_filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    shown = _shown(name)
    if "\0" in name or not parts:
        fault = f"the name of its member {shown!r} is not one of a file"
    elif name.startswith("/") or name[1:2] == ":" or ".." in parts:
        fault = f"its member {shown!r} points outside of it"
    elif stat.S_ISLNK(member.external_attr >> 16):
        fault = f"its member {shown!r} is a link, not a file"
    elif member.flag_bits & 1:
        raise SourceError("it is locked with a password", where=str(path),
                          next="Unpack it and give the file inside")
    else:
        return
    raise SourceError(fault, where=str(path), next="Ask who made it for the file itself")


def _chosen(path: Path, members: Sequence[zipfile.ZipInfo], readable: Sequence[str],
            limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the members to read, in the order of their names: tables, else the only file, else text files."""
    def suffix(member: zipfile.ZipInfo) -> str:
        return PurePosixPath(member.filename).suffix.lower()

    names = _names(members)
    if not members:
        raise SourceError("there is no file in it", where=str(path))
    for member in members:
        if suffix(member) in _ARCHIVES:
            raise _nested(path, _shown(member.filename))
    tables = [member for member in members if suffix(member) in readable]
    chosen = [member for member in tables if suffix(member) != ".txt"] or tables  # a README.txt is not one of them
    if not chosen and len(members) == 1:
        chosen = list(members)
    if not chosen:
        raise SourceError(f"none of its files can be read; it holds {listed(names, 10)}", where=str(path))
    if len(chosen) > limits.n_files:
        raise SourceError(f"it holds {len(chosen):,} files; at most {limits.n_files} are read as one",
                          where=str(path), next="Unpack it and give one of the files")
    if len({member.filename for member in chosen}) < len(chosen):
        raise SourceError("it holds two files of the same name", where=str(path),
                          next="Unpack it and give one of the files")
    return sorted(chosen, key=lambda member: member.filename)


class _Budget:
    """Unpacks files one after the other while all of them together stay within the limits."""

    def __init__(self, path: Path, n_packed: int, limits: Limits, folder: Path) -> None:
        self._path, self._limits, self._folder = path, limits, folder
        self._n_packed = max(1, min(n_packed, path.stat().st_size))  # an archive can lie about its members
        self._n_bytes = self._n_files = 0

    def unpack(self, packed: IO[bytes] | gzip.GzipFile, name: str) -> Path:
        """Write what is packed in a folder of its own, under its own name so far as a disk takes it."""
        self._n_files += 1
        folder = self._folder / str(self._n_files)
        folder.mkdir()
        file = folder / _safe(name)
        with file.open("xb") as out:
            while block := packed.read(_BLOCK):
                self._n_bytes += len(block)
                self._check()
                try:
                    out.write(block)
                except OSError as error:
                    raise SourceError(f"it cannot be unpacked in {tempfile.gettempdir()}: {error.strerror}",
                                      where=str(self._path), next="Free some space, or unpack it yourself") from None
        return file

    def _check(self) -> None:
        limits = self._limits
        if self._n_bytes > limits.n_bytes:
            raise SourceError(f"it unpacks to more than {limits.n_bytes / 2**30:.3g} GiB", where=str(self._path),
                              next="If that is right, unpack it and give the file inside")
        if self._n_bytes > limits.free_bytes and self._n_bytes > limits.ratio * self._n_packed:
            raise SourceError(f"it unpacks to more than {limits.ratio} times its size, as only a trap does",
                              where=str(self._path), next="If you trust it, unpack it and give the file inside")


def _safe(name: str) -> str:
    """Return a name that any disk takes; its extension is what matters."""
    suffix = PurePosixPath(name).suffix
    plain = suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) < 12 else ""
    return f"unpacked{plain}"


@contextmanager
def _damage_told(path: Path, content: Content) -> Iterator[None]:
    try:
        yield
    except NotImplementedError:
        raise SourceError(f"this is {content} packed in a way that cannot be read", where=str(path),
                          next="Unpack it and give the file inside") from None
    except (*ZIP_DAMAGE, RuntimeError):
        raise SourceError(f"this is {content}, and it is damaged", where=str(path),
                          next="Download it again, or unpack it and give the file inside") from None
