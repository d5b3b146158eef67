"""From contributions of rows to cells: grains, dimensions, values, intervals, completeness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from service_kpis.checks.recomputation.calendar import SPANS

Interval = Literal["wilson", "mean", "nps", "none"]
Z = 1.96
NONE = "(none)"
FROM_THE_WEEK = ("agent", "path")
"""Dimensions without day cells: a day of one agent is too little to judge by."""
CELL = ("kpi_key", "grain", "period_start", "dimension", "dimension_value")
PARTS = ("numerator", "denominator", "square", "sample_size", "immature")


@dataclass(frozen=True)
class Measure:
    """What each row of a fact adds to the cells of one KPI; null adds nothing."""

    key: str
    interval: Interval
    numerator: pl.Expr
    denominator: pl.Expr | None
    """None: a count, whose denominator is 1 in every cell."""
    square: pl.Expr
    sample_size: pl.Expr
    immature: pl.Expr


NOTHING = pl.lit(0.0)


def mean(
    key: str, value: pl.Expr, interval: Interval = "mean", immature: pl.Expr = NOTHING
) -> Measure:
    """Sum `value` over the rows that have one."""
    number = value.cast(pl.Float64)
    judged = value.is_not_null().cast(pl.Float64)
    return Measure(key, interval, number, judged, number**2, judged, immature)


def ratio(key: str, verdict: pl.Expr, immature: pl.Expr = NOTHING) -> Measure:
    """Count the rows whose verdict is true, over those that have one."""
    return mean(key, verdict, "wilson", immature)


def count(key: str, condition: pl.Expr) -> Measure:
    """Count the rows that meet a condition."""
    met = condition.fill_null(value=False).cast(pl.Float64)
    return Measure(key, "none", met, None, NOTHING, met, NOTHING)


def weighted(key: str, part: pl.Expr, whole: pl.Expr) -> Measure:
    """Take a share whose rows stand for several things each."""
    return Measure(key, "wilson", part, whole, part, whole, NOTHING)


def value_of(dimension: str) -> pl.Expr:
    """Give the value that a row counts under: of `all`, itself; of a dimension, its or `(none)`."""
    if dimension == "all":
        return pl.lit("all").alias("all")
    return pl.col(dimension).cast(pl.String).fill_null(NONE)


def contract() -> pl.Expr:
    """Name a row's `contract`; where one part is missing the other stays."""
    parts = [pl.col(name).fill_null(NONE) for name in ("client", "service")]
    is_told = pl.col("client").is_not_null() | pl.col("service").is_not_null()
    return pl.when(is_told).then(pl.concat_str(parts, separator=" / ")).alias("contract")


def add_up(
    rows: pl.DataFrame,
    measures: Sequence[Measure],
    dimensions: Iterable[str],
    *,
    today: date,
    grains: Iterable[str] = SPANS,
) -> pl.DataFrame:
    """Add the rows up to cells, at every grain, under `all` and under each dimension's values.

    `rows` has `date_on` and the dimensions as columns. Every row makes its cells, also where it is
    in no numerator or denominator. Gives the columns of kpi_values.
    """
    if rows.is_empty():
        return no_cells()
    return pl.concat(
        close(part, measure.interval, today=today)
        for measure, part in _sums(_by_day(rows, measures, dimensions), measures, grains)
    )


def _by_day(
    rows: pl.DataFrame, measures: Sequence[Measure], dimensions: Iterable[str]
) -> pl.DataFrame:
    """Sum every measure by day, dimension and value, each in a column a part."""
    names = ("all", *dimensions)
    wide = rows.select(
        "date_on",
        *(value_of(name) for name in names),
        *(
            part.fill_null(0.0).cast(pl.Float64).alias(f"{measure.key}.{name}")
            for measure in measures
            for name, part in _parts(measure).items()
        ),
    )
    return pl.concat(
        wide.group_by("date_on", pl.col(name).alias("dimension_value"))
        .agg(pl.col("^.*\\..*$").sum())
        .with_columns(pl.lit(name).alias("dimension"))
        for name in names
    )


def _parts(measure: Measure) -> dict[str, pl.Expr]:
    parts = {name: getattr(measure, name) for name in PARTS}
    return {name: NOTHING if part is None else part for name, part in parts.items()}


def _sums(
    days: pl.DataFrame, measures: Sequence[Measure], grains: Iterable[str]
) -> Iterable[tuple[Measure, pl.DataFrame]]:
    for grain in grains:
        taken = days
        if grain == "day":
            taken = days.filter(~pl.col("dimension").is_in(FROM_THE_WEEK))
        periods = taken.group_by(
            pl.col("date_on").dt.truncate(SPANS[grain]).alias("period_start"),
            "dimension",
            "dimension_value",
        ).agg(pl.col("^.*\\..*$").sum())
        for measure in measures:
            sums = periods.select(
                pl.lit(measure.key).alias("kpi_key"),
                pl.lit(grain).alias("grain"),
                "period_start",
                "dimension",
                "dimension_value",
                *(pl.col(f"{measure.key}.{part}").alias(part) for part in PARTS),
            )
            if measure.denominator is None:
                sums = sums.with_columns(pl.lit(1.0).alias("denominator"))
            yield measure, sums


def of_one_dimension(cells: pl.DataFrame, key: str, grain: str, dimension: str) -> pl.DataFrame:
    """Complete the cells of a KPI that is no sum of rows, at one grain under one dimension.

    `cells` has period_start, dimension_value, numerator and sample_size.
    """
    return cells.with_columns(
        pl.lit(key).alias("kpi_key"),
        pl.lit(grain).alias("grain"),
        pl.lit(dimension).alias("dimension"),
        pl.lit(1.0).alias("denominator"),
        pl.lit(0.0).alias("square"),
        pl.lit(0.0).alias("immature"),
    )


def close(sums: pl.DataFrame, interval: Interval, *, today: date) -> pl.DataFrame:
    """Divide, and add the interval and whether the cell is complete.

    `sums` has the key of a cell and PARTS. A period is over when the reporting day of as_of,
    `today`, lies after it.
    """
    value = pl.when(pl.col("denominator") != 0).then(pl.col("numerator") / pl.col("denominator"))
    closed = sums.with_columns(value.alias("value"))
    low, high = _bounds(interval)
    period_end = pl.coalesce(
        pl.when(pl.col("grain") == grain).then(pl.col("period_start").dt.offset_by(span))
        for grain, span in SPANS.items()
    )
    return closed.select(
        *CELL,
        "numerator",
        "denominator",
        "value",
        pl.col("sample_size").cast(pl.Float64).round().cast(pl.Int64),
        low.cast(pl.Float64).alias("ci_low"),
        high.cast(pl.Float64).alias("ci_high"),
        ((period_end <= pl.lit(today)) & (pl.col("immature") == 0)).alias("is_complete"),
    )


def _bounds(interval: Interval) -> tuple[pl.Expr, pl.Expr]:
    """Give the 95 % bounds: Wilson's of a ratio, NPS's own, the sample's of a mean."""
    n, value = pl.col("sample_size"), pl.col("value")
    if interval == "none":
        return pl.lit(None), pl.lit(None)
    if interval == "wilson":
        spread = Z**2 / n
        middle = (value + spread / 2) / (1 + spread)
        half = Z * ((value * (1 - value) + spread / 4) / n).sqrt() / (1 + spread)
        is_known = n > 0
    else:
        deviations = (pl.col("square") - pl.col("numerator") ** 2 / n).clip(lower_bound=0)
        variance = deviations / (n if interval == "nps" else n - 1)
        middle, half = value, Z * (variance / n).sqrt()
        is_known = n > (0 if interval == "nps" else 1)
    return pl.when(is_known).then(middle - half), pl.when(is_known).then(middle + half)


def no_cells() -> pl.DataFrame:
    """Give cells of nothing: what a KPI of an absent table has."""
    types: Mapping[str, pl.DataType | type[pl.DataType]] = {
        "kpi_key": pl.String,
        "grain": pl.String,
        "period_start": pl.Date,
        "dimension": pl.String,
        "dimension_value": pl.String,
        "numerator": pl.Float64,
        "denominator": pl.Float64,
        "value": pl.Float64,
        "sample_size": pl.Int64,
        "ci_low": pl.Float64,
        "ci_high": pl.Float64,
        "is_complete": pl.Boolean,
    }
    return pl.DataFrame(schema=types)
