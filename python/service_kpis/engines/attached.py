"""Engines that a DuckDB attaches as a database, under one name."""

from __future__ import annotations

import duckdb

from service_kpis.sql import identifier

NAME = "server"


def relation(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str | None:
    """Give the name of a table or view of the attached database; None where there is none."""
    found = connection.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = ? and table_schema = ? and table_name = ?",
        [NAME, schema, table],
    ).fetchone()
    return None if found is None else f"{NAME}.{identifier(schema)}.{identifier(table)}"
