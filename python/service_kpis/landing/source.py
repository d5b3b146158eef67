"""A source: its folder, its source.yml, and the files that each table comes from."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import phonenumbers

from service_kpis.contract import Table, tables
from service_kpis.errors import InputError
from service_kpis.landing.databases import (
    DATABASES,
    SIDE_FILES,
    DatabaseQuery,
    database_query,
)
from service_kpis.landing.options import FORMATS, Options, read_options
from service_kpis.landing.yaml_text import load_yaml

ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}
_SOURCE_KEYS = ("name", "timezone", "default_country", "tables")
_FILE_KEYS = ("files", "format", "options")
_TABLE_KEYS = (
    *(*_FILE_KEYS, *DATABASES, "relations", "query"),
    *("columns", "where", "latest_by", "mode"),
)
_DATABASE_KEYS = {
    "postgres": ("dsn_env", "query"),
    "duckdb": ("file", "query"),
    "sqlite": ("file", "query"),
}


@dataclass(frozen=True)
class FileSet:
    """Files of one layout, in order of their names relative to the source's folder."""

    paths: tuple[Path, ...]
    format: str
    options: Options


@dataclass(frozen=True)
class TableMapping:
    """Where rows of one table come from, and how their columns are made."""

    table: Table
    files: FileSet | None
    relations: Mapping[str, FileSet] = field(default_factory=dict)
    query: str | None = None
    database: DatabaseQuery | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)
    """Contract column: SQL expression over the file's columns; None = leave it null."""
    where: str | None = None
    latest_by: str | None = None
    is_replaced: bool = False
    """`mode: replace`: the source's rows missing from this landing go."""

    options: Options = field(default_factory=Options)
    """What the text of the files, or of the query's result, means."""


@dataclass(frozen=True)
class Location:
    """A SOURCE as the user gave it: a folder, with the source.yml that describes it or none."""

    folder: Path
    definition: Path | None

    def shown(self, path: Path) -> str:
        """Give a file's name relative to the source's folder."""
        return path.relative_to(self.folder).as_posix()


@dataclass(frozen=True)
class Source:
    """A source, checked: its files exist, its names are the contract's."""

    name: str
    location: Location
    timezone: str
    default_country: str | None
    mappings: tuple[TableMapping, ...]


def locate(path: Path) -> Location:
    """Find the folder and source.yml of a SOURCE; raises InputError for anything else."""
    _refuse_odd_name(path.absolute())
    if path.is_dir():
        definition = path / "source.yml"
        return Location(path, definition if definition.is_file() else None)
    if not path.exists():
        raise InputError(f"{path} does not exist. A source is a folder or a source.yml.")
    if path.suffix in (".yml", ".yaml"):
        return Location(path.parent, path)
    if (path.parent / "source.yml").is_file():
        raise InputError(f"{path} is a bare file. Give its folder: the source.yml in it maps it.")
    raise InputError(
        f"{path} is a bare file, and a source is a folder or a source.yml. Put it in a "
        "folder under the name of its table (calls.csv), or write a first source.yml by "
        f"`service-kpis init {path}`."
    )


def source_name(location: Location) -> str:
    """Give the name that a source bears: what its source.yml says, else its folder's."""
    if location.definition:
        document = load_yaml(location.definition)
        if isinstance(document, Mapping) and document.get("name") is not None:
            return str(document["name"])
    return re.sub(r"[^A-Za-z0-9_]", "_", location.folder.resolve().name) or "_"


def read_source(location: Location) -> Source:
    """Read and check a source; raises InputError with the file, the key and the fix."""
    name = source_name(location)
    if not location.definition:
        return Source(name, location, "UTC", None, tuple(_mappings_by_name(location)))
    shown = str(location.definition)
    document = _mapping(load_yaml(location.definition), shown)
    _refuse_unknown(document, _SOURCE_KEYS, shown)
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        raise InputError(f"{shown}: name may hold letters, digits and _ only.")
    entries = _mapping(document.get("tables"), f"{shown}: tables")
    mappings = tuple(
        mapping for table, entry in entries.items() for mapping in _table(location, table, entry)
    )
    if not mappings:
        raise InputError(f"{shown} names no tables. Valid ones are {', '.join(tables())}.")
    return Source(
        name=name,
        location=location,
        timezone=_timezone(document.get("timezone"), shown),
        default_country=_country(document.get("default_country"), shown),
        mappings=mappings,
    )


def country_code(value: str, shown: str) -> str:
    """Check an ISO 3166 alpha-2 code; raises InputError."""
    if value.upper() in phonenumbers.SUPPORTED_REGIONS:
        return value.upper()
    raise InputError(f"{shown}: default_country must be a two-letter country code such as FR.")


def _country(value: object, shown: str) -> str | None:
    if value is False:
        raise InputError(f"{shown}: YAML reads NO as false; write default_country: 'NO'.")
    return None if value is None else country_code(str(value), shown)


def _timezone(value: object, shown: str) -> str:
    if value is None:
        return "UTC"
    try:
        zone = ZoneInfo(str(value)).key
        # DuckDB carries its own list; posix/Europe/Paris and localtime are not in it.
        duckdb.execute("select timezone(?, timestamp '2000-01-01')", [zone])
    except (ZoneInfoNotFoundError, ValueError, OSError, duckdb.Error):
        raise InputError(
            f"{shown}: timezone is not known; write an IANA name such as Europe/Paris."
        ) from None
    return zone


def _table(location: Location, name: object, entry: object) -> Iterator[TableMapping]:
    shown = f"{location.definition}: tables.{name}"
    if name not in tables():
        raise InputError(f"{shown} is no table. Valid ones are {', '.join(tables())}.")
    table = tables()[str(name)]
    items = entry if isinstance(entry, list) else [entry]
    if not items:
        raise InputError(f"{shown} holds no mapping; give it files or a query.")
    for number, item in enumerate(items, start=1):
        place = f"{shown} (mapping {number})" if isinstance(entry, list) else shown
        yield _table_mapping(location, table, _mapping(item, place), place)


def _table_mapping(
    location: Location, table: Table, entry: Mapping[str, object], shown: str
) -> TableMapping:
    _refuse_unknown(entry, _TABLE_KEYS, shown)
    mode = entry.get("mode", "upsert")
    if mode not in ("upsert", "replace"):
        raise InputError(f"{shown}: mode must be upsert or replace.")
    is_query = entry.get("query") is not None
    ways = [key for key in ("files", "query", *DATABASES) if entry.get(key) is not None]
    if len(ways) != 1 or is_query != bool(entry.get("relations")):
        raise InputError(
            f"{shown} needs either files, or relations and a query over them, or one database "
            f"({', '.join(DATABASES)})."
        )
    relations = _mapping(entry.get("relations") or {}, f"{shown}.relations")
    for name in relations:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            raise InputError(
                f"{shown}.relations: a name starts with a letter and holds letters, digits and _."
            )
    if len({name.lower() for name in relations}) < len(relations):
        raise InputError(f"{shown}.relations: SQL knows no case; two names differ by it alone.")
    if ways != ["files"] and entry.get("format") is not None:
        raise InputError(f"{shown}: format belongs to files, or to each of the relations.")
    files = _file_set(location, entry, shown) if ways == ["files"] else None
    return TableMapping(
        table=table,
        files=files,
        relations={
            name: _relation(location, _mapping(item, f"{shown}.relations.{name}"), shown, name)
            for name, item in relations.items()
        },
        query=_expression(entry.get("query"), f"{shown}.query"),
        database=_database(location, entry, ways[0], shown) if ways[0] in DATABASES else None,
        columns=_columns(table, entry.get("columns"), shown),
        where=_expression(entry.get("where"), f"{shown}.where"),
        latest_by=_expression(entry.get("latest_by"), f"{shown}.latest_by"),
        is_replaced=mode == "replace",
        # A query's result is typed as Parquet is; only what its text means can be said.
        options=files.options if files else read_options(entry.get("options"), "parquet", shown),
    )


def _database(
    location: Location, entry: Mapping[str, object], kind: str, shown: str
) -> DatabaseQuery:
    place = f"{shown}.{kind}"
    database = _mapping(entry[kind], place)
    _refuse_unknown(database, _DATABASE_KEYS[kind], place)

    def find(name: str) -> Path:
        path = _match(location, glob.escape(name), place)[0]
        for ending in SIDE_FILES[kind]:
            side = path.with_name(path.name + ending)
            if side.is_symlink() or side.exists():
                _refuse_unfit(location, side)
        return path

    return database_query(kind, database, find, place)


def _relation(location: Location, entry: Mapping[str, object], shown: str, name: str) -> FileSet:
    place = f"{shown}.relations.{name}"
    _refuse_unknown(entry, _FILE_KEYS, place)
    return _file_set(location, entry, place)


def _columns(table: Table, entry: object, shown: str) -> dict[str, str | None]:
    place = f"{shown}.columns"
    names = [column.name for column in table.columns]
    columns = _mapping(entry or {}, place)
    unknown = [name for name in columns if name not in names]
    if unknown:
        raise InputError(
            f"{place}: table {table.name} has no column {', '.join(unknown)}. "
            f"Valid ones are {', '.join(names)}."
        )
    return {name: _expression(value, f"{place}.{name}") for name, value in columns.items()}


def _expression(value: object, shown: str) -> str | None:
    """Take an expression as YAML gives it: `0` and `true` are SQL as well as YAML."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise InputError(f"{shown} must be a SQL expression, written as text.")


def _file_set(location: Location, entry: Mapping[str, object], shown: str) -> FileSet:
    pattern = entry.get("files")
    if not isinstance(pattern, str) or not pattern.strip():
        raise InputError(f'{shown} needs files: a name or pattern such as "export/*.csv".')
    paths = _match(location, pattern.strip(), shown)
    formats = {format_of(path) for path in paths}
    named = entry.get("format")
    if named is not None and named not in FORMATS:
        raise InputError(f"{shown}: format must be one of {', '.join(FORMATS)}.")
    file_format = str(named) if named else formats.pop()
    if file_format is None or (named is None and formats):
        raise InputError(
            f"{shown}: the files' endings don't tell one format; say format: {' | '.join(FORMATS)}."
        )
    return FileSet(paths, file_format, read_options(entry.get("options"), file_format, shown))


def _match(location: Location, pattern: str, shown: str) -> tuple[Path, ...]:
    parts = PurePosixPath(pattern).parts
    if PurePosixPath(pattern).is_absolute() or ".." in parts or "\\" in pattern:
        raise InputError(
            f"{shown}: files must lie within {location.folder} and be named relative to it, "
            "with / between folders."
        )
    shows_hidden = any(part.startswith(".") for part in parts)
    try:
        found = sorted(location.folder.glob(pattern))
    except (ValueError, IndexError, NotImplementedError):
        raise InputError(f"{shown}: files is no valid pattern.") from None
    paths = [
        path
        for path in found
        if path.is_file() and (shows_hidden or not _is_hidden(path.relative_to(location.folder)))
    ]
    if not paths:
        raise InputError(
            f'{shown}: no file matches "{pattern}" in {location.folder}. '
            "Put the files there or correct the pattern."
        )
    for path in paths:
        _refuse_unfit(location, path)
    return tuple(sorted(paths, key=location.shown))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _refuse_unfit(location: Location, path: Path) -> None:
    """Refuse a file that is none, leads out of the source, or has a name that is no text."""
    _refuse_odd_name(path)
    if not path.is_file():
        raise InputError(f"{path} cannot be read: it is no file, or a link that leads nowhere.")
    if not path.resolve().is_relative_to(location.folder.resolve()):
        raise InputError(f"{path} leads out of {location.folder}; copy the file into the folder.")


def _refuse_odd_name(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        raise InputError(f"{shown}: the name is no text in UTF-8. Rename it.") from None


def format_of(path: Path) -> str | None:
    """Tell a file's format from its ending, .gz apart."""
    name = path.name.lower().removesuffix(".gz")
    return ENDINGS.get(PurePosixPath(name).suffix)


def _mappings_by_name(location: Location) -> Iterator[TableMapping]:
    """Map the files of a folder without source.yml by their names: calls.csv, calls/*.csv."""
    by_table: dict[str, list[Path]] = {}
    for path in sorted(location.folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            for file in sorted(path.iterdir()):
                if file.is_file() and not file.name.startswith(".") and _is_data(file):
                    by_table.setdefault(_table_named(path.name, file), []).append(file)
        elif _is_data(path):
            by_table.setdefault(_table_named(path.name.split(".")[0], path), []).append(path)
    if not by_table:
        raise InputError(
            f"{location.folder} holds no source.yml and no file that bears a table's name, "
            f"such as calls.csv. Tables are {', '.join(tables())}."
        )
    for name in tables():
        # One mapping a format: each has its own options, and files land in order of name.
        by_format: dict[str, list[Path]] = {}
        for path in by_table.get(name, ()):
            _refuse_unfit(location, path)
            by_format.setdefault(format_of(path) or "", []).append(path)
        for file_format, paths in by_format.items():
            files = FileSet(tuple(sorted(paths, key=location.shown)), file_format, Options())
            yield TableMapping(tables()[name], files)


def _is_data(path: Path) -> bool:
    """Texts beside the data (README.txt) are no tables; a source.yml can name a .txt."""
    return format_of(path) is not None and not path.name.lower().removesuffix(".gz").endswith(
        ".txt"
    )


def _table_named(name: str, path: Path) -> str:
    if name.lower() in tables():
        return name.lower()
    raise InputError(
        f"{path}: {name} is no table. Name the file after one of {', '.join(tables())}, "
        "or describe it in a source.yml (`service-kpis init`)."
    )


def _mapping(value: object, shown: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(f"{shown} must be a mapping of names to values.")
    for key in value:
        if not isinstance(key, str):
            raise InputError(f"{shown}: YAML reads a key as a value; put it in quotes.")
    return value


def _refuse_unknown(entry: Mapping[str, object], valid: tuple[str, ...], shown: str) -> None:
    unknown = [key for key in entry if key not in valid]
    if unknown:
        raise InputError(
            f"{shown} has an unknown key {', '.join(unknown)}. Valid ones are {', '.join(valid)}."
        )
