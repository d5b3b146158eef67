"""Percentiles: they add up over nothing, so every cell is computed from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from service_kpis.checks.recomputation.calendar import SPANS
from service_kpis.checks.recomputation.cells import (
    FROM_THE_WEEK,
    close,
    no_cells,
    of_one_dimension,
    value_of,
)


def percentiles(
    rows: pl.DataFrame,
    value: pl.Expr,
    shares: Mapping[str, float],
    dimensions: Iterable[str],
    *,
    today: date,
) -> pl.DataFrame:
    """Give the cells of the KPIs in `shares`, each a percentile of `value`, linearly between rows.

    `rows` has `date_on` and the dimensions; a cell whose rows have no value is null.
    """
    if rows.is_empty():
        return no_cells()
    names = ("all", *dimensions)
    taken = rows.select(
        "date_on", *(value_of(name) for name in names), value.cast(pl.Float64).alias("_value")
    )
    found = [
        _at(taken, key, share, grain, name)
        for grain in SPANS
        for name in names
        if not (grain == "day" and name in FROM_THE_WEEK)
        for key, share in shares.items()
    ]
    return close(pl.concat(found), "none", today=today)


def _at(taken: pl.DataFrame, key: str, share: float, grain: str, name: str) -> pl.DataFrame:
    cells = taken.group_by(
        pl.col("date_on").dt.truncate(SPANS[grain]).alias("period_start"),
        pl.col(name).alias("dimension_value"),
    ).agg(
        pl.col("_value").quantile(share, "linear").alias("numerator"),
        pl.col("_value").count().alias("sample_size"),
    )
    return of_one_dimension(cells, key, grain, name)
