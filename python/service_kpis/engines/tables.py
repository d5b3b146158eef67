"""Which raw tables the models read, and their columns in build.duckdb."""

from __future__ import annotations

from pathlib import Path

import duckdb

from service_kpis import contract
from service_kpis.machine import resources
from service_kpis.sql import literal

PEOPLE = "parties"


def raw_tables() -> tuple[str, ...]:
    """Name the tables of the contract, and who their ids and numbers are: what models read.

    What else landing writes (rejects, repairs, the account) stays where it was written.
    """
    return (*contract.tables(), PEOPLE)


def open_beside(build: Path) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB in memory on build.duckdb, which it cannot write to; its tables are at hand."""
    connection = duckdb.connect(
        config={
            **resources().settings,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"attach {literal(str(build))} as landed (read_only)")
    connection.execute("use landed")
    return connection


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Give the names of a raw table's columns and their types in DuckDB, in their order."""
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'landed' "
        "and schema_name = 'raw' and table_name = ? order by column_index",
        [table],
    ).fetchall()
    return dict(rows)
