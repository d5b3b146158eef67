"""The KPIs of tickets: how soon they are answered and resolved, and how many wait."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from service_kpis.checks.recomputation import calendar, people
from service_kpis.checks.recomputation.calendar import seconds
from service_kpis.checks.recomputation.cells import (
    Measure,
    add_up,
    contract,
    count,
    mean,
    no_cells,
    ratio,
)
from service_kpis.checks.recomputation.landed import Landed, find_source
from service_kpis.checks.recomputation.open_hours import with_open_seconds
from service_kpis.checks.recomputation.percentiles import percentiles
from service_kpis.checks.recomputation.stocks import stock

KEYS = (
    "backlog",
    "first_response_time",
    "first_response_time_business",
    "issue_resolution_rate",
    "median_first_response_time",
    "median_resolution_time",
    "messaging_responsiveness",
    "one_touch_resolution_rate",
    "p90_first_response_time",
    "p90_resolution_time",
    "reopen_rate",
    "resolution_time",
    "resolution_time_business",
    "response_rate_in_time",
    "tickets_created",
)
STOCK_DIMENSIONS = (
    "client",
    "service",
    "contract",
    "team",
    "agent",
    "channel",
    "request_type",
    "request_value",
    "complexity",
    "priority",
    "segment",
    "country",
)
DIMENSIONS = (*STOCK_DIMENSIONS, "day_type")
COUNTED_NOWHERE = ("spam", "merged", "deleted")
MESSAGING = ("chat", "chatbot", "sms", "facebook", "twitter", "instagram", "whatsapp")
TICKET = ("_source", "ticket_id")
HAS_EVENTS = pl.col("has_events")
IS_DONE_NOW = pl.col("status").is_in(["resolved", "closed"])


def compute(landed: Landed, now: datetime) -> pl.DataFrame:
    """Give the cells of every KPI of KEYS; none where no ticket landed."""
    known = tickets(landed)
    if known.is_empty():
        return no_cells()
    today = calendar.day_of(landed, now)
    created = calendar.with_day(landed, known, "created_at")
    resolved = calendar.with_day(
        landed, known.filter(pl.col("resolution_at").is_not_null()), "resolution_at"
    )
    return pl.concat(
        [
            add_up(created, _measures_of_created(landed, created, now), DIMENSIONS, today=today),
            add_up(resolved, _measures_of_resolved(landed), DIMENSIONS, today=today),
            _percentiles(created, "first_response_time", "response_seconds", today),
            _percentiles(resolved, "resolution_time", "resolution_seconds", today),
            _responsiveness(landed, created, now),
            _backlog(landed, created, today),
        ]
    )


def _percentiles(rows: pl.DataFrame, key: str, column: str, today: date) -> pl.DataFrame:
    shares = {f"median_{key}": 0.5, f"p90_{key}": 0.9}
    return percentiles(rows, pl.col(column), shares, DIMENSIONS, today=today)


def tickets(landed: Landed) -> pl.DataFrame:
    """Give the tickets that count, with what happened to them and every dimension.

    Adds `response_at`, `resolution_at` (null where unresolved), the seconds to each, also in open
    hours, `was_resolved`, `was_reopened`, `messages` of agents and `has_events`.
    """
    rows = landed.table("tickets").filter(~pl.col("status").is_in(COUNTED_NOWHERE))
    rows = people.with_customer(landed, _with_history(landed, rows))
    rows = people.with_request_value(landed, rows, "request_type").with_columns(
        pl.col("agent_id").alias("agent"), contract()
    )
    for what in ("response", "resolution"):
        lasted = seconds(pl.col("created_at"), pl.col(f"{what}_at"))
        rows = with_open_seconds(
            landed, rows, "created_at", f"{what}_at", f"{what}_open_seconds"
        ).with_columns(pl.when(lasted >= 0).then(lasted).alias(f"{what}_seconds"))
    return rows


def events(landed: Landed) -> pl.DataFrame:
    """Give the events with the ticket that each happened on, `_source` now being the ticket's."""
    found = find_source(
        landed.table("ticket_events"), "ticket_id", landed.table("tickets"), "ticket_id"
    ).filter(pl.col("ticket_id_source").is_not_null())
    return found.sort("occurred_at", "_source", "event_id").select(
        pl.col("ticket_id_source").alias("_source"), "ticket_id", "occurred_at", "event"
    )


def _with_history(landed: Landed, rows: pl.DataFrame) -> pl.DataFrame:
    told = events(landed).join(rows.select(*TICKET, "created_at"), on=TICKET)
    event, at = pl.col("event"), pl.col("occurred_at")
    is_turn = event.is_in(["resolved", "reopened"])
    history = told.group_by(TICKET, maintain_order=True).agg(
        at.filter((event == "agent_message") & (at > pl.col("created_at")))
        .min()
        .alias("_response"),
        pl.when(event.filter(is_turn).last() == "resolved")
        .then(at.filter(event == "resolved").max())
        .alias("_resolution"),
        is_turn.any().alias("_was_resolved"),
        (event == "reopened").any().alias("_was_reopened"),
        (event == "agent_message").sum().alias("messages"),
        pl.lit(value=True).alias("has_events"),
    )
    has_time = pl.col("resolved_at").is_not_null()
    was_reopened = pl.col("reopens").fill_null(0) > 0
    return (
        rows.join(history, on=TICKET, how="left")
        .with_columns(HAS_EVENTS.fill_null(value=False))
        .with_columns(
            pl.when(HAS_EVENTS)
            .then("_response")
            .otherwise("first_response_at")
            .alias("response_at"),
            pl.when(HAS_EVENTS)
            .then("_resolution")
            .otherwise(pl.when(IS_DONE_NOW).then("resolved_at"))
            .alias("resolution_at"),
            (
                IS_DONE_NOW
                | pl.when(HAS_EVENTS).then("_was_resolved").otherwise(has_time | was_reopened)
            ).alias("was_resolved"),
            pl.when(HAS_EVENTS).then("_was_reopened").otherwise(was_reopened).alias("was_reopened"),
        )
    )


def first_resolutions(landed: Landed) -> pl.DataFrame:
    """Give `first_resolved_at` of each ticket ever resolved, by TICKET."""
    told = events(landed)
    by_events = (
        told.filter(pl.col("event") == "resolved")
        .group_by(TICKET)
        .agg(pl.col("occurred_at").min().alias("first_resolved_at"))
    )
    by_columns = (
        landed.table("tickets")
        .filter(IS_DONE_NOW & pl.col("resolved_at").is_not_null())
        .join(told, on=TICKET, how="anti")
        .select(*TICKET, pl.col("resolved_at").alias("first_resolved_at"))
    )
    return pl.concat([by_events, by_columns])


def _measures_of_created(landed: Landed, created: pl.DataFrame, now: datetime) -> list[Measure]:
    promise = _promise(landed)
    response = pl.col("response_seconds")
    is_answered = pl.col("response_at").is_not_null()
    is_old_enough = pl.col("created_at") + pl.duration(seconds=promise) <= pl.lit(now)
    is_late = pl.when(is_old_enough & ~is_answered).then(pl.lit(value=False))
    return [
        count("tickets_created", pl.lit(value=True)),
        mean("first_response_time", response),
        mean("first_response_time_business", pl.col("response_open_seconds")),
        ratio(
            "response_rate_in_time",
            pl.when(is_answered).then(response <= promise).otherwise(is_late),
            immature=~is_answered & ~is_old_enough,
        ),
        ratio("issue_resolution_rate", IS_DONE_NOW),
        ratio("reopen_rate", pl.when("was_resolved").then("was_reopened")),
    ]


def _measures_of_resolved(landed: Landed) -> list[Measure]:
    measures = [
        mean("resolution_time", pl.col("resolution_seconds")),
        mean("resolution_time_business", pl.col("resolution_open_seconds")),
    ]
    if landed.has("ticket_events"):
        is_one_touch = (pl.col("messages") == 1) & ~pl.col("was_reopened")
        measures.append(
            ratio("one_touch_resolution_rate", pl.when("has_events").then(is_one_touch))
        )
    return measures


def _promise(landed: Landed) -> pl.Expr:
    """Give the seconds of the most specific promise: channel and type, channel, type, neither."""
    promises = landed.seed("response_promises").with_columns(
        pl.col("promise_seconds").cast(pl.Int64),
        (2 * pl.col("channel").is_not_null() + pl.col("request_type").is_not_null()).alias("rank"),
    )
    chosen = pl.lit(None, pl.Int64)
    for channel, request_type, promised in (
        promises.sort("rank").select("channel", "request_type", "promise_seconds").iter_rows()
    ):
        fits = pl.lit(value=True)
        if channel is not None:
            fits &= pl.col("channel") == channel
        if request_type is not None:
            fits &= pl.col("request_type").eq_missing(pl.lit(request_type))
        chosen = pl.when(fits).then(pl.lit(promised)).otherwise(chosen)
    return chosen


def _responsiveness(landed: Landed, created: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Judge each day with a ticket, by its channel's tickets of the seven days that end on it."""
    is_known = pl.col("response_at") <= pl.lit(now)
    asked = created.filter(pl.col("channel").is_in(MESSAGING)).select(
        "date_on", "channel", pl.when(is_known).then("response_seconds").alias("response_seconds")
    )
    if asked.is_empty():
        return no_cells()
    today = calendar.day_of(landed, now)
    rolling = pl.concat(
        asked.with_columns(pl.col("date_on") + timedelta(days=days)) for days in range(7)
    ).join(asked, on=["date_on", "channel"], how="semi")
    response = pl.col("response_seconds")
    judged = rolling.group_by("date_on", "channel").agg(
        (response.is_not_null().mean() >= 0.9).alias("is_often"),
        (response.mean() <= 300).fill_null(value=False).alias("is_soon"),
        pl.len().alias("asked"),
    )
    flag = Measure(
        "messaging_responsiveness",
        "none",
        (pl.col("is_often") & pl.col("is_soon")).cast(pl.Float64),
        None,
        pl.lit(0.0),
        pl.col("asked"),
        pl.lit(0.0),
    )
    cells = add_up(judged, [flag], ["channel"], today=today, grains=["day"])
    return cells.filter(pl.col("dimension") == "channel")


def _backlog(landed: Landed, created: pl.DataFrame, today: date) -> pl.DataFrame:
    """Count the tickets open at each day's end, from each cell's first ticket to today."""
    zone = calendar.zone_of(landed)
    turns = (
        events(landed)
        .filter(pl.col("event").is_in(["resolved", "closed", "reopened"]))
        .with_columns(calendar.local_day(pl.col("occurred_at"), zone).alias("turned_on"))
        .group_by(*TICKET, "turned_on", maintain_order=True)
        .agg((pl.col("event").last() == "reopened").alias("is_open"))
    )
    ended = calendar.local_day(pl.min_horizontal("resolved_at", "closed_at"), zone)
    by_columns = created.filter(~HAS_EVENTS).select(
        *TICKET, ended.alias("turned_on"), pl.lit(value=False).alias("is_open")
    )
    all_turns = pl.concat([turns, by_columns.filter(pl.col("turned_on").is_not_null())])
    opened = created.select(
        *TICKET, pl.col("date_on").alias("turned_on"), pl.lit(value=True).alias("is_open")
    )
    spans = (
        pl.concat([opened, all_turns.join(created.select(TICKET), on=TICKET, how="semi")])
        .join(created.select(*TICKET, "date_on"), on=TICKET)
        .with_columns(pl.max_horizontal("turned_on", "date_on"))
        .with_row_index("_order")
        .sort("turned_on", "_order")
        .unique([*TICKET, "turned_on"], keep="last", maintain_order=True)
        .with_columns(pl.col("turned_on").shift(-1).over(TICKET).alias("until"))
        .filter("is_open")
    )
    open_spans = spans.select(
        *TICKET, pl.col("turned_on").alias("since"), pl.col("until").fill_null(date.max)
    )
    named = created.filter(pl.col("date_on") <= today)
    return stock("backlog", named, open_spans, STOCK_DIMENSIONS, today=today)
