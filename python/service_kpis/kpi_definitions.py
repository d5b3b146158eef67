"""What the yml of each KPI says of it, in models/kpi."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from service_kpis.warehouse import PROJECT_DIR

KPI_FOLDER = PROJECT_DIR / "models" / "kpi"
HEADLINES = (
    "calls_offered",
    "answer_rate",
    "service_level",
    "average_speed_of_answer",
    "abandon_rate",
    "average_handle_time",
    "first_call_resolution",
    "redundancy_rate",
    "first_response_time",
    "resolution_time",
    "customer_satisfaction_score",
    "customer_effort_score",
    "net_promoter_score",
    "average_rating",
    "order_defect_rate",
    "retention_rate",
    "churn_rate",
)
"""The KPIs that a summary tells, in its order."""


@dataclass(frozen=True)
class Definition:
    """A KPI's `unit`, and over what its numerators and denominators don't add up.

    `not_additive_over` holds `days` (customers of a period, medians, stocks), `dimensions`, or the
    name of one dimension whose parts overlap.
    """

    unit: str
    not_additive_over: frozenset[str]


@cache
def definitions() -> dict[str, Definition]:
    """Give every KPI's definition, by key, in order."""
    found = {}
    for file in KPI_FOLDER.glob("*/kpi_*.yml"):
        [model] = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        entry = model["config"]["meta"]["kpi"]
        found[file.stem.removeprefix("kpi_")] = Definition(
            entry["unit"], frozenset(entry.get("not_additive_over", ()))
        )
    return dict(sorted(found.items()))
