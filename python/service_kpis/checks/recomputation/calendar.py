"""Days of the reporting time zone, their type, and the moment that "now" means."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from service_kpis.checks.recomputation.landed import Landed
from service_kpis.contract import tables

SECONDS_OF_A_DAY = 86_400
SPANS = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
"""The grains, and what Polars calls their length; its weeks begin on Monday, as ISO weeks do."""


def local_day(at: pl.Expr, zone: str) -> pl.Expr:
    """Give the day in `zone` of an instant in UTC."""
    return at.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()


def seconds(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Give the seconds from one instant to another, fractions included."""
    return (end - start).dt.total_microseconds() / 1e6


def zone_of(landed: Landed) -> str:
    return str(landed.vars["reporting_timezone"])


def day_of(landed: Landed, moment: datetime) -> date:
    """Give the reporting day of an instant in UTC."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone_of(landed))).date()


def first_instant(landed: Landed, day: date) -> datetime:
    """Give the instant in UTC at which a reporting day begins.

    Where a clock change skips midnight, zoneinfo's offset of before it leads to the change itself.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone_of(landed)))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def as_of(landed: Landed) -> datetime | None:
    """Give "now" in UTC: the var, else the latest timestamp of what happened, promises left out.

    Without any timestamp it is the first instant of the latest term; with nothing, None.
    """
    given = landed.vars["as_of"]
    if given is not None:
        moment = datetime.fromisoformat(str(given))
        zone = moment.tzinfo or ZoneInfo(zone_of(landed))
        return moment.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    times = {
        name: [
            column.name
            for column in table.columns
            if column.data_type == "timestamp" and not column.is_promise
        ]
        for name, table in tables().items()
    }
    happened: list[datetime] = [
        latest
        for name, columns in times.items()
        if columns and (latest := landed.latest(name, columns)) is not None
    ]
    if happened:
        return max(happened)
    latest_start = landed.latest("subscriptions", ["starts_on"])
    return None if latest_start is None else first_instant(landed, latest_start)


def day_types(landed: Landed) -> pl.DataFrame:
    """Give `date_on, day_type` of days that are not regular; a holiday wins over a promotion."""
    rank = pl.col("day_type").replace_strict({"public_holiday": 0, "promotion": 1})
    return (
        landed.seed("calendar_days")
        .filter(pl.col("day_type").is_not_null())
        .with_columns(pl.col("date_on").str.to_date())
        .sort("date_on", rank)
        .unique("date_on", keep="first")
        .select("date_on", "day_type")
    )


def with_day(landed: Landed, rows: pl.DataFrame, at: str) -> pl.DataFrame:
    """Add `date_on`, the local day of column `at`, and its `day_type`."""
    return (
        rows.with_columns(local_day(pl.col(at), zone_of(landed)).alias("date_on"))
        .join(day_types(landed), on="date_on", how="left")
        .with_columns(pl.col("day_type").fill_null("regular"))
    )
