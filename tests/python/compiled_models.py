"""The models as compiled SQL, to be executed on any raw tables in an in-memory DuckDB."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from service_kpis import seeds, settings
from service_kpis.landing.parties import refresh_parties
from service_kpis.landing.store import create_raw_tables
from service_kpis.warehouse import PROJECT_DIR


@dataclass(frozen=True)
class Compiled:
    """A compiled project: the vars it was compiled with, its models in build order, its seeds."""

    chosen: dict[str, Any]
    models: list[tuple[str, str, str]]
    """Of each model `view` or `table`, its name in the database and its query."""
    seeds: dict[str, dict[str, str]]
    """Of each seed the types of its columns."""


def compile_models(
    folder: Path, given: dict[str, Any], select: str = "+kpi_values,resource_type:model"
) -> Compiled:
    """Compile kpi_values and all it stands on, or what `select` names, with the vars `given`."""
    subprocess.run(
        [
            *(Path(sys.executable).parent / "dbt", "compile", "--quiet", "--no-print"),
            *("--select", select, "--vars", json.dumps(given)),
            *("--no-introspect", "--no-populate-cache"),
            *("--target-path", folder / "target", "--log-path", folder / "logs"),
        ],
        cwd=PROJECT_DIR,
        env=os.environ | {"SERVICE_KPIS_WAREHOUSE": str(folder)},
        check=True,
        timeout=300,
        stdout=subprocess.DEVNULL,
    )
    nodes = json.loads((folder / "target" / "manifest.json").read_text())["nodes"]
    before = {
        name: node["depends_on"]["nodes"]
        for name, node in nodes.items()
        if node["resource_type"] == "model" and node.get("compiled_code")
    }
    in_order = [nodes[name] for name in TopologicalSorter(before).static_order() if name in before]
    return Compiled(
        chosen=settings.effective(given),
        models=[
            (
                "view" if node["config"]["materialized"] == "view" else "table",
                node["relation_name"],
                node["compiled_code"],
            )
            for node in in_order
        ],
        seeds={
            node["name"]: node["config"]["column_types"]
            for node in nodes.values()
            if node["resource_type"] == "seed"
        },
    )


def empty_warehouse(compiled: Compiled) -> duckdb.DuckDBPyConnection:
    """Make a database in memory, named as dbt names it, with empty raw tables and the seeds."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("attach ':memory:' as build")
    connection.execute("use build")
    furnish(connection, compiled)
    return connection


def furnish(connection: duckdb.DuckDBPyConnection, compiled: Compiled) -> None:
    """Make what the models stand on: raw tables, empty where they are not there, and the seeds."""
    connection.execute("set timezone = 'UTC'")
    for schema in ("seeds", "staging", "intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    create_raw_tables(connection)
    for name, types in compiled.seeds.items():
        connection.execute(
            f"create table seeds.{name} as from read_csv(?, columns = ?, header = true)",
            [str(seeds.SHIPPED / f"{name}.csv"), types],
        )


def know_people(connection: duckdb.DuckDBPyConnection, *sources: str) -> None:
    """Write raw.parties as landing does, of sources that write numbers the French way."""
    refresh_parties(connection, bytes(32), dict.fromkeys(sources, "FR"))


def build(connection: duckdb.DuckDBPyConnection, compiled: Compiled) -> None:
    """Make every model from the raw tables, as dbt would."""
    for kind, relation, query in compiled.models:
        connection.execute(f"create or replace {kind} {relation} as {query}")
