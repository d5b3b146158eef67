"""Engines that a DuckDB attaches as a database, under one name."""

from __future__ import annotations

import duckdb

from service_kpis.sql import identifier

NAME = "server"


def relation(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str | None:
    """Give the name of a table or view of the attached database; None where there is none."""
    name = f"{NAME}.{identifier(schema)}.{identifier(table)}"
    try:
        connection.execute(f"describe {name}")
    except duckdb.CatalogException:
        return None
    return name
