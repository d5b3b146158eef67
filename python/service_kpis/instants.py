"""Instants for people: local to the reporting time zone, which the text around them names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from service_kpis import settings

UNKNOWN = "–"


def zone_of(chosen: dict[str, Any] | None) -> ZoneInfo:
    """Give the reporting time zone of the vars of a build, the default's before any."""
    name = (chosen or {}).get("reporting_timezone") or settings.defaults()["reporting_timezone"]
    return ZoneInfo(name)


def parsed(instant: str | datetime | None) -> datetime | None:
    """Read an instant in UTC, as state.json and raw tables hold it; None where it is none."""
    if isinstance(instant, str):
        try:
            instant = datetime.fromisoformat(instant)
        except ValueError:
            return None
    if instant is None:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def local(instant: str | datetime | None, zone: ZoneInfo) -> str:
    """Write an instant to the minute in the time zone."""
    read = parsed(instant)
    return f"{read.astimezone(zone):%Y-%m-%d %H:%M}" if read else UNKNOWN


def ago(instant: str | datetime | None, now: datetime) -> str:
    """Write how long ago an instant was: just now, 5 min ago, 3 h ago, 12 days ago."""
    read = parsed(instant)
    if read is None:
        return UNKNOWN
    minutes = int((now - read).total_seconds() // 60)
    if minutes < 0:
        return "in the future"
    if minutes < 2:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"
