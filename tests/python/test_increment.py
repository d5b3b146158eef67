"""After any sequence of landings, what increments left equals what a full build makes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings

from bench import data
from compiled_models import Compiled, build
from histories import STAYS, elsewhere, happen, histories, land_sets, staying
from increments import (
    A_RUN,
    Increment,
    at_once,
    build_in_full,
    build_increment,
    describe,
    furnished,
    read_increment,
)
from random_sets import Row, Sets
from service_kpis import building, marts_file, publishing, state
from service_kpis.increment import plan
from service_kpis.landing import land
from service_kpis.progress import Progress
from service_kpis.sql import scalar
from service_kpis.warehouse import Warehouse
from torture import hand_made

DAYS = 60
COLUMNS_OF_TABLES = """
    select
        schema_name,
        table_name,
        list(column_name order by column_index),
        list(data_type order by column_index)
    from duckdb_columns()
    semi join duckdb_tables() using (table_oid, database_name)
    where database_name = $1
    group by all
    order by all
"""


@pytest.fixture(scope="module")
def increment(shipped: Compiled, tmp_path_factory: pytest.TempPathFactory) -> Increment:
    """What dbt does in an increment, from `service-kpis build` on a further day.

    It is published, too: of the further day, only what it replaced.
    """
    folder = tmp_path_factory.mktemp("increment")
    warehouse = furnished(folder / "warehouse", shipped)
    size = data.Size(calls=600, days=DAYS, seed=7, format="csv")
    data.write(folder / "before", size, 0, DAYS - 1)
    data.write(folder / "further", size, DAYS - 1, DAYS)
    progress = Progress(is_plain=True)
    with warehouse.locked(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_WRITE_JSON", "true")
        land(warehouse, [folder / "before"])
        build_in_full(warehouse, shipped)
        describe(warehouse, shipped)
        publish(warehouse, A_RUN)
        land(warehouse, [folder / "further"])
        built = building.build(warehouse, progress)
        patch.setattr(marts_file, "write", lambda *_: pytest.fail("all tables were written"))
        publish(warehouse, state.read(warehouse)["build"]["id"])
    assert built.touched
    assert built.checks == []
    equals_published(warehouse)
    equals_full_build(warehouse, shipped, folder / "full")
    return read_increment(warehouse, shipped)


def publish(warehouse: Warehouse, build_id: str) -> None:
    """Publish a build as if every check of it had passed."""
    passed = {"build": hand_made.build(build_id), "checks": hand_made.checks(build_id)}
    state.update(warehouse, passed)
    publishing.publish(warehouse, Progress(is_plain=True))


def equals_full_build(warehouse: Warehouse, compiled: Compiled, folder: Path) -> None:
    """Compare every table of the marts with those of a full build of the same raw rows."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    full = Warehouse(folder)
    shutil.copy(warehouse.build, full.build)
    with full.connect() as connection, at_once(connection):
        build(connection, compiled)
    assert differences_between(full.build, warehouse.build) == []


def equals_published(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute(f"attach '{warehouse.published}' as published (read_only)")
        found = connection.execute(COLUMNS_OF_TABLES, ["published"]).fetchall()
        assert {"kpi_values", "kpi_answer_rate", "fct_calls"} <= {table for _, table, *_ in found}
        for schema, table, columns, types in found:
            tables = (f"{name}.{schema}.{table}" for name in ("build", "published"))
            assert are_same(connection, *tables, columns, types), table


def differences_between(full: Path, increment: Path) -> list[str]:
    """Name the tables of the marts whose rows differ; doubles are compared to nine digits.

    A difference of two equal numbers may be a hair of rounding, and counts as none.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{full}' as full_build (read_only)")
        connection.execute(f"attach '{increment}' as increment (read_only)")
        found = connection.execute(COLUMNS_OF_TABLES, ["full_build"]).fetchall()
        return [
            f"{schema}.{table}"
            for schema, table, columns, types in found
            if (schema == "marts" or table.startswith("period_"))
            and not are_same(
                connection,
                f"full_build.{schema}.{table}",
                f"increment.{schema}.{table}",
                columns,
                types,
            )
        ]


def are_same(
    connection: duckdb.DuckDBPyConnection,
    one: str,
    other: str,
    columns: list[str],
    types: list[str],
) -> bool:
    values = ", ".join(
        f"printf('%.9g', round({column}, 9) + 0.0)" if kind == "DOUBLE" else f'"{column}"'
        for column, kind in zip(columns, types, strict=True)
    )
    here, there = (f"select {values} from {table}" for table in (one, other))
    differing = connection.execute(
        f"select count(*) from (({here} except all {there}) union all ({there} except all {here}))"
    ).fetchone()
    return differing == (0,)


FEW = settings(max_examples=max(2, settings().max_examples // 7))


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@FEW
@given(history=histories())
def test_increments_leave_what_a_full_build_makes(shipped, increment, tmp_path_factory, history):
    for warehouse in after_each_build(shipped, increment, tmp_path_factory, history):
        equals_full_build(warehouse, shipped, warehouse.folder.with_name("full"))


@pytest.mark.proofs
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@FEW
@given(history=histories())
def test_what_increments_leave_is_published(shipped, increment, tmp_path_factory, history):
    """Each build upon the file of the one before, where it goes on from that."""
    for warehouse in after_each_build(shipped, increment, tmp_path_factory, history):
        publish(warehouse, A_RUN)
        equals_published(warehouse)


def after_each_build(
    compiled: Compiled,
    increment: Increment,
    factory: pytest.TempPathFactory,
    history: tuple[Sets, list[tuple[str, Sets]]],
) -> Iterator[Warehouse]:
    """Land what a history tells, and build after each landing: in full, then in increments."""
    first, then = history
    folder = factory.mktemp("history")
    warehouse = furnished(folder / "warehouse", compiled)
    held = {name: [*rows, *elsewhere(rows), *staying(name)] for name, rows in first.items()}
    with pytest.MonkeyPatch.context() as patch, warehouse.locked():
        patch.setattr(plan, "_MOST_TOUCHED", 1)  # a small house is touched all over at once
        land_sets(warehouse, folder / "files", held)
        build_in_full(warehouse, compiled)
        yield warehouse
        for how, rows in then:
            happen(warehouse, folder / "files", held, how, rows)
            build_increment(warehouse, compiled, increment)
            yield warehouse
    shutil.rmtree(folder)


@pytest.mark.proofs
def test_two_sources_tell_of_the_latest_order_in_turn(shipped, increment, tmp_path):
    """By one it was delivered, and with that the first call matures; by the other it was not."""
    warehouse = furnished(tmp_path / "warehouse", shipped)
    order = {**STAYS["orders"][0], "order_id": "o1"}
    delivered = {**order, "_source": "s1", "delivered_at": datetime(2025, 3, 1)}
    ordered = {**order, "_source": "s2"}
    house = {name: staying(name) for name in ("calls", "orders")}
    with pytest.MonkeyPatch.context() as patch, warehouse.locked():
        patch.setattr(plan, "_MOST_TOUCHED", 1)
        land_sets(warehouse, tmp_path, {**house, "orders": [*house["orders"], delivered]})
        land_sets(warehouse, tmp_path, {"orders": [ordered]})
        build_in_full(warehouse, shipped)
        for told, is_increment in ((delivered, True), (ordered, False)):
            land_sets(warehouse, tmp_path, {"orders": [told]})
            planned = build_increment(warehouse, shipped, increment)
            assert planned.is_increment is is_increment
            equals_full_build(warehouse, shipped, tmp_path / "full")


def test_an_agent_goes_to_another_team(shipped, increment, tmp_path):
    """Nothing else changes: the calls that the agent took are of the new team."""
    warehouse = furnished(tmp_path / "warehouse", shipped)
    call = {**staying("calls")[0], "agent_id": "a1", "answered_at": datetime(2025, 1, 6, 9)}
    agent = {"_source": "s1", "agent_id": "a1", "team": "north"}
    with pytest.MonkeyPatch.context() as patch, warehouse.locked():
        patch.setattr(plan, "_MOST_TOUCHED", 1)
        land_sets(warehouse, tmp_path, {"calls": [call], "agents": [agent]})
        build_in_full(warehouse, shipped)
        land_sets(warehouse, tmp_path, {"agents": [{**agent, "team": "south"}]})
        planned = build_increment(warehouse, shipped, increment)
        assert (planned.is_increment, planned.touched) == (True, 1)
        equals_full_build(warehouse, shipped, tmp_path / "full")
    assert teams_of_calls(warehouse) == ["south"]


def test_a_channel_step_turns_with_its_journey_and_with_its_contact(shipped, increment, tmp_path):
    """A journey is over when another calls a year later, and nothing of its contacts changes.

    Then its call was one for a client, and nothing of the journey changes. Somebody else's, of New
    Year's Day, stands in the same month and is counted each time, though nothing of it changes.
    """
    warehouse = furnished(tmp_path / "warehouse", shipped)
    house = {name: staying(name) for name in ("calls", "tickets", "customer_identifiers")}
    (call,) = house["calls"]

    def of_another(call_id: str, number: str, at: datetime) -> Row:
        told = {"call_id": call_id, "caller_number": number, "started_at": at, "ended_at": at}
        return {**call, **told}

    house["calls"] = [call, of_another("h0", "+4930123455", datetime(2025, 1, 1, 9))]
    with pytest.MonkeyPatch.context() as patch, warehouse.locked():
        patch.setattr(plan, "_MOST_TOUCHED", 1)
        land_sets(warehouse, tmp_path, house)
        build_in_full(warehouse, shipped)
        assert contacts_of_january(warehouse) == {"(none)": 1}
        for landed, expected in (
            (of_another("h2", "+4930123456", datetime(2026, 2, 2, 9)), {"(none)": 3}),
            ({**call, "client": "acme"}, {"(none)": 2, "acme": 1}),
        ):
            land_sets(warehouse, tmp_path, {"calls": [landed]})
            assert build_increment(warehouse, shipped, increment).is_increment
            equals_full_build(warehouse, shipped, tmp_path / "full")
            assert contacts_of_january(warehouse) == expected


def contacts_of_january(warehouse: Warehouse) -> dict[str, int]:
    """Count the contacts in mart_channel_steps of January 2025, by client."""
    with warehouse.connect() as connection:
        counted = connection.execute(
            "select dimension_value, sum(contact_count) from marts.mart_channel_steps "
            "where grain = 'month' and period_start = date '2025-01-01' and dimension = 'client' "
            "group by all"
        ).fetchall()
    return dict(counted)


def test_a_customer_ceases_to_be_active_as_time_goes_on(shipped, increment, tmp_path):
    """An order of 6 January 2024 counts at 365 midnights, the last that of 5 January 2025.

    A second customer's orders take `as_of` from the 4th, which ends there, to the 5th.
    """
    warehouse = furnished(tmp_path / "warehouse", shipped)
    order = {**STAYS["orders"][0], "_source": "s1"}

    def ordered(order_id: str, customer_id: str, at: datetime) -> Row:
        return {**order, "order_id": order_id, "customer_id": customer_id, "ordered_at": at}

    before = [
        ordered("o1", "c1", datetime(2024, 1, 6, 12)),
        ordered("o2", "c2", datetime(2025, 1, 4, 12)),
    ]
    with pytest.MonkeyPatch.context() as patch, warehouse.locked():
        patch.setattr(plan, "_MOST_TOUCHED", 1)
        land_sets(warehouse, tmp_path, {"orders": before})
        build_in_full(warehouse, shipped)
        assert active_at_the_end_of_january(warehouse) == 2
        later = ordered("o3", "c2", datetime(2025, 1, 5, 12))
        land_sets(warehouse, tmp_path, {"orders": [later]})
        planned = build_increment(warehouse, shipped, increment)
        assert (planned.is_increment, planned.touched) == (True, 2)  # both orders of c2
        equals_full_build(warehouse, shipped, tmp_path / "full")
    assert active_at_the_end_of_january(warehouse) == 1


def active_at_the_end_of_january(warehouse: Warehouse) -> int:
    with warehouse.connect() as connection:
        return scalar(
            connection,
            "select count(*) filter (is_active_at_end) from marts.fct_customer_periods "
            "where grain = 'month' and period_start = date '2025-01-01'",
        )


def teams_of_calls(warehouse: Warehouse) -> list[str]:
    with warehouse.connect() as connection:
        return [
            team for (team,) in connection.execute("select team from marts.fct_calls").fetchall()
        ]
