"""Whether promoters are asked at a bad moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from service_kpis.checks.recomputation import calendar, reviews, surveys, telephone, tickets
from service_kpis.checks.recomputation.cells import add_up, no_cells, ratio
from service_kpis.checks.recomputation.landed import Landed

KEYS = ("nps_timing_bias",)
BAD_MOMENT_LASTS = timedelta(hours=48)


def compute(landed: Landed, now: datetime) -> pl.DataFrame:
    """Give the cells of every KPI of KEYS; none unless all that may go wrong landed."""
    if not landed.has("surveys", "calls", "tickets", "reviews"):
        return no_cells()
    rows = surveys.with_promoter_score(landed, surveys.answers(landed))
    is_told = pl.col("promoter_score").is_not_null()
    measure = ratio(KEYS[0], pl.when(is_told).then("is_after_bad_moment"))
    rows = _with_bad_moment(landed, rows)
    return add_up(rows, [measure], surveys.DIMENSIONS, today=calendar.day_of(landed, now))


def _with_bad_moment(landed: Landed, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `is_after_bad_moment`: sent within 48 hours after one of the same customer's."""
    calls = telephone.inbound_calls(landed).filter(telephone.IS_ABANDONED)
    asked = tickets.tickets(landed)
    resolutions = tickets.first_resolutions(landed)
    reopened = (
        tickets.events(landed)
        .filter(pl.col("event") == "reopened")
        .join(asked.select(*tickets.TICKET, "customer_id"), on=tickets.TICKET)
    )
    said = reviews.standing(reviews.reviews(landed)).filter(reviews.RATING <= reviews.NEGATIVE)
    never = pl.lit(None, pl.Datetime("us")).alias("until")
    moments = pl.concat(
        [
            calls.select("customer_id", pl.col("ended_at").alias("at"), never),
            asked.join(resolutions, on=tickets.TICKET, how="left").select(
                "customer_id",
                pl.col("created_at").alias("at"),
                pl.col("first_resolved_at").alias("until"),
            ),
            reopened.select("customer_id", pl.col("occurred_at").alias("at"), never),
            said.select("customer_id", pl.col("posted_at").alias("at"), never),
        ]
    )
    sent = rows.select(
        *surveys.SURVEY, "customer_id", pl.coalesce("sent_at", "responded_at").alias("sent")
    )
    waited = pl.col("sent") - pl.col("at")
    hit = sent.join(moments, on="customer_id").filter(
        waited.is_between(timedelta(0), BAD_MOMENT_LASTS),
        (pl.col("until") > pl.col("sent")).fill_null(value=True),
    )
    marked = (
        hit.select(surveys.SURVEY)
        .unique()
        .with_columns(pl.lit(value=True).alias("is_after_bad_moment"))
    )
    return rows.join(marked, on=surveys.SURVEY, how="left").with_columns(
        pl.col("is_after_bad_moment").fill_null(value=False)
    )
