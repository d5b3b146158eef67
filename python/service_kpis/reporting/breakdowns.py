"""A headline's value by service, client, channel …: which part carries it, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import duckdb

from service_kpis.reporting.published import Kpi, Point, Score, read_breakdown
from service_kpis.reporting.wording import number, value_text

# The dimensions that a manager can act on first.
DIMENSIONS = (
    "service",
    "client",
    "channel",
    "team",
    "queue",
    "segment",
    "survey_kind",
    "marketplace",
    "platform",
    "country",
    "reason",
    "day_type",
)
MOST_DIMENSIONS, MOST_VALUES = 2, 8


@dataclass(frozen=True)
class Part:
    """One dimension value; `at`, `low` and `high` are places on a scale of 0 to 100."""

    name: str
    value: str
    sample: str
    at: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Breakdown:
    """A KPI by one dimension, beside the whole and the target on the same scale."""

    dimension: str
    parts: list[Part]
    whole_at: float
    target_at: float | None
    left_out: int


def breakdowns(
    connection: duckdb.DuckDBPyConnection, kpi: Kpi, score: Score, currency: str
) -> list[Breakdown]:
    """Read a KPI's parts in the period of its score, by the most telling dimensions it has."""
    points = read_breakdown(connection, kpi.key, score.grain, score.period)
    by_dimension = {name: list(rows) for name, rows in groupby(points, lambda row: row.dimension)}
    told = [name for name in DIMENSIONS if len(by_dimension.get(name, [])) >= 2]
    return [breakdown(by_dimension[name], kpi, score, currency) for name in told[:MOST_DIMENSIONS]]


def breakdown(points: list[Point], kpi: Kpi, score: Score, currency: str) -> Breakdown:
    """Place the most counted parts on one scale; the rest is only counted."""
    parts = points[:MOST_VALUES]
    target = score.target if kpi.unit not in {"count", "currency"} else None
    marks = [point.value for point in parts]
    marks += [point.low for point in parts] + [point.high for point in parts]
    seen = [mark for mark in (*marks, score.value, target) if mark is not None]
    # Dots may leave out zero, but a count is read by its length.
    bottom = 0.0 if kpi.unit in {"count", "currency"} and min(seen) >= 0 else min(seen)
    width = max(seen) - bottom or 1.0

    def place(mark: float) -> float:
        return round(4 + 92 * (mark - bottom) / width, 1)

    return Breakdown(
        dimension=points[0].dimension.replace("_", " "),
        parts=[
            Part(
                name=point.dimension_value,
                value=value_text(point.value, kpi.unit, currency),
                sample="" if point.sample_size is None else number(point.sample_size, 0),
                at=place(point.value or 0.0),
                low=None if point.low is None else place(point.low),
                high=None if point.high is None else place(point.high),
            )
            for point in parts
        ],
        whole_at=place(score.value or 0.0),
        target_at=None if target is None else place(target),
        left_out=len(points) - len(parts),
    )
