"""Which raw tables the models read, how an engine takes them, and their columns in DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import duckdb

from service_kpis import contract
from service_kpis.machine import resources
from service_kpis.sql import literal

PEOPLE = "parties"
RAW = "raw"

OnTable = Callable[[str], None]
"""Is told the name of each table before its rows go."""


class Engine(Protocol):
    """Where raw tables shall stand. `open` comes first; all of it works in the same DuckDB."""

    def open(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Reach it; raises InputError in words that hold no way to get in."""

    def relation(
        self, connection: duckdb.DuckDBPyConnection, schema: str, table: str
    ) -> str | None:
        """Give what to select a table of it from; None where it has no such table."""

    def replace(
        self,
        connection: duckdb.DuckDBPyConnection,
        schema: str,
        tables: Mapping[str, str],
        on_table: OnTable,
    ) -> dict[str, int]:
        """Put the rows of DuckDB's relations, by table, in place of what it has; gives how many.

        Raises InputError where it refuses them.
        """


def raw_tables() -> tuple[str, ...]:
    """Name the tables of the contract, and who their ids and numbers are: what models read.

    What else landing writes (rejects, repairs, the account) stays where it was written.
    """
    return (*contract.tables(), PEOPLE)


def connect(path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB, in memory without a path, that downloads nothing."""
    connection = duckdb.connect(
        ":memory:" if path is None else path,
        config={
            **resources().settings,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("set timezone = 'UTC'")
    return connection


def open_beside(build: Path) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB in memory with build.duckdb at hand as `landed`, which it cannot write to."""
    connection = connect()
    connection.execute(f"attach {literal(str(build))} as landed (read_only)")
    return connection


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Give the names of a relation's columns and their types in DuckDB, in their order."""
    rows = connection.execute(f"describe select * from {relation}").fetchall()
    return {name: data_type for name, data_type, *_ in rows}
