"""Build the marts: dbt in this process, so that its import and its parse are paid once."""

# ruff: noqa: PLC0415  dbt takes 2 s to import, which no other command shall wait for

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from service_kpis import seeds, settings, state
from service_kpis.errors import (
    CheckFailedError,
    MachineError,
    failure_in_words,
    machine_failure,
)
from service_kpis.increment.plan import Plan, begin, finish, make_plan
from service_kpis.machine import models_at_a_time
from service_kpis.outcome import Check
from service_kpis.parsing import environment, parse
from service_kpis.progress import Progress
from service_kpis.sql import scalar
from service_kpis.warehouse import PROJECT_DIR, Warehouse, busy

if TYPE_CHECKING:
    from dbt.artifacts.schemas.results import NodeResult
    from dbt_common.events.base_types import EventMsg


_TESTS_OF_SEEDS = "resource_type:test,path:seeds/seeds.yml"
"""What no build runs: seeds.require_valid has read every row of the seeds by these very tests."""

_UNCHANGED = (
    "resource_type:seed",
    "path:models/staging",
    "path:models/kpi,config.materialized:view",
)
"""What an increment leaves as it stands: seeds, and views that are the same as before."""


@dataclass(frozen=True)
class Build:
    """A finished dbt build; `as_of` is ISO 8601 in UTC, None on an empty warehouse."""

    models: int
    as_of: str | None
    vars: dict[str, Any]
    checks: list[Check]
    """The models and dbt tests that did not pass."""
    touched: int | None
    """Rows of raw that were computed anew; None where everything was."""


def build(  # noqa: PLR0913
    warehouse: Warehouse,
    progress: Progress,
    *,
    given_vars: dict[str, Any] | None = None,
    seeds_folder: Path | None = None,
    select: list[str] | None = None,
    is_full: bool = False,
) -> Build:
    """Build what changed since the build before, or everything where that can't be told apart.

    `is_full` builds everything in any case, and `select` what it names in dbt's syntax.

    `given_vars` and `seeds_folder` replace those of the last build, which are kept until then.
    Failing models and tests come back as checks. Raises InputError for seeds that break
    their rules, CheckFailedError where dbt can't read the project, WarehouseBusyError and
    MachineError.
    """
    before = state.read(warehouse)
    vars_now = before.get("vars", {}) if given_vars is None else given_vars
    own_seeds = before.get("seeds_given", [])
    if seeds_folder is None:
        seeds.require_valid(warehouse, None)
    else:
        own_seeds = seeds.take(warehouse, seeds_folder)
    state.update(warehouse, {"vars": vars_now, "seeds_given": own_seeds, "build": None})

    warehouse.logs.mkdir(exist_ok=True)
    with warehouse.connect() as connection:  # dbt would tell late, and without its PID, who has it
        plan = _plan(warehouse, connection, vars_now, is_full=is_full, select=select)
        begin(connection, plan)
        options = ["--threads", str(models_at_a_time(_raw_rows(connection)))]
    if select:
        options += ["--select", *select]
    progress.step(f"building {plan}")
    results = _run_dbt(warehouse, progress, vars_now, options, is_increment=plan.is_increment)
    checks = [check for result in results if (check := _check_of(result, warehouse.logs))]
    has_passed = all(check.severity == "warn" for check in checks)

    with warehouse.connect() as connection:
        build_id = state.build_in(connection)
        as_of = _read_as_of(connection)
        if has_passed and not select:
            finish(warehouse, connection, vars_now)
    finished = Build(
        models=sum(str(result.node.resource_type) == "model" for result in results),
        as_of=as_of,
        vars=settings.effective(vars_now),
        checks=checks,
        touched=plan.touched if plan.is_increment else None,
    )
    state.update(
        warehouse,
        {
            "build": {
                "id": build_id or "",
                "at": state.now(),
                "passed": has_passed,
                "is_whole": not select,
                "models": finished.models,
                "as_of": finished.as_of,
                "vars": finished.vars,
                "failed": [vars(check) for check in checks],
            }
        },
    )
    return finished


def _plan(
    warehouse: Warehouse,
    connection: duckdb.DuckDBPyConnection,
    given: dict[str, Any],
    *,
    is_full: bool,
    select: list[str] | None,
) -> Plan:
    if select:
        return Plan("of the models selected")
    if is_full:
        return Plan("as it was asked for")
    return make_plan(warehouse, connection, given)


def _raw_rows(connection: duckdb.DuckDBPyConnection) -> int:
    rows = scalar(
        connection,
        "select sum(estimated_size) from duckdb_tables() "
        "where schema_name = 'raw' and database_name = current_database()",
    )
    return int(rows or 0)


def _run_dbt(
    warehouse: Warehouse,
    progress: Progress,
    given: dict[str, Any],
    options: list[str],
    *,
    is_increment: bool,
) -> list[NodeResult]:
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    project = seeds.project_dir(warehouse).resolve()
    arguments = [
        "build",
        *("--project-dir", str(project)),
        *("--profiles-dir", str(PROJECT_DIR / "profiles")),
        *("--target", "dev"),
        *("--target-path", str((warehouse.folder / ".dbt" / "target").resolve())),
        *("--log-path", str(warehouse.logs.resolve())),
        *("--exclude-resource-type", "unit_test"),
        *("--vars", json.dumps(given)),
        # Telling of every statement is a tenth of the time that dbt takes.
        *("--log-level", "none"),
        *("--log-level-file", "info"),
        "--no-print",
        "--no-send-anonymous-usage-stats",
        *options,
        *("--exclude", _TESTS_OF_SEEDS, *(_UNCHANGED if is_increment else ())),
    ]
    with environment(
        SERVICE_KPIS_WAREHOUSE=str(warehouse.folder.resolve()),
        SERVICE_KPIS_IS_INCREMENT=str(is_increment).lower(),
        # manifest.json and run_results.json, for other tools, are another tenth.
        DBT_WRITE_JSON=os.environ.get("DBT_WRITE_JSON", "false"),
    ):
        try:
            outcome = parse(project, warehouse)
            if isinstance(outcome.result, Manifest):
                outcome = dbtRunner(outcome.result, [_tell(progress)]).invoke(arguments)
        finally:
            _close_database()
    if outcome.exception is not None:
        raise _failure(outcome.exception, warehouse) from outcome.exception
    return list(getattr(outcome.result, "results", ()))


def _tell(progress: Progress) -> Any:
    """Make the callback that counts dbt's finished nodes and names the one begun last."""
    done = 0
    total = 0
    under_way: dict[str, str] = {}

    def callback(event: EventMsg) -> None:
        nonlocal done, total
        match event.info.name:
            case "LogStartLine":
                total = event.data.total
            case "NodeStart":
                under_way[event.data.node_info.unique_id] = event.data.node_info.node_name
            case "NodeFinished":
                under_way.pop(event.data.node_info.unique_id, None)
                done += 1
            case _:
                return
        progress.count(done, total, next(reversed(under_way.values()), ""))

    return callback


def _close_database() -> None:
    """Close what dbt-duckdb keeps open for the process, so that others may open build.duckdb."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import cleanup_connections

    cleanup_connections()  # type: ignore[no-untyped-call]
    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _failure(exception: BaseException, warehouse: Warehouse) -> BaseException:
    """Give the error to raise for what ended dbt: an interruption stays one."""
    text = str(exception)
    if isinstance(exception, KeyboardInterrupt | MemoryError | OSError):
        return exception
    holder = re.search(r"Could not set lock.*PID (\d+)", text, re.DOTALL)
    if holder:
        return busy(warehouse.folder, holder[1])
    if told := machine_failure(exception):
        return MachineError(told)
    return CheckFailedError(
        f"dbt cannot build the project: {' '.join(text.split())[:400]} "
        f"Its log is {warehouse.logs / 'dbt.log'}."
    )


def _check_of(result: NodeResult, logs: Path) -> Check | None:
    """Make a check of a node that failed or warned; a node skipped for another's sake is none."""
    status = str(result.status)
    if status not in ("error", "fail", "warn", "runtime error"):
        return None
    if told := failure_in_words(result.message or ""):
        raise MachineError(told)
    node = result.node
    rows = result.failures
    if str(node.resource_type) == "test" and rows is not None:
        told = f"The dbt test {node.name} found {rows:,} row{'' if rows == 1 else 's'}."
    else:
        told = f"The {node.resource_type} {node.name} failed; {logs / 'dbt.log'} says why."
    return Check(
        name=node.name,
        severity="warn" if status == "warn" else "error",
        passed=False,
        failed_rows=rows,
        message=told,
    )


def _read_as_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    try:
        found = connection.execute(
            "select strftime(as_of, '%Y-%m-%dT%H:%M:%SZ') from intermediate.int_as_of"
        ).fetchone()
    except duckdb.CatalogException:  # the build failed before it was there
        return None
    return found[0] if found else None
