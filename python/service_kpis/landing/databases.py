"""Read a query's rows from a database: Postgres, or a DuckDB or SQLite file of the source.

The query is DuckDB's SQL over the database's tables. It runs in a DuckDB of its own in memory, to
which the database is attached read-only and which reaches nothing else, so that it sees neither the
warehouse nor files. A file is copied aside with its write-ahead log, as any file of a source; of a
server the rows and their count are of one snapshot.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from service_kpis.errors import InputError
from service_kpis.extensions import extension, wait_for_a_server, why_unreachable
from service_kpis.landing.expressions import check_query
from service_kpis.landing.files import BATCH, RawFile, copy_aside, unique_names
from service_kpis.landing.numbered import number_rows
from service_kpis.machine import resources
from service_kpis.sql import identifier, literal, scalar

DATABASES = ("postgres", "duckdb", "sqlite")
SIDE_FILES = {"duckdb": (".wal",), "sqlite": ("-wal", "-journal")}
"""What a database file may have beside it, which belongs to it, by the ending of its name."""

_EXTENSIONS = {"postgres": "postgres_scanner", "sqlite": "sqlite_scanner"}
_SYSTEM_SCHEMAS = ("information_schema", "pg_catalog", "pg_toast")


@dataclass(frozen=True)
class DatabaseQuery:
    """A query over a database; `path` of a file, `dsn_env` of a server."""

    kind: str
    query: str
    path: Path | None = None
    dsn_env: str | None = None
    """The environment variable of the connection string or URL; None = libpq's own, PGHOST …"""


def database_query(
    kind: str, entry: Mapping[str, object], find: Callable[[str], Path], shown: str
) -> DatabaseQuery:
    """Read what source.yml says under `kind`; `find` checks a file's name and gives its path.

    Raises InputError for what is missing or unknown.
    """
    query = entry.get("query")
    if not isinstance(query, str) or not query.strip():
        raise InputError(f'{shown} needs a query, such as "select * from calls".')
    if kind == "postgres":
        variable = entry.get("dsn_env")
        if variable is not None and not isinstance(variable, str):
            raise InputError(f"{shown}.dsn_env must be the name of an environment variable.")
        return DatabaseQuery(kind, query.strip(), dsn_env=variable)
    name = entry.get("file")
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{shown} needs file: the database's file within the source's folder.")
    return DatabaseQuery(kind, query.strip(), path=find(name.strip()))


def read_database(
    connection: duckdb.DuckDBPyConnection,
    database: DatabaseQuery,
    folder: Path,
    shown: str,
    table: str,
) -> RawFile:
    """Make temporary view `table` (the query's columns, `_row`); `folder` is for copies.

    Raises InputError where the database cannot be read or the query does not fit it.
    """
    with _attached(database, folder, shown) as reader:
        check_query(reader, database.query, _tables(reader), shown)
        try:
            return _read(connection, reader, database.query, table)
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise InputError(
                f"{shown}: the query does not fit the database: {str(error).splitlines()[0]}"
            ) from None
        except duckdb.Error as error:
            # Its words may hold values of the data, or the connection string.
            raise InputError(
                f"{shown}: the query fails on the data ({type(error).__name__}), or the database "
                "is damaged or gone. Use try_cast where a value may not be what it should."
            ) from None


def _read(
    connection: duckdb.DuckDBPyConnection,
    reader: duckdb.DuckDBPyConnection,
    query: str,
    table: str,
) -> RawFile:
    """Count the query's rows and hand them over, within one transaction."""
    reader.execute("begin")
    described = reader.execute(f"describe select * from ({query}\n)").fetchall()
    names = [row[0] for row in described if row[0].lower() not in ("_row", "_file")]
    if not names:
        raise duckdb.BinderException("it gives no column")
    read = int(scalar(reader, f"select count(*) from ({query}\n)"))
    unique = unique_names(names)
    listed = ", ".join(
        f"result.{identifier(name)} as {identifier(ours)}"
        for name, ours in zip(names, unique, strict=True)
    )
    rows = reader.execute(f"select {listed} from ({query}\n) as result").to_arrow_reader(BATCH)
    connection.register("_landing_batch", rows)
    try:
        number_rows(connection, table, unique, "from _landing_batch")
    finally:
        connection.unregister("_landing_batch")
    return RawFile(unique, (), read)


@contextmanager
def _attached(
    database: DatabaseQuery, folder: Path, shown: str
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB in memory on the database alone; raises InputError."""
    place, name = _place(database, folder, shown)
    with duckdb.connect(
        config={
            **resources().settings,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": str(folder),
            "secret_directory": str(folder / "no_secrets"),
        }
    ) as reader:
        if database.kind in _EXTENSIONS:
            reader.execute(f"load {literal(str(extension(_EXTENSIONS[database.kind])))}")
        reader.execute("set timezone = 'UTC'")
        reader.execute("set arrow_lossless_conversion = true")
        if database.kind == "sqlite":
            # A column of SQLite holds what it is given, whatever it was declared to be.
            reader.execute("set sqlite_all_varchar = true")
        try:
            reader.execute(f"attach {literal(place)} as source (type {database.kind}, read_only)")
            reader.execute("use source")
        except duckdb.Error as error:
            raise InputError(_unreachable(database, name, str(error), shown)) from None
        for setting in ("enable_external_access = false", "lock_configuration = true"):
            reader.execute(f"set {setting}")
        yield reader


def _place(database: DatabaseQuery, folder: Path, shown: str) -> tuple[str, str]:
    """Give what to attach, and the name by which messages call it."""
    if database.path is not None:
        aside = copy_aside(database.path, folder, beside=SIDE_FILES[database.kind])
        if database.kind == "sqlite":
            _settle(aside, database.path)
        return str(aside), str(database.path)
    wait_for_a_server()
    if database.dsn_env is None:
        return "", "the Postgres server of PGHOST, PGPORT, PGDATABASE and PGUSER"
    dsn = os.environ.get(database.dsn_env, "")
    if not dsn.strip():
        raise InputError(
            f"{shown}: the environment variable {database.dsn_env} is not set. Put the database's "
            "connection string or URL into it."
        )
    return dsn, f"the Postgres server of {database.dsn_env}"


def _settle(aside: Path, path: Path) -> None:
    """Bring what a write-ahead log or a journal beside the copy says into it."""
    try:
        with closing(sqlite3.connect(aside)) as copy:
            copy.execute("pragma journal_mode = delete").fetchall()
            copy.execute("select count(*) from sqlite_master").fetchall()
    except sqlite3.Error:
        raise InputError(f"{path} is not a readable SQLite database.") from None


def _unreachable(database: DatabaseQuery, name: str, error: str, shown: str) -> str:
    """Say why a database cannot be attached, without a word of how we would have got in."""
    if database.path is not None:
        return f"{name} is not a DuckDB database that this version of DuckDB can read."
    return f"{shown}: {name} {why_unreachable(error)}"


def _tables(reader: duckdb.DuckDBPyConnection) -> list[str]:
    """Name the database's tables and views, each by itself and with its schema."""
    rows = reader.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'source' and not list_contains(?::varchar[], table_schema) "
        r"and not regexp_matches(table_name, '^(duckdb_|pg_|pragma_|sqlite_)', 'i')",
        [list(_SYSTEM_SCHEMAS)],
    ).fetchall()
    return [name for schema, table in rows for name in (table, f"{schema}.{table}")]
