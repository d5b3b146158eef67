"""Real exports, taken the whole way, give the figures that others published of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import example, published, service_kpis


def kpis_of_all(warehouse: Path, grain: str, period_start: str) -> dict[str, tuple[float, float]]:
    """Return numerator and denominator of each KPI over everything, in one period."""
    rows = published(
        warehouse,
        """
        select kpi_key, numerator, denominator
        from marts.kpi_values
        where dimension = 'all' and grain = ? and period_start = ?
        """,
        grain,
        period_start,
    )
    return {kpi: (numerator, denominator) for kpi, numerator, denominator in rows}


def test_a_bank_in_january_1999(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    source = example("anonymous_bank_1999_01", tmp_path)
    given = "{reporting_timezone: Asia/Jerusalem}"
    code, told = service_kpis(warehouse, "run", source, "--vars", given)
    assert (code, told["error"]) == (0, None)
    kpis = kpis_of_all(warehouse, "month", "1999-01-01")
    # 31,359 inbound: 27,060 answered, 4,299 hung up, 1,198 of these in the IVR: 30,161 offered.
    assert kpis["answer_rate"] == (27_060, 31_359 - 1_198)
    assert kpis["abandon_rate"] == (4_299, 31_359)
    assert kpis["ivr_abandon_rate"] == (1_198, 31_359)
    assert kpis["service_level"] == (16_402, 30_161)
    assert kpis["redundant_call_share"] == (4_422, 13_224)
    waited, answered = kpis["average_speed_of_answer"]
    assert waited / answered == pytest.approx(35.028, abs=0.0005)
    # Calls alone: nothing is known of customers' orders, terms or opinions.
    assert not {"net_promoter_score", "retention_rate", "cross_sell_rate"} & set(kpis)


def test_phonenow_in_its_first_quarter_of_2021(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    code, told = service_kpis(warehouse, "run", example("phonenow_2021q1", tmp_path))
    assert (code, told["error"]) == (0, None)
    kpis = kpis_of_all(warehouse, "quarter", "2021-01-01")
    assert kpis["answer_rate"] == (4_054, 5_000)
    waited, answered = kpis["average_speed_of_answer"]
    assert waited / answered == pytest.approx(67.52, abs=0.005)
    # 374 answered within 20 s; the file tells no wait of those who hung up.
    assert kpis["service_level"] == (374, 5_000)
    talked, answered = kpis["average_talk_time"]
    assert talked / answered == pytest.approx(224.923, abs=0.0005)
