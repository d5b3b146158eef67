"""Runs dbt as its user does, on another engine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from service_kpis import seeds, state
from service_kpis.engines import Engine, copy_raw
from service_kpis.warehouse import PROJECT_DIR, Warehouse


@dataclass(frozen=True)
class Built:
    """The marts of another engine beside DuckDB's, which are attached as `build`."""

    connection: duckdb.DuckDBPyConnection
    relation: Callable[[str], str]
    """Gives what to select a table of theirs from."""
    raw_rows: dict[str, int]
    seconds: float
    reads_views: bool = True
    """Whether `relation` gives views, too, and not only what the engine wrote."""


def bring_raw(warehouse: Warehouse, engine: Engine) -> dict[str, int]:
    """Copy the raw tables as `land --to` does; gives how many rows each has."""
    return copy_raw(warehouse.build, engine, lambda _: None)


def dbt_build(  # noqa: PLR0913
    warehouse: Warehouse,
    folder: Path,
    target: str,
    *arguments: str,
    environment: dict[str, str],
    is_strict: bool = False,
    given_vars: dict[str, str] | None = None,
) -> float:
    """Run plain `dbt build` with the warehouse's seeds and vars; returns the seconds it took."""
    chosen = state.read(warehouse).get("vars", {}) | (given_vars or {})
    dbt = [sys.executable, "-m", "engines.strict_dbt"] if is_strict else [_script("dbt")]
    began = time.monotonic()
    done = subprocess.run(
        [
            *(*dbt, "build", "--target", target, *arguments),
            *("--project-dir", seeds.project_dir(warehouse)),
            *("--profiles-dir", PROJECT_DIR / "profiles"),
            *("--vars", json.dumps(chosen)),
            *("--target-path", folder / "target", "--log-path", folder / "logs"),
            *("--quiet", "--no-use-colors"),
        ],
        cwd=PROJECT_DIR / "tests",
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=7_200,
    )
    assert done.returncode == 0, done.stdout[-8_000:]
    return time.monotonic() - began


def _script(name: str) -> Path:
    return Path(sys.executable).with_name(name)
