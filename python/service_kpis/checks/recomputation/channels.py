"""The KPIs across channels: contacts, journeys, and e-mails that turn into calls."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from service_kpis.checks.recomputation import calendar
from service_kpis.checks.recomputation.calendar import SPANS, seconds
from service_kpis.checks.recomputation.cells import add_up, close, contract, no_cells, ratio
from service_kpis.checks.recomputation.landed import Landed, find_source, is_true
from service_kpis.checks.recomputation.telephone import inbound_calls
from service_kpis.checks.recomputation.tickets import STOCK_DIMENSIONS, TICKET, tickets

KEYS = (
    "channel_pivot_rate",
    "channel_share",
    "email_to_call_rate",
    "journey_resolution",
    "low_value_request_share",
    "self_care_share",
)
DIMENSIONS = (
    "client",
    "service",
    "contract",
    "channel",
    "request_type",
    "segment",
    "country",
    "day_type",
)
E_MAIL_DIMENSIONS = (
    *(name for name in STOCK_DIMENSIONS if name != "channel"),
    "day_type",
    "answered_within_24h",
)
STEPS_TOLD = 6
FOLLOW_UP = timedelta(days=7)


def compute(landed: Landed, now: datetime) -> pl.DataFrame:
    """Give the cells of every KPI of KEYS; none unless both calls and tickets landed."""
    if not landed.has("calls", "tickets"):
        return no_cells()
    today = calendar.day_of(landed, now)
    made = calendar.with_day(landed, contacts(landed), "at")
    types = landed.seed("request_types").select(
        "request_type",
        (pl.col("request_value") == "low").alias("is_low_value"),
        is_true("is_self_care"),
    )
    measures = [
        ratio("low_value_request_share", pl.col("is_low_value")),
        ratio("self_care_share", pl.col("is_self_care")),
    ]
    typed = made.join(types, on="request_type", how="left")
    return pl.concat(
        [
            add_up(typed, measures, DIMENSIONS, today=today),
            _shares(made, landed, now),
            _journeys(landed, made, now),
            _e_mails(landed, now),
        ]
    )


def contacts(landed: Landed) -> pl.DataFrame:
    """Give inbound calls and tickets, a phone ticket that an inbound call points to left out."""
    calls = inbound_calls(landed)
    called = (
        find_source(
            calls.select("_source", "ticket_id").drop_nulls(),
            "ticket_id",
            landed.table("tickets"),
            "ticket_id",
        )
        .select(pl.col("ticket_id_source").alias("_source"), "ticket_id")
        .drop_nulls()
        .with_columns(pl.lit("phone").alias("channel"))
    )
    written = tickets(landed).join(called, on=[*TICKET, "channel"], how="anti")
    people_by_id = landed.parties().filter(pl.col("kind") == "customer")
    written = written.join(
        people_by_id.select(
            pl.col("identifier").alias("customer_id"), pl.col("caller_hash").alias("person")
        ),
        on="customer_id",
        how="left",
    )
    shared = ("_source", "customer_id", "client", "service", "segment", "country", "person")
    by_phone = calls.with_columns(pl.col("caller").alias("person")).select(
        *shared,
        pl.col("call_id").alias("contact_id"),
        pl.col("started_at").alias("at"),
        pl.lit("phone").alias("channel"),
        pl.col("reason").alias("request_type"),
        (pl.col("answered_at").is_not_null() & pl.col("is_resolved").fill_null(value=True)).alias(
            "is_resolved"
        ),
        pl.lit("call").alias("kind"),
    )
    in_writing = written.select(
        *shared,
        pl.col("ticket_id").alias("contact_id"),
        pl.col("created_at").alias("at"),
        "channel",
        "request_type",
        pl.col("resolution_at").is_not_null().alias("is_resolved"),
        pl.lit("ticket").alias("kind"),
    )
    return pl.concat([by_phone, in_writing]).with_columns(contract())


def _shares(made: pl.DataFrame, landed: Landed, now: datetime) -> pl.DataFrame:
    """Give each channel's part of a period's contacts."""
    cells = []
    for grain, span in SPANS.items():
        period = pl.col("date_on").dt.truncate(span).alias("period_start")
        counted = made.group_by(period, pl.col("channel").alias("dimension_value")).agg(
            pl.len().cast(pl.Float64).alias("numerator")
        )
        cells.append(
            counted.with_columns(
                pl.col("numerator").sum().over("period_start").alias("denominator"),
                pl.lit("channel_share").alias("kpi_key"),
                pl.lit(grain).alias("grain"),
                pl.lit("channel").alias("dimension"),
                pl.col("numerator").alias("square"),
                pl.lit(0.0).alias("immature"),
            ).with_columns(pl.col("denominator").alias("sample_size"))
        )
    return close(pl.concat(cells), "wilson", today=calendar.day_of(landed, now))


def _journeys(landed: Landed, made: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Chain the contacts of each known person, and judge what is over."""
    silence = timedelta(hours=landed.vars["journey_gap_hours"])
    known = made.filter(pl.col("person").is_not_null()).sort("at", "kind", "_source", "contact_id")
    if known.is_empty():
        return no_cells()
    is_start = (pl.col("at") - pl.col("at").shift(1) > silence).fill_null(value=True)
    is_other = pl.col("channel").ne_missing(pl.col("channel").shift(1))
    chained = known.with_columns(is_start.cum_sum().over("person").alias("journey")).with_columns(
        is_other.over("person", "journey").alias("is_step")
    )
    journeys = chained.group_by("person", "journey", maintain_order=True).agg(
        pl.col("date_on", "segment", "country").first(),
        pl.col("channel").n_unique().alias("channels"),
        pl.col("channel").filter("is_step").alias("steps"),
        pl.col("channel").last(),
        pl.col("is_resolved").last(),
        (pl.col("at").last() + silence <= pl.lit(now)).alias("is_mature"),
    )
    told = pl.col("steps").list.head(STEPS_TOLD).list.join(" > ")
    is_longer = pl.col("steps").list.len() > STEPS_TOLD
    journeys = journeys.with_columns(
        pl.when(is_longer).then(told + " > …").otherwise(told).alias("path")
    )
    is_mature = pl.col("is_mature")
    pivot = ratio(
        "channel_pivot_rate", pl.when(is_mature).then(pl.col("channels") > 1), immature=~is_mature
    )
    resolution = ratio(
        "journey_resolution", pl.when(is_mature).then("is_resolved"), immature=~is_mature
    )
    today = calendar.day_of(landed, now)
    of_person = ("segment", "country")
    return pl.concat(
        [
            add_up(journeys, [pivot], of_person, today=today),
            add_up(journeys, [resolution], (*of_person, "channel", "path"), today=today),
        ]
    )


def _e_mails(landed: Landed, now: datetime) -> pl.DataFrame:
    """Judge e-mail tickets of identified customers by a call before the first response."""
    calls = inbound_calls(landed).select("customer_id", pl.col("started_at").alias("called_at"))
    asked = tickets(landed).filter(
        pl.col("channel") == "email", pl.col("customer_id").is_not_null()
    )
    created, called = pl.col("created_at"), pl.col("called_at")
    pressed = asked.join(calls.drop_nulls(), on="customer_id").filter(
        called > created,
        called <= created + FOLLOW_UP,
        (called < pl.col("response_at")).fill_null(value=True),
    )
    # A response before its question is none that was quick: no time is known.
    is_quick = seconds(created, pl.col("response_at")).is_between(0, calendar.SECONDS_OF_A_DAY)
    is_mature = created + FOLLOW_UP <= pl.lit(now)
    judged = calendar.with_day(landed, asked, "created_at").join(
        pressed.select(TICKET).unique().with_columns(pl.lit(value=True).alias("has_called")),
        on=TICKET,
        how="left",
    )
    judged = judged.with_columns(
        pl.when(is_quick.fill_null(value=False))
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no"))
        .alias("answered_within_24h")
    )
    measure = ratio(
        "email_to_call_rate",
        pl.when(is_mature).then(pl.col("has_called").fill_null(value=False)),
        immature=~is_mature,
    )
    return add_up(judged, [measure], E_MAIL_DIMENSIONS, today=calendar.day_of(landed, now))
