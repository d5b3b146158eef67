"""Lands the scenario's sources and builds its marts, from the models compiled as shipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from compiled_models import Compiled, build, furnish
from scenario.sources import write_seeds, write_sources
from service_kpis import seeds
from service_kpis.landing import land
from service_kpis.warehouse import Warehouse


@dataclass(frozen=True)
class Scenario:
    warehouse: Warehouse
    connection: duckdb.DuckDBPyConnection

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, values).fetchall()


def build_scenario(folder: Path, compiled: Compiled) -> None:
    """Land the sources and make every seed and model."""
    warehouse = Warehouse(folder / "warehouse")
    with warehouse.locked():
        accounts = land(warehouse, write_sources(folder / "sources"))
        seeds.take(warehouse, write_seeds(folder / "seeds"))
    assert all(account.is_balanced and not account.rejected for account in accounts)
    with warehouse.connect() as connection:
        furnish(connection, compiled, seeds.project_dir(warehouse) / "seeds")
        build(connection, compiled)


@contextmanager
def open_scenario(folder: Path) -> Iterator[Scenario]:
    """Open the scenario that was built in a folder, for reading."""
    warehouse = Warehouse(folder / "warehouse")
    with duckdb.connect(warehouse.build, read_only=True) as connection:
        yield Scenario(warehouse, connection)
