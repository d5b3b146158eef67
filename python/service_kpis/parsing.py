"""Parse the dbt project once for all warehouses and vars: it takes dbt a quarter of a minute."""

# ruff: noqa: PLC0415  dbt takes 2 s to import, which no other command shall wait for

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from service_kpis.warehouse import PROJECT_DIR, Warehouse

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult


def parse(project: Path, warehouse: Warehouse) -> dbtRunnerResult:
    """Give dbt's outcome, whose result is the manifest for `dbtRunner(manifest)`.

    dbt keeps a parse and reads anew only the files that changed, but for other vars, and for a
    database at another path, it begins anew. Neither has a say in how our models are parsed: vars
    act when their SQL is rendered. So the project is parsed without vars and as no warehouse's.
    """
    from dbt.cli.main import dbtRunner

    kept = _kept(project, warehouse)
    kept.mkdir(parents=True, exist_ok=True)
    arguments = [
        "parse",
        *("--project-dir", str(project)),
        *("--profiles-dir", str(PROJECT_DIR / "profiles")),
        *("--target", "dev"),
        *("--target-path", str(kept)),
        *("--log-path", str(warehouse.logs.resolve())),
        *("--log-level", "none"),
        *("--log-level-file", "info"),
        "--no-print",
        "--no-write-json",
        "--no-send-anonymous-usage-stats",
    ]
    with (
        (kept / "lock").open("w") as lock,
        environment(SERVICE_KPIS_WAREHOUSE="warehouse"),
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second one waits for what the first will leave
        return dbtRunner().invoke(arguments)


def _kept(project: Path, warehouse: Warehouse) -> Path:
    """Give the folder of the kept parse: the project's, or where it can't be written to, ours."""
    beside = project / "target" / "service_kpis"
    there = next(folder for folder in (beside, *beside.parents) if folder.exists())
    return beside if os.access(there, os.W_OK) else warehouse.folder.resolve() / ".dbt" / "parsed"


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set environment variables for a while: dbt reads them, and takes no others in their place."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
