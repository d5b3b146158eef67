"""A small published file for the report's tests: no build, and every figure by a formula.

Its tables are those that the ymls of the marts describe, empty but for what stands below.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from service_kpis.warehouse import PROJECT_DIR, Warehouse

HOSTILE = "</script></style><script>alert(1)</script><img src=x onerror=alert(2)>"
RIGHT_TO_LEFT = "\u202e«عميل»"
AS_OF = "2026-12-09"

# key, theme, label, unit, direction, target, base, swing, half width of the interval
CATALOGUE: list[tuple[Any, ...]] = [
    ("service_level", "telephone", "Service level", "ratio", "up", 0.80, 0.80, 0.03, 0.012),
    ("average_speed_of_answer", "telephone", "Average speed of answer", "seconds", "down", 20.0,
     75.0, 20.0, 6.0),
    ("calls_offered", "telephone", "Calls offered", "count", None, None, 6000, 900, None),
    ("net_promoter_score", "surveys", "Net promoter score", "points", "up", 30.0, 22.0, 9.0, 5.0),
    ("churn_rate", "customers", "Churn rate", "ratio", "down", 0.02, 0.021, 0.004, 0.003),
    ("repeat_sales_value", "orders", "Repeat sales", "currency", "up", None, 1265793.04, 0.0, None),
    ("channel_share", "channels", "Channel share", "ratio", None, None, 0.5, 0.1, 0.01),
    ("issue_resolution_rate", "tickets", "Issue resolution rate", "ratio", "up", None, None, 0.0,
     None),
    ("backlog", "tickets", "Backlog", "count", "down", None, None, 0.0, None),
]  # fmt: skip
# The cells that a KPI has beside `all`, and how far they stand from the whole.
CELLS: list[tuple[str, str, str, float]] = [
    *[
        (key, *cell, shift)
        for key, step in (
            ("service_level", 0.05),
            ("average_speed_of_answer", 5.0),
            ("calls_offered", -2000.0),
        )
        for cell, shift in (
            (("all", "all"), 0.0),
            (("client", "acme"), step),
            (("client", HOSTILE), -step),
            (("client", RIGHT_TO_LEFT), 2 * step),
            (("service", "hotline"), step / 2),
            (("contract", "acme / hotline"), step / 4),
            (("queue", "first"), step),
            (("queue", HOSTILE), -step),
        )
    ],
    ("net_promoter_score", "all", "all", 0.0),
    ("churn_rate", "all", "all", 0.0),
    ("repeat_sales_value", "all", "all", 0.0),
    ("channel_share", "channel", "phone", 0.12),
    ("channel_share", "channel", HOSTILE, -0.12),
    ("issue_resolution_rate", "all", "all", 0.0),
]


@dataclass(frozen=True)
class Little:
    """The published file, and where the report of it goes."""

    warehouse: Warehouse

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.warehouse.published, read_only=True) as connection:
            return connection.execute(sql, values).fetchall()


def publish_little(folder: Path, first_day: str = "2025-10-01", *, empty: bool = False) -> Little:
    """Write a published file: fourteen months of it, or its tables without a row."""
    warehouse = Warehouse(folder)
    with duckdb.connect(warehouse.published) as connection:
        make_tables(connection)
        connection.executemany(
            """
            insert into marts.kpi_catalogue by name
            select
                $1 as kpi_key, $2 as theme, $3 as label_en, $3 || ' (fr)' as label_fr,
                'What ' || $3 || ' is.' as definition, 'Ce que c''est.' as definition_fr,
                'a / b' as formula, $4 as unit, $5 as direction, $6 as target,
                date '2027-12-31' as target_on, 'service_operations' as owner,
                'S0, S4' as source_article
            """,
            [row[:6] for row in CATALOGUE],
        )
        if not empty:
            fill(connection, first_day)
    warehouse.state.write_text(json.dumps(STATE), encoding="utf-8")
    return Little(warehouse)


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table of schema marts with the columns that its yml describes."""
    connection.execute("create schema marts")
    connection.execute("""
        create macro marts.publication() as table select 'b1' as build_id,
            '2026-12-10T08:02:00Z' as published_at, '2026-12-09T21:04:00Z' as as_of
    """)
    ymls = [
        *(PROJECT_DIR / "models" / "marts").glob("*.yml"),
        *(PROJECT_DIR / "models" / "kpi").glob("*.yml"),
    ]
    for path in ymls:
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            columns = ", ".join(
                f'"{column["name"]}" {column.get("data_type", "text")}'
                for column in model["columns"]
            )
            connection.execute(f'create table marts."{model["name"]}" ({columns})')


def fill(connection: duckdb.DuckDBPyConnection, first_day: str) -> None:
    """Compute each cell of each period from its number, so that no two are alike by accident."""
    connection.execute(
        "create temp table kpis (kpi_key text, unit text, base double, swing double, half double)"
    )
    connection.executemany(
        "insert into kpis values (?, ?, ?, ?, ?)", [(row[0], row[3], *row[6:]) for row in CATALOGUE]
    )
    connection.execute("create temp table cells (kpi_key text, dim text, of text, shift double)")
    connection.executemany("insert into cells values (?, ?, ?, ?)", CELLS)
    connection.execute(
        """
        insert into marts.kpi_values by name
        with days as (
            select cast(day as date) as day
            from generate_series(cast($1 as date), cast($2 as date), interval 1 day) as days(day)
        ),
        periods as (
            select distinct grain, cast(date_trunc(grain, day) as date) as period_start
            from days, (values ('day'), ('week'), ('month'), ('quarter'), ('year')) as grains(grain)
        ),
        valued as (
            select
                kpi_key, unit, half, grain, period_start, dim, of,
                base + shift + swing * sin(epoch(period_start) / 1e7) as value
            from kpis inner join cells using (kpi_key) cross join periods
            where kpi_key <> 'churn_rate' or grain in ('month', 'quarter', 'year')
        )
        select
            kpi_key, grain, period_start, dim as dimension, of as dimension_value,
            case when unit = 'count' then round(value) else value end as value,
            value as numerator, 1 as denominator, 1000 as sample_size,
            value - half as ci_low, value + half as ci_high,
            period_start < date_trunc(grain, cast($2 as date)) as is_complete
        from valued
        """,
        [first_day, AS_OF],
    )
    connection.execute("""
        insert into marts.kpi_changes by name
        with beside as (
            select
                *, ci_high - value as half,
                lag(value) over cell as previous_value,
                lag(ci_high - value) over cell as previous_half
            from marts.kpi_values
            window cell as (
                partition by kpi_key, grain, dimension, dimension_value order by period_start
            )
        )
        select
            kpi_key, grain, period_start, dimension, dimension_value, value, previous_value,
            value - previous_value as change,
            abs(value - previous_value) > sqrt(half ** 2 + previous_half ** 2) as is_beyond_chance,
            target, sample_size, is_complete,
            case
                when value is null then 'no_data'
                when target is null or direction is null then 'no_target'
                when (value >= target) = (direction = 'up') then 'met'
                else 'missed'
            end as status
        from beside inner join marts.kpi_catalogue using (kpi_key)
    """)
    connection.execute("""
        insert into marts.fct_calls by name
        select 'acme / hotline' as contract, 'acme' as client, 'hotline' as service
    """)
    connection.execute("""
        insert into marts.mart_sla_compliance by name
        select 'acme' as client, 'hotline' as service, dimension, dimension_value, kpi_key, grain,
            period_start, value, ci_low, ci_high, 0.9 as target, value - 0.9 as difference,
            case when value >= 0.9 then 'met' else 'missed' end as status, sample_size,
            is_complete, date '2025-01-01' as starts_on
        from marts.kpi_values
        where kpi_key = 'service_level' and dimension = 'contract'
    """)


STATE = {
    "build": {
        "id": "b1",
        "at": "2026-12-10T08:00:00Z",
        "passed": True,
        "is_whole": True,
        "models": 193,
        "as_of": "2026-12-09T21:04:00Z",
        "failed": [],
        "vars": {"reporting_currency": "EUR", "reporting_timezone": "Europe/Paris"},
    },
    "checks": {
        "build_id": "b1",
        "at": "2026-12-10T08:01:00Z",
        "passed": True,
        "count": 40,
        "failed": [
            {
                "name": "a_source_gone_quiet",
                "severity": "warn",
                "passed": False,
                "failed_rows": 3,
                "message": f"No calls for three days {HOSTILE}",
            }
        ],
    },
}
