"""The rows of a file that is being read, each under its number."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from service_kpis.sql import identifier


def number_rows(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[str],
    rows: str,
    values: Sequence[str] = (),
) -> None:
    """Make temporary view `name` of a select's rows, `_row` being the place of each among them.

    DuckDB keeps the order of what it reads, so that a row's place is its rowid: a window that
    counts them takes one thread, and as long as all else of the reading. `columns` names the
    select's; they are held under other names, as one of them may be `rowid`.
    """
    places = [f"c{place}" for place in range(len(columns))]
    connection.execute(
        f"create or replace temp table {_held(name)} ({', '.join(places)}) as {rows}", list(values)
    )
    named = "".join(
        f"{place} as {identifier(column)}, " for place, column in zip(places, columns, strict=True)
    )
    _show(connection, name, f"{named}rowid + 1 as _row")


def hold_rows(connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str]) -> str:
    """Make temporary view `name` of text columns and `_row`; gives the table to fill, quoted."""
    listed = "".join(f"{identifier(column)} varchar, " for column in columns)
    connection.execute(f"create or replace temp table {_held(name)} ({listed}_row bigint)")
    _show(connection, name, "*")
    return _held(name)


def keep_rows(connection: duckdb.DuckDBPyConnection, name: str, rows: str) -> None:
    """Make temporary view `name` of a select's rows, which bear their `_row`."""
    connection.execute(f"create or replace temp table {_held(name)} as {rows}")
    _show(connection, name, "*")


def drop_rows(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drop the view and what it shows."""
    connection.execute(f"drop view {identifier(name)}")
    connection.execute(f"drop table {_held(name)}")


def _held(name: str) -> str:
    return identifier(f"{name}_held")


def _show(connection: duckdb.DuckDBPyConnection, name: str, columns: str) -> None:
    connection.execute(
        f"create or replace temp view {identifier(name)} as select {columns} from {_held(name)}"
    )
