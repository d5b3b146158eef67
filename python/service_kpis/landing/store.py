"""The schema `raw` of build.duckdb: its tables, and the sources that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from service_kpis.contract import CONTRACT_FILE, tables
from service_kpis.increment.changes import stop_where_outgrown
from service_kpis.landing.values import SQL_TYPES
from service_kpis.sql import identifier
from service_kpis.warehouse import Warehouse

LANDING_FILE = CONTRACT_FILE.with_name("landing.yml")
_LINEAGE = "_source varchar, _file varchar, _row bigint, _landed_at timestamp"
_SOURCES = """
    create table if not exists raw.sources (
        source_name varchar, path varchar, timezone varchar, default_country varchar,
        is_sample boolean, landed_at timestamp
    )
"""
_LANDINGS = """
    create table if not exists raw.landings (
        source_name varchar, table_name varchar, file_name varchar, read bigint, inserted bigint,
        updated bigint, unchanged bigint, rejected bigint, left_out bigint, left_out_null bigint,
        landed_at timestamp
    )
"""


@dataclass(frozen=True)
class KnownSource:
    """A source that the warehouse holds."""

    name: str
    path: Path
    is_sample: bool
    landed_at: datetime
    """UTC, without a zone."""


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing of schema `raw`: the contract's tables and landing's own.

    A warehouse of an earlier version gets the columns that the contract gained, empty.
    """
    connection.execute("create schema if not exists raw")
    for table in tables().values():
        columns = [
            f"{identifier(column.name)} {SQL_TYPES[column.data_type]}" for column in table.columns
        ]
        name = f"raw.{identifier(table.name)}"
        connection.execute(f"create table if not exists {name} ({', '.join(columns)}, {_LINEAGE})")
        for column in columns:
            connection.execute(f"alter table {name} add column if not exists {column}")
    for name, entries in _landing_tables():
        columns = [f"{entry['name']} {SQL_TYPES[entry['data_type']]}" for entry in entries]
        connection.execute(f"create table if not exists raw.{name} ({', '.join(columns)})")
    connection.execute(_SOURCES)
    connection.execute(_LANDINGS)
    stop_where_outgrown(connection)


def _landing_tables() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    document = yaml.safe_load(LANDING_FILE.read_text(encoding="utf-8"))
    for table in document["sources"][0]["tables"]:
        yield table["name"], table["columns"]


def has_raw_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_schema = 'raw' and table_name = 'sources'"
    ).fetchone()
    return row == (1,)


def known_sources(warehouse: Warehouse) -> list[KnownSource]:
    """Give the sources that the warehouse holds, in order of their landing."""
    if not warehouse.build.exists():
        return []
    with warehouse.connect() as connection:
        return read_known_sources(connection)


def read_known_sources(connection: duckdb.DuckDBPyConnection) -> list[KnownSource]:
    if not has_raw_tables(connection):
        return []
    rows = connection.execute(
        "select source_name, path, is_sample, landed_at from raw.sources order by landed_at"
    ).fetchall()
    return [KnownSource(name, Path(path), is_sample, at) for name, path, is_sample, at in rows]
