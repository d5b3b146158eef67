"""The KPIs of paid terms, and of what users bring in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from service_kpis.checks.recomputation import calendar, people
from service_kpis.checks.recomputation.calendar import SPANS
from service_kpis.checks.recomputation.cells import (
    NOTHING,
    Measure,
    add_up,
    count,
    no_cells,
    ratio,
)
from service_kpis.checks.recomputation.customers import DIMENSIONS, sales, terms
from service_kpis.checks.recomputation.landed import Landed
from service_kpis.checks.recomputation.orders import orders

RENEWALS = ("renewal_rate", "renewals")
REVENUE = ("average_revenue_per_user",)


def renewals(landed: Landed, now: datetime) -> pl.DataFrame:
    """Judge the terms that are over by whether the next one starts within the grace."""
    if not landed.has("subscriptions"):
        return no_cells()
    today = calendar.day_of(landed, now)
    grace = timedelta(days=landed.vars["renewal_grace_days"])
    paid = terms(landed)
    following = paid.select(
        "_source",
        "subscription_id",
        pl.col("term_number") - 1,
        pl.col("starts_on").alias("next_starts_on"),
    )
    over = pl.col("over_on")
    ended = (
        paid.join(following, on=["_source", "subscription_id", "term_number"], how="left")
        .filter(over <= today)
        .with_columns(
            over.alias("date_on"),
            (pl.col("next_starts_on") <= over + grace).fill_null(value=False).alias("is_renewed"),
        )
    )
    is_mature = over + grace <= today
    measures = [
        count("renewals", pl.col("is_renewed")),
        ratio("renewal_rate", pl.when(is_mature).then("is_renewed"), immature=~is_mature),
    ]
    return add_up(people.with_customer(landed, ended), measures, DIMENSIONS, today=today)


def revenue(landed: Landed, now: datetime) -> pl.DataFrame:
    """Divide what orders and terms bring in by the customers active at any time of a period."""
    if not (landed.has("orders") or landed.has("subscriptions")):
        return no_cells()
    today = calendar.day_of(landed, now)
    active = _active_days(landed, today)
    earned = _earned(landed, today)
    measure = Measure(
        "average_revenue_per_user",
        "none",
        pl.col("amount"),
        pl.col("users"),
        NOTHING,
        pl.col("users"),
        NOTHING,
    )
    cells = [no_cells()]
    for grain, span in SPANS.items():
        period = pl.col("date_on").dt.truncate(span)
        users = (
            active.select("customer_id", period)
            .unique()
            .with_columns(pl.lit(1.0).alias("users"), pl.lit(0.0).alias("amount"))
        )
        paid = earned.select(
            "customer_id", period, pl.lit(0.0).alias("users"), pl.col("amount").cast(pl.Float64)
        )
        rows = people.with_customer(landed, pl.concat([users, paid]))
        cells.append(add_up(rows, [measure], DIMENSIONS, today=today, grains=[grain]))
    return pl.concat(cells)


def _active_days(landed: Landed, today: date) -> pl.DataFrame:
    """Give the days on which each customer is active; a buyer from the order's day on."""
    window = timedelta(days=landed.vars["active_days"])
    paid, bought = terms(landed), sales(landed)
    spans = pl.concat(
        [
            paid.select(
                "customer_id", pl.col("starts_on").alias("since"), pl.col("over_on").alias("until")
            ),
            bought.join(paid, on="customer_id", how="anti").select(
                "customer_id",
                pl.col("date_on").alias("since"),
                (pl.col("date_on") + window + timedelta(days=1)).alias("until"),
            ),
        ]
    )
    return _each_day(spans, today)


def _each_day(spans: pl.DataFrame, today: date) -> pl.DataFrame:
    last = pl.min_horizontal(pl.col("until") - timedelta(days=1), pl.lit(today))
    return (
        spans.with_columns(last.alias("last"))
        .filter(pl.col("since") <= pl.col("last"))
        .with_columns(pl.date_ranges("since", "last").alias("date_on"))
        .drop("since", "until", "last")
        .explode("date_on")
    )


def _earned(landed: Landed, today: date) -> pl.DataFrame:
    """Give amounts by customer and day: orders on theirs, terms spread evenly over their days."""
    ordered = orders(landed).filter(
        pl.col("status") != "cancelled", pl.col("amount").is_not_null(), pl.col("date_on") <= today
    )
    length = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days()
    spread = _each_day(
        landed.table("subscriptions")
        .filter(length > 0, pl.col("amount").is_not_null())
        .select(
            "customer_id",
            (pl.col("amount") / length).alias("amount"),
            pl.col("starts_on").alias("since"),
            pl.col("ends_on").alias("until"),
        ),
        today,
    )
    return pl.concat(
        [
            ordered.select("customer_id", "date_on", "amount"),
            spread.select("customer_id", "date_on", "amount"),
        ]
    )
