"""Pictures of the telephone."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.picture import (
    ACCENT,
    PAPER,
    ROWS,
    TARGET,
    Column,
    Language,
    Picture,
    Words,
    read_rows,
)


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [service_level_over_time(), service_level_by_queue(connection)]


def service_level_over_time() -> Picture:
    """The line of a KPI: it carries no rows, as the scorecard has them."""
    return Picture(
        key="service_level_over_time",
        theme="telephone",
        title=Words("Service level over time", "Le taux de service dans le temps"),
        reading=Words(
            "The line is the share answered in time, the band its 95 % interval, the dashed line "
            "the target. Hollow dots are periods that aren't complete.",
            "La ligne est la part décrochée dans le délai, la bande son intervalle à 95 %, les "
            "tirets l'objectif. Les points creux sont des périodes incomplètes.",
        ),
        kpis=("service_level",),
        chart=line_over_time,
        columns=(
            Column("period", Words("Period", "Période")),
            Column("value", Words("Service level", "Taux de service"), "ratio"),
            Column("sample_size", Words("Calls", "Appels"), "count"),
        ),
        series=("service_level",),
        follows="grain",
        answers=("client", "service", "contract"),
    )


def line_over_time(language: Language) -> alt.TopLevelMixin:
    words = {"en": "Service level", "fr": "Taux de service"}
    base = alt.Chart(ROWS).encode(
        x=alt.X("period_start:T", title=None, axis=alt.Axis(formatType="period"))
    )
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(formatType="ratio"))
    return alt.layer(
        base.mark_area(color=ACCENT, opacity=0.14).encode(
            y=alt.Y("low:Q", title=None), y2="high:Q"
        ),
        base.mark_rule(color=TARGET, strokeDash=[6, 3]).encode(y="mean(target):Q", x=alt.X()),
        base.mark_line(color=ACCENT).encode(y=y),
        base.mark_point(stroke=ACCENT, opacity=1).encode(
            y=y,
            fill=alt.condition("datum.is_complete", alt.value(ACCENT), alt.value(PAPER)),
            tooltip=[
                alt.Tooltip("period:N", title=" "),
                alt.Tooltip("value:Q", title=words[language], formatType="ratio"),
            ],
        ),
    )


def service_level_by_queue(connection: duckdb.DuckDBPyConnection) -> Picture:
    """A picture with rows of its own, of one period."""
    rows = read_rows(
        connection,
        """
        select grain, period_start, dimension_value as queue, value, sample_size
        from marts.kpi_values
        where kpi_key = ? and dimension = ? and grain in ('month', 'quarter', 'year')
            and value is not null
        order by grain, period_start, sample_size desc, dimension_value
        """,
        ["service_level", "queue"],
    )
    return Picture(
        key="service_level_by_queue",
        theme="telephone",
        title=Words("Service level by queue", "Le taux de service par file"),
        reading=Words(
            "Each bar is a queue's share of calls answered in time.",
            "Chaque barre est la part d'appels décrochés dans le délai d'une file.",
        ),
        kpis=("service_level",),
        chart=by_queue,
        columns=(
            Column("queue", Words("Queue", "File")),
            Column("value", Words("Service level", "Taux de service"), "ratio"),
            Column("sample_size", Words("Calls", "Appels"), "count"),
        ),
        rows=rows,
        follows="period",
    )


def by_queue(language: Language) -> alt.TopLevelMixin:
    words = {"en": "Service level", "fr": "Taux de service"}
    chart: alt.Chart = (
        alt.Chart(ROWS, height=alt.Step(26))
        .mark_bar(color=ACCENT)
        .encode(
            y=alt.Y("queue:N", title=None, sort=None),
            x=alt.X("value:Q", title=words[language], axis=alt.Axis(formatType="ratio")),
            tooltip=[
                alt.Tooltip("queue:N", title=" "),
                alt.Tooltip("value:Q", title=words[language], formatType="ratio"),
                alt.Tooltip("sample_size:Q", title="n", formatType="count"),
            ],
        )
    )
    return chart
