"""The KPIs of calls: what each inbound call adds to them."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from service_kpis.checks.recomputation import calendar, people
from service_kpis.checks.recomputation.cells import (
    Measure,
    add_up,
    contract,
    count,
    mean,
    no_cells,
    ratio,
    weighted,
)
from service_kpis.checks.recomputation.landed import Landed, find_source

KEYS = (
    "abandon_rate",
    "answer_rate",
    "average_callback_delay",
    "average_handle_time",
    "average_hold_time",
    "average_speed_of_answer",
    "average_talk_time",
    "average_wait_time",
    "average_wrap_up_time",
    "callback_rate",
    "callback_success_rate",
    "calls_offered",
    "case_closure_delay",
    "first_call_resolution",
    "ivr_abandon_rate",
    "queue_abandon_rate",
    "redundancy_rate",
    "redundant_call_share",
    "service_level",
    "transfer_rate",
)
DIMENSIONS = (
    "client",
    "service",
    "contract",
    "queue",
    "team",
    "agent",
    "reason",
    "request_value",
    "segment",
    "country",
    "day_type",
)
IN_ORDER = ("started_at", "_source", "call_id")

IS_ANSWERED = pl.col("answered_at").is_not_null()
IS_QUEUED = pl.col("queued_at").is_not_null()
HAS_ASKED = pl.col("callback_requested_at").is_not_null()
IS_OFFERED = IS_QUEUED | IS_ANSWERED
IS_ABANDONED = ~IS_ANSWERED & ~HAS_ASKED
IS_ABANDONED_IN_QUEUE = IS_ABANDONED & IS_QUEUED
WAIT = calendar.seconds(
    pl.coalesce("queued_at", "started_at"), pl.coalesce("answered_at", "ended_at")
)


def compute(landed: Landed, now: datetime) -> pl.DataFrame:
    """Give the cells of every KPI of KEYS; none where no inbound call landed."""
    if not landed.has("calls"):
        return no_cells()
    calls = inbound_calls(landed)
    calls = _with_redundancy(_with_callback(landed, _with_resolution(landed, calls, now)))
    return add_up(calls, _measures(landed), DIMENSIONS, today=calendar.day_of(landed, now))


def inbound_calls(landed: Landed) -> pl.DataFrame:
    """Give the inbound calls with caller, customer, local day and every dimension."""
    calls = landed.table("calls").filter(pl.col("direction") == "inbound")
    calls = people.with_customer(landed, people.with_caller(landed, calls))
    calls = people.with_request_value(landed, people.with_team(landed, calls), "reason")
    return calendar.with_day(landed, calls, "started_at").with_columns(
        pl.col("agent_id").alias("agent"),
        contract(),
        pl.col("hold_seconds", "wrap_up_seconds", "transfers").fill_null(0),
    )


def _measures(landed: Landed) -> list[Measure]:
    hold, wrap_up = pl.col("hold_seconds"), pl.col("wrap_up_seconds")
    connected = calendar.seconds(pl.col("answered_at"), pl.col("ended_at"))
    closed_after = calendar.seconds(pl.col("ended_at"), pl.col("case_closed_at"))
    delay = calendar.seconds(pl.col("callback_requested_at"), pl.col("served_at"))
    return [
        count("calls_offered", IS_OFFERED),
        ratio("answer_rate", _of(IS_OFFERED, IS_ANSWERED)),
        ratio("service_level", _service_level(landed)),
        mean("average_speed_of_answer", _of(IS_ANSWERED, WAIT)),
        mean("average_wait_time", _of(IS_OFFERED, WAIT)),
        ratio("abandon_rate", IS_ABANDONED),
        ratio("queue_abandon_rate", _queue_abandon(landed)),
        ratio("ivr_abandon_rate", IS_ABANDONED & ~IS_QUEUED),
        ratio("callback_rate", _of(IS_OFFERED | HAS_ASKED, HAS_ASKED)),
        ratio("callback_success_rate", _of(HAS_ASKED, pl.col("served_at").is_not_null())),
        mean("average_callback_delay", _of(delay >= 0, delay)),
        ratio("redundancy_rate", pl.col("calls_of_the_day") > 1),
        weighted(
            "redundant_call_share", pl.col("calls_of_the_day") - 1, pl.col("calls_of_the_day")
        ),
        mean("average_handle_time", connected + wrap_up),
        mean("average_talk_time", connected - hold),
        mean("average_hold_time", _of(IS_ANSWERED, hold)),
        mean("average_wrap_up_time", _of(IS_ANSWERED, wrap_up)),
        mean(
            "case_closure_delay",
            _of(pl.col("case_closed_at") >= pl.col("started_at"), closed_after.clip(lower_bound=0)),
        ),
        ratio(
            "first_call_resolution",
            _of(pl.col("is_mature"), pl.col("is_solved")),
            immature=~pl.col("is_mature"),
        ),
        ratio("transfer_rate", _of(IS_ANSWERED, pl.col("transfers") > 0)),
    ]


def _of(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Judge `value` where the condition holds; null elsewhere."""
    return pl.when(condition).then(value)


def _service_level(landed: Landed) -> pl.Expr:
    """Judge answered and queue-abandoned calls by the formula that the var names."""
    formula = landed.vars["service_level_formula"]
    is_in_time = pl.lit(landed.vars["answer_threshold_seconds"]) >= WAIT
    is_short = _is_short_abandon(landed)
    is_abandoned_in_time = IS_ABANDONED_IN_QUEUE & is_in_time
    also_met, left_out = {
        "offered": (None, None),
        "abandons_within_met": (is_abandoned_in_time, None),
        "answered_only": (None, IS_ABANDONED_IN_QUEUE),
        "ignore_abandons_within": (None, is_abandoned_in_time),
        "short_abandons_met": (is_short, None),
        "ignore_short_abandons": (None, is_short),
    }[formula]
    is_judged = IS_ANSWERED | IS_ABANDONED_IN_QUEUE
    is_met = IS_ANSWERED & is_in_time
    if also_met is not None:
        is_met = is_met | also_met
    if left_out is not None:
        is_judged = is_judged & ~left_out
    return _of(is_judged, is_met)


def _queue_abandon(landed: Landed) -> pl.Expr:
    is_judged = IS_OFFERED
    if landed.vars["exclude_short_abandons"]:
        is_judged = is_judged & ~_is_short_abandon(landed)
    return _of(is_judged, IS_ABANDONED_IN_QUEUE)


def _is_short_abandon(landed: Landed) -> pl.Expr:
    return IS_ABANDONED_IN_QUEUE & (pl.lit(landed.vars["short_abandon_seconds"]) > WAIT)


def _with_callback(landed: Landed, calls: pl.DataFrame) -> pl.DataFrame:
    """Add `served_at`: when the earliest answered outbound call picked the asked call-back up."""
    outbound = landed.table("calls").filter(
        (pl.col("direction") == "outbound") & IS_ANSWERED & pl.col("callback_of").is_not_null()
    )
    served = (
        find_source(
            outbound.select("_source", "callback_of", "answered_at"),
            "callback_of",
            landed.table("calls"),
            "call_id",
        )
        .group_by("callback_of_source", "callback_of")
        .agg(pl.col("answered_at").min().alias("served_at"))
        .rename({"callback_of_source": "_source", "callback_of": "call_id"})
    )
    return calls.join(served, on=["_source", "call_id"], how="left").with_columns(
        pl.when(HAS_ASKED).then("served_at")
    )


def _with_redundancy(calls: pl.DataFrame) -> pl.DataFrame:
    """Add `calls_of_the_day` to a caller's first call of a day; null on the others."""
    caller_day = ["caller", "date_on"]
    ordered = calls.sort(IN_ORDER).with_columns(
        pl.len().over(caller_day).alias("_calls"),
        pl.int_range(pl.len()).over(caller_day).alias("_place"),
    )
    is_first = pl.col("caller").is_not_null() & (pl.col("_place") == 0)
    return ordered.with_columns(
        pl.when(is_first).then(pl.col("_calls").cast(pl.Int64)).alias("calls_of_the_day")
    ).drop("_calls", "_place")


def _with_resolution(landed: Landed, calls: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Add `is_solved` and `is_mature` to the first answered call of each issue; null elsewhere."""
    window = timedelta(days=landed.vars["fcr_window_days"])
    one = ["caller"] if landed.vars["fcr_match"] == "caller" else ["caller", "reason"]
    known = calls.filter(pl.col("caller").is_not_null()).sort(IN_ORDER)
    started = pl.col("started_at")
    is_repeated = (started.shift(-1).over(one) - started < window).fill_null(value=False)
    since_last_answer = started - started.shift(1).over(one)
    firsts = (
        known.with_columns(is_repeated.alias("_is_repeated"))
        .filter(IS_ANSWERED)
        .filter((since_last_answer >= window).fill_null(value=True))
        .select(
            "_source",
            "call_id",
            (~pl.col("_is_repeated") & pl.col("is_resolved").fill_null(value=True)).alias(
                "is_solved"
            ),
            (started + window <= pl.lit(now)).alias("is_mature"),
        )
    )
    return calls.join(firsts, on=["_source", "call_id"], how="left")
