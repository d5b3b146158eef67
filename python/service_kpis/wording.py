"""Values, changes and periods as people write them on a terminal; the page has its own words."""

from __future__ import annotations

from datetime import date

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MINUTE, HOUR, DAY = 60, 3600, 86400


def value_text(value: float | None, unit: str, currency: str = "") -> str:
    """Write a KPI's value with its unit: a ratio as percent, seconds as m:ss, a count in threes."""
    if value is None:
        return "–"
    match unit:
        case "seconds":
            text = duration_text(value)
        case "flag" if value in (0, 1):
            text = "yes" if value else "no"
        case "ratio" | "flag":
            # One defect in a thousand is a value that readers care for; one decimal would hide it.
            text = number(value * 100, 2 if 0 < abs(value) < 0.01 else 1) + "%"
        case "currency":
            text = f"{number(value, 2)}{THIN}{currency}".rstrip()
        case "per_day":
            text = f"{number(value, 1)} a day"
        case "score":
            text = number(value, 2)
        case "points":
            text = number(value, 1)
        case _:
            text = number(value, 0 if float(value).is_integer() else 1)
    return text


def change_text(change: float, unit: str, currency: str = "") -> str:
    """Write a difference with its sign; of ratios in percentage points."""
    size = abs(change)
    if unit in {"ratio", "flag"}:
        text = f"{number(size * 100, 2 if 0 < size < 0.001 else 1)}{THIN}pp"
    elif unit == "score":
        text = number(size, 2)
    else:
        text = value_text(size, unit, currency)
    # What is written as zero has no side, though the change may have one.
    sign = "±" if not any(digit in text for digit in "123456789") else "+" if change > 0 else MINUS
    return f"{sign}{text}"


def duration_text(seconds: float) -> str:
    """Write seconds as 8.4 s, 1:05, 2 h 05 min or 3 d 4 h, with the digits that still matter."""
    sign, size = (MINUS if seconds < 0 else ""), abs(seconds)
    if round(size, 1) < MINUTE:
        return f"{sign}{size:.1f}{THIN}s"
    if round(size) < HOUR:
        minutes, rest = divmod(round(size), MINUTE)
        return f"{sign}{minutes}:{rest:02d}"
    if round(size / MINUTE) * MINUTE < 2 * DAY:
        hours, rest = divmod(round(size / MINUTE), 60)
        return f"{sign}{hours}{THIN}h{THIN}{rest:02d}{THIN}min"
    days, rest = divmod(round(size / HOUR), 24)
    return f"{sign}{number(days, 0)}{THIN}d{THIN}{rest}{THIN}h"


def number(value: float, decimals: int) -> str:
    """Write a number with a point, commas between thousands; no minus before zero."""
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and any(digit in text for digit in "123456789") else text


def target_text(target: float | None, unit: str, direction: str | None, currency: str = "") -> str:
    """Write a target with the side on which it is met; empty where there is none."""
    if target is None:
        return ""
    side = {"up": "≥", "down": "≤"}.get(direction or "", "")
    return f"{side}{THIN}{value_text(target, unit, currency)}".lstrip(THIN)


def period_text(start: date, grain: str) -> str:
    """Name a period: 2026, 2026 Q3, October 2026, week of 2026-10-05, 2026-10-05."""
    match grain:
        case "year":
            return str(start.year)
        case "quarter":
            return f"{start.year} Q{(start.month + 2) // 3}"
        case "month":
            return f"{start:%B %Y}"
        case "week":
            return f"week of {start.isoformat()}"
        case _:
            return start.isoformat()
