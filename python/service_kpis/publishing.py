"""Put service_kpis.duckdb in place, whole or not at all, and bring those before back."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from service_kpis import marts_file, seeds, state
from service_kpis.errors import CheckFailedError, InputError
from service_kpis.increment import plan
from service_kpis.progress import Progress
from service_kpis.sql import literal
from service_kpis.state import Built, State, build_in
from service_kpis.warehouse import Warehouse, let_read


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
            _copy_where_it_goes_on(connection, warehouse, draft)
            _write_marts(connection, draft, new, made_with, progress)
        let_read(draft)
        state.sync(draft)
        _keep_for_rollback(warehouse, new)
        _put_in_place(draft, warehouse)
        state.update(warehouse, {"published": signature(warehouse.published)})
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


def signature(path: Path) -> list[int]:
    """Give what becomes another where somebody writes to a file: its size, and when it was (ns)."""
    told = path.stat()
    return [told.st_size, told.st_mtime_ns]


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


def _copy_where_it_goes_on(
    connection: duckdb.DuckDBPyConnection, warehouse: Warehouse, draft: Path
) -> None:
    """Begin with the published file where the last build was an increment upon the one in it.

    Not where somebody wrote to it since: that would live on in every file to come.
    """
    before = plan.goes_on_from(connection)
    standing = publication(warehouse.published) if before else None
    if (
        standing is not None
        and standing.id == before
        and signature(warehouse.published) == state.read(warehouse).get("published")
    ):
        shutil.copyfile(warehouse.published, draft)


def _write_marts(
    connection: duckdb.DuckDBPyConnection,
    draft: Path,
    new: Publication,
    made_with: dict[str, Any],
    progress: Progress,
) -> None:
    """Write the published tables with their comments to a DuckDB file, without a .wal.

    One that is there is brought up to date. What the file is stands in it as a macro: a table would
    be one of the marts, and a note beside the file can't be replaced in the same instant.
    """
    goes_on = draft.exists()
    connection.execute(f"attach {literal(str(draft))} as published")
    try:
        if goes_on and marts_file.has_the_columns(connection):
            marts_file.bring_up_to_date(connection, progress)
        else:
            connection.execute("drop schema if exists published.marts cascade")
            marts_file.write(connection, progress)
        as_of = "null" if new.as_of is None else literal(new.as_of)
        connection.execute(
            "create or replace macro published.marts.publication() as table "
            f"select {literal(new.id)} as build_id, {literal(new.at)} as published_at, "
            f"cast({as_of} as text) as as_of, {literal(json.dumps(made_with))} as settings"
        )
        connection.execute("checkpoint published")
    finally:
        connection.execute("detach published")


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
