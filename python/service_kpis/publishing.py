"""Put service_kpis.duckdb in place, whole or not at all, and bring those before back."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from service_kpis import seeds, state
from service_kpis.errors import CheckFailedError, InputError
from service_kpis.progress import Progress
from service_kpis.sql import identifier, literal
from service_kpis.state import Built, State, build_in
from service_kpis.warehouse import Warehouse, let_read

PREFIXES = ("fct_", "dim_", "mart_", "daily_", "kpi_")
"""Of the tables in schema marts, those that leave the warehouse."""


@dataclass(frozen=True)
class Publication:
    """What a published file says of itself; instants are ISO 8601 in UTC.

    A BI tool reads the same from `marts.publication()`.
    """

    path: Path
    id: str
    """The build's: dbt's invocation_id."""
    at: str
    as_of: str | None
    size: int | None = None
    """In bytes; None where it was not read, or another run has renamed the file meanwhile."""

    def as_dict(self) -> dict[str, str]:
        return {"path": str(self.path), "at": self.at, "id": self.id}


def publish(warehouse: Warehouse, progress: Progress) -> Publication:
    """Copy the marts of the last build to a new file and put it in the published one's place.

    Readers that have the old file open keep it; who opens it anew sees the new one. The last ones
    are kept for `rollback`, but for one of the same build: a rollback goes back to another. Raises
    CheckFailedError unless the whole of the last build passed, a validation of it after that, and
    build.duckdb still holds that build.
    """
    progress.step("publishing")
    build = _require_passed(state.read(warehouse))
    draft = warehouse.published.with_name(f"{warehouse.published.name}.{os.getpid()}.tmp")
    new = Publication(warehouse.published, build["id"], state.now(), build["as_of"])
    made_with = {"vars": build["vars"], "seeds": seeds.fingerprints(warehouse)}
    try:
        with warehouse.connect() as connection:
            _require_unchanged(connection, build)
            _write_marts(connection, draft, new, made_with, progress)
        let_read(draft)
        state.sync(draft)
        _keep_for_rollback(warehouse, new)
        _put_in_place(draft, warehouse)
    except BaseException:  # a full disk should not stay full for a file that nobody reads
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}.wal").unlink(missing_ok=True)
        raise
    return new


def rollback(warehouse: Warehouse) -> Publication:
    """Bring the file published before back. Raises InputError where none is kept."""
    current = publication(warehouse.published)
    passed_over: list[Path] = []
    for kept in filter(Path.exists, warehouse.kept):
        found = publication(kept)
        if found is None or (current is not None and found.id == current.id):
            passed_over.append(kept)  # a publish was killed that had just kept the file in place
            continue
        for path in passed_over:
            path.unlink()
        _put_in_place(kept, warehouse)
        return replace(found, path=warehouse.published)
    raise InputError(
        f"There is nothing to go back to: no earlier file is kept in {warehouse.folder}. The last "
        f"{len(warehouse.kept)} published ones are."
    )


def publication(path: Path) -> Publication | None:
    """Read what a published file says of itself; None where it is none or can't be opened."""
    try:
        with duckdb.connect(path, read_only=True) as connection:
            row = connection.execute(
                "select build_id, published_at, as_of from marts.publication()"
            ).fetchone()
    except duckdb.Error:
        return None
    return replace(Publication(path, *row), size=_size(path)) if row else None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def read_settings(path: Path) -> dict[str, Any] | None:
    """Read the vars and the seeds' fingerprints that a published file was built with.

    None where it does not say: an earlier version made it, or it can't be opened.
    """
    try:
        with duckdb.connect(path, read_only=True) as connection:
            row = connection.execute("select settings from marts.publication()").fetchone()
    except duckdb.Error:
        return None
    found = json.loads(row[0]) if row else None
    return found if isinstance(found, dict) else None


def kept_publications(warehouse: Warehouse) -> list[Publication]:
    """Give what `rollback` can go back to, in its order."""
    current = publication(warehouse.published)
    found = [each for path in warehouse.kept if path.exists() and (each := publication(path))]
    return [each for each in found if current is None or each.id != current.id]


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Name the tables and views of schema marts that are published, in order of name."""
    rows = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'marts' "
        "union all "
        "select view_name from duckdb_views() "
        "where database_name = current_database() and schema_name = 'marts' order by all"
    ).fetchall()
    return [name for (name,) in rows if name.startswith(PREFIXES)]


def _published_views(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> dict[str, str]:
    """Give the queries, by name, of the views that read published tables alone.

    They stay views: a table of the same rows would take its time and its place. Any other view is
    published as a table, as what it reads stays behind, or is a view itself.
    """
    home = f"{connection.execute('select current_database()').fetchall()[0][0]}.marts."
    rows = connection.execute(
        "select view_name, sql from duckdb_views() "
        "where database_name = current_database() and schema_name = 'marts'"
    ).fetchall()
    queries = {name: sql.partition(" AS ")[2].rstrip(";") for name, sql in rows if name in tables}
    published = {home + table for table in tables}
    found = {}
    for name, query in queries.items():
        # DuckDB follows what views read to the tables; an alias stands behind a table's name.
        read = connection.get_table_names(query, qualified=True)
        is_of_tables = not any(home + other in query for other in queries)
        if is_of_tables and {table.partition(" AS ")[0] for table in read} <= published:
            found[name] = query.replace(home, "marts.")
    return found


def _require_passed(now: State) -> Built:
    """Give the build to publish; raises CheckFailedError where it must not be."""
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
    return build


def _require_unchanged(connection: duckdb.DuckDBPyConnection, build: Built) -> None:
    """Raise CheckFailedError where another dbt run has written to build.duckdb meanwhile."""
    if build_in(connection) != build["id"]:
        raise CheckFailedError(
            "dbt has built marts since `service-kpis build` did, which no check has seen, so "
            "nothing was published. Run `service-kpis run`, or `build`, `validate` and `publish`."
        )


def _write_marts(
    connection: duckdb.DuckDBPyConnection,
    draft: Path,
    new: Publication,
    made_with: dict[str, Any],
    progress: Progress,
) -> None:
    """Write the published tables with their comments to a new DuckDB file, without a .wal.

    What the file is stands in it as a macro: a table would be one of the marts, and a note beside
    the file can't be replaced in the same instant.
    """
    tables = published_tables(connection)
    views = _published_views(connection, tables)
    comments = _comments(connection)
    connection.execute(f"attach {literal(str(draft))} as published")
    try:
        connection.execute("create schema published.marts")
        for done, table in enumerate(sorted(tables, key=views.__contains__)):
            progress.count(done, len(tables), table)
            target = f"published.marts.{identifier(table)}"
            kind = "view" if table in views else "table"
            query = views.get(table, f"from marts.{identifier(table)}")
            connection.execute(f"create {kind} {target} as {query}")
            for column, comment in comments.get(table, ()):
                what = f"column {target}.{identifier(column)}" if column else f"{kind} {target}"
                connection.execute(f"comment on {what} is {literal(comment)}")
        as_of = "null" if new.as_of is None else literal(new.as_of)
        connection.execute(
            f"create macro published.marts.publication() as table select {literal(new.id)} "
            f"as build_id, {literal(new.at)} as published_at, cast({as_of} as text) as as_of, "
            f"{literal(json.dumps(made_with))} as settings"
        )
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
        "select view_name, null, comment from duckdb_views() "
        "where database_name = current_database() and schema_name = 'marts' "
        "union all "
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts'"
    ).fetchall():
        if comment:
            found.setdefault(table, []).append((column, comment))
    return found


def _keep_for_rollback(warehouse: Warehouse, new: Publication) -> None:
    """Give the published file a second name, that of the latest kept one; the oldest goes.

    A kill between two steps leaves a name free, which the next publish fills, or the published
    file with its second name already, which `rollback` passes over.
    """
    latest, *_ = kept = warehouse.kept
    current = publication(warehouse.published)
    if not warehouse.published.exists() or (current and current.id == new.id):
        return
    if latest.exists() and (latest.samefile(warehouse.published) or _is_same(latest, current)):
        return
    free = next((n for n, path in enumerate(kept) if not path.exists()), len(kept) - 1)
    for number in range(free, 0, -1):
        kept[number - 1].replace(kept[number])
    try:
        latest.hardlink_to(warehouse.published)
    except OSError:  # a file system without links
        draft = latest.with_name(f"{latest.name}.{os.getpid()}.tmp")
        shutil.copyfile(warehouse.published, draft)
        let_read(draft)
        state.sync(draft)
        draft.replace(latest)


def _is_same(kept: Path, current: Publication | None) -> bool:
    found = publication(kept)
    return found is not None and current is not None and found.id == current.id


def _put_in_place(file: Path, warehouse: Warehouse) -> None:
    """Let a whole file become the published one in one instant, and wait until the disk has it."""
    # Left by a tool that opened the file for writing, it would be replayed onto the new one.
    warehouse.published.with_name(f"{warehouse.published.name}.wal").unlink(missing_ok=True)
    file.replace(warehouse.published)
    state.sync(warehouse.folder)
