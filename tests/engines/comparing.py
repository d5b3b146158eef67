"""Compares two engines' tables of KPIs row by row, and their facts as they are."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from engines.building import Built
from service_kpis.sql import identifier, literal

TABLES_OF_KPIS = ("kpi_values", "kpi_scorecard")
VIEWS_OF_KPIS = ("kpi_changes",)
KEY = ("kpi_key", "grain", "period_start", "dimension", "dimension_value")
ALIKE = 1e-9
"""The largest difference that is none, relative."""
_OF_THEIR_OWN_SCALE = ("numerator", "denominator")


@dataclass(frozen=True)
class Comparison:
    """What is not alike in a table; `worst` is the largest relative difference of any double."""

    table: str
    rows: int
    missing: int
    """Rows of DuckDB alone."""
    added: int
    """Rows of the other engine alone."""
    differing: dict[str, int]
    """Of each column that differs, in how many rows."""
    worst: float

    @property
    def is_alike(self) -> bool:
        return not (self.missing or self.added or self.differing)

    def __str__(self) -> str:
        told = f"{self.table}: {self.rows:,} rows, worst difference {self.worst:.1e}"
        if self.is_alike:
            return told
        return f"{told}; {self.missing} missing, {self.added} added, differing {self.differing}"


def require_the_same(built: Built) -> None:
    """Print what was compared, and fail where a row of a KPI or a fact is another."""
    of_kpis = TABLES_OF_KPIS + (VIEWS_OF_KPIS if built.reads_views else ())
    compared = [
        *(compare_kpis(built.connection, table, built.relation(table)) for table in of_kpis),
        *(
            compare_facts(built.connection, table, built.relation(table))
            for table in tables_of_facts(built.connection)
        ),
    ]
    print(f"\n{sum(built.raw_rows.values()):,} raw rows, dbt build in {built.seconds:.0f} s")
    for comparison in compared:
        print(comparison)
    assert compared[0].rows, "no KPI was built: run `service-kpis run` first"
    assert [str(comparison) for comparison in compared if not comparison.is_alike] == []


def compare_kpis(connection: duckdb.DuckDBPyConnection, table: str, other: str) -> Comparison:
    """Compare DuckDB's `build.marts.<table>` with the relation `other`, by key.

    A double differs where it is null in one alone or further apart than ALIKE. A numerator and a
    denominator are measured by themselves, what shares the KPI's unit by the largest of its row: a
    bound of 1e-18 beside one of 0.4 is 0, and a change is as exact as what it lies between.
    """
    types = _types(connection, table)
    compared = [name for name in types if name not in KEY]
    of_the_unit = [
        name for name in compared if types[name] == "DOUBLE" and name not in _OF_THEIR_OWN_SCALE
    ]
    apart, differing = {}, {}
    for name in compared:
        ours, theirs = f"ours.{name}", f"theirs.{name}"
        if types[name] == "DOUBLE":
            scale = of_the_unit if name in of_the_unit else [name]
            sizes = ", ".join(
                f"abs({side}.{each})" for each in scale for side in ("ours", "theirs")
            )
            apart[name] = f"abs({ours} - {theirs}) / nullif(greatest({sizes}), 0)"
            differing[name] = f"({ours} is null) <> ({theirs} is null) or {apart[name]} > {ALIKE}"
        else:
            differing[name] = f"{ours} is distinct from {theirs}"
    in_both = "ours.kpi_key is not null and theirs.kpi_key is not null"
    counts = ", ".join(
        f"count(*) filter (where {in_both} and ({each}))" for each in differing.values()
    )
    same_row = " and ".join(f"ours.{name} = theirs.{name}" for name in KEY)
    found = connection.execute(
        f"""
        select
            count(ours.kpi_key),
            count(*) filter (where theirs.kpi_key is null),
            count(*) filter (where ours.kpi_key is null),
            coalesce(max(greatest({", ".join(apart.values())})), 0),
            {counts}
        from build.marts.{table} as ours
        full join {other} as theirs on {same_row}
        """
    ).fetchone()
    assert found is not None
    rows, missing, added, worst, *columns = found
    by_column = dict(zip(differing, columns, strict=True))
    return Comparison(
        table, rows, missing, added, {name: n for name, n in by_column.items() if n}, worst
    )


def compare_facts(connection: duckdb.DuckDBPyConnection, table: str, other: str) -> Comparison:
    """Compare a table of which every value must be the same, in whatever order."""
    types = _types(connection, table)
    ours = ", ".join(identifier(name) for name in types)
    theirs = ", ".join(f"cast({identifier(name)} as {kind})" for name, kind in types.items())
    counts = [
        f"(select count(*) from ({first} except all {second}))"
        for first, second in (
            (f"select {ours} from build.marts.{table}", f"select {theirs} from {other}"),
            (f"select {theirs} from {other}", f"select {ours} from build.marts.{table}"),
        )
    ]
    found = connection.execute(
        f"select (select count(*) from build.marts.{table}), {', '.join(counts)}"
    ).fetchone()
    assert found is not None
    return Comparison(table, *found, {}, 0.0)


def tables_of_facts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'build' "
        "and schema_name = 'marts' and regexp_matches(table_name, '^(fct|dim)_') order by all"
    ).fetchall()
    return [name for (name,) in rows]


def _types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'build' "
        f"and schema_name = 'marts' and table_name = {literal(table)} order by column_index"
    ).fetchall()
    return dict(rows)
