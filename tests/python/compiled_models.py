"""The models as compiled SQL, to be executed on any raw tables in DuckDB without a dbt run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

from service_kpis import building, seeds, settings
from service_kpis.landing.parties import refresh_parties
from service_kpis.landing.store import create_raw_tables
from service_kpis.parsing import environment, parse
from service_kpis.warehouse import PROJECT_DIR, Warehouse


@dataclass(frozen=True)
class Model:
    """A compiled model: `relation` is its name in the database, `stands_on` the models it reads."""

    name: str
    relation: str
    is_view: bool
    query: str
    stands_on: frozenset[str]


@dataclass(frozen=True)
class Compiled:
    """A compiled project: the vars it was compiled with, its models in build order, its seeds."""

    target: Path
    """Where dbt left its manifests."""
    chosen: dict[str, Any]
    models: list[Model]
    seeds: dict[str, dict[str, str]]
    """Of each seed the types of its columns."""
    analyses: dict[str, str]


def parse_project(folder: Path) -> Manifest:
    """Have the project parsed in this process, to compile it under several vars on one parse."""
    outcome = parse(PROJECT_DIR, Warehouse(folder))
    assert isinstance(outcome.result, Manifest), outcome.exception
    return outcome.result


def compile_shipped(project: Manifest, folder: Path) -> None:
    """Compile the models and analyses as they are shipped; `read_compiled` reads them."""
    compile_with(project, folder, {}, "resource_type:model", "resource_type:analysis")


def compile_with(project: Manifest, folder: Path, given: dict[str, Any], *select: str) -> Compiled:
    """Compile what `select` names, in dbt's syntax, with the vars `given`; the rest is left out."""
    chosen = _dbt(
        folder,
        project,
        *("compile", "--select", *select, "--vars", json.dumps(given)),
        *("--no-introspect", "--no-populate-cache"),
    )
    compiled = read_compiled(folder, given)
    return replace(compiled, models=[each for each in compiled.models if each.name in chosen])


def with_vars(
    shipped: Compiled, project: Manifest, folder: Path, given: dict[str, Any]
) -> Compiled:
    """Give the project as it is with the vars `given`; models that ask for none are the shipped."""
    anew = compile_with(project, folder, given, *_asking_for(given, project))
    by_name = {model.name: model for model in anew.models}
    models = [by_name.get(model.name, model) for model in shipped.models]
    return replace(shipped, chosen=anew.chosen, models=models)


def _asking_for(given: dict[str, Any], project: Manifest) -> list[str]:
    """Name the models whose SQL asks for one of the vars, by itself or by a macro."""
    asks = re.compile(f"['\"]({'|'.join(given)})['\"]")
    asking = {name for name, macro in project.macros.items() if asks.search(macro.macro_sql)}
    found = asking
    while found:
        found = {
            name
            for name, macro in project.macros.items()
            if name not in asking and not asking.isdisjoint(macro.depends_on.macros)
        }
        asking |= found
    return [
        node.name
        for node in project.nodes.values()
        if isinstance(node, ModelNode)
        and (asks.search(node.raw_code) or not asking.isdisjoint(node.depends_on.macros))
    ]


def read_compiled(folder: Path, given: dict[str, Any]) -> Compiled:
    """Read what was compiled in a folder, with the vars `given`."""
    nodes = json.loads((folder / "target" / "manifest.json").read_text())["nodes"]
    compiled = {name: node for name, node in nodes.items() if node.get("compiled_code")}
    models = {
        name: Model(
            name=node["name"],
            relation=node["relation_name"],
            is_view=node["config"]["materialized"] == "view",
            query=node["compiled_code"],
            stands_on=frozenset(
                nodes[before]["name"]
                for before in node["depends_on"]["nodes"]
                if before.startswith("model.")
            ),
        )
        for name, node in compiled.items()
        if node["resource_type"] == "model"
    }
    by_name = {model.name: model for model in models.values()}
    in_order = TopologicalSorter({model.name: model.stands_on for model in models.values()})
    return Compiled(
        target=folder / "target",
        chosen=settings.effective(given),
        models=[by_name[name] for name in in_order.static_order() if name in by_name],
        seeds={
            node["name"]: node["config"]["column_types"]
            for node in nodes.values()
            if node["resource_type"] == "seed"
        },
        analyses={
            node["name"]: node["compiled_code"]
            for node in compiled.values()
            if node["resource_type"] == "analysis"
        },
    )


def up_to(compiled: Compiled, name: str) -> Compiled:
    """Keep a model and all that it stands on."""
    wanted = {name}
    for model in reversed(compiled.models):
        if model.name in wanted:
            wanted |= model.stands_on
    return replace(compiled, models=[each for each in compiled.models if each.name in wanted])


def empty_warehouse(compiled: Compiled) -> duckdb.DuckDBPyConnection:
    """Make a database in memory, named as dbt names it, with empty raw tables and the seeds."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("attach ':memory:' as build")
    connection.execute("use build")
    furnish(connection, compiled)
    return connection


def furnish(
    connection: duckdb.DuckDBPyConnection, compiled: Compiled, seeds_folder: Path = seeds.SHIPPED
) -> None:
    """Make what the models stand on: raw tables, empty where they are not there, and the seeds."""
    connection.execute("set timezone = 'UTC'")
    for schema in ("seeds", "staging", "intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    create_raw_tables(connection)
    for name, types in compiled.seeds.items():
        connection.execute(
            f"create table seeds.{name} as from read_csv(?, columns = ?, header = true)",
            [str(seeds_folder / f"{name}.csv"), types],
        )


def know_people(connection: duckdb.DuckDBPyConnection, *sources: str) -> None:
    """Write raw.parties as landing does, of sources that write numbers the French way."""
    refresh_parties(connection, bytes(32), dict.fromkeys(sources, "FR"))


def build(connection: duckdb.DuckDBPyConnection, compiled: Compiled) -> None:
    """Make every model from the raw tables, as dbt would."""
    for model in compiled.models:
        kind = "view" if model.is_view else "table"
        connection.execute(f"create or replace {kind} {model.relation} as {model.query}")


def _dbt(folder: Path, manifest: Manifest, *arguments: str) -> set[str]:
    """Run dbt, and give the names of what it ran on."""
    with environment(SERVICE_KPIS_WAREHOUSE=str(folder)):
        try:
            outcome = dbtRunner(manifest=manifest).invoke(
                [
                    *arguments,
                    *("--project-dir", str(PROJECT_DIR)),
                    *("--profiles-dir", str(PROJECT_DIR / "profiles")),
                    *("--target-path", str(folder / "target")),
                    *("--log-path", str(folder / "logs")),
                    *("--log-level", "none", "--log-level-file", "error", "--no-print"),
                ]
            )
        finally:
            building._close_database()
    assert outcome.success, (outcome.exception, outcome.result)
    return {result.node.name for result in outcome.result}
