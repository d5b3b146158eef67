"""DuckLake as an engine of the models: its catalogue on Postgres, its files in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from engines.building import Built, dbt_build
from postgres_server import execute, running_server
from service_kpis.engines import DuckLake
from service_kpis.engines.attached import NAME
from service_kpis.engines.tables import connect
from service_kpis.engines.targets import LAKE
from service_kpis.sql import literal
from service_kpis.warehouse import Warehouse

DATABASE = "lake"


@contextmanager
def empty_lake(folder: Path) -> Iterator[DuckLake]:
    """Make a lake whose files are in a folder, and whose catalogue is on a server of its own."""
    with running_server() as server:
        execute(server, f"create database {DATABASE}")
        yield DuckLake(f"{LAKE}postgres:{server.url(database=DATABASE)}", str(folder))


def build(warehouse: Warehouse, lake: DuckLake, folder: Path) -> float:
    """Build the marts in the lake; `folder` is for what dbt writes. Returns the seconds."""
    arguments = ("--exclude-resource-type", "unit_test", "test")
    return dbt_build(warehouse, folder, "ducklake", *arguments, environment=environment(lake))


def environment(lake: DuckLake) -> dict[str, str]:
    """Give the variables by which target ducklake is this lake."""
    return os.environ | {
        "SERVICE_KPIS_DUCKLAKE_CATALOG": lake.catalogue.removeprefix(LAKE),
        "SERVICE_KPIS_DUCKLAKE_FOLDER": lake.files,
    }


@contextmanager
def opened(lake: DuckLake) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB that has the lake at hand, as another of its clients."""
    with connect() as connection:
        lake.open(connection)
        yield connection


@contextmanager
def compared(
    warehouse: Warehouse, lake: DuckLake, rows: dict[str, int], seconds: float
) -> Iterator[Built]:
    with opened(lake) as connection:
        connection.execute(f"attach {literal(str(warehouse.build))} as build (read_only)")
        yield Built(connection, lambda table: f"{NAME}.marts.{table}", rows, seconds)
