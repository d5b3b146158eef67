"""The second computation of the KPIs: it agrees with the models, and sees where they don't."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import duckdb
import polars as pl
import pytest
from dbt.contracts.graph.manifest import Manifest
from hypothesis import given, seed
from hypothesis import settings as how

from compiled_models import Compiled, build, empty_warehouse, up_to, with_vars
from random_sets import Sets, data_sets, land
from service_kpis import seeds, settings
from service_kpis.checks import recomputation
from service_kpis.checks.recomputation import sample as sampling
from service_kpis.checks.recomputation.calendar import as_of
from service_kpis.checks.recomputation.landed import Landed
from service_kpis.contract import tables
from service_kpis.generating import generate
from service_kpis.landing import land as land_source
from service_kpis.warehouse import PROJECT_DIR, Warehouse

# Every formula, match, switch and way to drop duplicates, under zones that change their clocks by
# an hour at 01:00 UTC, at local midnight, by half an hour, and by a whole day.
VARIANTS: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "by reason": {
        "service_level_formula": "abandons_within_met",
        "fcr_match": "caller_and_reason",
        "reporting_timezone": "America/New_York",
    },
    "short abandons left out": {
        "service_level_formula": "ignore_short_abandons",
        "exclude_short_abandons": True,
        "short_abandon_seconds": 6,
        "reporting_timezone": "Asia/Beirut",
    },
    "latest answer": {
        "service_level_formula": "short_abandons_met",
        "nps_dedupe": "latest_per_customer_90_days",
        "reporting_timezone": "Australia/Lord_Howe",
    },
    "shorter windows": {
        "service_level_formula": "answered_only",
        "answer_threshold_seconds": 60,
        "fcr_window_days": 1,
        "active_days": 30,
        "renewal_grace_days": 0,
        "order_defect_maturity_days": 7,
        "journey_gap_hours": 24,
        "reporting_timezone": "Pacific/Apia",
    },
    "in the past": {
        "service_level_formula": "ignore_abandons_within",
        "as_of": "2025-10-26T01:30:00",
        "reporting_currency": "CHF",
    },
}

SOON_TRIED = ("as shipped",)
"""On sample data `make test` tries this one, `make proofs` all; random data meet all in both."""


@pytest.fixture(scope="session")
def compiled(
    shipped: Compiled, project: Manifest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Compiled]:
    """Give the models that the KPIs stand on with the vars of a variant, each compiled once."""

    @cache
    def of(variant: str) -> Compiled:
        given = VARIANTS[variant]
        folder = tmp_path_factory.mktemp("compiled")
        chosen = with_vars(shipped, project, folder, given) if given else shipped
        return up_to(chosen, "kpi_values")

    return of


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Land sixty days of sample data."""
    folder = tmp_path_factory.mktemp("sample")
    generate(folder / "sample", days=60, calls_per_day=30, seed=7)
    warehouse = Warehouse(folder / "warehouse")
    with warehouse.locked():
        land_source(warehouse, [folder / "sample"])
    return warehouse


def on_sample(compiled: Compiled, sample: Warehouse) -> duckdb.DuckDBPyConnection:
    """Give a database with the sample's raw tables, in memory."""
    connection = empty_warehouse(compiled)
    connection.execute(f"attach '{sample.build}' as landed (read_only)")
    for name in (*tables(), "parties"):
        connection.execute(f"insert into raw.{name} by name from landed.raw.{name}")
    connection.execute("detach landed")
    return connection


def disagreements(connection: duckdb.DuckDBPyConnection, compiled: Compiled) -> list[str]:
    """Build the models from the raw tables, and give what the second computation says of them."""
    build(connection, compiled)
    found = recomputation.check(connection, compiled.chosen, seeds.SHIPPED)
    return [check.message for check in found if not check.passed]


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(variant, marks=[] if variant in SOON_TRIED else [pytest.mark.proofs])
        for variant in VARIANTS
    ],
)
def test_both_computations_agree_on_sample_data(compiled, sample, variant):
    connection = on_sample(compiled(variant), sample)
    assert disagreements(connection, compiled(variant)) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_both_computations_agree_on_random_data(compiled, variant: str):
    """Each variant meets data of its own; that empty tables tell nothing is tried elsewhere."""

    @how(max_examples=how().max_examples // len(VARIANTS))
    @given(sets=data_sets().filter(lambda sets: any(sets.values())))
    def agree(sets: Sets) -> None:
        connection = empty_warehouse(compiled(variant))
        land(connection, sets)
        assert disagreements(connection, compiled(variant)) == []

    if how().derandomize:
        agree = seed(list(VARIANTS).index(variant))(agree)
    agree()


def test_every_kpi_is_recomputed():
    modelled = {path.stem.removeprefix("kpi_") for path in PROJECT_DIR.glob("models/kpi/*/*.sql")}
    assert modelled == recomputation.RECOMPUTED


@pytest.fixture(scope="module")
def built(compiled, sample):
    connection = on_sample(compiled("as shipped"), sample)
    build(connection, compiled("as shipped"))
    return connection


@pytest.fixture(scope="module")
def recomputed(built: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Give the second computation of the sample: kpi_values are no part of what it reads."""
    landed = Landed(built, settings.defaults(), seeds.SHIPPED)
    now = as_of(landed)
    assert now is not None
    return recomputation._recompute(landed, now, recomputation.RECOMPUTED, lambda *_: None)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("update values_ set numerator = numerator + 1", "by its numerator"),
        ("update values_ set denominator = denominator * 1.0000001", "by its denominator"),
        ("update values_ set value = null", "by its value"),
        ("update values_ set ci_low = ci_low - 0.001", "by its interval"),
        ("update values_ set sample_size = sample_size - 1", "by its sample size"),
        ("update values_ set is_complete = not is_complete", "by being complete or not"),
        ("update values_ set dimension_value = 'moon'", "kpi_values lacks it"),
        ("delete from values_", "kpi_values lacks it"),
    ],
)
def test_a_broken_cell_is_found_and_told_without_its_value(
    built, recomputed, monkeypatch, broken, told
):
    monkeypatch.setattr(recomputation, "_recompute", lambda *_: recomputed)
    one_cell = "kpi_key = 'answer_rate' and grain = 'month' and dimension = 'client' limit 1"
    built.execute("begin")
    try:
        rowid = built.execute(f"select rowid from marts.kpi_values where {one_cell}").fetchone()[0]
        built.execute(f"{broken.replace('values_', 'marts.kpi_values')} where rowid = {rowid}")
        checks = list(recomputation.check(built, settings.defaults(), seeds.SHIPPED))
    finally:
        built.execute("rollback")
    assert {check.name for check in checks} == {
        f"recomputation.{key}" for key in recomputation.RECOMPUTED
    }
    (failed,) = [check for check in checks if not check.passed]
    assert (failed.name, failed.severity) == ("recomputation.answer_rate", "error")
    assert failed.failed_rows == (2 if "moon" in broken else 1)
    assert failed.message == (
        "recomputation.answer_rate: the KPI answer_rate differs from a second computation in "
        f"{failed.failed_rows} cell{'s' if failed.failed_rows > 1 else ''}, first at grain month "
        f"and dimension client: {told}."
    )


def test_of_much_data_some_days_are_compared(built, monkeypatch):
    monkeypatch.setattr(sampling, "ALL_ROWS_UP_TO", 0)
    checks = list(recomputation.check(built, settings.defaults(), seeds.SHIPPED))
    assert {check.name.removeprefix("recomputation.") for check in checks} == (
        recomputation.RECOMPUTED - sampling.NOT_OF_A_DAY
    )
    assert [check.message for check in checks if not check.passed] == []


def test_a_broken_cell_of_the_latest_day_is_found_in_much_data(built, monkeypatch):
    monkeypatch.setattr(sampling, "ALL_ROWS_UP_TO", 0)
    add = (
        "update marts.kpi_values set numerator = numerator + {} "
        "where kpi_key = 'calls_offered' and grain = 'day' and dimension = 'all' "
        "and period_start = (select as_of_on - 1 from intermediate.int_as_of)"
    )
    built.execute(add.format(1))
    try:
        checks = list(recomputation.check(built, settings.defaults(), seeds.SHIPPED))
    finally:
        built.execute(add.format(-1))
    assert [check.name for check in checks if not check.passed] == ["recomputation.calls_offered"]


def test_a_sample_knows_whom_the_switch_knew_by_a_number_that_nobody_is_known_by(compiled):
    """A caller whose number tells nobody is another person than the customer told with it later."""
    connection = empty_warehouse(compiled("as shipped"))
    connection.execute(
        "insert into raw.calls by name select * from (values "
        "('1', 'inbound', '+33600000001', null, timestamp '2026-03-10 10:00', 'pbx'), "
        "('2', 'inbound', '+33600000001', 'c9', timestamp '2026-05-20 10:00', 'pbx')) "
        "as calls (call_id, direction, caller_number, customer_id, started_at, _source)"
    )
    connection.execute(
        "insert into raw.parties by name select * from (values "
        "('phone', 'pbx', '+33600000001', null, 'of the number'), "
        "('customer', null, 'c9', 'c9', 'of the customer'), "
        "('customer', null, 'c8', 'c8', 'of another')) "
        "as parties (kind, source_name, identifier, customer_id, caller_hash)"
    )
    landed = Landed(connection, settings.defaults(), seeds.SHIPPED)
    sampling.draw(landed, [date(2026, 3, 10)])
    known = connection.execute("select caller_hash from drawn.raw.parties order by 1").fetchall()
    assert known == [("of the customer",), ("of the number",)]


def test_a_sample_is_of_local_days_and_of_their_people(compiled):
    """On 10 March 2026 New York is four hours behind UTC, so its day is from 04:00 to 04:00."""
    connection = empty_warehouse(compiled("as shipped"))
    connection.execute(
        "insert into raw.calls by name select * from (values "
        "('before', 'c1', timestamp '2026-03-10 02:30'), "
        "('first', 'c2', timestamp '2026-03-10 04:30'), "
        "('last', 'c3', timestamp '2026-03-11 03:30'), "
        "('after', 'c4', timestamp '2026-03-11 05:30')) as calls (call_id, customer_id, started_at)"
    )
    connection.execute(
        "insert into raw.customers (customer_id) select 'c' || i from range(1, 6) t(i)"
    )
    chosen = settings.defaults() | {"reporting_timezone": "America/New_York"}
    sampling.draw(Landed(connection, chosen, seeds.SHIPPED), [date(2026, 3, 10)])
    for table, column, drawn in (
        ("calls", "call_id", ["first", "last"]),
        ("customers", "customer_id", ["c2", "c3"]),
    ):
        rows = connection.execute(f"select {column} from drawn.raw.{table} order by 1").fetchall()
        assert [value for (value,) in rows] == drawn


def test_of_days_that_hold_much_the_latest_alone_is_compared(built, monkeypatch):
    monkeypatch.setattr(sampling, "ROWS_OF_DAYS", 1)
    assert sampling.draw_days(built, date(2026, 11, 6)) == [date(2026, 11, 5)]


def test_what_is_compared_of_a_day_has_cells_of_days(built):
    """A KPI without any would agree whatever the models say."""
    without_days = built.execute(
        "select kpi_key from marts.kpi_values group by kpi_key having not bool_or(grain = 'day')"
    ).fetchall()
    assert {key for (key,) in without_days} == {"churn_rate", "retention_rate"}
    assert {key for (key,) in without_days} <= sampling.NOT_OF_A_DAY


def test_the_days_compared_change_with_as_of(built):
    drawn = [sampling.draw_days(built, date(2026, 11, day)) for day in (6, 7)]
    assert [days[0] for days in drawn] == [date(2026, 11, 5), date(2026, 11, 6)]
    assert set(drawn[0][1:]) != set(drawn[1][1:])


def test_nothing_is_compared_before_the_kpis_are_built(compiled):
    connection = empty_warehouse(compiled("as shipped"))
    assert list(recomputation.check(connection, settings.defaults(), seeds.SHIPPED)) == []
