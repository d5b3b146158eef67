"""The models on Postgres give the scenario's KPIs row by row, as `make engines` shows of more."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from engines import postgres
from engines.comparing import compare_kpis, require_the_same
from scenario.build import Scenario
from service_kpis.sql import literal


def test_postgres_gives_the_scenario_s_kpis(scenario: Scenario, tmp_path: Path) -> None:
    excluded = ("--exclude-resource-type", "unit_test", "test")
    with postgres.built(scenario.warehouse, tmp_path, *excluded) as built:
        require_the_same(built)


def test_what_is_not_the_same_is_told(scenario: Scenario) -> None:
    """One row lost, one too many, one value 2e-9 away, one null; 1e-10 is the same."""
    first = "grain = 'month' and dimension = 'all' and value > 0 and kpi_key ="
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(scenario.warehouse.build))} as build (read_only)")
        connection.execute("create table other as from build.marts.kpi_values")
        for change in (
            "update other set value = value * (1 + 1e-10)",
            "update other set value = value * (1 + 2e-9) "
            f"where {first} 'calls_offered' and period_start = '2024-03-01'",
            f"update other set ci_low = null where {first} 'answer_rate' "
            "and period_start = '2024-03-01'",
            f"delete from other where {first} 'tickets_created' and period_start = '2024-03-01'",
            "insert into other by name select 'new' as kpi_key, 'day' as grain, "
            "date '2024-03-01' as period_start, 'all' as dimension, 'all' as dimension_value",
        ):
            connection.execute(change)
        told = compare_kpis(connection, "kpi_values", "other")
    assert (told.missing, told.added) == (1, 1)
    assert told.differing == {"value": 1, "ci_low": 1}
    assert told.worst == pytest.approx(2.1e-9, rel=1e-3)
