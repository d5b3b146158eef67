"""The calendar of the sample: its days, opening hours, seasons, peaks and accidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LAST_DAY = date(2026, 11, 8)
"""The sample always ends here, never at the wall clock: same arguments, same bytes."""
OUTAGE_ON = date(2026, 9, 15)
"""The product fails: everybody calls, and agents can solve little."""
BURST_ON = date(2026, 10, 6)
"""Too many fine reviews at once on one platform."""

HOUR, DAY = 3600, 86_400
EPOCH = date(1970, 1, 1)
CLOSED_DAYS_AFTER = 400
"""Days of opening hours kept beyond the end, so that a late answer has a time to fall on."""

CALLS_BY_HOUR = np.array(
    [0, 0, 0, 0, 0, 0, 0, 4, 55, 115, 130, 120, 75, 75, 105, 105, 95, 75, 40, 4, 2, 0, 0, 0], float
)
WRITING_BY_HOUR = np.array(
    [8, 4, 2, 1, 1, 2, 8, 22, 42, 60, 66, 62, 58, 56, 56, 56, 56, 58, 60, 62, 66, 62, 44, 22], float
)
CALLS_BY_WEEKDAY = np.array([1.36, 1.18, 1.12, 1.12, 1.16, 0.78, 0.28])
WRITING_BY_WEEKDAY = np.array([1.22, 1.1, 1.05, 1.03, 1.02, 0.8, 0.78])
ORDERS_BY_WEEKDAY = np.array([1.08, 0.98, 0.96, 0.96, 0.98, 0.96, 1.08])
BY_MONTH = np.array([1.08, 0.98, 0.96, 0.95, 0.95, 0.97, 0.94, 0.88, 1.0, 1.03, 1.1, 1.16])
OUTAGE_CALLS = 4.2


@dataclass(frozen=True)
class Calendar:
    """The sample's days, in arrays by day number from the first one.

    `opens_at` and `seconds_open` reach `CLOSED_DAYS_AFTER` days further than the volumes;
    `open_before` has the open seconds of all days before each.
    """

    first_day: int
    """Days since 1970-01-01."""
    days: int
    opens_at: Ints
    seconds_open: Ints
    open_before: Ints
    is_promotion: Bools
    outage: int
    """Day number of the outage; negative when it lies before the first day."""
    burst: int
    calls: Floats
    writing: Floats
    orders: Floats
    """Volumes of each day over those of a mean day."""

    @property
    def end(self) -> int:
        """The first second after the data, in seconds since 1970 on the local clock."""
        return (self.first_day + self.days) * DAY

    def midnight(self, day: int) -> int:
        """When day number `day` begins, in seconds since 1970 on the local clock."""
        return (self.first_day + day) * DAY


def make_calendar(days: int) -> Calendar:
    """Make the calendar of the `days` days that end on `LAST_DAY`."""
    first = LAST_DAY - timedelta(days=days - 1)
    dates = [first + timedelta(days=n) for n in range(days + CLOSED_DAYS_AFTER)]
    years = range(first.year, dates[-1].year + 1)
    holidays = set().union(*(public_holidays(year) for year in years))
    promotions = set().union(*(promotion_days(year) for year in years))

    weekday = np.array([day.weekday() for day in dates])
    is_holiday = np.array([day in holidays for day in dates])
    is_closed = is_holiday | (weekday == 6)
    opens = np.where(weekday == 5, 9, 8) * HOUR
    closes = np.where(weekday == 5, 17, 19) * HOUR
    seconds_open = np.where(is_closed, 0, closes - opens)

    is_promotion = np.array([day in promotions for day in dates])[:days]
    weekday, is_holiday = weekday[:days], is_holiday[:days]
    season = BY_MONTH[[day.month - 1 for day in dates[:days]]]
    outage, burst = (OUTAGE_ON - first).days, (BURST_ON - first).days
    calls = season * CALLS_BY_WEEKDAY[weekday] * np.where(is_holiday, 0.25, 1)
    calls *= np.where(is_promotion, 1.45, 1)
    if outage >= 0:
        calls[outage] *= OUTAGE_CALLS
    return Calendar(
        first_day=(first - EPOCH).days,
        days=days,
        opens_at=opens,
        seconds_open=seconds_open,
        open_before=np.cumsum(seconds_open) - seconds_open,
        is_promotion=is_promotion,
        outage=outage,
        burst=burst,
        calls=calls,
        writing=season * WRITING_BY_WEEKDAY[weekday] * np.where(is_promotion, 1.35, 1),
        orders=season * ORDERS_BY_WEEKDAY[weekday] * np.where(is_promotion, 2.3, 1),
    )


def public_holidays(year: int) -> set[date]:
    """The public holidays of metropolitan France."""
    easter = easter_sunday(year)
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    return {date(year, month, day) for month, day in fixed} | {
        easter + timedelta(days=after) for after in (1, 39, 50)
    }


def easter_sunday(year: int) -> date:
    """Easter by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def promotion_days(year: int) -> set[date]:
    """Black Friday week (Monday to Sunday) and the first five days of the French winter sales."""
    november = date(year, 11, 1)
    friday = november + timedelta(days=(4 - november.weekday()) % 7 + 21)
    black_friday = {friday + timedelta(days=n) for n in range(-4, 3)}
    january = date(year, 1, 1)
    sales = january + timedelta(days=(2 - january.weekday()) % 7 + 7)
    if sales.day > 12:  # the rule brings such a late second Wednesday forward by a week
        sales -= timedelta(days=7)
    return black_friday | {sales + timedelta(days=n) for n in range(5)}


def draw_times(rng: np.random.Generator, count: int, midnight: int, by_hour: Floats) -> Ints:
    """Draw `count` times of the day that begins at `midnight`, in order, by the hours' weights."""
    hours = np.searchsorted(np.cumsum(by_hour) / by_hour.sum(), rng.random(count), side="right")
    return np.sort(midnight + hours * HOUR + rng.integers(0, HOUR, count))


def add_open_seconds(calendar: Calendar, at: Ints, seconds: Floats | Ints | int) -> Ints:
    """Go `seconds` of opening time on from the times `at` (seconds since 1970, local clock).

    A time outside opening hours counts from the next opening.
    """
    last = len(calendar.opens_at) - 1
    day = np.clip(at // DAY - calendar.first_day, 0, last)
    of_day = np.clip(at % DAY - calendar.opens_at[day], 0, calendar.seconds_open[day])
    target = calendar.open_before[day] + of_day + np.asarray(seconds).astype(np.int64)
    # The last moment of a day is the first of the next open one, so search to the right of it.
    day = np.clip(np.searchsorted(calendar.open_before, target, side="right") - 1, 0, last)
    within = target - calendar.open_before[day]
    landed: Ints = (calendar.first_day + day) * DAY + calendar.opens_at[day] + within
    return landed


def is_open(calendar: Calendar, at: Ints) -> Bools:
    """Tell which of the times `at` are in opening hours."""
    day = at // DAY - calendar.first_day
    since = at % DAY - calendar.opens_at[day]
    found: Bools = (since >= 0) & (since < calendar.seconds_open[day])
    return found
