"""Compares the marts of the floor with those of the job, row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

from service_kpis.sql import identifier, literal, scalar
from service_kpis.warehouse import PROJECT_DIR

RELATIVE_TOLERANCE = 1e-9
_SIDES = ("floor", "build")


def differences(floor_file: Path, build_file: Path) -> list[str]:
    """Tell where the facts and kpi_values of two files differ: nothing where they are the same.

    KPIs and columns that the build alone has are not compared: whoever adds one need not add it to
    the floor, which is as much leaner as they are few.
    Doubles may differ by a relative 1e-9: what a sum of them is depends on their order.
    """
    with duckdb.connect() as connection:
        for side, file in zip(_SIDES, (floor_file, build_file), strict=True):
            connection.execute(f"attach {literal(str(file))} as {side} (read_only)")
        return [
            told for table, key in keys().items() for told in _differing(connection, table, key)
        ]


def keys() -> dict[str, list[str]]:
    """Give the columns that name a row of each fact and of kpi_values, as the models' tests do."""
    models = PROJECT_DIR / "models"
    found = {}
    for path in [*sorted(models.glob("marts/fct_*.yml")), models / "kpi" / "kpi_values.yml"]:
        (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        tests = [test["unique_key"] for test in model["data_tests"] if "unique_key" in test]
        found[model["name"]] = tests[0]["arguments"]["columns"]
    return found


def _differing(connection: duckdb.DuckDBPyConnection, table: str, key: list[str]) -> list[str]:
    """Compare one table: its columns, then its keys, then what stands beside equal keys."""
    floor, build = (_types(connection, side, table) for side in _SIDES)
    if floor.keys() - build.keys():
        return [f"{table}: the build lacks {', '.join(sorted(floor.keys() - build.keys()))}"]
    same_key = " and ".join(
        f"floor.{name} is not distinct from build.{name}" for name in map(identifier, key)
    )
    differ = ", ".join(f"count(*) filter ({_differs(*column)})" for column in floor.items())
    common, *counts = connection.execute(
        f"select count(*), {differ} from floor.marts.{identifier(table)} as floor "
        f"inner join build.marts.{identifier(table)} as build on {same_key}"
    ).fetchall()[0]
    rows = [
        scalar(
            connection,
            f"select count(*) from {side}.marts.{identifier(table)} where {_is_compared(table)}",
        )
        for side in _SIDES
    ]
    told = [
        f"{table}: {name} differs in {count:,} rows"
        for name, count in zip(floor, counts, strict=True)
        if count
    ]
    if rows != [common, common]:
        told.insert(0, f"{table}: of {rows[0]:,} and {rows[1]:,} rows {common:,} have equal keys")
    return told


def _is_compared(table: str) -> str:
    return (
        "kpi_key in (select kpi_key from floor.marts.kpi_values)"
        if table == "kpi_values"
        else "true"
    )


def _types(connection: duckdb.DuckDBPyConnection, side: str, table: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = ? and schema_name = 'marts' and table_name = ?",
            [side, table],
        ).fetchall()
    )


def _differs(column: str, data_type: str) -> str:
    floor, build = f"floor.{identifier(column)}", f"build.{identifier(column)}"
    if data_type != "DOUBLE":
        return f"{floor} is distinct from {build}"
    return (
        f"({floor} is null) <> ({build} is null) or abs({floor} - {build}) > "
        f"{RELATIVE_TOLERANCE} * greatest(abs({floor}), abs({build}))"
    )
