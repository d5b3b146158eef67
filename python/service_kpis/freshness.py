"""What is landed, by source and table, and when each last had something happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from service_kpis import contract
from service_kpis.sql import identifier, literal

QUIET_DAYS = 7
"""A source without an event for this long before as_of …"""
USUAL_DAYS, OF_DAYS = 15, 28
"""… that had events on at least so many of the days before has gone quiet."""


@dataclass(frozen=True)
class Landed:
    """The rows of one source in one raw table; times are UTC, `latest` None where it has none."""

    source: str
    table: str
    rows: int
    latest: datetime | None
    changed_at: datetime | None
    """When a row of it landed last that was new or other than before."""
    landed_at: datetime | None
    """When the source was landed last, whatever that changed."""
    is_quiet: bool | None
    """Whether it had events daily and has none lately; None where that can't be judged."""


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


def quiet_sources(table: contract.Table, relation: str, as_of: str) -> str:
    """Give the SQL of the sources, `_source`, that had daily rows and have none before as_of."""
    now = f"cast({literal(as_of.rstrip('Z'))} as timestamp)"
    return (
        f"with happened as (select _source, {event_time(table)} as happened_at from {relation}), "
        "latest as (select _source, max(happened_at) as latest_at from happened group by _source) "
        "select happened._source from happened inner join latest using (_source) "
        f"where latest_at < {now} - interval {QUIET_DAYS} day "
        f"and happened_at > latest_at - interval {OF_DAYS} day "
        "group by happened._source "
        f"having count(distinct cast(happened_at as date)) >= {USUAL_DAYS}"
    )


def read_landed(connection: duckdb.DuckDBPyConnection, as_of: str | None) -> list[Landed]:
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
    landed_at = dict(
        connection.execute(
            "select source_name, max(landed_at) from raw.sources group by 1"
        ).fetchall()
    )
    quiet = _read_quiet(connection, as_of)
    return [
        Landed(
            source,
            table,
            rows_of_it,
            latest,
            changed_at,
            landed_at.get(source),
            source in quiet[table] if table in quiet else None,
        )
        for source, _, table, rows_of_it, latest, changed_at in rows
    ]


def _read_quiet(
    connection: duckdb.DuckDBPyConnection, as_of: str | None
) -> dict[str, frozenset[str]]:
    """Read the sources gone quiet of each table whose rows happen some time."""
    if as_of is None:
        return {}
    return {
        table.name: frozenset(
            source
            for (source,) in connection.execute(
                quiet_sources(table, f"raw.{identifier(table.name)}", as_of)
            ).fetchall()
        )
        for table in raw_tables(connection)
        if event_time(table)
    }
