"""Put service_kpis.duckdb in place, whole or not at all, and bring the one before back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from service_kpis import state
from service_kpis.errors import CheckFailedError, InputError
from service_kpis.landing.sql import identifier, literal
from service_kpis.progress import Progress
from service_kpis.state import Published, State
from service_kpis.warehouse import Warehouse

PREFIXES = ("fct_", "dim_", "mart_", "daily_", "kpi_")
"""Of the tables in schema marts, those that leave the warehouse."""


def publish(warehouse: Warehouse, progress: Progress) -> Published:
    """Copy the marts of the last build to a new file and put it in the published one's place.

    Readers that have the old file open keep it; who opens it anew sees the new one. The old one
    stays as `service_kpis.previous.duckdb`, unless it is of the same build: a rollback goes back to
    another one. Raises CheckFailedError unless the whole of the last
    build passed, and a validation of it after that.
    """
    now = state.read(warehouse)
    build_id = _require_passed(now)
    before = now.get("published")
    is_published = before is not None and before["id"] == build_id
    progress.step("publishing")
    for left_over in warehouse.folder.glob("service_kpis.duckdb.*.tmp*"):
        left_over.unlink()
    draft = warehouse.folder / f"service_kpis.duckdb.{os.getpid()}.tmp"
    try:
        with warehouse.connect() as connection:
            _write_marts(connection, draft)
    except BaseException:  # a full disk should not stay full for a file that nobody reads
        draft.unlink(missing_ok=True)
        raise
    state.sync(draft)
    if warehouse.published.exists() and not is_published:
        _keep_as_previous(warehouse)
    draft.replace(warehouse.published)
    state.sync(warehouse.folder)
    published = Published(path=str(warehouse.published), at=state.now(), id=build_id)
    previous = now.get("previous") if is_published else before
    state.update(warehouse, {"published": published, "previous": previous})
    return published


def rollback(warehouse: Warehouse) -> Published | None:
    """Bring the file published before back, once; None where nothing is known of it.

    Raises InputError where there is none.
    """
    if not warehouse.previous.exists():
        raise InputError(
            f"There is nothing to go back to: {warehouse.previous} does not exist. "
            "Each publish can be rolled back once."
        )
    warehouse.previous.replace(warehouse.published)
    state.sync(warehouse.folder)
    previous = state.read(warehouse).get("previous")
    state.update(warehouse, {"published": previous, "previous": None})
    return previous


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Name the tables of schema marts that are published, in order of name."""
    rows = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'marts' order by table_name"
    ).fetchall()
    return [name for (name,) in rows if name.startswith(PREFIXES)]


def _require_passed(now: State) -> str:
    """Give the id of the build to publish; raises CheckFailedError where it must not be."""
    build, checks = now.get("build"), now.get("checks")
    if build is None:
        raise CheckFailedError(
            "There is no finished build to publish. Run `service-kpis build` first."
        )
    if not build["passed"]:
        raise CheckFailedError(
            "The last build failed, so nothing was published. `service-kpis status` tells what "
            "failed; mend it, then run `service-kpis run`."
        )
    if not build["is_whole"]:
        raise CheckFailedError(
            "The last build was of a selection, so nothing was published. "
            "Run `service-kpis build` without --select first."
        )
    if checks is None or checks["build_id"] != build["id"]:
        raise CheckFailedError(
            "The last build is not validated, so nothing was published. "
            "Run `service-kpis validate` first."
        )
    if not checks["passed"]:
        raise CheckFailedError(
            "A check of the last build failed, so nothing was published. `service-kpis status` "
            "tells which; mend its cause, then run `service-kpis run`."
        )
    return build["id"]


def _write_marts(connection: duckdb.DuckDBPyConnection, draft: Path) -> None:
    """Write the published tables with their comments to a new DuckDB file, without a .wal."""
    tables = published_tables(connection)
    comments = _comments(connection)
    connection.execute(f"attach {literal(str(draft))} as published")
    try:
        connection.execute("create schema published.marts")
        for table in tables:
            target = f"published.marts.{identifier(table)}"
            connection.execute(f"create table {target} as select * from marts.{identifier(table)}")
            for column, comment in comments.get(table, ()):
                what = f"column {target}.{identifier(column)}" if column else f"table {target}"
                connection.execute(f"comment on {what} is {literal(comment)}")
        connection.execute("checkpoint published")
    finally:
        connection.execute("detach published")


def _comments(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str | None, str]]]:
    """Give the comments of schema marts by table, as (column or None for the table, comment)."""
    found: dict[str, list[tuple[str | None, str]]] = {}
    for table, column, comment in connection.execute(
        "select table_name, null, comment from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'marts' "
        "union all "
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts'"
    ).fetchall():
        if comment:
            found.setdefault(table, []).append((column, comment))
    return found


def _keep_as_previous(warehouse: Warehouse) -> None:
    """Give the published file its second name; a file system without links gets a copy."""
    draft = warehouse.previous.with_suffix(f".{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    try:
        draft.hardlink_to(warehouse.published)
    except OSError:
        shutil.copyfile(warehouse.published, draft)
        state.sync(draft)
    draft.replace(warehouse.previous)
