"""Pictures of tickets: how long they take, where they come in and how hard they are."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.picture import (
    ACCENT,
    PAPER,
    ROWS,
    SECOND,
    Column,
    Language,
    Picture,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import MOST_NAMES, SAMPLE, kept_periods

TIME = Words("Time, logarithmic", "Durée, logarithmique")
MEDIAN = Words("Half within", "La moitié en")
P90 = Words("Nine in ten within", "Neuf sur dix en")
WHAT = Words("Time to", "Délai de")
NAMES = {
    "(none)": Words("not told", "non précisé"),
    "low": Words("low", "faible"),
    "medium": Words("medium", "moyenne"),
    "high": Words("high", "élevée"),
}
STAGES = {
    "first_response_time": Words("first response", "première réponse"),
    "resolution_time": Words("resolution", "résolution"),
}
CHANNEL = Words("Channel", "Canal")
COMPLEXITY = Words("Complexity", "Complexité")
# A second, ten, a minute, ten, an hour, three, six, half a day, a day, two, a week, thirty days.
TICKS = [1, 10, 60, 600, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000]


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [
        times_by(
            connection,
            "channel",
            CHANNEL,
            Words("How long tickets take by channel", "La durée des tickets par canal"),
        ),
        times_by(
            connection,
            "complexity",
            COMPLEXITY,
            Words("How long tickets take by complexity", "La durée des tickets par complexité"),
        ),
    ]


def times_by(
    connection: duckdb.DuckDBPyConnection, dimension: str, label: Words, title: Words
) -> Picture:
    """Median and 90th percentile of response and resolution, by one dimension of tickets."""
    rows = read_rows(
        connection,
        f"""
        with told as (
            select
                grain, period_start, dimension_value as name,
                case
                    when kpi_key like '%first_response_time' then 'first_response_time'
                    else 'resolution_time'
                end as stage,
                max(value) filter (where kpi_key like 'median_%') as median,
                max(value) filter (where kpi_key like 'p90_%') as p90,
                max(sample_size) as sample_size
            from marts.kpi_values
            where dimension = ? and grain in ('week', 'month', 'quarter', 'year')
                and kpi_key in (
                    'median_first_response_time', 'p90_first_response_time',
                    'median_resolution_time', 'p90_resolution_time'
                )
                and value is not null
            group by grain, period_start, dimension_value, stage
        ),

        named as (
            select
                *,
                -max(median) filter (where stage = 'resolution_time')
                    over (partition by grain, period_start, name) as place,
                max(sample_size) over (partition by grain, period_start, name) as most
            from told
        )

        select * exclude (most) from named
        {kept_periods()}
            and dense_rank() over (
                partition by grain, period_start order by most desc, name
            ) <= {MOST_NAMES}
        order by grain, period_start, name, stage
        """,
        [dimension],
    )
    return Picture(
        key=f"times_by_{dimension}",
        theme="tickets",
        title=title,
        reading=Words(
            "A dot is the time within which half the tickets had it, its line leads to the time of "
            "nine in ten. The slowest to resolve stand first. The scale is logarithmic: seconds "
            "of a chat and weeks of a letter are both to be seen.",
            "Un point est le délai tenu pour la moitié des tickets, son trait mène au délai tenu "
            "pour neuf sur dix. Les plus lents à résoudre d'abord. L'échelle est logarithmique : "
            "les secondes d'un chat et les semaines d'un courrier s'y lisent ensemble.",
        ),
        kpis=(
            "median_first_response_time",
            "p90_first_response_time",
            "median_resolution_time",
            "p90_resolution_time",
        ),
        chart=median_to_p90,
        columns=(
            Column("name", label, words=NAMES),
            Column("stage", WHAT, words=STAGES),
            Column("median", MEDIAN, "seconds"),
            Column("p90", P90, "seconds"),
            Column("sample_size", SAMPLE, "count"),
        ),
        rows=rows,
        follows="period",
    )


def median_to_p90(language: Language) -> alt.TopLevelMixin:
    words = [stage.of(language) for stage in STAGES.values()]
    # A median of no second at all has no logarithm.
    base = alt.Chart(ROWS, height=alt.Step(13)).transform_calculate(
        at="max(datum.median, 1)", to="max(datum.p90, 1)"
    )
    scale = alt.Scale(type="log", nice=False, padding=8)
    axis = alt.Axis(formatType="seconds", values=TICKS, labelSeparation=8)
    y = alt.Y(
        "name:N",
        title=None,
        sort=alt.EncodingSortField("place", op="min", order="ascending"),
        axis=alt.Axis(grid=False, ticks=False, domain=False),
    )
    offset = alt.YOffset("stage:N", scale=alt.Scale(domain=words))
    colour = alt.Color(
        "stage:N",
        scale=alt.Scale(domain=words, range=[SECOND, ACCENT]),
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    shape = alt.Shape(
        "stage:N",
        scale=alt.Scale(domain=words, range=["square", "circle"]),
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    return alt.layer(
        base.mark_rule(strokeWidth=2.5, opacity=0.45).encode(
            y=y, yOffset=offset, x=alt.X("at:Q", scale=scale), x2="to:Q", color=colour
        ),
        base.mark_point(size=52, opacity=1, strokeWidth=1.8, fill=PAPER).encode(
            y=y,
            yOffset=offset,
            x=alt.X("at:Q", title=TIME.of(language), scale=scale, axis=axis),
            color=colour,
            shape=shape,
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("stage:N", title=WHAT.of(language)),
                alt.Tooltip("median:Q", title=MEDIAN.of(language), formatType="seconds"),
                alt.Tooltip("p90:Q", title=P90.of(language), formatType="seconds"),
                alt.Tooltip("sample_size:Q", title=SAMPLE.of(language), formatType="count"),
            ],
        ),
    )
