"""The models compile for the other engines, and what they compile to parses in those dialects."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import sqlglot
import yaml

from service_kpis.warehouse import PROJECT_DIR

Compiled = tuple[str, dict[str, str]]
ENGINE_FUNCTIONS: dict[str, set[str]] = {
    "postgres": {"timezone"},
    "spark": {"weekday"},
}


@pytest.fixture(scope="module", params=["postgres", "spark"])
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Return the engine, and the models compiled for it by name; no server is there."""
    folder = tmp_path_factory.mktemp(request.param)
    # dbt-spark only asks whether pyspark can be imported; compiling needs none of it.
    (folder / "pyspark.py").touch()
    subprocess.run(
        [
            *(Path(sys.executable).parent / "dbt", "compile", "--target", request.param),
            *("--no-introspect", "--no-populate-cache", "--quiet"),
            *("--vars", "{raw_schema: loaded}"),
            *("--target-path", folder / "target", "--log-path", folder / "logs"),
        ],
        cwd=PROJECT_DIR,
        env=os.environ | {"PYTHONPATH": str(folder), "SERVICE_KPIS_SPARK_METHOD": "session"},
        check=True,
        timeout=1_800,
    )
    models = folder / "target" / "compiled" / "service_kpis" / "models"
    return request.param, {path.stem: path.read_text() for path in models.rglob("*.sql")}


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


def test_unit_tests_have_names_that_postgres_takes() -> None:
    names = {
        test["name"]
        for path in (PROJECT_DIR / "models").rglob("*.yml")
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", ())
    }
    assert names
    assert {name for name in names if len(name) > 63} == set()
