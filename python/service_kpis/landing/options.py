"""The options of a file set: how its files are to be read and what their text means."""

from __future__ import annotations

import codecs
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from service_kpis.errors import InputError

FORMATS = ("csv", "parquet", "jsonl", "xlsx")
_TEXT_OPTIONS = frozenset({"decimal", "date_format", "timestamp_format", "null"})
_OPTIONS_OF = {
    "csv": _TEXT_OPTIONS | {"delim", "quote", "escape", "header", "names", "skip", "encoding"},
    "parquet": _TEXT_OPTIONS,
    "jsonl": _TEXT_OPTIONS,
    "xlsx": _TEXT_OPTIONS | {"sheet", "range"},
}


@dataclass(frozen=True)
class Options:
    """How to read a file; None = what the format or the contract says."""

    delim: str | None = None
    quote: str = '"'
    escape: str | None = None
    """None = a quote within quotes is doubled."""

    has_header: bool = True
    names: tuple[str, ...] = ()
    skip: int = 0
    encoding: str = "utf-8"
    nulls: tuple[str, ...] = ()
    decimal: str = "."
    date_format: str | None = None
    timestamp_format: str | None = None
    sheet: str | None = None
    range: str | None = None


def read_options(entry: object, file_format: str, where: str) -> Options:
    """Read the `options` of a mapping; raises InputError naming the valid ones."""
    if entry is None:
        return Options()
    if not isinstance(entry, Mapping):
        raise InputError(f"{where}: options must be a mapping such as {{delim: ';'}}.")
    # YAML reads the key `null` as nothing.
    entry = {"null" if key is None else key: value for key, value in entry.items()}
    valid = _OPTIONS_OF[file_format]
    if "null" in entry and entry["null"] is None:
        raise InputError(f"{where}: put the word of option null in quotes, such as null: 'NULL'.")
    unknown = sorted(str(key) for key in entry if key not in valid)
    if unknown:
        raise InputError(
            f"{where}: {file_format} files have no option {', '.join(unknown)}. "
            f"Valid are {', '.join(sorted(valid))}."
        )
    options = Options()
    for key, value in entry.items():
        if value is not None:
            options = replace(options, **_option(str(key), value, where))
    if options.delim and options.delim in (options.quote, options.escape):
        raise InputError(f"{where}: delim must be another character than quote and escape.")
    return options


def _option(key: str, value: object, where: str) -> dict[str, Any]:  # noqa: PLR0911, PLR0912
    match key:
        case "header":
            return {"has_header": _expect(value, bool, "true or false", key, where)}
        case "skip":
            skip = _expect(value, int, "a number of lines", key, where)
            if skip < 0 or isinstance(value, bool):
                raise InputError(f"{where}: option skip must be a number of lines, 0 or more.")
            return {"skip": skip}
        case "names":
            names = _expect(value, list, "a list of column names", key, where)
            if not names:
                raise InputError(f"{where}: option names is empty; list the columns' names.")
            return {"names": tuple(str(name) for name in names)}
        case "null":
            nulls = value if isinstance(value, list) else [value]
            return {"nulls": tuple(str(null) for null in nulls)}
        case "encoding":
            return {"encoding": _encoding(value, where)}
        case "quote":
            return {"quote": _character(value, key, where, may_be_empty=True)}
        case "delim" | "escape":
            return {key: _character(value, key, where)}
        case "decimal":
            if value not in (".", ","):
                raise InputError(f"{where}: option decimal must be '.' or ','.")
            return {"decimal": value}
        case "date_format" | "timestamp_format":
            return {key: _strptime_format(value, key, where)}
        case _:
            return {key: str(value)}


def _encoding(value: object, where: str) -> str:
    try:
        name = codecs.lookup(str(value)).name
        # Some codecs turn bytes into bytes, or text into text.
        io.TextIOWrapper(io.BytesIO(), encoding=name)
    except (LookupError, ValueError):
        raise InputError(
            f"{where}: the encoding is not known. Common ones are utf-8, latin-1, cp1252, utf-16."
        ) from None
    return "utf-8" if name == "utf-8-sig" else name


def _strptime_format(value: object, key: str, where: str) -> str:
    try:
        duckdb.execute("select try_strptime('', ?::varchar)", [value])
    except duckdb.Error:
        value = None
    if isinstance(value, str) and "%" in value:
        return value
    raise InputError(f"{where}: option {key} must be a format such as '%d/%m/%Y %H:%M:%S'.")


def _character(value: object, key: str, where: str, *, may_be_empty: bool = False) -> str:
    text = "\t" if value == "\\t" else str(value)
    if (len(text) == 1 and text not in "\r\n\0") or (may_be_empty and not text):
        return text
    raise InputError(f"{where}: option {key} must be one character.")


def _expect(value: object, kind: type, what: str, key: str, where: str) -> Any:
    if isinstance(value, kind):
        return value
    raise InputError(f"{where}: option {key} must be {what}.")
