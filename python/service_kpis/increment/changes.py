"""Schema `changes` of build.duckdb: the raw rows that went and came since the last build.

It is there only where a whole warehouse was built and every change since is known; without it the
next build is a full one. Its tables have the contract's columns, `_source` and `is_new`: a
corrected row stands in it twice, as it was and as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from service_kpis.contract import tables
from service_kpis.sql import identifier, scalar

_PEOPLE = ("kind", "source_name", "identifier", "customer_id", "caller_hash")


def keep(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin anew: what is built now holds every row of raw."""
    stop_keeping(connection)
    connection.execute("create schema changes")
    for table in tables().values():
        columns = ", ".join([*(identifier(column.name) for column in table.columns), "_source"])
        connection.execute(
            f"create table changes.{identifier(table.name)} as "
            f"select {columns}, true as is_new from raw.{identifier(table.name)} limit 0"
        )
    connection.execute(
        f"create table changes.parties as select {', '.join(_PEOPLE)} from raw.parties limit 0"
    )


def stop_keeping(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the next build be a full one, and drop what was kept of the rows that went."""
    connection.execute("drop schema if exists changes cascade")


def are_kept(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(
        scalar(
            connection,
            "select count(*) from information_schema.schemata "
            "where schema_name = 'changes' and catalog_name = current_database()",
        )
    )


def stop_where_outgrown(connection: duckdb.DuckDBPyConnection) -> None:
    """Stop where an earlier version keeps changes without columns that the contract has by now."""
    kept = set(
        connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'changes' and database_name = current_database()"
        ).fetchall()
    )
    if not {(t.name, column.name) for t in tables().values() for column in t.columns} <= kept:
        stop_keeping(connection)


def note_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    condition: str,
    values: Sequence[Any] = (),
    *,
    is_new: bool,
) -> None:
    """Note rows of a raw table (`landed`) before they go, or when they have come."""
    if not are_kept(connection):
        return
    columns = ", ".join([*(identifier(column.name) for column in tables()[table].columns)])
    connection.execute(
        f"insert into changes.{identifier(table)} select {columns}, _source, {is_new} "
        f"from raw.{identifier(table)} as landed where {condition}",
        list(values),
    )


def note_people(
    connection: duckdb.DuckDBPyConnection, condition: str, values: Sequence[Any] = ()
) -> None:
    """Note parties (`party`) as they were, before they go or become another person's."""
    if are_kept(connection):
        connection.execute(
            f"insert into changes.parties select {', '.join(_PEOPLE)} "
            f"from raw.parties as party where {condition}",
            list(values),
        )


def forget_increment(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty what increments left, as somebody is to be forgotten; the next build is a full one."""
    stop_keeping(connection)
    for schema, table in connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name in ('touched', 'replaced') and database_name = current_database()"
    ).fetchall():
        connection.execute(f"delete from {identifier(schema)}.{identifier(table)}")
