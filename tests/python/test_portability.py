"""The models compile for the other engines, and what they compile to parses in those dialects.

On Postgres, where a server is installed, they give the scenario's KPIs row by row, as `make
engines` shows of more.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest
import sqlglot
import yaml

import postgres_server
from engines import postgres
from engines.building import Built
from engines.comparing import compare_kpis, require_the_same
from scenario.build import Scenario
from service_kpis.sql import literal
from service_kpis.warehouse import PROJECT_DIR

Compiled = tuple[str, dict[str, str]]
ENGINE_FUNCTIONS: dict[str, set[str]] = {
    "postgres": {"timezone"},
    "spark": {"weekday"},
}


@pytest.fixture(scope="module")
def on_postgres(
    scenario: Scenario, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Built, Path]]:
    """Return the scenario's marts on Postgres, and the folder of what dbt compiled for them."""
    folder = tmp_path_factory.mktemp("postgres")
    excluded = ("--exclude-resource-type", "unit_test", "test")
    with postgres.built(scenario.warehouse, folder, *excluded, raw_schema="loaded") as built:
        yield built, folder


@pytest.fixture(scope="module", params=["postgres", "spark"])
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Return the engine, and the models compiled for it by name."""
    if request.param == "postgres" and postgres_server.installed():
        _, folder = request.getfixturevalue("on_postgres")
    else:
        folder = tmp_path_factory.mktemp(request.param)
        _compile(request.param, folder)
    models = folder / "target" / "compiled" / "service_kpis" / "models"
    return request.param, {path.stem: path.read_text() for path in models.rglob("*.sql")}


def _compile(engine: str, folder: Path) -> None:
    """Compile the models without a server."""
    # dbt-spark only asks whether pyspark can be imported; compiling needs none of it.
    (folder / "pyspark.py").touch()
    subprocess.run(
        [
            *(Path(sys.executable).parent / "dbt", "compile", "--target", engine),
            *("--select", "resource_type:model"),
            *("--no-introspect", "--no-populate-cache", "--quiet"),
            *("--vars", "{raw_schema: loaded}"),
            *("--target-path", folder / "target", "--log-path", folder / "logs"),
        ],
        cwd=PROJECT_DIR,
        env=os.environ | {"PYTHONPATH": str(folder), "SERVICE_KPIS_SPARK_METHOD": "session"},
        check=True,
        timeout=1_800,
    )


@cache
def _parsed(sql: str, dialect: str) -> list[sqlglot.Expression | None]:
    return sqlglot.parse(sql, dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE)


def test_every_model_is_compiled(compiled: Compiled) -> None:
    _, statements = compiled
    models = {path.stem for path in (PROJECT_DIR / "models").rglob("*.sql")}
    assert models
    assert models <= set(statements)


def test_every_model_parses_as_one_query_in_its_dialect(compiled: Compiled) -> None:
    dialect, statements = compiled
    failures = []
    for name, sql in statements.items():
        try:
            (query,) = _parsed(sql, dialect)
        except (sqlglot.ParseError, ValueError) as error:
            failures.append(f"{name}: {error}")
            continue
        if not isinstance(query, sqlglot.exp.Query):
            failures.append(f"{name} is no query")
    assert failures == []


def test_raw_tables_are_read_where_a_loader_of_one_s_own_puts_them(compiled: Compiled) -> None:
    _, statements = compiled
    for name, table in (("stg_calls", "calls"), ("stg_parties", "parties")):
        [source] = [
            found
            for found in _parsed(statements[name], compiled[0])[0].find_all(sqlglot.exp.Table)
            if found.name == table and found.db
        ]
        assert source.db == "loaded"


def test_every_function_is_one_that_the_engine_has(compiled: Compiled) -> None:
    """Sqlglot reads a function that it does not know as it stands."""
    dialect, statements = compiled
    functions = {
        function.name.lower()
        for sql in statements.values()
        for query in _parsed(sql, dialect)
        if query is not None
        for function in query.find_all(sqlglot.exp.Anonymous)
    }
    assert functions <= ENGINE_FUNCTIONS[dialect]


def test_texts_are_ordered_by_their_bytes(compiled: Compiled) -> None:
    """Postgres orders by the database's language, and who is first would hang on the server."""
    dialect, statements = compiled
    if dialect != "postgres":
        pytest.skip("other engines order by bytes")
    ordered = {
        f"{name}: {key.this.name}"
        for name, sql in statements.items()
        for query in _parsed(sql, dialect)
        if query is not None
        for key in query.find_all(sqlglot.exp.Ordered)
        if isinstance(key.this, sqlglot.exp.Column)
        and re.search(r"(_id|source|kind|name|type|tie)$", key.this.name)
    }
    assert ordered == set()


def test_postgres_gives_the_scenario_s_kpis(on_postgres: tuple[Built, Path]) -> None:
    require_the_same(on_postgres[0])


def test_what_is_not_the_same_is_told(scenario: Scenario) -> None:
    """One row lost, one too many, one value 2e-9 away, one null; 1e-10 is the same."""
    first = "grain = 'month' and dimension = 'all' and value > 0 and kpi_key ="
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(scenario.warehouse.build))} as build (read_only)")
        connection.execute("create table other as from build.marts.kpi_values")
        for change in (
            "update other set value = value * (1 + 1e-10)",
            "update other set value = value * (1 + 2e-9) "
            f"where {first} 'calls_offered' and period_start = '2024-03-01'",
            f"update other set ci_low = null where {first} 'answer_rate' "
            "and period_start = '2024-03-01'",
            f"delete from other where {first} 'tickets_created' and period_start = '2024-03-01'",
            "insert into other by name select 'new' as kpi_key, 'day' as grain, "
            "date '2024-03-01' as period_start, 'all' as dimension, 'all' as dimension_value",
        ):
            connection.execute(change)
        told = compare_kpis(connection, "kpi_values", "other")
    assert (told.missing, told.added) == (1, 1)
    assert told.differing == {"value": 1, "ci_low": 1}
    assert told.worst == pytest.approx(2.1e-9, rel=1e-3)


def test_unit_tests_have_names_that_postgres_takes() -> None:
    names = {
        test["name"]
        for path in (PROJECT_DIR / "models").rglob("*.yml")
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", ())
    }
    assert names
    assert {name for name in names if len(name) > 63} == set()
