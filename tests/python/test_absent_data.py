"""With one table alone, exactly the KPIs are there that can be known from it, and nothing fails.

Each little world has what every KPI of its table needs, so that none is missing for want of a row.
`test_run.py` takes a house of every table through the whole command.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from compiled_models import Compiled, build, furnish
from service_kpis.landing import land
from service_kpis.outcome import Check
from service_kpis.progress import Progress
from service_kpis.validation import validate
from service_kpis.warehouse import PROJECT_DIR, Warehouse

# A source of one table each. Friday 10 January 2025 is a promotion of the shipped calendar, and
# the last row is beyond the window of whatever began with the first.
SOURCES = Path(__file__).parent / "alone"

TELEPHONE = {
    *("abandon_rate", "answer_rate", "average_callback_delay", "average_handle_time"),
    *("average_hold_time", "average_speed_of_answer", "average_talk_time", "average_wait_time"),
    *("average_wrap_up_time", "callback_rate", "callback_success_rate", "calls_offered"),
    *("case_closure_delay", "first_call_resolution", "ivr_abandon_rate", "queue_abandon_rate"),
    *("redundancy_rate", "redundant_call_share", "service_level", "transfer_rate"),
}
KPIS = {
    # Not the shares of contacts and the journeys: what came by other channels is not known.
    "calls": TELEPHONE,
    # Not advocates, who must also speak in public, nor whether an answer was asked for at a bad
    # moment: nobody knows of the calls, tickets and reviews before it.
    "surveys": {
        *("customer_effort_score", "customer_effort_score_v2", "customer_satisfaction_score"),
        *("detractors", "net_promoter_score", "passives", "promoters", "survey_response_rate"),
    },
    # Who never had a subscription is active by orders, and they alone are revenue, too. Not defects
    # (reviews, claims), nor cross- and up-selling (lines, products), nor what buyers say in public.
    "orders": {
        *("average_revenue_per_user", "cancellation_rate", "churn_rate", "on_time_delivery_rate"),
        *("on_time_shipment_rate", "repeat_sales", "repeat_sales_rate", "repeat_sales_value"),
        "retention_rate",
    },
    # Not one-touch resolutions (events), nor what an agent handles a day (agents), nor whether an
    # e-mail was followed by a call.
    "tickets": {
        *("backlog", "first_response_time", "first_response_time_business"),
        *("issue_resolution_rate", "median_first_response_time", "median_resolution_time"),
        *("messaging_responsiveness", "p90_first_response_time", "p90_resolution_time"),
        *("reopen_rate", "resolution_time", "resolution_time_business", "response_rate_in_time"),
        "tickets_created",
    },
    # Not the rates of customers who ordered (orders), nor advocates (surveys).
    "reviews": {
        *("average_rating", "negative_review_share", "positive_review_share", "review_burst"),
        "review_count",
    },
    "subscriptions": {
        *("average_revenue_per_user", "churn_rate", "renewal_rate", "renewals", "retention_rate"),
    },
    "nothing": set(),
}

# Marts and facts with a row, beside those of any warehouse: mart_kpi_smart_check, which says that a
# KPI can't be measured, dim_request_types, which is a seed, and days and customers.
FILLED = {
    "calls": {
        *("fct_calls", "fct_contacts", "mart_agents_beside_all", "mart_calls_by_hour"),
        "mart_peak_vs_regular",
    },
    "surveys": {"fct_surveys", "mart_peak_vs_regular"},
    "orders": {"fct_orders", "fct_customer_periods", "mart_retention_cohorts"},
    "tickets": {
        *("fct_tickets", "fct_contacts", "fct_email_tickets", "mart_agents_beside_all"),
        "mart_peak_vs_regular",
    },
    "reviews": {"fct_reviews", "mart_review_bursts"},
    "subscriptions": {"fct_subscriptions", "fct_customer_periods", "mart_retention_cohorts"},
    "nothing": set(),
}


@dataclass(frozen=True)
class Alone:
    """A warehouse that one table landed in, and what its validation said."""

    warehouse: Warehouse
    checks: list[Check]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.warehouse.build, read_only=True) as connection:
            return connection.execute(statement).fetchall()

    def names(self, statement: str) -> set[str]:
        return {name for (name,) in self.query(statement)}


@pytest.fixture(scope="module")
def alone(shipped: Compiled, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Alone]:
    """Give the warehouse of one table alone, or of nothing; each is built once."""

    @cache
    def of(table: str) -> Alone:
        folder = tmp_path_factory.mktemp(table)
        warehouse = Warehouse(folder / "warehouse")
        with warehouse.locked():
            if table != "nothing":
                (account,) = land(warehouse, [SOURCES / table])
                assert account.inserted == account.read > 0
            with duckdb.connect(warehouse.build) as connection:
                furnish(connection, shipped)
                build(connection, shipped)
            return Alone(warehouse, validate(warehouse, Progress()))

    return of


@pytest.mark.parametrize("table", KPIS)
def test_exactly_the_kpis_that_can_be_known_are_there(alone, table):
    found = alone(table)
    assert found.names("select kpi_key from marts.kpi_values") == KPIS[table]
    assert found.names("select kpi_key from marts.kpi_scorecard") <= KPIS[table]


@pytest.mark.parametrize("table", [table for table in KPIS if table != "reviews"])
def test_each_of_them_has_a_value(alone, table):
    """But review_burst, which a platform's first 28 days don't have."""
    valued = "select kpi_key from marts.kpi_values where value is not null"
    assert alone(table).names(valued) == KPIS[table]


@pytest.mark.parametrize("table", KPIS)
def test_what_can_not_be_known_is_not_measurable_but_in_the_catalogue(alone, table):
    found = alone(table)
    modelled = {path.stem.removeprefix("kpi_") for path in PROJECT_DIR.glob("models/kpi/*/*.sql")}
    assert found.names("select kpi_key from marts.kpi_catalogue") == modelled
    checked = found.query("select kpi_key, is_measurable from marts.mart_kpi_smart_check")
    assert dict(checked) == {key: key in KPIS[table] for key in modelled}


@pytest.mark.parametrize("table", KPIS)
def test_the_other_marts_are_there_and_empty(alone, table):
    found = alone(table)
    modelled = {path.stem for path in PROJECT_DIR.glob("models/marts/*.sql")}
    assert found.names("select table_name from information_schema.tables") >= modelled
    asked = sorted(name for name in modelled if name.startswith(("mart_", "fct_")))
    filled = {name for name in asked if found.query(f"select 1 from marts.{name} limit 1")}
    assert filled == FILLED[table] | {"mart_kpi_smart_check"}


@pytest.mark.parametrize("table", KPIS)
def test_no_check_finds_the_marts_wrong(alone, table):
    checks = alone(table).checks
    assert {"marts.kpi_values.key", "recomputation.backlog"} <= {check.name for check in checks}
    wrong = [check for check in checks if check.severity == "error" and not check.passed]
    assert wrong == []
