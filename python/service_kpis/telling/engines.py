"""What became of raw tables that went to another engine."""

from __future__ import annotations

from collections.abc import Mapping

from service_kpis.command import Session
from service_kpis.telling.tables import count


def brought(session: Session, target: str, rows: Mapping[str, int]) -> None:
    """Say how many rows went, and what makes the KPIs of them."""
    session.outcome.brought = {"target": target, "tables": dict(rows)}
    went = f"{count(sum(rows.values()), 'row')} of {count(len(rows), 'raw table')}"
    session.say(f"Brought {went} to {target}. {_next(target)}")


def made_known(session: Session, target: str, people: int) -> None:
    """Say how many ids and numbers are known."""
    session.outcome.brought = {"target": target, "tables": {"parties": people}}
    session.say(f"Made {count(people, 'id or number', 'ids and numbers')} known on {target}.")


def _next(target: str) -> str:
    return f"`dbt build --target {target} --exclude-resource-type unit_test` builds the KPIs there."
