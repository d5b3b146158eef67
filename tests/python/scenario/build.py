"""Builds the scenario's models in this process, and again under other vars, on one parse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from scenario.sources import write_seeds, write_sources
from service_kpis import building, seeds
from service_kpis.landing import land
from service_kpis.warehouse import PROJECT_DIR, Warehouse


@dataclass(frozen=True)
class Scenario:
    warehouse: Warehouse
    manifest: Manifest

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.warehouse.build, read_only=True) as connection:
            return connection.execute(statement, values).fetchall()


def build_scenario(folder: Path) -> Scenario:
    """Land the sources and build every seed and model, but no test: those have their own run."""
    warehouse = Warehouse(folder / "warehouse")
    with warehouse.locked():
        accounts = land(warehouse, write_sources(folder / "sources"))
        seeds.take(warehouse, write_seeds(folder / "seeds"))
    assert all(account.is_balanced and not account.rejected for account in accounts)
    manifest = _dbt(warehouse, None, "parse")
    without_tests = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    _dbt(warehouse, manifest, "build", *without_tests)
    return Scenario(warehouse, manifest)


def rebuild(
    scenario: Scenario, folder: Path, given_vars: dict[str, Any], select: Sequence[str]
) -> Scenario:
    """Build some models anew under other vars, in a copy of the scenario's warehouse."""
    copy = Scenario(Warehouse(folder), scenario.manifest)
    shutil.copy(scenario.warehouse.build, copy.warehouse.build)
    _dbt(
        copy.warehouse,
        scenario.manifest,
        *("run", "--select", *select, "--vars", json.dumps(given_vars)),
    )
    return copy


def _dbt(warehouse: Warehouse, manifest: Manifest | None, *arguments: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_KPIS_WAREHOUSE", str(warehouse.folder))
        try:
            outcome = dbtRunner(manifest=manifest).invoke(
                [
                    *arguments,
                    *("--project-dir", str(seeds.project_dir(warehouse))),
                    *("--profiles-dir", str(PROJECT_DIR / "profiles")),
                    *("--target-path", str(warehouse.folder / "target")),
                    *("--log-path", str(warehouse.folder / "logs")),
                    *("--log-level", "none", "--log-level-file", "error", "--no-print"),
                ]
            )
        finally:
            building._close_database()
    assert outcome.success, (outcome.exception, outcome.result)
    return outcome.result
