"""Pictures of customers over time: who buys again, buys more, and stays."""

from __future__ import annotations

import altair as alt
import duckdb

from service_kpis.reporting.picture import (
    PAPER,
    QUIET,
    ROWS,
    Column,
    Language,
    Picture,
    Words,
    read_rows,
)
from service_kpis.reporting.pictures.shapes import over_time

SHARE = Words("Share", "Part")
JOINED = Words("First active", "Premiers actifs")
AFTER = Words("Periods later", "Périodes plus tard")
STILL = Words("Still active", "Encore actifs")
CUSTOMERS = Words("Customers", "Clients")
MOST_COHORTS = 24


def pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Give the pictures in the order in which they stand."""
    return [buying_again(), retention_cohorts(connection)]


def buying_again() -> Picture:
    """Repeat, cross- and up-sell."""
    keys = ("repeat_sales_rate", "cross_sell_rate", "up_sell_rate")
    return Picture(
        key="buying_again",
        theme="customers",
        title=Words(
            "Do they buy again, other things, dearer ones?",
            "Rachètent-ils, autre chose, plus cher ?",
        ),
        reading=Words(
            "The share of orders by customers who had ordered before; and, of those returning "
            "buyers, who bought in a category or a price class new to them.",
            "La part des commandes de clients qui avaient déjà commandé ; et, parmi ces clients, "
            "ceux qui ont acheté dans une catégorie ou une gamme nouvelle pour eux.",
        ),
        **over_time(keys, SHARE, "ratio", answers=()),
    )


def retention_cohorts(connection: duckdb.DuckDBPyConnection) -> Picture:
    """Who stays, by when they came."""
    rows = read_rows(
        connection,
        f"""
        select
            grain, cohort_start as period_start, period_number, customer_count, active_count,
            round(active_share, 4) as share, is_complete
        from marts.mart_retention_cohorts
        qualify dense_rank() over (partition by grain order by cohort_start desc) <= {MOST_COHORTS}
        order by grain, cohort_start, period_number
        """,
    )
    return Picture(
        key="retention_cohorts",
        theme="customers",
        title=Words("Who stays, by when they came", "Qui reste, selon son arrivée"),
        reading=Words(
            "A line is the customers first active in that period, read from left to right: the "
            "share still active as each later period closes; 0 is the period they came in. A "
            f"framed cell isn't over yet. The latest {MOST_COHORTS} periods.",
            "Une ligne est l'ensemble des clients actifs pour la première fois dans cette période, "
            "de gauche à droite : la part encore active à la fin de chaque période suivante ; 0 "
            "est celle de leur arrivée. Une case encadrée n'est pas finie. Les "
            f"{MOST_COHORTS} dernières périodes.",
        ),
        kpis=("retention_rate", "churn_rate"),
        chart=triangle,
        columns=(
            Column("period", JOINED),
            Column("period_number", AFTER, "count"),
            Column("customer_count", CUSTOMERS, "count"),
            Column("active_count", STILL, "count"),
            Column("share", STILL, "ratio"),
        ),
        rows=rows,
        follows="grain",
    )


def triangle(language: Language) -> alt.TopLevelMixin:
    drawn: alt.Chart = (
        alt.Chart(ROWS, height=alt.Step(20))
        .mark_rect(strokeWidth=1.2)
        .encode(
            x=alt.X(
                "period_number:O",
                title=AFTER.of(language),
                scale=alt.Scale(paddingInner=0.06),
                axis=alt.Axis(labelAngle=0, labelOverlap="greedy", ticks=False, domain=False),
            ),
            y=alt.Y(
                "period_start:O",
                title=None,
                scale=alt.Scale(paddingInner=0.08),
                axis=alt.Axis(formatType="period", ticks=False, domain=False),
            ),
            color=alt.Color(
                "share:Q",
                scale=alt.Scale(zero=False),
                legend=alt.Legend(title=STILL.of(language), formatType="ratio", tickCount=3),
            ),
            stroke=alt.condition("datum.is_complete", alt.value(PAPER), alt.value(QUIET)),
            tooltip=[
                alt.Tooltip("period:N", title=JOINED.of(language)),
                alt.Tooltip("period_number:Q", title=AFTER.of(language), formatType="count"),
                alt.Tooltip("share:Q", title=STILL.of(language), formatType="ratio"),
                alt.Tooltip("active_count:Q", title=STILL.of(language), formatType="count"),
                alt.Tooltip("customer_count:Q", title=CUSTOMERS.of(language), formatType="count"),
            ],
        )
    )
    return drawn
