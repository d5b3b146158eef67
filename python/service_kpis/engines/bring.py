"""Bring what landed to another engine."""

from __future__ import annotations

from pathlib import Path

from service_kpis.engines.tables import RAW, Engine, OnTable, connect, open_beside, raw_tables
from service_kpis.errors import InputError
from service_kpis.landing.store import create_raw_tables, known_sources
from service_kpis.sql import identifier
from service_kpis.warehouse import Warehouse


def require_open(engine: Engine) -> None:
    """Raise InputError where an engine cannot be reached."""
    with connect() as connection:
        engine.open(connection)


def bring(warehouse: Warehouse, engine: Engine, on_table: OnTable) -> dict[str, int]:
    """Put the warehouse's raw tables in place of those that an engine has; gives their rows.

    The caller holds `warehouse.locked()`. Raises InputError where nothing is landed, or the engine
    cannot be reached or refuses the rows: then it keeps what it had.
    """
    if not known_sources(warehouse):
        raise InputError("Nothing is landed that could be brought there. Name a SOURCE to land.")
    with warehouse.connect() as connection:
        create_raw_tables(connection)  # an earlier version's warehouse may lack one
    return copy_raw(warehouse.build, engine, on_table)


def copy_raw(build: Path, engine: Engine, on_table: OnTable) -> dict[str, int]:
    """Copy raw tables of a build.duckdb that has all of them, which stays as it is."""
    with open_beside(build) as connection:
        engine.open(connection)
        landed = {table: f"landed.{RAW}.{identifier(table)}" for table in raw_tables()}
        return engine.replace(connection, RAW, landed, on_table)
