"""What is staged of a source: temporary tables of its valid rows and of the keys it held."""

from __future__ import annotations

import duckdb

from service_kpis.contract import Table
from service_kpis.landing.values import SQL_TYPES
from service_kpis.sql import identifier


def valid_rows(table: Table) -> str:
    """Name the temporary table of a table's valid rows, quoted."""
    return identifier(f"_landing_valid_{table.name}")


def seen_keys(table: Table) -> str:
    """Name the temporary table of the keys that a landing held, quoted."""
    return identifier(f"_landing_seen_{table.name}")


def create_staged(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create `valid_rows`: every row of a table's files, and once all are judged the valid ones.

    It has the contract's columns, `_seq`, `_file`, `_row`, `_left_out` (0, 1 where false, 2 where
    null), `_problem` (number in the list, null = none), `_value`, `_mended` (names of columns, null
    = none) and `_latest_text`, `_latest_at`, `_latest_number`, which `latest_by` compares.
    """
    columns = ", ".join(
        f"{identifier(column.name)} {SQL_TYPES[column.data_type]}" for column in table.columns
    )
    connection.execute(
        f"""
        create or replace temp table {valid_rows(table)} (
            {columns}, _seq bigint, _file varchar, _row bigint, _left_out integer,
            _problem integer, _value varchar, _mended varchar[], _latest_text varchar,
            _latest_at timestamp, _latest_number double
        )
        """
    )
    keys = ", ".join(identifier(name) for name in table.key)
    connection.execute(
        f"create or replace temp table {seen_keys(table)} as "
        f"select {keys} from {valid_rows(table)} limit 0"
    )
