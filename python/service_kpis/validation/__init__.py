"""Check what landed and what was built, before anything is published."""

from __future__ import annotations

import duckdb

from service_kpis import seeds, settings, state
from service_kpis.checks import python_checks
from service_kpis.errors import CheckFailedError, InputError
from service_kpis.machine import resources
from service_kpis.marts_file import published_tables
from service_kpis.outcome import Check
from service_kpis.progress import Progress
from service_kpis.validation.marts_rules import Columns, marts_rules
from service_kpis.validation.raw_rules import raw_rules
from service_kpis.warehouse import Warehouse


def validate(warehouse: Warehouse, progress: Progress) -> list[Check]:
    """Run Great Expectations on raw and marts, then the Python checks; writes Data Docs.

    Gives every check, passed or not. Raises InputError where there is nothing to check yet.
    """
    from service_kpis.validation.great import run_rules  # noqa: PLC0415  takes seconds to import

    if not warehouse.build.exists():
        raise InputError(f"There is nothing to check in {warehouse.folder}. Land a source first.")
    build = state.read(warehouse).get("build")
    vars_of_build = build["vars"] if build else settings.defaults()
    progress.step("checking what landed and what was built")
    with warehouse.connect(read_only=True) as connection:
        build_id = state.build_in(connection)
        filled = _filled_raw_tables(connection)
        marts = _marts(connection)
    rules = [
        *raw_rules(
            filled,
            as_of=build["as_of"] if build else None,
            currency=vars_of_build["reporting_currency"],
        ),
        *marts_rules(marts),
    ]
    checks = run_rules(rules, warehouse.build, warehouse.data_docs, progress.count)
    # Polars has memory of its own beside DuckDB's, and more of it.
    third = {"memory_limit": f"{resources().memory_bytes // 3}B"}
    with warehouse.connect(read_only=True, config={**third}) as connection:
        folder = seeds.project_dir(warehouse) / "seeds"
        checks.extend(python_checks(connection, vars_of_build, folder, progress))
        if state.build_in(connection) != build_id:
            raise CheckFailedError(
                "dbt has built marts while they were checked, so the checks say nothing. "
                "Run `service-kpis run` when it has ended."
            )
    failed = [check for check in checks if not check.passed]
    state.update(
        warehouse,
        {
            "checks": {
                "build_id": build_id,
                "at": state.now(),
                "passed": all(check.severity == "warn" for check in failed),
                "count": len(checks),
                "failed": [vars(check) for check in failed],
            }
        },
    )
    return checks


def _filled_raw_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Name the raw tables that hold a row: an empty one counts as absent."""
    names = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'raw'"
    ).fetchall()
    return {
        name
        for (name,) in names
        if connection.table(f'raw."{name}"').limit(1).fetchone() is not None
    }


def _marts(connection: duckdb.DuckDBPyConnection) -> dict[str, Columns]:
    """Give the columns and types of the marts that are to be published."""
    marts: dict[str, dict[str, str]] = {name: {} for name in published_tables(connection)}
    for table, column, data_type in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts' "
        "order by table_name, column_index"
    ).fetchall():
        if table in marts:
            marts[table][column] = data_type
    return dict(marts)
