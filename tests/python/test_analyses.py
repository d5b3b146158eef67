"""The analyses run on built marts, and their answers agree with the facts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from service_kpis.warehouse import PROJECT_DIR

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two months of a small service, built; each analysis is a view of its name."""
    folder = tmp_path_factory.mktemp("analyses")
    environment = os.environ | {"SERVICE_KPIS_WAREHOUSE": str(folder / "w")}
    size = ("--days", "60", "--calls-per-day", "100", "--format", "parquet")
    paths = ("--target-path", folder / "target", "--log-path", folder / "logs")
    compiled = folder / "target" / "compiled" / "service_kpis" / "analyses"
    for command in (
        (BIN / "service-kpis", "generate", "--out", folder / "sample", *size),
        (BIN / "service-kpis", "land", folder / "sample"),
        (BIN / "dbt", "build", "--quiet", "--exclude-resource-type", "test", "unit_test", *paths),
        (BIN / "dbt", "compile", "--quiet", "--select", "path:analyses", *paths),
    ):
        subprocess.run(command, cwd=PROJECT_DIR, env=environment, check=True, timeout=300)
    with duckdb.connect(folder / "w" / "build.duckdb") as connection:
        for file in compiled.glob("*.sql"):
            connection.execute(f"create view {file.stem} as {file.read_text(encoding='utf-8')}")
        yield connection


def one(marts: duckdb.DuckDBPyConnection, query: str) -> tuple[object, ...]:
    row = marts.sql(query).fetchone()
    assert row is not None
    return row


def test_every_analysis_has_an_answer(marts: duckdb.DuckDBPyConnection) -> None:
    names = [file.stem for file in (PROJECT_DIR / "analyses").glob("*.sql")]
    assert len(names) >= 5
    assert [name for name in names if not marts.table(name).fetchone()] == []


def test_worst_hours_are_the_five_weakest_of_each_client(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        marts,
        """
        with hours as (
            select client, isodow(started_on) as weekday,
                   hour(timezone('Europe/Paris', timezone('UTC', started_at))) as local_hour,
                   avg(is_service_level_met::int) as service_level
            from marts.fct_calls
            where is_service_level_met is not null
            group by all
            having count(*) >= 30
        ),
        weakest as (
            select client, list(service_level order by service_level)[:5] as levels
            from hours
            group by client
        ),
        answered as (
            select client, list(service_level order by weakness) as levels
            from worst_hours_by_client
            group by client
        )
        select count(*) > 0, bool_and(weakest.levels = answered.levels)
        from weakest full join answered on weakest.client is not distinct from answered.client
        """,
    ) == (True, True)


def test_waits_hold_every_answer_about_a_call(marts: duckdb.DuckDBPyConnection) -> None:
    answers, points = one(
        marts, "select sum(answers), sum(answers * net_promoter_score) from waiting_and_promoters"
    )
    expected = one(
        marts,
        """
        select count(*), sum(nps_points)
        from marts.fct_surveys as s
        join marts.fct_calls as c on c._source = s.call_source and c.call_id = s.call_id
        where nps_points is not null and wait_seconds is not null
        """,
    )
    assert expected[0]
    assert (answers, points) == (expected[0], pytest.approx(expected[1]))


def test_reasons_add_up_to_first_call_resolution(marts: duckdb.DuckDBPyConnection) -> None:
    issues, unsolved, shares = one(
        marts,
        "select sum(issues), sum(unsolved_issues), sum(share_of_unsolved) "
        "from reasons_to_call_again",
    )
    assert (issues, unsolved) == one(
        marts,
        "select sum(denominator), sum(denominator - numerator) from marts.kpi_values "
        "where kpi_key = 'first_call_resolution' and grain = 'year' and dimension = 'all'",
    )
    assert shares == pytest.approx(1)


def test_contracts_off_target_lie_on_the_wrong_side(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.sql(
        "select direction, value, a.target, ci_low, ci_high, is_missed_beyond_chance "
        "from contracts_off_target as a join marts.kpi_catalogue as c using (label_en)"
    ).fetchall()
    for direction, value, target, low, high, is_beyond_chance in rows:
        assert value < target if direction == "up" else value > target
        assert is_beyond_chance == (not low <= target <= high)


def test_promotion_days_hold_every_day_and_call(marts: duckdb.DuckDBPyConnection) -> None:
    days, offered = one(
        marts, "select sum(day_count), sum(day_count * offered_calls_a_day) from promotion_days"
    )
    expected = one(
        marts,
        "select count(distinct started_on), count(*) filter (where is_offered) "
        "from marts.fct_calls where is_inbound",
    )
    assert (days, offered) == (expected[0], pytest.approx(expected[1]))
