"""What is landed, by source and table, and when each last had something happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from service_kpis import contract
from service_kpis.sql import identifier, literal


@dataclass(frozen=True)
class Landed:
    """The rows of one source in one raw table; times are UTC, `latest` None where it has none."""

    source: str
    table: str
    rows: int
    latest: datetime | None
    landed_at: datetime | None


def event_time(table: contract.Table) -> str | None:
    """Give the SQL of when a row happened: its required timestamp, else the first one filled."""
    happened = [
        column
        for column in table.columns
        if column.data_type == "timestamp" and not column.is_promise
    ]
    required = [column for column in happened if column.is_required][:1]
    names = [identifier(column.name) for column in required or happened]
    return f"coalesce({', '.join(names)})" if names else None


def raw_tables(connection: duckdb.DuckDBPyConnection) -> list[contract.Table]:
    """Give the contract's tables that are there."""
    rows = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'raw'"
    ).fetchall()
    names = {name for (name,) in rows}
    return [table for name, table in contract.tables().items() if name in names]


def read_landed(connection: duckdb.DuckDBPyConnection) -> list[Landed]:
    """Read what is landed, in order of source and of the contract's tables."""
    selects = [
        f"select _source, {position} as position, {literal(table.name)}, count(*), "
        f"max({event_time(table) or 'cast(null as timestamp)'}), max(_landed_at) "
        f"from raw.{identifier(table.name)} group by _source"
        for position, table in enumerate(raw_tables(connection))
    ]
    if not selects:
        return []
    rows = connection.execute(f"{' union all '.join(selects)} order by 1, 2").fetchall()
    return [Landed(source, *rest) for source, _, *rest in rows]
