"""The KPIs of orders: kept promises, defects, and customers who come back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from service_kpis.checks.recomputation import calendar, people
from service_kpis.checks.recomputation.cells import NOTHING, Measure, add_up, count, no_cells, ratio
from service_kpis.checks.recomputation.landed import Landed
from service_kpis.checks.recomputation.reviews import NEGATIVE, RATING, reviews, standing

KEYS = (
    "cancellation_rate",
    "on_time_delivery_rate",
    "on_time_shipment_rate",
    "order_defect_rate",
    "repeat_sales",
    "repeat_sales_rate",
    "repeat_sales_value",
)
DIMENSIONS = ("marketplace", "segment", "country", "day_type")
IS_MERCHANTS = pl.col("fulfilled_by").fill_null("merchant") == "merchant"
IS_CANCELLED = pl.col("status") == "cancelled"


def compute(landed: Landed, now: datetime) -> pl.DataFrame:
    """Give the cells of every KPI of KEYS, as far as its tables landed."""
    if not landed.has("orders"):
        return no_cells()
    today = calendar.day_of(landed, now)
    rows = orders(landed)
    measures = [
        ratio("cancellation_rate", pl.when(IS_MERCHANTS).then(_is_cancelled_by_merchant())),
        _on_time("on_time_shipment_rate", "ship_by", "shipped_at", now),
        _on_time("on_time_delivery_rate", "deliver_by", "delivered_at", now),
    ]
    if landed.has("reviews", "order_claims"):
        rows = _with_defects(landed, rows)
        maturity = timedelta(days=landed.vars["order_defect_maturity_days"])
        is_mature = pl.col("ordered_at") + maturity <= pl.lit(now)
        measures.append(
            ratio("order_defect_rate", pl.when(is_mature).then("has_defect"), immature=~is_mature)
        )
    return pl.concat(
        [add_up(rows, measures, DIMENSIONS, today=today), _repeat_sales(landed, rows, today)]
    )


def orders(landed: Landed) -> pl.DataFrame:
    """Give the orders with their local day, what is known of their customer, and their amount.

    `amount` is null in another currency than the reporting one.
    """
    rows = people.with_customer(landed, landed.table("orders"))
    rows = calendar.with_day(landed, rows, "ordered_at")
    is_reported = pl.col("currency") == reporting_currency(landed)
    return rows.with_columns(
        pl.when(is_reported.fill_null(value=True)).then("amount").alias("amount"),
        is_reported.fill_null(value=True).alias("is_reported"),
    )


def reporting_currency(landed: Landed) -> str:
    """Name the currency of money: the var's, unless all orders are in one other."""
    chosen = str(landed.vars["reporting_currency"])
    found = {currency or chosen for currency in landed.values("orders", "currency")}
    return found.pop() if len(found) == 1 else chosen


def _is_cancelled_by_merchant() -> pl.Expr:
    shipped, cancelled = pl.col("shipped_at"), pl.col("cancelled_at")
    is_shipped_first = (shipped <= cancelled).fill_null(shipped.is_not_null())
    is_merchants_doing = (pl.col("cancelled_by") == "merchant").fill_null(value=False)
    return IS_CANCELLED & is_merchants_doing & ~is_shipped_first


def _on_time(key: str, promised: str, done: str, now: datetime) -> Measure:
    """Judge what was done, or whose promise is over; not an order that lacks the date it needs.

    A promise that still runs is immature.
    """
    is_done, is_overdue = pl.col(done).is_not_null(), pl.col(promised) < pl.lit(now)
    said = ["delivered", "returned", *(["shipped"] if done == "shipped_at" else [])]
    lacks_date = pl.col("status").is_in(said) & ~is_done
    is_asked = pl.col(promised).is_not_null() & IS_MERCHANTS & ~IS_CANCELLED & ~lacks_date
    is_kept = (pl.col(done) <= pl.col(promised)).fill_null(value=False)
    return ratio(
        key,
        pl.when(is_asked & (is_done | is_overdue)).then(is_kept),
        immature=is_asked & ~is_done & ~is_overdue,
    )


def _with_defects(landed: Landed, rows: pl.DataFrame) -> pl.DataFrame:
    negative = standing(reviews(landed)).filter(RATING <= NEGATIVE)
    is_denied = pl.col("is_denied").fill_null(value=False)
    claimed = landed.table("order_claims").filter(
        ((pl.col("kind") == "guarantee_claim") & ~is_denied) | (pl.col("kind") == "chargeback")
    )
    defective = pl.concat([negative["order_id"], claimed["order_id"]]).drop_nulls()
    return rows.with_columns(pl.col("order_id").is_in(defective.implode()).alias("has_defect"))


def _repeat_sales(landed: Landed, rows: pl.DataFrame, today: date) -> pl.DataFrame:
    """Tell the sales to customers with an earlier one; by lifetime an order counts under each."""
    ordered = pl.col("ordered_at")
    first = ordered.filter(~IS_CANCELLED).min().over("customer_id")
    judged = rows.with_columns(pl.when(~IS_CANCELLED).then(ordered > first).alias("is_repeat"))
    is_repeat = pl.col("is_repeat").fill_null(value=False)
    amount = pl.when(is_repeat).then("amount")
    value = Measure(
        "repeat_sales_value",
        "none",
        amount,
        None,
        NOTHING,
        amount.is_not_null().cast(pl.Float64),
        NOTHING,
    )
    measures = [
        count("repeat_sales", is_repeat),
        ratio("repeat_sales_rate", pl.col("is_repeat")),
        value,
    ]
    lines = landed.table("order_items").join(
        landed.table("products").select("product_id", "lifetime"), on="product_id", how="left"
    )
    by_lifetime = lines.group_by("order_id", "lifetime").agg(
        (pl.col("quantity") * pl.col("unit_price")).sum().alias("_amount")
    )
    of_lines = pl.when("is_reported").then("_amount")
    parts = judged.join(by_lifetime, on="order_id", how="left").with_columns(
        pl.when(pl.col("_amount").is_null()).then("amount").otherwise(of_lines).alias("amount")
    )
    of_lifetime = add_up(parts, measures, ["lifetime"], today=today)
    return pl.concat(
        [
            add_up(judged, measures, DIMENSIONS, today=today),
            of_lifetime.filter(pl.col("dimension") == "lifetime"),
        ]
    )
