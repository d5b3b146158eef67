"""Compare recomputed cells with kpi_values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from service_kpis.checks.recomputation.cells import CELL
from service_kpis.outcome import Check

TOLERANCE = 1e-9
TOLERANCE_OF_BOUNDS = 1e-6
NUMBERS = ("numerator", "denominator", "value", "ci_low", "ci_high")
EQUAL = ("sample_size", "is_complete")
WHAT_DIFFERS = {
    "missing": "kpi_values lacks it",
    "extra": "kpi_values has it and should not",
    "numerator": "by its numerator",
    "denominator": "by its denominator",
    "value": "by its value",
    "ci_low": "by its interval",
    "ci_high": "by its interval",
    "sample_size": "by its sample size",
    "is_complete": "by being complete or not",
}


def compare(
    recomputed: pl.DataFrame, published: pl.DataFrame, keys: Iterable[str]
) -> Iterator[Check]:
    """Give a check for each of the KPIs `keys`, both frames with the columns of kpi_values."""
    found = differences(recomputed, published)
    for key in sorted(keys):
        yield _check(key, found.filter(pl.col("kpi_key") == key))


def differences(recomputed: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """Give the cells that differ, with `differs`, the first thing that does (WHAT_DIFFERS).

    Numbers are equal within TOLERANCE of the larger of the two. The bounds of an interval are a
    value plus and minus a half width, so a bound near 0 is judged by the larger of all three; and
    within TOLERANCE_OF_BOUNDS, because the squares of a mean with little spread cancel out to half
    of a double's digits.
    """
    both = recomputed.with_columns(pl.lit(value=True).alias("_here")).join(
        published.with_columns(pl.lit(value=True).alias("_there")),
        on=list(CELL),
        how="full",
        coalesce=True,
        suffix="_there",
    )
    reasons = [
        pl.when(pl.col("_there").is_null()).then(pl.lit("missing")),
        pl.when(pl.col("_here").is_null()).then(pl.lit("extra")),
        *(pl.when(~_is_close(name)).then(pl.lit(name)) for name in NUMBERS),
        *(
            pl.when(pl.col(name).ne_missing(pl.col(f"{name}_there"))).then(pl.lit(name))
            for name in EQUAL
        ),
    ]
    return (
        both.with_columns(pl.coalesce(reasons).alias("differs"))
        .filter(pl.col("differs").is_not_null())
        .sort(*CELL)
    )


def _is_close(name: str) -> pl.Expr:
    here, there = pl.col(name), pl.col(f"{name}_there")
    tolerated = TOLERANCE * pl.max_horizontal(here.abs(), there.abs())
    if name.startswith("ci_"):
        around = pl.max_horizontal(pl.col("ci_low", "ci_high", "value").abs(), there.abs())
        tolerated = TOLERANCE_OF_BOUNDS * around
    is_near = (here - there).abs() <= tolerated
    return (here.is_null() & there.is_null()) | is_near.fill_null(value=False)


def _check(key: str, found: pl.DataFrame) -> Check:
    told = "agrees with a second computation from the landed rows"
    if not found.is_empty():
        first = found.row(0, named=True)
        told = (
            f"differs from a second computation in {found.height:,} "
            f"cell{'' if found.height == 1 else 's'}, first at grain {first['grain']} "
            f"and dimension {first['dimension']}: {WHAT_DIFFERS[first['differs']]}"
        )
    return Check(
        name=f"recomputation.{key}",
        severity="error",
        passed=found.is_empty(),
        failed_rows=found.height,
        message=f"recomputation.{key}: the KPI {key} {told}.",
    )
