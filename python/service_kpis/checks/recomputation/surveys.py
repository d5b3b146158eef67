"""The KPIs of surveys: what each answer adds to them."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from service_kpis.checks.recomputation import calendar, people
from service_kpis.checks.recomputation.cells import Measure, add_up, count, mean, no_cells, ratio
from service_kpis.checks.recomputation.landed import Landed, find_source

KEYS = (
    "customer_effort_score",
    "customer_effort_score_v2",
    "customer_satisfaction_score",
    "detractors",
    "net_promoter_score",
    "passives",
    "promoters",
    "survey_response_rate",
)
DIMENSIONS = (
    "client",
    "channel",
    "team",
    "agent",
    "survey_kind",
    "segment",
    "country",
    "day_type",
)
SURVEY = ("_source", "survey_id")
DEDUPE_WINDOW = timedelta(days=90)


def compute(landed: Landed, now: datetime) -> pl.DataFrame:
    """Give the cells of every KPI of KEYS; none where no survey landed."""
    if not landed.has("surveys"):
        return no_cells()
    rows = with_promoter_score(landed, answers(landed))
    nps, kind, score = pl.col("promoter_score"), pl.col("kind"), pl.col("score")
    is_promoter, is_detractor = nps >= 9, nps < 7
    points = 100 * (is_promoter.cast(pl.Int64) - is_detractor.cast(pl.Int64))
    measures = [
        mean("net_promoter_score", points, "nps"),
        count("promoters", is_promoter),
        count("passives", ~is_promoter & ~is_detractor),
        count("detractors", is_detractor),
        mean("customer_effort_score", pl.when(kind == "ces").then(score)),
        mean("customer_effort_score_v2", pl.when(kind == "ces_v2").then(score)),
        ratio("customer_satisfaction_score", pl.when(kind == "csat").then(_is_satisfied())),
    ]
    today = calendar.day_of(landed, now)
    return pl.concat(
        [
            add_up(rows, measures, DIMENSIONS, today=today),
            add_up(_sent(landed), [_response_rate()], DIMENSIONS, today=today),
        ]
    )


def surveys(landed: Landed) -> pl.DataFrame:
    """Give the invitations with the customer they went to, however known, and every dimension."""
    rows = landed.table("surveys")
    calls = people.with_caller(landed, landed.table("calls"))
    for reference, key, targets in (
        ("call_id", "call_id", calls),
        ("ticket_id", "ticket_id", landed.table("tickets")),
    ):
        known = targets.select(
            pl.col("_source").alias(f"{reference}_source"),
            pl.col(key),
            pl.col("customer_id").alias("_customer"),
        )
        rows = (
            find_source(rows, reference, targets, key)
            .join(known, on=[f"{reference}_source", reference], how="left")
            .with_columns(pl.coalesce("customer_id", "_customer").alias("customer_id"))
            .drop("_customer")
        )
    buyers = landed.table("orders").select("order_id", pl.col("customer_id").alias("_customer"))
    rows = rows.join(buyers, on="order_id", how="left").with_columns(
        pl.coalesce("customer_id", "_customer").alias("customer_id")
    )
    return people.with_customer(landed, people.with_team(landed, rows)).with_columns(
        pl.col("agent_id").alias("agent"), pl.col("kind").alias("survey_kind")
    )


def answers(landed: Landed) -> pl.DataFrame:
    """Give the surveys that were answered, with the local day of the answer."""
    answered = surveys(landed).filter(pl.col("responded_at").is_not_null())
    return calendar.with_day(landed, answered, "responded_at")


def _sent(landed: Landed) -> pl.DataFrame:
    sent = surveys(landed).with_columns(pl.coalesce("sent_at", "responded_at").alias("sent_at"))
    return calendar.with_day(landed, sent.filter(pl.col("sent_at").is_not_null()), "sent_at")


def _response_rate() -> Measure:
    return ratio("survey_response_rate", pl.col("responded_at").is_not_null())


def _is_satisfied() -> pl.Expr:
    """Take the top box of a scale up to 3, the top two up to 7, the top three of a longer one."""
    scale = pl.col("scale_max").fill_null(5)
    boxes = pl.when(scale <= 3).then(1).when(scale <= 7).then(2).otherwise(3)
    return pl.col("score") > scale - boxes


def with_promoter_score(landed: Landed, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `promoter_score`: 0–10 of the NPS answers that count, null on all others."""
    responded = pl.col("responded_at")
    promoters = rows.filter((pl.col("kind") == "nps") & pl.col("score").is_not_null()).sort(
        "responded_at", "_source", "survey_id"
    )
    if landed.vars["nps_dedupe"] == "latest_per_customer_90_days":
        until_next = responded.shift(-1).over("customer_id") - responded
        is_superseded = pl.col("customer_id").is_not_null() & (until_next <= DEDUPE_WINDOW)
        promoters = promoters.filter(~is_superseded.fill_null(value=False))
    counted = promoters.select("_source", "survey_id", pl.col("score").alias("promoter_score"))
    return rows.join(counted, on=["_source", "survey_id"], how="left")
