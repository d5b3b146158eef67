"""What the commands tell each other, kept in the warehouse as state.json."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict, cast

import duckdb

from service_kpis.errors import MachineError
from service_kpis.outcome import Check
from service_kpis.warehouse import Warehouse


class Built(TypedDict):
    """The last dbt build; `is_whole` = of every model, so that all are of the same rows."""

    id: str
    """dbt's invocation_id, which build.duckdb holds, too."""
    at: str
    passed: bool
    is_whole: bool
    models: int
    as_of: str | None
    vars: dict[str, Any]
    failed: list[dict[str, Any]]


class Checked(TypedDict):
    """The last validation: what did not pass, of the build that build.duckdb held then."""

    build_id: str | None
    at: str
    passed: bool
    count: int
    failed: list[dict[str, Any]]


class State(TypedDict, total=False):
    """state.json; a key that is missing or null has not happened yet."""

    vars: dict[str, Any]
    """As the user gave them last."""
    seeds_given: list[str]
    """The names of the user's own seeds, kept in the warehouse."""
    rows_gone_at: str
    """When rows were removed last: by `remove`, or as they were missing in a `mode: replace`."""
    build: Built | None
    checks: Checked | None
    published: list[int]
    """What `signature` gave of the file that was published last."""


def now() -> str:
    """Give the present instant in UTC, as ISO 8601 to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(warehouse: Warehouse) -> State:
    """Read the state; empty for a new warehouse. Raises MachineError if it is damaged."""
    try:
        found = json.loads(warehouse.state.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return State()
    except ValueError:
        found = None
    if not _is_state(found):
        raise MachineError(
            f"{warehouse.state} is damaged. Remove it, then run `service-kpis run` again."
        )
    return cast(State, found)


def build_in(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Give the invocation_id of the last dbt run that wrote to build.duckdb; None before any."""
    try:
        row = connection.execute("select invocation_id from intermediate.latest_dbt_run").fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None


def _is_state(found: object) -> bool:
    """Tell whether it has the shape of a State, so that nobody who reads it trips."""
    if not isinstance(found, dict):
        return False
    for name, of_what in (("build", Built), ("checks", Checked)):
        entry = found.get(name)
        if entry is None:
            continue
        if not isinstance(entry, dict) or not of_what.__required_keys__ <= entry.keys():
            return False
        failed = entry["failed"]
        if not isinstance(failed, list) or not all(map(_is_check, failed)):
            return False
    return isinstance(found.get("vars", {}), dict) and isinstance(
        found.get("seeds_given", []), list
    )


def _is_check(entry: object) -> bool:
    return isinstance(entry, dict) and entry.keys() == {each.name for each in fields(Check)}


def update(warehouse: Warehouse, changes: State) -> None:
    """Change keys of the state; another process sees the old file or the new one, whole."""
    merged = {**read(warehouse), **changes}
    draft = warehouse.state.with_name(f"{warehouse.state.name}.{os.getpid()}.tmp")
    write_through(draft, json.dumps(merged, indent=2, ensure_ascii=False).encode())
    draft.replace(warehouse.state)
    sync(warehouse.folder)


def write_through(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it; one that can't be written whole goes again."""
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Wait until the disk has a file, or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
