"""A warehouse whose marts are made by hand: publishing without landing and dbt, in milliseconds."""

from __future__ import annotations

from pathlib import Path

import duckdb

from service_kpis import state
from service_kpis.progress import Progress
from service_kpis.state import Built, Checked
from service_kpis.warehouse import Warehouse


class Quiet(Progress):
    """Progress that nobody wants to read a hundred times."""

    def line(self, text: str) -> None:
        del text


def make(folder: Path, *, rows: int = 1) -> Warehouse:
    """Make a warehouse of two marts with so many rows, which `built` gives their value."""
    folder.mkdir(exist_ok=True)
    warehouse = Warehouse(folder)
    with warehouse.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute("create schema marts")
        for table in ("fct_calls", "kpi_values"):
            connection.execute(
                f"create table marts.{table} as select 0 as value, md5(cast(number as text)) as id "
                "from range(?) as numbers (number)",
                [rows],
            )
    return warehouse


def built(warehouse: Warehouse, number: int) -> None:
    """Stand in for a build of this number that passed, and for its checks."""
    half_built(warehouse, number, "fct_calls", "kpi_values")
    dbt_ran(warehouse, name(number))
    state.update(warehouse, {"build": build(name(number)), "checks": checks(name(number))})


def half_built(warehouse: Warehouse, number: int, *tables: str) -> None:
    """Give every row of some marts the number."""
    with warehouse.connect() as connection:
        for table in tables:
            connection.execute(f"update marts.{table} set value = ?", [number])


def dbt_ran(warehouse: Warehouse, invocation_id: str) -> None:
    """Stand in for the hook of any dbt run."""
    with warehouse.connect() as connection:
        connection.execute(
            "create or replace table intermediate.latest_dbt_run as select ? as invocation_id",
            [invocation_id],
        )


def build(build_id: str, *, passed: bool = True, is_whole: bool = True) -> Built:
    return {
        "id": build_id,
        "at": "2025-01-31T18:00:00Z",
        "passed": passed,
        "is_whole": is_whole,
        "models": 2,
        "as_of": "2025-01-31T18:00:00Z",
        "vars": {},
        "failed": [],
    }


def checks(build_id: str, *, passed: bool = True) -> Checked:
    return {
        "build_id": build_id,
        "at": "2025-01-31T18:00:00Z",
        "passed": passed,
        "count": 1,
        "failed": [],
    }


def name(number: int) -> str:
    return f"build {number}"


def number_in(path: Path) -> int:
    """Open a published file as a BI tool does, and give the number that all of it bears.

    Raises AssertionError where its parts are of several builds, duckdb.Error where it can't be
    opened.
    """
    with duckdb.connect(path, read_only=True) as connection:
        found = connection.execute("""
            select value, 'build ' || value = build_id
            from (from marts.fct_calls union all from marts.kpi_values), marts.publication()
            group by all
        """).fetchall()
    assert len(found) == 1 and found[0][1], f"{path.name} holds {found}"
    return int(found[0][0])
