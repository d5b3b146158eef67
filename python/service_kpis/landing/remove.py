"""Take a source's rows out again."""

from __future__ import annotations

import duckdb

from service_kpis import state
from service_kpis.contract import tables
from service_kpis.errors import InputError
from service_kpis.increment.changes import stop_keeping
from service_kpis.landing.keys import warehouse_key
from service_kpis.landing.parties import refresh_parties
from service_kpis.landing.store import create_raw_tables, read_known_sources
from service_kpis.sql import identifier
from service_kpis.warehouse import Warehouse


def remove(warehouse: Warehouse, source: str) -> dict[str, int]:
    """Remove a source; gives the rows removed by table of the contract that had any.

    Its rejects, repairs and accounts go with it, and people whom nothing refers to any more. The
    caller holds `warehouse.locked()`. Raises InputError for an unknown source, naming those known.
    """
    if not warehouse.build.exists():
        raise InputError(f"The warehouse {warehouse.folder} knows no sources.")
    with warehouse.connect() as connection:
        known = [entry.name for entry in read_known_sources(connection)]
        if source not in known:
            listed = f"It knows {', '.join(known)}." if known else "It knows none."
            raise InputError(f"The warehouse holds no source {source}. {listed}")
        create_raw_tables(connection)
        key, _ = warehouse_key(warehouse, connection)
        connection.execute("begin")
        removed = delete_source(connection, source)
        countries = dict(
            connection.execute("select source_name, default_country from raw.sources").fetchall()
        )
        refresh_parties(connection, key, countries)
        connection.execute("commit")
    if removed:
        state.update(warehouse, {"rows_gone_at": state.now()})
    return removed


def delete_source(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, int]:
    """Delete what raw holds of a source, but the people; gives rows by table that had any."""
    stop_keeping(connection)
    removed = {}
    for name in tables():
        count = _delete(connection, identifier(name), "_source", source)
        if count:
            removed[name] = count
    for name in ("rejects", "repairs", "landings", "sources"):
        _delete(connection, name, "source_name", source)
    return removed


def _delete(connection: duckdb.DuckDBPyConnection, table: str, column: str, source: str) -> int:
    row = connection.execute(f"delete from raw.{table} where {column} = ?", [source]).fetchone()
    return int(row[0]) if row else 0
