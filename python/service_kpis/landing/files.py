"""Files as they are read: copied aside, whole and unchanged, and their text stream."""

from __future__ import annotations

import errno
import gzip
import io
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from service_kpis.errors import InputError

_Row = TypeVar("_Row")

BATCH = 50_000
"""Rows that Python hands to DuckDB at once."""

_BATCH_CHARACTERS = 1 << 26


@dataclass(frozen=True)
class BadRow:
    """A data row that could not be read; `text` is what stood there."""

    row_number: int
    code: str
    text: str


@dataclass(frozen=True)
class RawFile:
    """A file read into a temporary table: its columns in order, and the rows that it refused."""

    columns: tuple[str, ...]
    bad_rows: tuple[BadRow, ...] = ()
    read: int = 0
    """Data rows, counted as they were cut; what arrived in the table is counted by itself."""
    is_trimmed: bool = False
    """Whether its texts are known to have no blank at either end."""


def batches(rows: Iterable[_Row], size: Callable[[_Row], int]) -> Iterator[list[_Row]]:
    """Give rows in batches that fit in memory, whatever `size` (in characters) a row has."""
    batch: list[_Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += size(row)
        if len(batch) == BATCH or characters > _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def copy_aside(path: Path, folder: Path, beside: tuple[str, ...] = ()) -> Path:
    """Copy a file; raises InputError where it cannot be read or changes meanwhile.

    `beside` are the endings of files that belong to it where they are there, such as a database's
    write-ahead log; their copies bear its copy's name.
    """
    aside = folder / f"copy{path.suffix}"
    sides = [path.with_name(path.name + ending) for ending in beside]
    try:
        before = [_fingerprint(path), *map(_fingerprint_if_there, sides)]
        shutil.copyfile(path, aside)
        for side, ending, found in zip(sides, beside, before[1:], strict=True):
            if found is not None:
                shutil.copyfile(side, aside.with_name(aside.name + ending))
        after = [_fingerprint(path), *map(_fingerprint_if_there, sides)]
        size = path.stat().st_size
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise InputError(f"{path} cannot be read ({error.strerror or 'no plain file'}).") from None
    if before != after or aside.stat().st_size != size:
        raise InputError(f"{path} changed while it was read. Land it again when it is complete.")
    return aside


def _fingerprint(path: Path) -> tuple[int, int, int]:
    stat = os.stat(path)  # noqa: PTH116 - the same call that a test stands in for
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _fingerprint_if_there(path: Path) -> tuple[int, int, int] | None:
    return _fingerprint(path) if path.exists() else None


@contextmanager
def open_bytes(aside: Path, shown: str) -> Iterator[BinaryIO]:
    """Open a copy for reading, unpacked where it is gzip by its first bytes, not by its name."""
    with aside.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not is_gzip and shown.lower().endswith(".gz"):
            raise InputError(f"{shown} is not a gzip file, though its name ends in .gz.")
        try:
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_gzip else file
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise InputError(f"{shown} is a broken or cut-off gzip file.") from None


def text_stream(binary: BinaryIO, encoding: str, errors: str) -> io.TextIOWrapper:
    """Decode a byte stream, its byte order mark left out and its line ends kept."""
    named = "utf-8-sig" if encoding == "utf-8" else encoding
    return io.TextIOWrapper(binary, encoding=named, errors=errors, newline="")


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Name the columns of a header: one that occurs twice is name, name_1; case is no difference.

    `_row` and `_file` are landing's own, so a file's are `_row_1` and `_file_1`.
    """
    taken = {"_row", "_file"}
    unique = []
    for position, raw in enumerate(names):
        name = raw.strip() or f"column{position}"
        candidate, number = name, 0
        while candidate.lower() in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate.lower())
        unique.append(candidate)
    return tuple(unique)
