"""Business time: the seconds between two instants at which a schedule is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from service_kpis.checks.recomputation.landed import Landed, is_true

DEFAULT = "default"
A_DAY = timedelta(days=1)
Hours = list[tuple[str, str]]
"""Opening and closing of a day's intervals, as `HH:MM`."""
SpecialDays = dict[tuple[date, str | None], Hours | None]
"""By day and schedule (None = every one); None where the hours are those of the weekday."""


def with_open_seconds(
    landed: Landed, rows: pl.DataFrame, start: str, end: str, name: str
) -> pl.DataFrame:
    """Add as `name` the open seconds from column `start` to `end`, both in UTC.

    A row follows the schedule named as its `service`, else `default`; null where that schedule has
    no hours, or an instant is null.
    """
    hours = landed.seed("business_hours")
    schedules = hours["schedule"].unique()
    numbered = rows.with_row_index("_number").with_columns(
        pl.when(pl.col("service").is_in(schedules.implode()))
        .then("service")
        .otherwise(pl.when(pl.lit(DEFAULT in schedules)).then(pl.lit(DEFAULT)))
        .alias("_schedule")
    )
    spans = numbered.filter(pl.col(start) <= pl.col(end), pl.col("_schedule").is_not_null())
    if spans.is_empty():
        return rows.with_columns(pl.lit(None, pl.Float64).alias(name))
    first, last = spans[start].min(), spans[end].max()
    assert isinstance(first, datetime)  # noqa: S101  no span lacks an end
    assert isinstance(last, datetime)  # noqa: S101
    intervals = _intervals(landed, hours, first.date() - 2 * A_DAY, last.date() + 2 * A_DAY)
    opened = (
        spans.select("_number")
        .join(_open_before(intervals, spans, start), on="_number")
        .join(_open_before(intervals, spans, end), on="_number", suffix="_at_end")
        .select("_number", (pl.col("open_at_end") - pl.col("open")).alias(name))
    )
    return numbered.join(opened, on="_number", how="left").drop("_number", "_schedule")


def _open_before(intervals: pl.DataFrame, spans: pl.DataFrame, at: str) -> pl.DataFrame:
    """Give for each span's `_number` the seconds that its schedule was open before an instant."""
    into = (pl.col("_at") - pl.col("opens_at")).dt.total_microseconds() / 1e6
    return (
        spans.select("_number", "_schedule", pl.col(at).alias("_at"))
        .sort("_at")
        .join_asof(
            intervals, left_on="_at", right_on="opens_at", by="_schedule", check_sortedness=False
        )
        .select(
            "_number",
            (pl.col("open_before") + pl.min_horizontal(into, "length"))
            .fill_null(0.0)
            .alias("open"),
        )
    )


def _intervals(landed: Landed, hours: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Give every open interval of these days: `_schedule, opens_at, length, open_before`.

    Instants in UTC, the rest in seconds; `open_before` counts from the first of the days.
    """
    special = _special_days(landed)
    rows = [
        (schedule, *interval)
        for (schedule, zone), entries in hours.group_by("schedule", "timezone")
        for interval in _open_spans(
            str(schedule), ZoneInfo(str(zone)), _week(entries), special, first, last
        )
    ]
    return (
        pl.DataFrame(rows, schema=["_schedule", "opens_at", "closes_at"], orient="row")
        .with_columns(
            ((pl.col("closes_at") - pl.col("opens_at")).dt.total_microseconds() / 1e6).alias(
                "length"
            )
        )
        .sort("opens_at")
        .with_columns(
            (pl.col("length").cum_sum() - pl.col("length")).over("_schedule").alias("open_before")
        )
        .drop("closes_at")
    )


def _open_spans(  # noqa: PLR0913, PLR0917
    schedule: str,
    zone: ZoneInfo,
    week: dict[int, Hours],
    special: SpecialDays,
    first: date,
    last: date,
) -> Iterator[tuple[datetime, datetime]]:
    for count in range((last - first).days + 1):
        day = first + count * A_DAY
        usual = week.get(day.isoweekday(), [])
        of_day = special.get((day, schedule), special.get((day, None)))
        for opens, closes in usual if of_day is None else of_day:
            yield _instant(day, opens, zone), _instant(day, closes, zone)


def _week(entries: pl.DataFrame) -> dict[int, Hours]:
    week: dict[int, Hours] = {}
    for weekday, opens, closes in entries.select("weekday", "opens", "closes").iter_rows():
        week.setdefault(int(weekday), []).append((opens, closes))
    return week


def _special_days(landed: Landed) -> SpecialDays:
    """Read which days are closed or shortened; one of a schedule's own says all of that day."""
    days: SpecialDays = {}
    calendar = landed.seed("calendar_days").with_columns(
        is_true("is_closed").fill_null(value=False)
    )
    for day in calendar.iter_rows(named=True):
        key = (date.fromisoformat(day["date_on"]), day["schedule"])
        if day["is_closed"]:
            days[key] = []
        elif day["opens"] is not None and day["closes"] is not None:
            days[key] = [(day["opens"], day["closes"])]
        else:
            days.setdefault(key, None)
    return days


def _instant(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """Give the instant in UTC of a wall clock's `HH:MM`, the first one where it comes twice."""
    hour, minute = (int(part) for part in clock.split(":"))
    wall = datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
