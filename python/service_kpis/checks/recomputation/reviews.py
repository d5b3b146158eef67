"""The KPIs of what customers say in public."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from service_kpis.checks.recomputation import calendar, people, surveys
from service_kpis.checks.recomputation.calendar import SPANS
from service_kpis.checks.recomputation.cells import add_up, count, mean, no_cells, ratio
from service_kpis.checks.recomputation.landed import Landed
from service_kpis.checks.recomputation.stocks import stock

KEYS = (
    "advocates",
    "average_rating",
    "negative_feedback_rate",
    "negative_review_share",
    "positive_review_rate",
    "positive_review_share",
    "review_burst",
    "review_count",
)
DIMENSIONS = ("platform", "segment", "country", "day_type")
OF_CUSTOMERS = ("segment", "country")
POSITIVE, NEGATIVE = 4, 2
RATING = pl.col("rating_of_five")
BURST_WINDOW_DAYS, BURST_AT_LEAST = 28, 10
ADVOCACY = timedelta(days=365)


def compute(landed: Landed, now: datetime) -> pl.DataFrame:
    """Give the cells of every KPI of KEYS, as far as its tables landed."""
    if not landed.has("reviews"):
        return no_cells()
    today = calendar.day_of(landed, now)
    voices = reviews(landed)
    measures = [
        count("review_count", pl.col("kind") == "review"),
        mean("average_rating", RATING),
        ratio("positive_review_share", RATING >= POSITIVE),
        ratio("negative_review_share", RATING <= NEGATIVE),
    ]
    return pl.concat(
        [
            add_up(standing(voices), measures, DIMENSIONS, today=today),
            _feedback(landed, voices, today),
            _bursts(voices, today),
            _advocates(landed, voices, today),
        ]
    )


def reviews(landed: Landed) -> pl.DataFrame:
    """Give all public voices, removed ones too, with their customer, their rating on 1–5, a day."""
    buyers = landed.table("orders").select("order_id", pl.col("customer_id").alias("_buyer"))
    scale = pl.col("rating_scale").fill_null(5)
    rows = (
        landed.table("reviews")
        .join(buyers, on="order_id", how="left")
        .with_columns(
            pl.coalesce("customer_id", "_buyer").alias("customer_id"),
            pl.col("kind").fill_null("review"),
            (1 + 4 * (pl.col("rating") - 1) / (scale - 1)).alias("rating_of_five"),
        )
        .drop("_buyer")
    )
    return calendar.with_day(landed, people.with_customer(landed, rows), "posted_at")


def standing(voices: pl.DataFrame) -> pl.DataFrame:
    """Leave out what the platform has removed."""
    return voices.filter(pl.col("removed_at").is_null())


def _feedback(landed: Landed, voices: pl.DataFrame, today: date) -> pl.DataFrame:
    """Judge the customers who ordered in a period by the reviews they left in it."""
    if not landed.has("orders"):
        return no_cells()
    ordered = calendar.with_day(landed, landed.table("orders"), "ordered_at")
    left = standing(voices)
    measures = [
        ratio("positive_review_rate", pl.col("is_pleased")),
        ratio("negative_feedback_rate", pl.col("is_displeased")),
    ]
    cells = [no_cells()]
    for grain, span in SPANS.items():
        period = pl.col("date_on").dt.truncate(span)
        said = left.group_by("customer_id", period).agg(
            (RATING >= POSITIVE).any().alias("is_pleased"),
            (RATING <= NEGATIVE).any().alias("is_displeased"),
        )
        buyers = (
            ordered.select("customer_id", period)
            .unique()
            .join(said, on=["customer_id", "date_on"], how="left")
            .with_columns(pl.col("is_pleased", "is_displeased").fill_null(value=False))
        )
        known = people.with_customer(landed, buyers)
        cells.append(add_up(known, measures, OF_CUSTOMERS, today=today, grains=[grain]))
    return pl.concat(cells)


def _bursts(voices: pl.DataFrame, today: date) -> pl.DataFrame:
    """Flag the days with far more reviews on a platform than the 28 before, empty ones as 0."""
    posted = voices.group_by("platform", "date_on").agg(pl.len().alias("posted"))
    days = (
        posted.group_by("platform")
        .agg(pl.date_range(pl.col("date_on").min(), pl.col("date_on").max()).alias("date_on"))
        .explode("date_on")
        .join(posted, on=["platform", "date_on"], how="left")
        .sort("platform", "date_on")
    )
    before = pl.col("posted").fill_null(0).cast(pl.Float64).shift(1)
    deviation = before.rolling_std(BURST_WINDOW_DAYS)
    limit = before.rolling_mean(BURST_WINDOW_DAYS) + 3 * deviation
    judged = days.with_columns(limit.over("platform").alias("limit")).filter(
        pl.col("posted").is_not_null()
    )
    is_burst = (pl.col("posted") > pl.col("limit")) & (pl.col("posted") >= BURST_AT_LEAST)
    is_judged = pl.col("limit").is_not_null()
    flag = mean("review_burst", pl.when(is_judged).then(is_burst), "none")
    cells = add_up(judged, [flag], ["platform"], today=today, grains=["day"])
    return cells.filter(pl.col("dimension") == "platform")


def _advocates(landed: Landed, voices: pl.DataFrame, today: date) -> pl.DataFrame:
    """Count who has a promoter's score and a positive voice of the 365 days to a period's end."""
    if not landed.has("surveys"):
        return no_cells()
    is_positive = RATING >= POSITIVE
    is_praise = (
        ((pl.col("kind") == "review") & is_positive)
        | (pl.col("kind") == "referral")
        | ((pl.col("kind") == "social_post") & is_positive.fill_null(value=True))
    )
    voiced = standing(voices).filter(is_praise).select("customer_id", "date_on").drop_nulls()
    scored = surveys.answers(landed).filter((pl.col("kind") == "nps") & (pl.col("score") >= 9))
    promoted = scored.select("customer_id", "date_on").drop_nulls()
    praise = pl.concat([voiced, promoted]).unique()
    both = _evenings(voiced).join(_evenings(promoted), on=["customer_id", "date_on"])
    spans = both.select(
        "customer_id",
        pl.col("date_on").alias("since"),
        (pl.col("date_on") + timedelta(days=1)).alias("until"),
    )
    praised = (
        praise.filter(pl.col("date_on") <= today)
        .group_by("customer_id")
        .agg(pl.col("date_on").min())
    )
    known = people.with_customer(landed, praised)
    return stock("advocates", known, spans, OF_CUSTOMERS, today=today)


def _evenings(praise: pl.DataFrame) -> pl.DataFrame:
    """Give the days on whose evening each customer has praise of the 365 days that end with it."""
    return (
        praise.with_columns(
            pl.date_ranges("date_on", pl.col("date_on") + (ADVOCACY - timedelta(days=1)))
        )
        .explode("date_on")
        .unique()
    )
