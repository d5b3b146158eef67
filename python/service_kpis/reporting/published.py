"""What the report reads: the KPI tables of the published file, and nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from service_kpis.errors import InputError

# How many of the latest periods a line shows: two years, a year, two months.
POINTS = {"day": 62, "week": 53, "month": 24, "quarter": 12, "year": 10}


@dataclass(frozen=True)
class Kpi:
    """A row of marts.kpi_catalogue: what a KPI is, in words."""

    key: str
    theme: str
    label: str
    definition: str
    formula: str
    unit: str
    direction: str | None
    target: float | None


@dataclass(frozen=True)
class Point:
    """A row of marts.kpi_values: a KPI's value in one period of one dimension value."""

    key: str
    grain: str
    period: date
    dimension: str
    dimension_value: str
    value: float | None
    low: float | None
    high: float | None
    sample_size: int | None
    is_complete: bool


@dataclass(frozen=True)
class Score:
    """A row of marts.kpi_scorecard: the latest complete period beside the one before."""

    key: str
    grain: str
    period: date
    dimension: str
    dimension_value: str
    value: float | None
    previous: float | None
    change: float | None
    is_beyond_chance: bool | None
    target: float | None
    status: str
    sample_size: int | None


POINT_COLUMNS = """
    kpi_key, grain, period_start, dimension, dimension_value,
    value, ci_low, ci_high, sample_size, is_complete
"""


@contextmanager
def open_published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file read-only.

    Raises InputError (exit 2) where nothing is published yet, or the file isn't one of ours: the
    report was asked for before there was anything to report.
    """
    if not path.exists():
        raise InputError(
            f"Nothing is published in {path.parent} yet. "
            "Run `service-kpis run` first: it builds, publishes and writes the report."
        )
    try:
        connection = duckdb.connect(path, read_only=True)
    except duckdb.Error:
        raise InputError(
            f"{path} cannot be opened as a DuckDB file. Run `service-kpis run` to publish it again."
        ) from None
    with connection:
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException):
            raise InputError(
                f"{path} lacks the KPI tables that the report reads. "
                "Run `service-kpis run` to publish it again."
            ) from None


def read_catalogue(connection: duckdb.DuckDBPyConnection) -> list[Kpi]:
    """Read every KPI, in the catalogue's own order."""
    rows = connection.execute("""
        select kpi_key, theme, label_en, definition, formula, unit, direction, target
        from marts.kpi_catalogue
    """).fetchall()
    return [
        Kpi(
            key=key,
            theme=theme or "",
            label=label or key,
            definition=definition or "",
            formula=formula or "",
            unit=unit or "",
            direction=direction,
            target=None if target is None else float(target),
        )
        for key, theme, label, definition, formula, unit, direction, target in rows
    ]


def read_lines(connection: duckdb.DuckDBPyConnection) -> list[Point]:
    """Read the latest periods of every KPI as a whole, oldest first.

    A KPI that has no row for `all` (a share of a channel, say) comes by its dimension values.
    """
    limit = " ".join(f"when '{grain}' then {points}" for grain, points in POINTS.items())
    rows = connection.execute(f"""
        with whole as (
            select kpi_key from marts.kpi_values group by kpi_key
            having bool_or(dimension = 'all')
        )
        select {POINT_COLUMNS}
        from marts.kpi_values
        where dimension = 'all' or kpi_key not in (select kpi_key from whole)
        qualify dense_rank() over (
            partition by kpi_key, grain, dimension order by period_start desc
        ) <= case grain {limit} else 0 end
        order by kpi_key, grain, dimension, dimension_value, period_start
    """).fetchall()
    return [Point(*row) for row in rows]


def read_span(connection: duckdb.DuckDBPyConnection) -> tuple[date, date] | None:
    """Read the first and the last day that has data; None where there is none."""
    first, last = connection.execute("""
        select min(period_start), max(period_start) from marts.kpi_values
        where grain = 'day' and value is not null
    """).fetchall()[0]
    return (first, last) if first else None


def read_breakdown(
    connection: duckdb.DuckDBPyConnection, key: str, grain: str, period: date
) -> list[Point]:
    """Read every dimension value of one KPI in one period, the most counted first."""
    rows = connection.execute(
        f"""
        select {POINT_COLUMNS}
        from marts.kpi_values
        where kpi_key = ? and grain = ? and period_start = ? and dimension <> 'all'
            and value is not null
        order by dimension, sample_size desc nulls last, dimension_value
        """,
        [key, grain, period],
    ).fetchall()
    return [Point(*row) for row in rows]


def read_scores(connection: duckdb.DuckDBPyConnection) -> list[Score]:
    """Read the scorecard of every KPI as a whole, or by dimension where it has no whole."""
    rows = connection.execute("""
        with whole as (
            select kpi_key from marts.kpi_values group by kpi_key
            having bool_or(dimension = 'all')
        )
        select kpi_key, grain, period_start, dimension, dimension_value, value, previous_value,
            change, is_beyond_chance, cast(target as double), status, sample_size
        from marts.kpi_scorecard
        where value is not null
            and (dimension = 'all' or kpi_key not in (select kpi_key from whole))
        order by kpi_key, grain, dimension, sample_size desc nulls last, dimension_value
    """).fetchall()
    return [Score(*row) for row in rows]
