"""Errors that a user can act on. Each carries the exit code that design and README document."""

from __future__ import annotations

import errno
import re

import duckdb


class ServiceKpisError(Exception):
    """A plain sentence for the user; never a value of the data."""

    exit_code = 4


class CheckFailedError(ServiceKpisError):
    """A check, a dbt build or `--strict` failed; nothing was published."""

    exit_code = 1


class InputError(ServiceKpisError):
    """Wrong usage, or an input that is unreadable, changing or refused; nothing of it landed."""

    exit_code = 2


class WarehouseBusyError(ServiceKpisError):
    """Another run holds the warehouse."""

    exit_code = 3


class MachineError(ServiceKpisError):
    """The machine or this software failed: disk, memory, a defect."""

    exit_code = 4


STAYS = "What is published stays as it was."
FULL = f"The disk is full. Free some room, then run the command again. {STAYS}"
NO_MEMORY = (
    "The machine ran out of memory. Free some, or raise the limit that is set for it, then run "
    f"the command again. {STAYS}"
)
_BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: "Your quota of the disk is used up. Free some room, then run the command again. "
    f"{STAYS}",
    errno.EFBIG: "A file would grow beyond the limit that is set for its size (`ulimit -f`). Raise "
    f"it, then run the command again. {STAYS}",
    errno.EROFS: f"The file system is read-only. Make it writable, then run the command again. "
    f"{STAYS}",
    errno.ENOMEM: NO_MEMORY,
}
_BY_WORDS = {
    "No space left on device": FULL,
    "Disk quota exceeded": _BY_NUMBER[errno.EDQUOT],
    "File too large": _BY_NUMBER[errno.EFBIG],
    "Read-only file system": _BY_NUMBER[errno.EROFS],
    "Permission denied": "A file of the warehouse may not be opened or written. Allow it, then run "
    f"the command again. {STAYS}",
    "Out of Memory Error": NO_MEMORY,
    "Cannot allocate memory": NO_MEMORY,
    "can't start new thread": NO_MEMORY,
    "failed to map segment": NO_MEMORY,  # of a library that is loaded
    "max_temp_directory_size": FULL,
}


def machine_failure(error: BaseException) -> str | None:
    """Give the sentence of what the machine refused: room, memory or permission; None if nothing.

    Libraries wrap such an error, or repeat its words alone: both are looked through.
    """
    if isinstance(error, OSError) and error.errno is not None and error.errno not in _BY_NUMBER:
        where = "a file" if error.filename is None else error.filename
        return f"The machine refused {where}: {error.strerror}. Mend that, then try again. {STAYS}"
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError | duckdb.OutOfMemoryException):
            return NO_MEMORY
        number = seen.errno if isinstance(seen, OSError) else None
        words = " ".join(map(str, seen.args))  # str() itself fails for an error that dbt wraps
        told = _BY_NUMBER.get(number or 0) or failure_in_words(words)
        if told:
            return told
        seen = seen.__cause__ or seen.__context__
    return None


def failure_in_words(text: str) -> str | None:
    """Give the sentence of a machine's failure that a text tells of; None if it tells of none."""
    return next((told for words, told in _BY_WORDS.items() if words in text), None)


_OF_NAMES = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConnectionException,
    duckdb.DependencyException,
    duckdb.InterruptException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.SyntaxException,
    duckdb.TransactionException,
)
"""Errors of DuckDB whose words are names, SQL and files; the others quote the value they are of."""
_VALUE = re.compile(r"""["'`(]|(?<![A-Za-z_0-9])\d""")


def without_values(error: duckdb.Error) -> str:
    """Give DuckDB's words up to where a value of the data may stand in them."""
    words = str(error)
    if isinstance(error, _OF_NAMES):
        return words
    start = _VALUE.split(words.splitlines()[0] if words else "", maxsplit=1)[0].rstrip()
    return f"{start} … (the rest, which may quote a value, is left out)"
