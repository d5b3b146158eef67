"""MetricFlow's answers are those of kpi_values, and what it cannot answer is told."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest
import yaml
from metricflow.engine.metricflow_engine import MetricFlowEngine

from compiled_models import Compiled
from metricflow_answers import answer, answer_saved, engine_of
from scenario.build import Scenario
from service_kpis.warehouse import PROJECT_DIR

SEMANTIC = PROJECT_DIR / "models" / "semantic"
PAGE = PROJECT_DIR / "docs" / "semantic_layer.md"
GRAINS = ("day", "week", "month", "quarter", "year")
KPIS = {file.stem.removeprefix("kpi_"): file for file in PROJECT_DIR.glob("models/kpi/*/kpi_*.yml")}

PARTS = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in SEMANTIC.glob("*.yml")]
MODELS = [model for part in PARTS for model in part.get("semantic_models", ())]
METRICS = {metric["name"]: metric for part in PARTS for metric in part.get("metrics", ())}
SAVED = [query["name"] for part in PARTS for query in part.get("saved_queries", ())]


@dataclass(frozen=True, order=True)
class Dated:
    """What metrics of one semantic model and one day share: how they are told apart."""

    entity: str
    date: str

    def group_by(self, dimension: str) -> str:
        """Name a dimension of kpi_values as MetricFlow does."""
        # The type of the day is that of the day which the KPI is dated on.
        days = {"resolved_on": "resolution_day_type", "sent_on": "sending_day_type"}
        if dimension == "day_type":
            dimension = days.get(self.date, dimension)
        # A stock is told apart by what its tickets and its customers are.
        owners = {"ticket_span": "ticket", "advocate_span": "customer"}
        return f"{owners.get(self.entity, self.entity)}__{dimension}"


def dated(metric: str) -> Dated:
    """Find the semantic model of a metric through the metrics and measures that it stands on."""
    told = METRICS[metric]["type_params"]
    for part in (told.get("numerator"), *told.get("metrics", ())):
        if part:
            return dated(part)
    for model in MODELS:
        for measure in model.get("measures", ()):
            if measure["name"] == told["measure"]:
                day = measure.get("agg_time_dimension") or model["defaults"]["agg_time_dimension"]
                primary = [e["name"] for e in model.get("entities", ()) if e["type"] == "primary"]
                return Dated((*primary, model.get("primary_entity"))[0], day)
    raise LookupError(metric)


ASKED: dict[Dated, list[str]] = defaultdict(list)
for key in sorted(METRICS.keys() & KPIS.keys()):
    ASKED[dated(key)].append(key)
SIDES: tuple[Literal["numerator", "denominator"], ...] = ("numerator", "denominator")
RATIOS = {
    of: ratios
    for of, keys in ASKED.items()
    if (ratios := [key for key in keys if METRICS[key]["type"] == "ratio"])
}
OF_LONGER_PERIODS = {
    "quarter": {"retention_rate": "quarterly_retention_rate", "churn_rate": "quarterly_churn_rate"},
    "year": {"retention_rate": "yearly_retention_rate", "churn_rate": "yearly_churn_rate"},
}
"""A customer of two months is one of the quarter: those KPIs have a metric a length of period."""

Cells = dict[tuple[str, str, str], float | None]
"""Values by metric, first day of the period and dimension value."""


@pytest.fixture(scope="module")
def manifest(shipped: Compiled) -> Path:
    return shipped.target / "semantic_manifest.json"


@pytest.fixture(scope="module")
def engine(manifest: Path) -> MetricFlowEngine:
    return engine_of(manifest)


@pytest.fixture(scope="module")
def marts(scenario: Scenario) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(scenario.warehouse.build, read_only=True) as connection:
        yield connection


def told_by_kpi_values(
    marts: duckdb.DuckDBPyConnection,
    keys: list[str],
    grain: str,
    dimension: str,
    column: Literal["value", "numerator", "denominator"] = "value",
) -> Cells:
    found = marts.execute(
        f"""
        select kpi_key, period_start, dimension_value, {column}
        from marts.kpi_values
        where list_contains(?, kpi_key) and grain = ? and dimension = ?
        """,
        [keys, grain, dimension],
    ).fetchall()
    names = OF_LONGER_PERIODS.get(grain, {})
    return {(names.get(key, key), str(start), of): value for key, start, of, value in found}


def told_by_metricflow(
    engine: MetricFlowEngine,
    marts: duckdb.DuckDBPyConnection,
    metrics: list[str],
    period: str,
    dimension: str | None,
) -> Cells:
    rows = answer(engine, marts, metrics, [period, *([dimension] if dimension else [])])
    return {
        (metric, str(row[period])[:10], row[dimension] if dimension else "all"): row[metric]
        for row in rows
        for metric in metrics
    }


def compare(
    engine: MetricFlowEngine,
    marts: duckdb.DuckDBPyConnection,
    of: Dated,
    grain: str,
    dimension: str,
) -> int:
    """Hold every cell of the KPIs of one fact, grain and dimension against MetricFlow's answer.

    A row that only one of the metrics has, MetricFlow shows with null for the others; and a stock
    begins with the first that is in it, where kpi_values tells the zeros before. Gives the number
    of cells.
    """
    expected = told_by_kpi_values(marts, ASKED[of], grain, dimension)
    if not expected:
        return 0
    metrics = sorted({metric for metric, _, _ in expected})
    by = None if dimension == "all" else of.group_by(dimension)
    found = told_by_metricflow(engine, marts, metrics, f"metric_time__{grain}", by)
    more = {cell: value for cell, value in found.items() if cell not in expected}
    assert set(more.values()) <= {None}
    for cell, value in expected.items():
        if of.entity.endswith("_span") and cell not in found:
            assert value == 0, cell
        elif value is None:
            assert found[cell] is None, cell
        else:
            assert float(found[cell]) == pytest.approx(value, rel=1e-9, abs=1e-9), cell
    return len(expected)


def dimensions_of(marts: duckdb.DuckDBPyConnection, keys: list[str]) -> list[str]:
    """List the dimensions in kpi_values, but the one that is not a row's own."""
    found = marts.execute(
        "select distinct dimension from marts.kpi_values where list_contains(?, kpi_key)", [keys]
    ).fetchall()
    return sorted({name for (name,) in found} - {"lifetime"})


def whole_of(dimensions: list[str]) -> str:
    return "all" if "all" in dimensions else dimensions[0]


@pytest.mark.parametrize("of", sorted(ASKED), ids=lambda of: f"{of.entity}-{of.date}")
def test_metricflow_equals_kpi_values(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection, of: Dated
) -> None:
    """Every dimension by the month, all together at every grain, and one dimension by the week."""
    dimensions = dimensions_of(marts, ASKED[of])
    cells = [compare(engine, marts, of, "month", dimension) for dimension in dimensions]
    whole = whole_of(dimensions)
    cells += [compare(engine, marts, of, grain, whole) for grain in GRAINS if grain != "month"]
    cells += [compare(engine, marts, of, "week", dimensions[-1])]
    assert sum(cells) > 0


@pytest.mark.proofs
@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("of", sorted(ASKED), ids=lambda of: f"{of.entity}-{of.date}")
def test_metricflow_equals_kpi_values_in_every_cell(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection, of: Dated, grain: str
) -> None:
    for dimension in dimensions_of(marts, ASKED[of]):
        compare(engine, marts, of, grain, dimension)


def compare_parts(
    engine: MetricFlowEngine,
    marts: duckdb.DuckDBPyConnection,
    of: Dated,
    grain: str,
    dimension: str,
) -> int:
    """Hold what each ratio divides against the numerators and denominators of kpi_values.

    The quotient stays right while both sides are wrong by the same factor. Gives the number of
    cells.
    """
    by = None if dimension == "all" else of.group_by(dimension)
    count = 0
    for column in SIDES:
        sides = {key: METRICS[key]["type_params"][column] for key in RATIOS[of]}
        expected = told_by_kpi_values(marts, RATIOS[of], grain, dimension, column)
        if not expected:
            continue
        period = f"metric_time__{grain}"
        found = told_by_metricflow(engine, marts, sorted({*sides.values()}), period, by)
        for (key, start, value), amount in expected.items():
            told = found[sides[key], start, value]
            assert float(told or 0) == pytest.approx(amount, rel=1e-9, abs=1e-9), (
                key,
                start,
                value,
            )
        count += len(expected)
    return count


@pytest.mark.parametrize("of", sorted(RATIOS), ids=lambda of: f"{of.entity}-{of.date}")
def test_what_metricflow_divides_is_what_kpi_values_divides(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection, of: Dated
) -> None:
    """Days as well: badges have no longer periods."""
    whole = whole_of(dimensions_of(marts, RATIOS[of]))
    assert sum(compare_parts(engine, marts, of, grain, whole) for grain in ("day", "month")) > 0


@pytest.mark.proofs
@pytest.mark.parametrize("of", sorted(RATIOS), ids=lambda of: f"{of.entity}-{of.date}")
def test_what_metricflow_divides_is_what_kpi_values_divides_by_every_dimension(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection, of: Dated
) -> None:
    dimensions = dimensions_of(marts, RATIOS[of])
    cells = (
        compare_parts(engine, marts, of, grain, dimension)
        for dimension in dimensions
        for grain in ("day", "month")
    )
    assert sum(cells) > 0


def test_every_model_and_metric_is_in_the_manifest(manifest: Path) -> None:
    """The newer way to write them is silently passed over by dbt 1.11: hence the names."""
    told: dict[str, Any] = json.loads(manifest.read_text())
    for part in ("semantic_models", "metrics", "saved_queries"):
        written = sorted(each["name"] for file in PARTS for each in file.get(part, ()))
        assert written
        assert sorted(each["name"] for each in told[part]) == written
    assert all(file.get("semantic_models") or file.get("saved_queries") for file in PARTS)
    [spine] = told["project_configuration"]["time_spines"]
    assert spine["node_relation"]["alias"] == "dim_days"


@pytest.mark.parametrize("name", SAVED)
def test_a_saved_query_answers(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection, name: str
) -> None:
    assert answer_saved(engine, marts, name)


def test_files_are_what_the_kpis_say() -> None:
    written = runpy.run_path(str(PROJECT_DIR / "scripts" / "semantic_layer"))
    for name, text in written["pages"]().items():
        assert (SEMANTIC / name).read_text(encoding="utf-8") == text, (
            f"models/semantic/{name} is stale: run `make docs`"
        )


def test_every_kpi_is_a_metric_or_told_why_not() -> None:
    page = PAGE.read_text(encoding="utf-8")
    [section] = re.findall(r"^## What it cannot say\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    told = set(re.findall(r"^\| `(\w+)` \| \S", section, re.MULTILINE))
    assert told
    assert KPIS.keys() - METRICS.keys() == told


@pytest.mark.parametrize("key", sorted(KPIS.keys() & METRICS.keys()))
def test_a_metric_is_called_and_described_as_its_kpi(key: str) -> None:
    [kpi] = yaml.safe_load(KPIS[key].read_text(encoding="utf-8"))["models"]
    assert METRICS[key]["label"] == kpi["config"]["meta"]["kpi"]["label_en"]
    assert METRICS[key]["description"].strip() == kpi["description"].split(". ", 1)[1].strip()


def test_command_of_the_docs_answers(scenario: Scenario, manifest: Path, tmp_path: Path) -> None:
    """The first `mf query` of the page, in a project folder as a user has it after `dbt parse`."""
    [command] = re.findall(
        r"^    \.venv/bin/(mf query --metrics service_level .*)$",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )[:1]
    project, warehouse = tmp_path / "project", tmp_path / "warehouse"
    for folder in (project / "target", warehouse):
        folder.mkdir(parents=True)
    for part in ("dbt_project.yml", "profiles.yml", "analyses", "macros", "models", "seeds"):
        (project / part).symlink_to(PROJECT_DIR / part)
    shutil.copy(manifest, project / "target")
    shutil.copy(scenario.warehouse.build, warehouse)
    told = subprocess.run(
        [Path(sys.executable).parent / "mf", *command.split()[1:], "--csv", tmp_path / "told.csv"],
        cwd=project,
        env=os.environ | {"SERVICE_KPIS_WAREHOUSE": str(warehouse)},
        check=False,
        timeout=300,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout
    found = duckdb.read_csv(tmp_path / "told.csv").fetchall()
    expected = scenario.query(
        "select period_start, dimension_value, value from marts.kpi_values "
        "where kpi_key = 'service_level' and grain = 'month' and dimension = 'queue'"
    )
    assert {(str(month)[:10], queue): value for month, queue, value in found} == {
        (str(month), queue): pytest.approx(value) for month, queue, value in expected
    }
