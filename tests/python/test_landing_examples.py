"""The examples land real exports to the figures that others published of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from landing_helpers import query
from service_kpis.landing import land
from service_kpis.warehouse import PROJECT_DIR, Warehouse

DATA = PROJECT_DIR.parent / "shared" / "data"


def _example(name: str, tmp_path: Path) -> Path:
    if not (DATA / name).is_dir():
        pytest.skip(f"the public data set {name} is not beside the checkout")
    folder = tmp_path / name
    shutil.copytree(DATA / name, folder)
    shutil.copy(PROJECT_DIR / "examples" / name / "source.yml", folder)
    return folder


def test_anonymous_bank(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    (account,) = land(warehouse, [_example("anonymous_bank_1999_01", tmp_path)])
    assert (account.read, account.inserted, account.left_out) == (31_599, 31_359, 240)
    assert query(
        warehouse,
        """
        with waits as (
            select *, epoch(answered_at - coalesce(queued_at, started_at)) as wait from raw.calls
        )
        select count(answered_at), count(*) filter (answered_at is null),
               count(*) filter (answered_at is null and queued_at is null),
               count(*) filter (wait <= 20), round(avg(wait), 3), count(customer_id)
        from waits
        """,
    ) == [(27_060, 4_299, 1_198, 16_402, 35.028, 13_224)]
    repeats = """
        select sum(calls - 1)
        from (
            select count(*) as calls
            from raw.calls
            where customer_id is not null
            group by customer_id,
                     cast(timezone('Asia/Jerusalem', timezone('UTC', started_at)) as date)
        )
    """
    assert query(warehouse, repeats) == [(4_422,)]
    assert query(
        warehouse, "select max(ended_at - started_at) < interval 2 hour from raw.calls"
    ) == [(True,)]


def test_phonenow(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    land(warehouse, [_example("phonenow_2021q1", tmp_path)])
    assert query(
        warehouse,
        """
        select count(*), count(answered_at),
               count(*) filter (answered_at - started_at <= interval 20 second),
               round(avg(epoch(answered_at - started_at)), 2),
               round(avg(epoch(ended_at - answered_at)), 3),
               round(avg(cast(is_resolved as integer)), 4)
        from raw.calls
        """,
    ) == [(5_000, 4_054, 374, 67.52, 224.923, 0.7292)]
    scores = "select count(*) filter (score >= 4), round(avg(score), 2) from raw.surveys"
    assert query(warehouse, scores) == [(2_023, 3.4)]
