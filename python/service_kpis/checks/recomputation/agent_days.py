"""Tickets resolved per working day of an agent."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from service_kpis.checks.recomputation import calendar
from service_kpis.checks.recomputation.cells import Measure, add_up, no_cells
from service_kpis.checks.recomputation.landed import Landed, is_true
from service_kpis.checks.recomputation.tickets import tickets

KEYS = ("tickets_handled_per_agent_day",)
SATURDAY = 6
EVERY_SCHEDULE = (None, "default")


def compute(landed: Landed, now: datetime) -> pl.DataFrame:
    """Give the cells of every KPI of KEYS; none where no ticket or no agent landed."""
    counted = tickets(landed)
    if counted.is_empty() or not landed.has("agents"):
        return no_cells()
    agents = landed.table("agents").join(counted, on="agent_id", how="semi")
    today = calendar.day_of(landed, now)
    first = calendar.with_day(landed, counted, "created_at")["date_on"].min()
    assert isinstance(first, date)  # noqa: S101  there is a ticket, and it has a time
    handled = (
        calendar.with_day(
            landed, counted.filter(pl.col("resolution_at").is_not_null()), "resolution_at"
        )
        .select("agent_id", "date_on", pl.lit(1.0).alias("tickets"), pl.lit(0.0).alias("days"))
        .join(agents.select("agent_id", "team"), on="agent_id")
    )
    worked = _working_days(landed, agents, first, today).select(
        "agent_id", "date_on", pl.lit(0.0).alias("tickets"), pl.lit(1.0).alias("days"), "team"
    )
    rows = pl.concat([handled, worked]).with_columns(pl.col("agent_id").alias("agent"))
    per_day = Measure(
        KEYS[0],
        "none",
        pl.col("tickets"),
        pl.col("days"),
        pl.lit(0.0),
        pl.col("days"),
        pl.lit(0.0),
    )
    return add_up(rows, [per_day], ["agent", "team"], today=today)


def _working_days(landed: Landed, agents: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Give each agent's days from Monday to Friday, employed, not absent, not a closed day."""
    closed = landed.seed("calendar_days").filter(
        is_true("is_closed"), pl.col("schedule").is_in(EVERY_SCHEDULE, nulls_equal=True)
    )
    days = pl.DataFrame({"date_on": pl.date_range(first, last, eager=True)}).filter(
        pl.col("date_on").dt.weekday() < SATURDAY,
        ~pl.col("date_on").is_in(closed["date_on"].str.to_date().implode()),
    )
    employed = agents.join(days, how="cross").filter(
        (pl.col("started_on") <= pl.col("date_on")).fill_null(value=True),
        (pl.col("date_on") < pl.col("left_on")).fill_null(value=True),
    )
    absences = landed.table("agent_absences").select("agent_id", "starts_on", "ends_on")
    away = (
        employed.join(absences, on="agent_id")
        .filter(pl.col("date_on").is_between("starts_on", "ends_on"))
        .select("agent_id", "date_on")
    )
    return employed.join(away, on=["agent_id", "date_on"], how="anti")
