"""Every row of the KPIs is the same on Postgres and Spark as on DuckDB; `make engines`.

It takes what landed in SERVICE_KPIS_WAREHOUSE (default `warehouse/`) and was built from it, which
it does not change.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engines import postgres, spark
from engines.comparing import require_the_same
from service_kpis.warehouse import PROJECT_DIR, Warehouse


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    folder = Path(os.environ.get("SERVICE_KPIS_WAREHOUSE", "warehouse"))
    return Warehouse((PROJECT_DIR / folder).resolve())


def test_postgres_gives_the_same_kpis(warehouse: Warehouse, tmp_path: Path) -> None:
    with postgres.built(warehouse, tmp_path) as built:
        require_the_same(built)


def test_spark_gives_the_same_kpis(warehouse: Warehouse, tmp_path: Path) -> None:
    """By ANSI's rules, so that no bad cast became a null in either."""
    with spark.built(
        warehouse, tmp_path, "--exclude-resource-type", "unit_test", is_strict=True
    ) as built:
        require_the_same(built)
