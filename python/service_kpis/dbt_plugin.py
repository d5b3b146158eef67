"""What dbt does with build.duckdb otherwise, plain `dbt build` too: see profiles.yml."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.environments import local
from dbt.adapters.duckdb.plugins import BasePlugin

from service_kpis.errors import without_values
from service_kpis.extensions import extension
from service_kpis.machine import resources
from service_kpis.sql import identifier, literal
from service_kpis.warehouse import NOT_FOR_OTHERS


class Plugin(BasePlugin):
    """Makes the warehouse folder, keeps what dbt writes private, and limits the memory."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        self._extensions = plugin_config.get("extensions", ())
        self._database = plugin_config.get("use")
        if self.creds is not None:
            Path(self.creds.path).parent.mkdir(parents=True, exist_ok=True)
        os.umask(NOT_FOR_OTHERS)
        # dbt-duckdb gives no say in how an error is worded, and dbt writes the words to its log,
        # to run_results.json and to the terminal.
        local.DuckDBCursorWrapper = Cursor  # type: ignore[misc]

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        del creds
        config.update(resources().settings)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Load the extensions that a target names, from their packages."""
        for name in self._extensions:
            conn.execute(f"load {literal(str(extension(name)))}")

    def configure_cursor(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Let names without a database be of the one that a target builds in."""
        if self._database:
            cursor.execute(f"use {identifier(self._database)}")


class Cursor(local.DuckDBCursorWrapper):
    """Runs what dbt sends; an error tells what failed, and no value of the data."""

    def execute(self, sql: str, bindings: Any = None) -> Any:
        with _values_left_out():
            return super().execute(sql, bindings)  # type: ignore[no-untyped-call]

    def fetchone(self) -> Any:
        with _values_left_out():
            return self._cursor.fetchone()

    def fetchmany(self, size: int) -> Any:
        with _values_left_out():
            return self._cursor.fetchmany(size)

    def fetchall(self) -> Any:
        with _values_left_out():
            return self._cursor.fetchall()


@contextmanager
def _values_left_out() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise type(error)(without_values(error)) from None
