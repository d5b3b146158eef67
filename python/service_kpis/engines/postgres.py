"""Copy raw tables to a Postgres server, where dbt's target `postgres` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from service_kpis.engines.tables import columns_of, open_beside
from service_kpis.errors import InputError
from service_kpis.landing.databases import extension, why_unreachable
from service_kpis.sql import identifier, literal


def copy_to_postgres(build: Path, server: str, tables: Sequence[str]) -> dict[str, int]:
    """Put the rows of raw tables in place of those that the server has; returns how many.

    `server`: a connection string or URL of libpq. It is one transaction, by binary COPY: who reads
    the server sees all tables as they were, or all as they are now. Tables that are not there are
    made, with the contract's types, and a table gains the columns that the contract gained; views
    on it stay. Postgres holds no NUL character, so a text loses those it has. Raises InputError
    where the server can't be reached or refuses the rows, in words that hold no value of them.
    """
    with open_beside(build) as connection:
        connection.execute(f"load {literal(str(extension('postgres_scanner')))}")
        connection.execute("set pg_null_byte_replacement = ''")
        try:
            connection.execute(f"attach {literal(server)} as server (type postgres)")
        except duckdb.Error as error:
            raise InputError(f"The Postgres server {why_unreachable(str(error))}") from None
        columns = {table: columns_of(connection, table) for table in tables}
        try:
            return _replace(connection, columns)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            raise InputError(
                f"The Postgres server refuses the raw tables ({type(error).__name__}); it keeps "
                "what it had. May this user create schema raw, and write to its tables?"
            ) from None


def _replace(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, dict[str, str]]
) -> dict[str, int]:
    made = (_made(table, types) for table, types in columns.items())
    _on_server(connection, "; ".join(["create schema if not exists raw", *made]))
    connection.execute("call pg_clear_cache()")
    rows = {}
    connection.execute("begin")
    for table, types in columns.items():
        name = f"raw.{identifier(table)}"
        listed = ", ".join(identifier(column) for column in types)
        _on_server(connection, f"truncate {name}")
        inserted = connection.execute(
            f"insert into server.{name} ({listed}) select {listed} from landed.{name}"
        ).fetchone()
        rows[table] = int(inserted[0]) if inserted else 0
    connection.execute("commit")
    # A planner that knows nothing of new rows joins them row by row.
    _on_server(connection, "; ".join(f"analyze raw.{identifier(table)}" for table in columns))
    return rows


def _made(table: str, types: dict[str, str]) -> str:
    """Write what makes a table, or its columns that are new."""
    name = f"raw.{identifier(table)}"
    columns = ", ".join(
        f"add column if not exists {identifier(column)} {data_type}"
        for column, data_type in types.items()
    )
    return f"create table if not exists {name} (); alter table {name} {columns}"


def _on_server(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    connection.execute(f"call postgres_execute('server', {literal(statement)})")
