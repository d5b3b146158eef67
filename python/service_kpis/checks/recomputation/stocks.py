"""Stocks: what there is on the evening of a period's last day."""

from __future__ import annotations

from collections.abc import Iterable
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

SPAN = ("since", "until")


def stock(
    key: str, things: pl.DataFrame, spans: pl.DataFrame, dimensions: Iterable[str], *, today: date
) -> pl.DataFrame:
    """Count the things in stock at the end of each period's last day, of the current one today.

    `things` has the dimensions and `date_on`, the first day of its cells; `spans` has the days
    `since` which and `until` which (exclusive) a thing is in stock, joined by its other columns.
    Cells are padded with zeros from their first day to today.
    """
    held = things.join(spans, on=[name for name in spans.columns if name not in SPAN])
    found = [no_cells()]
    for name in ("all", *dimensions):
        levels = _levels(things, held, name, today)
        found.extend(
            close(_last_of(levels, key, grain, name), "none", today=today)
            for grain in SPANS
            if not (grain == "day" and name in FROM_THE_WEEK)
        )
    return pl.concat(found)


def _levels(things: pl.DataFrame, held: pl.DataFrame, name: str, today: date) -> pl.DataFrame:
    """Give the stock of each day and value of a dimension."""
    value = value_of(name).alias("dimension_value")
    days = (
        things.group_by(value)
        .agg(pl.col("date_on").min())
        .filter(pl.col("date_on") <= today)
        .with_columns(pl.date_ranges("date_on", pl.lit(today)))
        .explode("date_on")
    )
    moves = pl.concat(
        held.group_by(value, pl.col(day).alias("date_on")).agg(
            (sign * pl.len().cast(pl.Int64)).alias("moved")
        )
        for day, sign in zip(SPAN, (1, -1), strict=True)
    )
    moved = moves.group_by("dimension_value", "date_on").agg(pl.col("moved").sum())
    return (
        days.join(moved, on=["dimension_value", "date_on"], how="left")
        .sort("dimension_value", "date_on")
        .with_columns(pl.col("moved").fill_null(0).cum_sum().over("dimension_value").alias("level"))
    )


def _last_of(levels: pl.DataFrame, key: str, grain: str, name: str) -> pl.DataFrame:
    last = pl.col("level").last().cast(pl.Float64)
    cells = levels.group_by(
        "dimension_value", pl.col("date_on").dt.truncate(SPANS[grain]).alias("period_start")
    ).agg(last.alias("numerator"), last.alias("sample_size"))
    return of_one_dimension(cells, key, grain, name)
