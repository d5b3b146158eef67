"""The KPIs of customers over a period: who stays, who leaves, who buys more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import polars as pl

from service_kpis.checks.recomputation import calendar, people
from service_kpis.checks.recomputation.calendar import SPANS
from service_kpis.checks.recomputation.cells import Measure, add_up, no_cells, ratio
from service_kpis.checks.recomputation.landed import Landed

RETENTION = ("churn_rate", "retention_rate")
SELLING = ("cross_sell_rate", "up_sell_rate")
DIMENSIONS = ("segment", "country")
GRAINS_OF_RETENTION = ("month", "quarter", "year")


def sales(landed: Landed) -> pl.DataFrame:
    """Give the orders that are sales, with their local day: all but the cancelled ones."""
    orders = landed.table("orders").filter(pl.col("status") != "cancelled")
    return calendar.with_day(landed, orders, "ordered_at")


def terms(landed: Landed) -> pl.DataFrame:
    """Give the terms of subscriptions with `over_on`, the first day without access."""
    return landed.table("subscriptions").with_columns(
        pl.min_horizontal("ends_on", "cancelled_on").alias("over_on")
    )


def period_cells(
    landed: Landed, rows: pl.DataFrame, measures: list[Measure], grain: str, now: datetime
) -> pl.DataFrame:
    """Add up customers of periods: `rows` has one row a customer and period, dated by its start."""
    known = people.with_customer(landed, rows)
    return add_up(known, measures, DIMENSIONS, today=calendar.day_of(landed, now), grains=[grain])


def retention(landed: Landed, now: datetime) -> pl.DataFrame:
    """Follow the customers active at the start of a period to its end."""
    if not (landed.has("orders") or landed.has("subscriptions")):
        return no_cells()
    bought, paid = sales(landed), terms(landed)
    first_days = [
        day for day in (bought["date_on"].min(), paid["starts_on"].min()) if isinstance(day, date)
    ]
    if not first_days:
        return no_cells()
    is_retained = pl.col("is_retained")
    measures = [ratio("retention_rate", is_retained), ratio("churn_rate", ~is_retained)]
    cells = [no_cells()]
    for grain in GRAINS_OF_RETENTION:
        boundaries = list(_boundaries(min(first_days), calendar.day_of(landed, now), grain))
        active = {day: _active_at(landed, bought, paid, day) for day in boundaries}
        for start, end in pairwise(boundaries):
            rows = active[start].with_columns(
                pl.lit(start).alias("date_on"),
                pl.col("customer_id")
                .is_in(active[end]["customer_id"].implode())
                .alias("is_retained"),
            )
            cells.append(period_cells(landed, rows, measures, grain, now))
    return pl.concat(cells)


def _boundaries(first: date, today: date, grain: str) -> Iterator[date]:
    """Give the days that begin a period; the last is the day after today, which closes it."""
    starts = pl.date_range(first, today, SPANS["day"], eager=True).dt.truncate(SPANS[grain])
    yield from starts.unique().sort()
    yield today + timedelta(days=1)


def _active_at(landed: Landed, bought: pl.DataFrame, paid: pl.DataFrame, day: date) -> pl.DataFrame:
    """Give the customers active at the local midnight that opens `day`."""
    window = timedelta(days=landed.vars["active_days"])
    subscribers = paid.filter((pl.col("starts_on") <= day) & (pl.col("over_on") > day))
    buyers = bought.filter(pl.col("date_on").is_between(day - window, day, closed="left")).join(
        paid, on="customer_id", how="anti"
    )
    return pl.concat([subscribers.select("customer_id"), buyers.select("customer_id")]).unique()


def selling(landed: Landed, now: datetime) -> pl.DataFrame:
    """Judge returning buyers by what their orders hold that none of their earlier ones did."""
    if not landed.has("orders", "order_items", "products"):
        return no_cells()
    orders = _judged_orders(landed)
    measures = [
        ratio("cross_sell_rate", pl.when("is_returning").then("is_cross_sale")),
        ratio("up_sell_rate", pl.when("is_returning").then("is_up_sale")),
    ]
    cells = [no_cells()]
    for grain, span in SPANS.items():
        buyers = orders.group_by("customer_id", pl.col("date_on").dt.truncate(span)).agg(
            pl.col("is_returning", "is_cross_sale", "is_up_sale").any()
        )
        cells.append(period_cells(landed, buyers, measures, grain, now))
    return pl.concat(cells)


def _judged_orders(landed: Landed) -> pl.DataFrame:
    """Add to each sale whether an earlier one of its customer exists, and what it adds to those."""
    bought = sales(landed)
    first = pl.col("ordered_at").min().over("customer_id")
    lines = (
        bought.with_columns((pl.col("ordered_at") > first).alias("is_returning"))
        .select("order_id", "customer_id", "ordered_at", "is_returning")
        .join(landed.table("order_items").select("order_id", "product_id"), on="order_id")
        .join(
            landed.table("products").select("product_id", "category", "family", "list_price"),
            on="product_id",
        )
    )
    return bought.with_columns(
        (pl.col("ordered_at") > first).alias("is_returning"),
        pl.col("order_id").is_in(_orders_of_new_category(lines).implode()).alias("is_cross_sale"),
        pl.col("order_id").is_in(_orders_of_dearer_product(lines).implode()).alias("is_up_sale"),
    )


def _orders_of_new_category(lines: pl.DataFrame) -> pl.Series:
    """Give the returning orders with a category that the customer's orders before never held."""
    first_bought = pl.col("ordered_at").min().over("customer_id", "category")
    return lines.filter(
        pl.col("category").is_not_null(),
        pl.col("ordered_at") == first_bought,
        pl.col("is_returning"),
    )["order_id"]


def _orders_of_dearer_product(lines: pl.DataFrame) -> pl.Series:
    """Give the orders with a price above the dearest of its family bought strictly before."""
    one = ["customer_id", "family"]
    dearest = (
        lines.filter(pl.col("family").is_not_null(), pl.col("list_price").is_not_null())
        .group_by(*one, "ordered_at")
        .agg(pl.col("list_price").max().alias("dearest"))
        .sort(*one, "ordered_at")
        .with_columns(pl.col("dearest").cum_max().shift(1).over(one).alias("dearest_before"))
    )
    return lines.join(dearest, on=[*one, "ordered_at"]).filter(
        pl.col("list_price") > pl.col("dearest_before")
    )["order_id"]
