"""The benchmark measures against a floor that makes the same marts as the models."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from bench import __main__ as bench
from bench import data, job, results
from bench.compare import differences, keys
from bench.floor import run_floor
from bench.measure import Measured, StepFailedError, measured
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
        for fact in keys():
            assert floor.sql(f"from marts.{fact}").limit(1).fetchall() != [], fact
        kpis = floor.sql("select count(distinct kpi_key) from marts.kpi_values").fetchone()
    assert kpis and kpis[0] >= 73


def test_more_days_are_drawn_further_back(made):
    """The 180 days before 1 January 2026: 27 of July, 31 + 30 + 31 + 30 + 31 of what follows."""
    with duckdb.connect(made[0], read_only=True) as floor:
        days = floor.sql("select min(started_on), max(started_on) from marts.fct_calls").fetchone()
    assert days == (date(2025, 7, 5), date(2025, 12, 31))


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


def test_a_step_that_fails_is_told_beside_what_was_measured_until_then(
    monkeypatch, tmp_path, capsys
):
    """The first `land` takes 2 s; `build` fails, so that nothing comes after it."""

    def measured_or_failed(step, command):
        if step == "build":
            raise StepFailedError("build ended with 4:\nThe disk is full.")
        return Measured(step, seconds=2, cpu_seconds=3.5, peak_gb=0.25)

    monkeypatch.setattr(job, "measured", measured_or_failed)
    figures = tmp_path / "bench.json"
    assert bench.main(["CALLS=20", "DAYS=2", f"JSON={figures}"]) == 1
    told = capsys.readouterr()
    assert told.err.splitlines()[1:] == [
        "year: land … 2.0 s, 3.5 processor s, 0.25 GB at most",
        "year: build … failed",
    ]
    assert "year: land      2.0                3.5     0.25" in told.out
    assert told.out.endswith("build ended with 4:\nThe disk is full.\n")
    written = json.loads(figures.read_text())
    assert [step["step"] for step in written["year"]] == ["land"]
    assert written["failure"] == "build ended with 4:\nThe disk is full."
    assert written["floor"] is None
    assert written["wanted"] == []


def test_what_is_wanted_is_told_of_the_year_and_of_each_further_day():
    """Twice and once a floor of 100 s, and 20 s; a further day may take a twentieth of 500 s."""
    year = [
        Measured("land", 100, 0, 1),
        Measured("build", 300, 0, 2),
        Measured("validate", 40, 0, 3),
        Measured("publish", 100, 0, 1),
        Measured("report", 10, 0, 1),
    ]
    day = [
        Measured("land", 5, 0, 1),
        Measured("build", 10, 0, 4),
        Measured("validate", 30, 0, 1),
        Measured("publish", 6, 0, 1),
    ]
    result = job.Result(
        data.Size(1_000, 10, 1, "csv"),
        floor=Measured("floor", 100, 0, 1),
        year=year,
        further_days=[day, day[:2]],
    )
    assert results.wanted(result) == [
        ("land + build + publish, seconds", 500, 220),
        ("validate + report, seconds", 50, 120),
        ("peak memory, GB", 3, 6),
        ("land + build + publish of further day 1, seconds", 21, 25),
        ("peak memory of further day 1, GB", 4, 6),
    ]


def test_a_command_is_measured_by_what_its_process_took():
    """And not by what this process holds, which is much more than Python alone."""
    assert measured("nothing", [sys.executable, "-c", ""]).peak_gb < 0.05
    took = measured("fill", [sys.executable, "-c", "len(bytearray(300_000_000))"])
    assert 0.3 < took.peak_gb < 0.35
    assert took.cpu_seconds > 0
    with pytest.raises(StepFailedError, match=r"^stop ended with 3:\nout of paper"):
        measured("stop", [sys.executable, "-c", "print('out of paper'); raise SystemExit(3)"])
