"""MetricFlow in this process: it plans a query on the semantic manifest, DuckDB runs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlClient, SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup


def engine_of(semantic_manifest: Path) -> MetricFlowEngine:
    manifest = parse_manifest_from_dbt_generated_manifest(semantic_manifest.read_text())
    client = SimpleNamespace(
        sql_engine_type=SqlEngine.DUCKDB, sql_plan_renderer=DuckDbSqlPlanRenderer()
    )
    return MetricFlowEngine(SemanticManifestLookup(manifest), cast(SqlClient, client))


def answer(
    engine: MetricFlowEngine,
    connection: duckdb.DuckDBPyConnection,
    metrics: Sequence[str],
    group_by: Sequence[str],
) -> list[dict[str, Any]]:
    request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
    return _answered(engine, connection, request)


def answer_saved(
    engine: MetricFlowEngine, connection: duckdb.DuckDBPyConnection, name: str
) -> list[dict[str, Any]]:
    return _answered(engine, connection, MetricFlowQueryRequest.create(saved_query_name=name))


def _answered(
    engine: MetricFlowEngine,
    connection: duckdb.DuckDBPyConnection,
    request: MetricFlowQueryRequest,
) -> list[dict[str, Any]]:
    found = connection.execute(engine.explain(request).sql_statement.sql)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
