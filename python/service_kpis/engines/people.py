"""Make people known on an engine whose raw tables another loader fills."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

import duckdb

from service_kpis import contract
from service_kpis.engines.tables import PEOPLE, RAW, Engine, columns_of, connect
from service_kpis.errors import InputError
from service_kpis.landing.keys import warehouse_key
from service_kpis.landing.parties import refresh_parties
from service_kpis.landing.store import create_raw_tables
from service_kpis.landing.values import SQL_TYPES
from service_kpis.sql import identifier
from service_kpis.warehouse import Warehouse

_IDS = ("customer_id", "agent_id")
_OF_NUMBERS = {
    "calls": ("caller_number", "_source"),
    "customer_identifiers": ("kind", "value", "_source", "_landed_at"),
}
_TIE_BREAKERS = {"_file": "varchar", "_row": "bigint"}
"""Of two identifiers landed in the same instant, the later row wins; a loader may not tell."""


def make_known(
    warehouse: Warehouse,
    engine: Engine,
    *,
    schema: str,
    country: str,
    is_key_rotated: bool,
) -> int:
    """Write `parties` beside an engine's raw tables, with the warehouse's key; gives how many.

    Ids and numbers come from the engine's own tables of the contract, those that it has. Numbers in
    national form are of `country`. Everybody is worked out anew each time, so it can be repeated.

    The caller holds `warehouse.locked()`. Raises InputError where the engine has no raw table or
    one without the columns that tell of people, and where its people are known by another key.
    """
    with (
        tempfile.TemporaryDirectory(dir=warehouse.folder, suffix=".tmp") as folder,
        connect(Path(folder) / "people.duckdb") as connection,
    ):
        engine.open(connection)
        create_raw_tables(connection)
        _show_tables(connection, engine, schema)
        key = _key(warehouse, connection, engine, schema, is_rotated=is_key_rotated)
        refresh_parties(connection, key, defaultdict(lambda: country))
        people = {PEOPLE: f"{RAW}.{PEOPLE}"}
        return engine.replace(connection, schema, people, lambda _: None)[PEOPLE]


def _show_tables(connection: duckdb.DuckDBPyConnection, engine: Engine, schema: str) -> None:
    """Let the engine's tables stand in schema raw, where landing looks for people."""
    found = 0
    for table in contract.tables().values():
        types = {c.name: SQL_TYPES[c.data_type] for c in table.columns if c.name in _IDS}
        types |= dict.fromkeys(_OF_NUMBERS.get(table.name, ()), "varchar")
        relation = engine.relation(connection, schema, table.name) if types else None
        if relation is None:
            continue
        found += 1
        there = columns_of(connection, relation)
        if missing := [name for name in types if name not in there]:
            raise InputError(
                f"The table {table.name} there has no column {missing[0]}, by which people are "
                "known. docs/raw_contract.md tells its columns."
            )
        columns = [_typed(name, data_type) for name, data_type in types.items()]
        columns += [
            _typed(name, data_type) if name in there else f"cast(null as {data_type}) as {name}"
            for name, data_type in _TIE_BREAKERS.items()
        ]
        name = f"{RAW}.{identifier(table.name)}"
        connection.execute(f"drop table {name}")
        connection.execute(f"create view {name} as select {', '.join(columns)} from {relation}")
    if not found:
        raise InputError(
            "There is no raw table of the contract there. Fill them first; where they stand in "
            "another schema, say --vars '{raw_schema: NAME}'."
        )


def _typed(name: str, data_type: str) -> str:
    data_type = "timestamp" if name == "_landed_at" else data_type
    return f"cast({identifier(name)} as {data_type}) as {identifier(name)}"


def _key(
    warehouse: Warehouse,
    connection: duckdb.DuckDBPyConnection,
    engine: Engine,
    schema: str,
    *,
    is_rotated: bool,
) -> bytes:
    """Give the key, by which people of the warehouse and of the engine must be known already."""
    if warehouse.build.exists():
        with warehouse.connect() as build:
            create_raw_tables(build)
            warehouse_key(warehouse, build, is_rotated=is_rotated)
    people = f"{RAW}.{PEOPLE}"
    if known := engine.relation(connection, schema, PEOPLE):
        connection.execute(
            f"insert into {people} by name select caller_key, caller_hash from {known} limit 1"
        )
    key, _ = warehouse_key(warehouse, connection, is_rotated=is_rotated)
    connection.execute(f"delete from {people}")
    return key
