"""What the yml of each KPI says of it, in models/kpi."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from service_kpis.warehouse import PROJECT_DIR

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader in C, where it is there: eight times as fast, and there are many files."""

KPI_FOLDER = PROJECT_DIR / "models" / "kpi"
HEADLINES = (
    "service_level",
    "first_call_resolution",
    "net_promoter_score",
    "answer_rate",
    "average_speed_of_answer",
    "customer_satisfaction_score",
    "first_response_time",
    "resolution_time",
    "abandon_rate",
    "redundancy_rate",
    "average_handle_time",
    "customer_effort_score",
    "average_rating",
    "order_defect_rate",
    "retention_rate",
    "churn_rate",
    "calls_offered",
)
"""The KPIs that a summary tells, the weightiest first: the report has cards for as many as fit."""


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
        [model] = yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)["models"]  # noqa: S506
        entry = model["config"]["meta"]["kpi"]
        found[file.stem.removeprefix("kpi_")] = Definition(
            entry["unit"], frozenset(entry.get("not_additive_over", ()))
        )
    return dict(sorted(found.items()))
