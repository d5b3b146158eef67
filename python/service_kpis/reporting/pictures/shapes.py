"""Forms that several pictures share: lines over time, values by name, and who may be chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

import altair as alt
import duckdb

from service_kpis.reporting.lines import CHOICES, read_choices
from service_kpis.reporting.picture import (
    ACCENT,
    PAPER,
    QUIET,
    ROWS,
    SECOND,
    TARGET,
    Column,
    Follows,
    Language,
    Unit,
    Words,
)

MOST_NAMES = 12
"""So many channels, platforms or request types a picture shows, so that it can be read."""

# Ticks of a clock, in seconds, of which an axis takes one that gives it seven or fewer.
CLOCK_STEPS = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14_400,
    21_600,
    43_200,
)

# Room at the right of values by name, where each tells on how many rows it stands.
GUTTER = 58
ROW_HEIGHT = 26

SAMPLE = Words("Counted", "Effectif")
PERIOD = Words("Period", "Période")
LOW = Words("At least (95 %)", "Au moins (95 %)")
HIGH = Words("At most (95 %)", "Au plus (95 %)")
TARGET_WORD = Words("Target", "Objectif")


def offered(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], list[str]]:
    """Give the dimensions and values that a reader may choose, as two lists for `CHOSEN`."""
    pairs = [("all", "all")]
    for dimension, values in read_choices(connection).offered.items():
        pairs += [(dimension, value) for value in values]
    return [dimension for dimension, _ in pairs], [value for _, value in pairs]


CHOSEN = """
    offered as (select unnest(?) as dimension, unnest(?) as dimension_value)
"""
"""A CTE that rows are joined to: what nobody can choose isn't carried."""


def kept_periods(table: str | None = None, *, months: int = 24, quarters: int = 12) -> str:
    """Give a qualify clause that keeps as many periods as a reader looks back to.

    An older month or quarter is shown by the longer period that holds it.
    """
    of = f"{table}." if table else ""
    return f"""
    qualify dense_rank() over (partition by {of}grain order by {of}period_start desc)
        <= case {of}grain
            when 'week' then 53 when 'month' then {months} when 'quarter' then {quarters} else 10
        end
    """


def ticks(unit: Unit, channel: str) -> alt.Axis:
    """Write an axis in a unit; clocks are read in sixties, where Vega would count in tens."""
    if unit != "seconds":
        return alt.Axis(formatType=unit)
    low, high = f"domain('{channel}')[0]", f"domain('{channel}')[1]"
    step = f"86400 * ceil(({high} - {low}) / 604800)"
    for size in reversed(CLOCK_STEPS):
        step = f"{high} - {low} <= {7 * size} ? {size} : {step}"
    values = f"sequence(ceil({low} / ({step})) * ({step}), {high} + 0.001, {step})"
    return alt.Axis(formatType=unit, values=alt.ExprRef(values))


def lines(keys: Sequence[str], title: Words, unit: Unit, language: Language) -> alt.TopLevelMixin:
    """Draw KPIs of one unit over time: line, 95 % interval, target, and what isn't complete.

    A period that isn't complete is hollow. Each KPI has a colour and a shape of its own.
    """
    colours = [ACCENT, SECOND, QUIET][: len(keys)]
    shapes = ["circle", "square", "triangle-up"][: len(keys)]
    place = alt.EncodingSortField("place", op="min", order="ascending")
    legend = None if len(keys) == 1 else alt.Legend(title=None)
    places = ", ".join(f"'{key}'" for key in keys)
    base = alt.Chart(ROWS).transform_calculate(place=f"indexof([{places}], datum.kpi_key)")
    x = alt.X("period_start:T", title=None, axis=alt.Axis(formatType="period", grid=False))
    y = alt.Y(
        "value:Q",
        title=title.of(language),
        scale=alt.Scale(zero=False),
        axis=ticks(unit, "y"),
    )
    colour = alt.Color("kpi:N", sort=place, scale=alt.Scale(range=colours), legend=legend)
    shape = alt.Shape("kpi:N", sort=place, scale=alt.Scale(range=shapes), legend=legend)
    # By tests but for the points: two layers that share a scale have two legends.
    own = [
        {"test": f"datum.place == {number}", "value": shown} for number, shown in enumerate(colours)
    ]
    complete = [each | {"test": f"datum.is_complete && {each['test']}"} for each in own]
    known = base.transform_filter("isValid(datum.value)")
    return alt.layer(
        base.transform_filter("isValid(datum.low) && isValid(datum.high)")
        .mark_area(opacity=0.14, line=False)
        .encode(
            x=x,
            y=alt.Y("low:Q"),
            y2="high:Q",
            detail="kpi_key:N",
            fill=alt.FillValue(ACCENT, condition=own),
        ),
        alt.Chart(ROWS)
        .transform_filter("isValid(datum.target)")
        .mark_rule(color=TARGET, strokeDash=[6, 3], strokeWidth=1.5)
        .encode(y="mean(target):Q", detail="kpi_key:N"),
        known.mark_line(strokeWidth=1.8).encode(
            x=x, y=y, detail="kpi_key:N", stroke=alt.StrokeValue(ACCENT, condition=own)
        ),
        known.mark_point(opacity=1, size=34, strokeWidth=1.6).encode(
            x=x,
            y=y,
            color=colour,
            shape=shape,
            fill=alt.FillValue(PAPER, condition=complete),
            tooltip=[
                alt.Tooltip("period:N", title=PERIOD.of(language)),
                alt.Tooltip("kpi:N", title=" "),
                alt.Tooltip("value:Q", title=title.of(language), formatType=unit),
                alt.Tooltip("low:Q", title=LOW.of(language), formatType=unit),
                alt.Tooltip("high:Q", title=HIGH.of(language), formatType=unit),
                alt.Tooltip("sample_size:Q", title=SAMPLE.of(language), formatType="count"),
            ],
        ),
    )


class OverTime(TypedDict):
    """What pictures of KPIs over time have in common: `Picture(…, **over_time(…))`."""

    kpis: tuple[str, ...]
    chart: Callable[[Language], alt.TopLevelMixin]
    columns: tuple[Column, ...]
    series: tuple[str, ...]
    follows: Follows
    answers: tuple[str, ...]


def over_time(
    keys: tuple[str, ...], axis: Words, unit: Unit, *, answers: tuple[str, ...] = CHOICES
) -> OverTime:
    """Show KPIs of one unit over time, as lines and as a table; `axis` says what is counted."""
    return {
        "kpis": keys,
        "chart": lambda language: lines(keys, axis, unit, language),
        "columns": (
            Column("period", PERIOD),
            Column("kpi", Words("KPI", "Indicateur")),
            Column("value", axis, unit),
            Column("low", LOW, unit),
            Column("high", HIGH, unit),
            Column("sample_size", SAMPLE, "count"),
        ),
        "series": keys,
        "follows": "grain",
        "answers": answers,
    }


def dots(
    name: str,
    title: Words,
    unit: Unit,
    language: Language,
    *extra: alt.Chart,
) -> alt.TopLevelMixin:
    """Draw one value by name as a dot with its 95 % interval; how many it counts stands beside it.

    Rows have `value`, `low`, `high`, `target` (a tick, where it is known), `sample_size`, `place`
    (the order) and `is_filled` (false: a hollow dot; what that says is the picture's reading).
    """
    scale = alt.Scale(zero=False, nice=unit != "seconds", rangeMax={"expr": f"width - {GUTTER}"})
    base = alt.Chart(ROWS, height=alt.Step(ROW_HEIGHT))
    y = alt.Y(
        f"{name}:N",
        title=None,
        sort=alt.EncodingSortField("place", op="min", order="ascending"),
        axis=alt.Axis(grid=True, ticks=False, domain=False),
    )
    x = alt.X("value:Q", title=title.of(language), scale=scale, axis=ticks(unit, "x"))
    known = base.transform_filter("isValid(datum.value)")
    return alt.layer(
        known.transform_filter("isValid(datum.low) && isValid(datum.high)")
        .mark_rule(strokeWidth=2.5, opacity=0.45, color=ACCENT)
        .encode(y=y, x=alt.X("low:Q", scale=scale), x2="high:Q"),
        known.transform_filter("isValid(datum.target)")
        .mark_tick(color=TARGET, thickness=2.5, size=18)
        .encode(y=y, x=alt.X("target:Q", scale=scale)),
        known.mark_point(size=70, stroke=ACCENT, strokeWidth=1.8, opacity=1).encode(
            y=y,
            x=x,
            fill=alt.condition("datum.is_filled", alt.value(ACCENT), alt.value(PAPER)),
            tooltip=[
                alt.Tooltip(f"{name}:N", title=" "),
                alt.Tooltip("value:Q", title=title.of(language), formatType=unit),
                alt.Tooltip("low:Q", title=LOW.of(language), formatType=unit),
                alt.Tooltip("high:Q", title=HIGH.of(language), formatType=unit),
                alt.Tooltip("target:Q", title=TARGET_WORD.of(language), formatType=unit),
                alt.Tooltip("sample_size:Q", title=SAMPLE.of(language), formatType="count"),
            ],
        ),
        known.mark_text(align="right", baseline="middle", color=QUIET, fontSize=11).encode(
            y=y,
            x=alt.value("width"),
            text=alt.Text("sample_size:Q", formatType="count"),
        ),
        *extra,
    )
