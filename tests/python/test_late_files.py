"""A file that comes late or corrects another: the KPIs of the days that it touches follow."""

from __future__ import annotations

from pathlib import Path

from compiled_models import Compiled, build, empty_warehouse, up_to
from landing_helpers import land_files
from service_kpis.contract import tables
from service_kpis.warehouse import Warehouse

HEADER = "call_id,direction,started_at,queued_at,answered_at,ended_at\n"
MONDAY = (
    "1,inbound,2025-01-06 09:00:00,2025-01-06 09:00:00,2025-01-06 09:00:10,2025-01-06 09:03:00\n"
    "2,inbound,2025-01-06 10:00:00,2025-01-06 10:00:00,,2025-01-06 10:02:00\n"
)
TUESDAY = (
    "3,inbound,2025-01-07 09:00:00,2025-01-07 09:00:00,2025-01-07 09:00:30,2025-01-07 09:03:00\n"
    "4,inbound,2025-01-07 10:00:00,2025-01-07 10:00:00,,2025-01-07 10:02:00\n"
)
CORRECTED = (
    "2,inbound,2025-01-06 10:00:00,2025-01-06 10:00:00,2025-01-06 10:00:50,2025-01-06 10:02:00\n"
)
LATE = "5,inbound,2025-01-06 23:00:00,2025-01-06 23:00:00,2025-01-06 23:00:30,2025-01-06 23:02:00\n"
BY_DAY = """
    select kpi_key, period_start::varchar, numerator, denominator
    from build.marts.kpi_values
    where kpi_key in ('answer_rate', 'average_speed_of_answer')
      and grain = 'day' and dimension = 'all'
    order by all
"""


def _kpis(compiled: Compiled, warehouse: Warehouse) -> list[tuple[object, ...]]:
    with empty_warehouse(compiled) as connection:
        connection.execute(f"attach '{warehouse.build}' as landed (read_only)")
        for name in (*tables(), "parties"):
            connection.execute(f"insert into raw.{name} by name from landed.raw.{name}")
        build(connection, compiled)
        return connection.execute(BY_DAY).fetchall()


def test_the_kpis_follow_a_correction_and_a_late_row(shipped: Compiled, tmp_path: Path) -> None:
    compiled = up_to(shipped, "kpi_values")
    warehouse = Warehouse(tmp_path / "warehouse")
    folder = tmp_path / "telephony"
    land_files(warehouse, folder, {"calls/1.csv": HEADER + MONDAY, "calls/2.csv": HEADER + TUESDAY})
    tuesday = [
        ("answer_rate", "2025-01-07", 1, 2),
        ("average_speed_of_answer", "2025-01-07", 30, 1),
    ]
    assert _kpis(compiled, warehouse) == sorted(
        [
            *tuesday,
            ("answer_rate", "2025-01-06", 1, 2),
            ("average_speed_of_answer", "2025-01-06", 10, 1),
        ]
    )
    # Monday's call 2 was answered after all; call 5 rang at 23:00 UTC, which is Tuesday in Paris.
    accounts = land_files(warehouse, folder, {"calls/3.csv": HEADER + CORRECTED + LATE})
    assert [(each.file, each.inserted, each.updated) for each in accounts] == [
        ("calls/1.csv", 0, 0),
        ("calls/2.csv", 0, 0),
        ("calls/3.csv", 1, 1),
    ]
    after = sorted(
        [
            ("answer_rate", "2025-01-06", 2, 2),
            ("average_speed_of_answer", "2025-01-06", 60, 2),
            ("answer_rate", "2025-01-07", 2, 3),
            ("average_speed_of_answer", "2025-01-07", 60, 2),
        ]
    )
    assert _kpis(compiled, warehouse) == after
