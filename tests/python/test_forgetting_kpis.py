"""Forgetting changes no KPI."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb

from canaries import leaks
from scenario.build import Scenario
from service_kpis.forgetting import forget
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse


def test_no_kpi_changes(scenario: Scenario, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w")
    warehouse.folder.mkdir()
    shutil.copy(scenario.warehouse.build, warehouse.build)
    shutil.copy(scenario.warehouse.key, warehouse.key)
    everything = [
        f"from {schema}.{table}"
        for schema, table in scenario.query(
            "select schema_name, table_name from duckdb_tables() where schema_name <> 'raw'"
        )
    ]
    ((customer,),) = scenario.query(
        "select customer_id from raw.tickets where customer_id is not null "
        "group by customer_id order by count(*) desc, customer_id limit 1"
    )

    def read(path: Path) -> dict[str, list[tuple[Any, ...]]]:
        with duckdb.connect(path, read_only=True) as connection:
            return {sql: connection.execute(sql).fetchall() for sql in everything}

    before = read(scenario.warehouse.build)
    with warehouse.locked():
        forget(warehouse, customer, Progress())
    ((known_as,),) = scenario.query(
        "select caller_hash from raw.parties where kind = 'customer' and identifier = ?", customer
    )
    assert leaks(tmp_path, [known_as]) == []
    after = read(warehouse.build)
    changed = {sql for sql in everything if after[sql] != before[sql]}
    assert "from marts.fct_tickets" in changed
    kpis = {sql for sql in everything if sql.startswith(("from marts.kpi_", "from marts.daily_"))}
    assert kpis and not kpis & changed
