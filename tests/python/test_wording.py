"""How values, changes and periods are written on a terminal."""

from __future__ import annotations

from datetime import date

import pytest

from service_kpis.wording import change_text, period_text, target_text, value_text

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.8113, "ratio", "81.1%"),
        (0.0037, "ratio", "0.37%"),
        (0.0, "ratio", "0.0%"),
        (1.0, "ratio", "100.0%"),
        (67.52, "seconds", "1:08"),
        (18.44, "seconds", f"18.4{THIN}s"),
        (59.96, "seconds", "1:00"),
        (3599.4, "seconds", "59:59"),
        (3599.6, "seconds", f"1{THIN}h{THIN}00{THIN}min"),
        (2.5 * 3600, "seconds", f"2{THIN}h{THIN}30{THIN}min"),
        (40.858 * 86400, "seconds", f"40{THIN}d{THIN}21{THIN}h"),
        (-0.01, "points", "0.0"),
        (-33.333, "points", f"{MINUS}33.3"),
        (4.206, "score", "4.21"),
        (31359, "count", "31,359"),
        (1265793.04, "currency", f"1,265,793.04{THIN}EUR"),
        (12.34, "per_day", "12.3 a day"),
        (1.0, "flag", "yes"),
        (None, "ratio", "–"),
    ],
)
def test_values_are_written_for_people(value: float | None, unit: str, text: str) -> None:
    assert value_text(value, unit, "EUR") == text


def test_changes_and_targets_are_written_for_people() -> None:
    assert change_text(0.0212, "ratio") == f"+2.1{THIN}pp"
    assert change_text(-0.0004, "ratio") == f"{MINUS}0.04{THIN}pp"
    assert change_text(-0.00001, "ratio") == f"±0.00{THIN}pp"
    assert change_text(-95, "seconds") == f"{MINUS}1:35"
    assert change_text(0, "points") == "±0.0"
    assert target_text(20, "seconds", "down") == f"≤{THIN}20.0{THIN}s"
    assert target_text(None, "seconds", "down") == ""


@pytest.mark.parametrize(
    ("grain", "start", "text"),
    [
        ("month", date(2026, 12, 1), "December 2026"),
        ("quarter", date(2026, 10, 1), "2026 Q4"),
        ("year", date(2026, 1, 1), "2026"),
        ("week", date(2026, 12, 28), "week of 2026-12-28"),
        ("day", date(2026, 12, 31), "2026-12-31"),
    ],
)
def test_periods_are_written_for_people(grain: str, start: date, text: str) -> None:
    assert period_text(start, grain) == text
