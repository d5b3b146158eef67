"""What is known of a published file beside its tables: when, as of when, and what was odd."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from service_kpis import state
from service_kpis.errors import MachineError
from service_kpis.publishing import publication, read_settings
from service_kpis.warehouse import Warehouse


def known_facts(warehouse: Warehouse) -> dict[str, Any]:
    """Gather what is known beside the tables; what belongs to another build is left out.

    Instants are ISO text in UTC; None where something isn't known.
    """
    try:
        known = state.read(warehouse)
    except MachineError:
        known = state.State()  # The figures don't depend on it: better a report without dates.
    published = publication(warehouse.published)
    build: dict[str, Any] = dict(known.get("build") or {})
    checks: dict[str, Any] = dict(known.get("checks") or {})
    if published is None or build.get("id") != published.id:
        build = {}
    if published is None or checks.get("build_id") != published.id:
        checks = {}
    # The file's own, where it has them: after a rollback the state is of another build.
    made_with = (read_settings(warehouse.published) or {}).get("vars") or build.get("vars") or {}
    if published is not None:
        published_at = published.at
    else:  # the file was not made by `publish`, which would have written into it
        written = warehouse.published.stat().st_mtime
        published_at = datetime.fromtimestamp(written, UTC).isoformat()
    return {
        "published_at": published_at,
        "as_of": published.as_of if published else None,
        "currency": made_with.get("reporting_currency", ""),
        "timezone": made_with.get("reporting_timezone", ""),
        "check_count": checks.get("count"),
        "checked_at": checks.get("at"),
        "warnings": [
            {"name": str(check.get("name", "")), "message": str(check.get("message", ""))}
            for check in checks.get("failed") or []
            if isinstance(check, dict)
        ],
    }
