"""Every KPI and mart of the hand-made world in folder scenario, against figures done on paper.

Ratios have Wilson's interval, (p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n) with z = 1.96;
means have mean ± 1.96·sd/√n of the sample. Comments in folder scenario/expected give the terms.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from compiled_models import build, compile_with
from scenario.build import Scenario
from scenario.tables import table

CLOSE = 6e-5  # figures are given to four decimals

THEMES = ("telephone", "tickets", "surveys", "channels", "reviews", "orders", "customers")
EXPECTED = [row for theme in THEMES for row in table(f"expected/{theme}")]
CELL = ("kpi", "grain", "starts", "dimension", "member")


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: "-".join(row[name] for name in CELL))
def test_kpi_value(scenario: Scenario, expected: dict[str, str]) -> None:
    found = scenario.query(
        """
        select numerator, denominator, value, sample_size, ci_low, ci_high, is_complete
        from marts.kpi_values
        where kpi_key = ? and grain = ? and period_start = ? and dimension = ?
            and dimension_value = ?
        """,
        *(expected[name] for name in CELL),
    )
    figures = [
        float(expected[name]) if expected[name] else None
        for name in ("numerator", "denominator", "value", "n", "low", "high")
    ]
    assert len(found) == 1
    assert found[0][:-1] == tuple(
        figure if figure is None else pytest.approx(figure, abs=CLOSE) for figure in figures
    )
    assert found[0][-1] is (expected["complete"] == "true")


def test_every_kpi_is_computed_by_hand_here(scenario: Scenario) -> None:
    catalogued = {key for (key,) in scenario.query("select kpi_key from marts.kpi_catalogue")}
    assert catalogued == {row["kpi"] for row in EXPECTED}


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("dimension = 'agent' and grain = 'day'", "agents have rows from the week up"),
        ("kpi_key in ('retention_rate', 'churn_rate') and grain in ('day', 'week')", "too short"),
        ("kpi_key = 'retention_rate' and period_start < '2023-04-01'", "nobody at the start"),
        (
            "kpi_key = 'churn_rate' and dimension_value = 'silver' and grain = 'month'",
            "C3 was never active at the start of a month",
        ),
        ("kpi_key = 'answer_rate' and period_start = '2024-04-01' and grain = 'month'", "no calls"),
        ("kpi_key = 'up_sell_rate' and period_start = '2023-05-01'", "no orders"),
        ("kpi_key = 'review_burst' and (grain, dimension) <> ('day', 'platform')", "a day of one"),
        (
            "dimension = 'lifetime' and kpi_key not like 'repeat_sales%'",
            "defects and promises are the order's",
        ),
    ],
)
def test_cells_that_do_not_exist(scenario: Scenario, condition: str, reason: str) -> None:
    found = scenario.query(f"select count(*) from marts.kpi_values where {condition}")
    assert found == [(0,)], reason


# Of each mart: what tells a row, and what tells the rows that are all in its table of figures.
MARTS = {
    "mart_channel_demand": (
        ("grain", "period_start", "channel", "request_type"),
        "grain = 'day' and period_start = '2024-02-05'",
    ),
    "mart_customer_journeys": (("customer", "journey_number"), "customer in ('J10', 'J11', 'J21')"),
    "mart_effort_drivers": (("effort", "kpi_key"), "true"),
    "mart_kpi_smart_check": (("kpi_key",), "kpi_key = 'service_level'"),
    "mart_peak_vs_regular": (
        ("kpi_key", "grain", "period_start", "day_type"),
        "kpi_key = 'tickets_created' and period_start = '2024-01-08'",
    ),
    "mart_review_bursts": (
        ("platform", "posted_on"),
        "platform in ('agora', 'forum') and posted_on > '2024-04-01'",
    ),
    "mart_sla_compliance": (("client", "service", "kpi_key", "grain", "period_start"), "true"),
}
MART_ROWS = [(mart, row) for mart in MARTS for row in table(f"expected/marts/{mart}")]
# People are known by their hash alone, and in the figures by their id.
PEOPLE = """
    select marts.*, parties.identifier as customer
    from marts.{mart} as marts
    left join raw.parties as parties
        on marts.caller_hash = parties.caller_hash and parties.kind = 'customer'
"""


def rows_of(scenario: Scenario, mart: str, columns: Iterable[str], where: str) -> list[Any]:
    relation = f"({PEOPLE.format(mart=mart)})" if "journeys" in mart else f"marts.{mart}"
    return scenario.query(f"select {', '.join(columns)} from {relation} where {where}")


def figure(text: str) -> object:
    """Read a cell of a table of figures as what a query gives, dates as text."""
    if text in ("", "true", "false"):
        return {"": None, "true": True, "false": False}[text]
    try:
        return pytest.approx(float(text), abs=CLOSE)
    except ValueError:
        return text


@pytest.mark.parametrize(
    ("mart", "expected"),
    MART_ROWS,
    ids=["-".join([mart, *(row[name] for name in MARTS[mart][0])]) for mart, row in MART_ROWS],
)
def test_mart_row(scenario: Scenario, mart: str, expected: dict[str, str]) -> None:
    told = [
        f"{name} is not distinct from nullif('{expected[name]}', '')" for name in MARTS[mart][0]
    ]
    found = rows_of(scenario, mart, expected, " and ".join(told))
    assert len(found) == 1
    cells = [str(cell) if isinstance(cell, date) else cell for cell in found[0]]
    assert dict(zip(expected, cells, strict=True)) == {
        name: figure(text) for name, text in expected.items()
    }


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_has_no_other_rows(scenario: Scenario, mart: str) -> None:
    key, where = MARTS[mart]
    found = {
        tuple("" if cell is None else str(cell) for cell in row)
        for row in rows_of(scenario, mart, key, where)
    }
    assert found <= {tuple(row[name] for name in key) for of, row in MART_ROWS if of == mart}


@pytest.mark.parametrize(
    ("formula", "golden"),
    [
        ("offered", (860, 1060, 0.8113)),
        ("abandons_within_met", (880, 1060, 0.8302)),
        ("answered_only", (860, 1000, 0.8600)),
        ("ignore_abandons_within", (860, 1040, 0.8269)),
        ("short_abandons_met", (870, 1060, 0.8208)),
        ("ignore_short_abandons", (860, 1050, 0.8190)),
    ],
)
def test_golden_service_levels(
    scenario: Scenario,
    project: Manifest,
    tmp_path: Path,
    formula: str,
    golden: tuple[int, int, float],
) -> None:
    """1000 answered, 860 within 20 s; 60 abandoned, 20 of them within 20 s, 10 of those under 5."""
    chain = [
        *("int_calls_waited", "fct_calls", "daily_calls", "period_calls"),
        "kpi_service_level",
    ]
    compiled = compile_with(project, tmp_path, {"service_level_formula": formula}, *chain)
    copy = shutil.copy(scenario.warehouse.build, tmp_path / "build.duckdb")
    with duckdb.connect(copy) as connection:
        build(connection, compiled)
        [(numerator, denominator)] = connection.execute(
            """
            select numerator, denominator
            from marts.kpi_service_level
            where grain = 'month' and period_start = '2024-06-01' and dimension_value = 'golden'
            """
        ).fetchall()
    assert (numerator, denominator, numerator / denominator) == pytest.approx(golden, abs=5e-5)


# kpi, grain, dimension, member: starts, value, previous, change, beyond chance, target, status, n
SCORES = [
    # 860 of 1060 [0.7867, 0.8337] against 70 of 100 [0.6041, 0.7811]:
    # 0.1113 > √((0.8113 - 0.7867)² + (0.7811 - 0.7)²) = 0.0848.
    (
        ("service_level", "month", "client", "golden"),
        ("2024-06-01", 0.8113, 0.7, 0.1113, True, 0.8, "met", 1060),
    ),
    # 1000 of 1060 [0.9278, 0.9558] against 100 of 100 [0.9630, 1]:
    # 0.0566 > √((0.9558 - 0.9434)² + (1 - 0.9630)²) = 0.0390, and still enough.
    (
        ("answer_rate", "month", "client", "golden"),
        ("2024-06-01", 0.9434, 1, -0.0566, True, 0.92, "met", 1060),
    ),
    # (860·20 + 140·21) / 1000 ± 0.0215 against (70·20 + 30·60) / 100 ± 3.6108; down is better.
    (
        ("average_speed_of_answer", "month", "client", "golden"),
        ("2024-06-01", 20.14, 32, -11.86, True, 20, "missed", 1000),
    ),
    # 33.33 ± 106.69 of three answers against 0 ± 138.59 of two says nothing.
    (
        ("net_promoter_score", "month", "all", "all"),
        ("2024-06-01", 33.3333, 0, 33.3333, False, 30, "met", 3),
    ),
    # A count has no interval.
    (
        ("calls_offered", "month", "client", "golden"),
        ("2024-06-01", 1060, 100, 960, None, None, "no_target", 1060),
    ),
    # Nobody asked for a call-back in June.
    (
        ("average_callback_delay", "month", "all", "all"),
        ("2024-06-01", None, None, None, None, None, "no_data", 0),
    ),
    # June has a call that may still be repeated, so May is the latest that is complete.
    (
        ("first_call_resolution", "month", "all", "all"),
        ("2024-05-01", None, None, None, None, 0.75, "no_data", 0),
    ),
    # The day before has no row.
    (
        ("service_level", "day", "all", "all"),
        ("2024-06-28", 1, None, None, None, 0.8, "met", 1),
    ),
    # The current year is the only one.
    (("service_level", "year", "all", "all"), None),
]


@pytest.mark.parametrize(
    ("cell", "expected"), SCORES, ids=lambda part: "-".join(map(str, part[:4])) if part else "none"
)
def test_scorecard(
    scenario: Scenario, cell: tuple[str, ...], expected: tuple[object, ...] | None
) -> None:
    found = scenario.query(
        """
        select
            cast(period_start as varchar), value, previous_value, change, is_beyond_chance, target,
            status, sample_size
        from marts.kpi_scorecard
        where kpi_key = ? and grain = ? and dimension = ? and dimension_value = ?
        """,
        *cell,
    )
    if expected is None:
        assert found == []
        return
    assert len(found) == 1
    for figure, hand in zip(found[0], expected, strict=True):
        close = isinstance(hand, int | float) and not isinstance(hand, bool)
        assert figure == (pytest.approx(hand, abs=CLOSE) if close else hand)


def test_every_period_has_its_change(scenario: Scenario) -> None:
    # May, whose 70 of 100 stand in SCORES as the month before June; April has no row.
    [may] = scenario.query(
        """
        select value, previous_value, change, is_beyond_chance, status, sample_size, is_complete
        from marts.kpi_changes
        where kpi_key = 'service_level' and grain = 'month' and period_start = '2024-05-01'
            and dimension = 'client' and dimension_value = 'golden'
        """
    )
    assert may == (pytest.approx(0.7), None, None, None, "missed", 100, True)
    [(cells, changes)] = scenario.query(
        "select (select count(*) from marts.kpi_values), (select count(*) from marts.kpi_changes)"
    )
    assert cells == changes > 0


def test_the_catalogue_says_everything_of_every_kpi(scenario: Scenario) -> None:
    columns = {
        *("theme", "label_en", "label_fr", "definition", "definition_fr"),
        *("formula", "unit", "owner"),
    }
    found = scenario.query(
        f"""
        unpivot (
            select {", ".join(columns)}, kpi_key from marts.kpi_catalogue
        )
        on columns (* exclude kpi_key)
        """
    )
    told: dict[str, set[str]] = {}
    for key, column, text in found:
        assert text.strip(), (key, column)
        told.setdefault(key, set()).add(column)
    assert told and all(said == columns for said in told.values())


def test_the_catalogue_keeps_to_its_words(scenario: Scenario) -> None:
    odd = scenario.query(
        """
        select kpi_key, unit, direction, source_article
        from marts.kpi_catalogue
        where unit not in
            ('ratio', 'seconds', 'count', 'points', 'score', 'currency', 'per_day', 'flag')
            or direction not in ('up', 'down')
            or label_en = label_fr
            or definition = definition_fr
            or (target is null) <> (target_on is null)
            or not regexp_full_match(source_article, 'S[0-4](, S[0-4])*')
        """
    )
    assert odd == []


def test_every_column_is_described(scenario: Scenario, project: Manifest) -> None:
    """In the yml beside its table, for dbt and BI tools; and no column that is not there."""
    tables = {
        node.name: node
        for node in (*project.nodes.values(), *project.sources.values())
        if node.resource_type in ("model", "seed", "source")
    }
    built: dict[str, set[str]] = {}
    for table_name, column in scenario.query(
        "select table_name, column_name from information_schema.columns order by all"
    ):
        built.setdefault(table_name, set()).add(column)
    assert set(tables) <= set(built)
    assert all(node.description for node in tables.values())
    undescribed = [
        f'{tables[name].original_file_path}: - {{name: {column}, description: "…"}}'
        for name in tables
        for column in sorted(built[name])
        if column not in tables[name].columns or not tables[name].columns[column].description
    ]
    assert undescribed == []
    assert [
        f"{tables[name].original_file_path}: {column} is no column"
        for name in tables
        for column in set(tables[name].columns) - built[name]
    ] == []
