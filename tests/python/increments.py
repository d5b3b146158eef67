"""What dbt does in an increment, as a real one told, to be done again without dbt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from compiled_models import Compiled, build, furnish
from service_kpis.increment import plan
from service_kpis.sql import identifier, literal
from service_kpis.warehouse import Warehouse

A_RUN = "a run"
"""The id of the builds that are made here."""


@dataclass(frozen=True)
class Increment:
    """The statements of an increment by model, in the order in which dbt may run them."""

    statements: list[tuple[str, list[str]]]

    def run(self, connection: duckdb.DuckDBPyConnection) -> None:
        with at_once(connection):
            for _, statements in self.statements:
                for statement in statements:
                    connection.execute(statement)


def read_increment(warehouse: Warehouse, compiled: Compiled) -> Increment:
    """Read what dbt sent to DuckDB in the last build of a warehouse, which was an increment."""
    target = warehouse.folder / ".dbt" / "target"
    models = _nodes(compiled)
    return Increment(
        [(model.name, _statements(models[model.name], target)) for model in compiled.models]
    )


def _nodes(compiled: Compiled) -> dict[str, dict[str, Any]]:
    nodes = json.loads((compiled.target / "manifest.json").read_text())["nodes"]
    return {node["name"]: node for node in nodes.values() if node["resource_type"] == "model"}


def _statements(node: dict[str, Any], target: Path) -> list[str]:
    path = Path("service_kpis") / node["original_file_path"]
    if not (target / "compiled" / path).exists():  # a view that an increment leaves as it stands
        assert node["config"]["materialized"] == "view"
        return []
    query = (target / "compiled" / path).read_text()
    kind = node["config"]["materialized"]
    relation = node["relation_name"]
    if kind != "incremental":
        return [f"create or replace {kind} {relation} as {query}"]
    written = (target / "run" / path).read_text()
    assert '"replaced".' in written, f"{node['name']} was not built in part"
    return [written]


@contextmanager
def at_once(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Write in one transaction: hundreds of them would wait for the disk."""
    connection.begin()
    yield
    connection.commit()


def build_in_full(warehouse: Warehouse, compiled: Compiled) -> None:
    """Build everything, as a first build does, for increments to go on from."""
    with warehouse.connect() as connection:
        _stamp(connection)
        with at_once(connection):
            build(connection, compiled)
        plan.begin(connection, plan.Plan("as the first"))
        plan.finish(warehouse, connection, {})


def describe(warehouse: Warehouse, compiled: Compiled) -> None:
    """Write the comments that dbt writes: who publishes looks whether they are still the same."""
    nodes = _nodes(compiled)
    with warehouse.connect() as connection, at_once(connection):
        for model in compiled.models:
            node = nodes[model.name]
            if not node["config"]["persist_docs"]:
                continue
            columns = {
                f"column {model.relation}.{identifier(column['name'])}": column["description"]
                for column in node["columns"].values()
            }
            kind = "view" if model.is_view else "table"
            for what, told in ({f"{kind} {model.relation}": node["description"]} | columns).items():
                if told:
                    connection.execute(f"comment on {what} is {literal(told)}")


def build_increment(warehouse: Warehouse, compiled: Compiled, increment: Increment) -> plan.Plan:
    """Build as `service-kpis build` does; gives what it planned."""
    with warehouse.connect() as connection:
        planned = plan.make_plan(warehouse, connection, {})
        plan.begin(connection, planned)
        _stamp(connection)
        if planned.is_increment:
            increment.run(connection)
        else:
            with at_once(connection):
                build(connection, compiled)
        plan.finish(warehouse, connection, {})
    return planned


def furnished(folder: Path, compiled: Compiled) -> Warehouse:
    """Make an empty warehouse with the seeds in it."""
    warehouse = Warehouse(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with warehouse.connect() as connection:
        furnish(connection, compiled)
    return warehouse


def _stamp(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create or replace table intermediate.latest_dbt_run "
        f"as select {literal(A_RUN)} as invocation_id"
    )
