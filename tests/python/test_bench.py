"""The benchmark measures against a floor that makes the same marts as the models."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bench import data
from bench.compare import KEYS, differences
from bench.floor import run_floor
from compiled_models import Compiled, build, furnish
from service_kpis.landing import land
from service_kpis.warehouse import Warehouse


@pytest.fixture(scope="module")
def made(shipped: Compiled, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The marts of two thousand calls: the floor's, and those of landing and the models."""
    folder = tmp_path_factory.mktemp("bench")
    files, marts = folder / "year", folder / "floor.duckdb"
    size = data.Size(calls=2_000, days=180, seed=7, format="csv")  # 11 calls, 0.55 reviews a day
    data.write(files, size, 0, size.days)
    warehouse = Warehouse(folder / "warehouse")
    with warehouse.locked():
        land(warehouse, [files])
        with warehouse.connect() as connection:
            furnish(connection, shipped)
            build(connection, shipped)
    run_floor(files, marts, bytes.fromhex(warehouse.key.read_text()))
    return marts, warehouse.build


def test_the_floor_makes_the_facts_and_kpi_values_of_the_models(made):
    assert differences(*made) == []


def test_what_the_build_alone_has_is_no_difference(made, tmp_path):
    fewer = tmp_path / "fewer.duckdb"
    fewer.write_bytes(made[0].read_bytes())
    with duckdb.connect(fewer) as connection:
        connection.execute("delete from marts.kpi_values where kpi_key = 'backlog'")
        connection.execute("alter table marts.fct_surveys drop column score")
    assert differences(fewer, made[1]) == []


def test_the_drawn_calls_have_something_of_every_fact_and_kpi(made):
    with duckdb.connect(made[0], read_only=True) as floor:
        for fact in KEYS:
            assert floor.sql(f"from marts.{fact}").limit(1).fetchall() != [], fact
        kpis = floor.sql("select count(distinct kpi_key) from marts.kpi_values").fetchone()
    assert kpis and kpis[0] >= 73


def test_every_difference_is_told(made, tmp_path):
    marts, warehouse_build = made
    changed = tmp_path / "changed.duckdb"
    changed.write_bytes(marts.read_bytes())
    cell = "kpi_key = '{}' and grain = 'year' and dimension = 'all'"
    with duckdb.connect(changed) as connection:
        connection.execute("delete from marts.fct_reviews where review_id = 'r_0000000007'")
        connection.execute("alter table marts.fct_surveys rename column score to marks")
        connection.execute(
            "update marts.fct_orders set is_sale = not is_sale where order_id = 'o_0000000003'"
        )
        for change, kpi in (
            ("ci_low = ci_low * (1 + 1e-8)", "reopen_rate"),
            ("ci_low = ci_low * (1 + 1e-10)", "abandon_rate"),
            ("value = null", "answer_rate"),
            ("sample_size = sample_size + 1", "service_level"),
        ):
            connection.execute(f"update marts.kpi_values set {change} where {cell.format(kpi)}")
    assert differences(changed, warehouse_build) == [
        "fct_orders: is_sale differs in 1 rows",
        "fct_reviews: of 98 and 99 rows 98 have equal keys",
        "fct_surveys: the build lacks marks",
        "kpi_values: value differs in 1 rows",
        "kpi_values: sample_size differs in 1 rows",
        "kpi_values: ci_low differs in 1 rows",
    ]
