"""After any sequence of landings, what increments left equals what a full build makes."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import data
from compiled_models import Compiled, build
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
from random_sets import SOURCES, Row, Sets, data_sets
from service_kpis import building, marts_file, publishing, state
from service_kpis.contract import tables
from service_kpis.forgetting.forget import forget
from service_kpis.increment import plan
from service_kpis.landing import land
from service_kpis.landing.remove import remove
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse
from torture import hand_made

DAYS = 60
ELSEWHERE = {
    "01 23 45 67 89": "01 99 45 67 89",
    "+33123456789": "+33199456789",
    "0033123456789": "0033199456789",
    "06 12 34 56 78": "06 99 34 56 78",
    "4711": "4799",
}
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
HOW = ("correct", "correct", "go on", "go on", "replace", "remove", "forget")
# Of every table something stays, of people whom nothing else speaks of; orders in every currency.
STAYS: Sets = {
    "calls": [
        {
            "call_id": "h1",
            "direction": "inbound",
            "caller_number": "01 88 45 67 89",
            "started_at": datetime(2025, 1, 6, 9),
            "ended_at": datetime(2025, 1, 6, 10),
        }
    ],
    "tickets": [
        {
            "ticket_id": "h1",
            "customer_id": "h1",
            "channel": "email",
            "status": "open",
            "created_at": datetime(2025, 1, 6, 9),
        }
    ],
    "ticket_events": [
        {
            "event_id": "h1",
            "ticket_id": "h1",
            "occurred_at": datetime(2025, 1, 6, 10),
            "event": "agent_message",
        }
    ],
    "reviews": [
        {
            "review_id": "h1",
            "customer_id": "h1",
            "platform": "shop",
            "rating": 4,
            "posted_at": datetime(2025, 1, 6, 9),
        }
    ],
    "orders": [
        {
            "order_id": f"h{currency}",
            "customer_id": "h1",
            "status": "delivered",
            "ordered_at": datetime(2025, 1, 6, 9),
            "currency": currency,
            "amount": 10.0,
        }
        for currency in ("EUR", "CHF", None)
    ],
    "order_items": [
        {
            "order_id": "hEUR",
            "line_number": 1,
            "product_id": "h1",
            "quantity": 1,
            "unit_price": 10.0,
        }
    ],
    "products": [{"product_id": "h1", "category": "tea", "list_price": 10.0}],
    "order_claims": [
        {
            "claim_id": "h1",
            "order_id": "hEUR",
            "kind": "chargeback",
            "opened_at": datetime(2025, 1, 7, 9),
        }
    ],
    "subscriptions": [
        {
            "subscription_id": "h1",
            "term_number": 1,
            "customer_id": "h1",
            "starts_on": date(2025, 1, 6),
            "ends_on": date(2025, 2, 6),
            "amount": 31.0,
        }
    ],
    "surveys": [
        {
            "survey_id": "h1",
            "kind": "nps",
            "customer_id": "h1",
            "responded_at": datetime(2025, 1, 6, 9),
            "score": 9,
        }
    ],
    "agents": [{"agent_id": "h1", "team": "blue"}],
    "agent_absences": [
        {"agent_id": "h1", "starts_on": date(2025, 1, 6), "ends_on": date(2025, 1, 7)}
    ],
    "customers": [{"customer_id": "h1", "segment": "basic"}],
    "customer_identifiers": [{"kind": "phone", "value": "01 88 45 67 89", "customer_id": "h1"}],
}


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
        state.update(
            warehouse, {"build": hand_made.build(A_RUN), "checks": hand_made.checks(A_RUN)}
        )
        publishing.publish(warehouse, progress)
        land(warehouse, [folder / "further"])
        built = building.build(warehouse, progress)
        checked = hand_made.checks(state.read(warehouse)["build"]["id"])
        state.update(warehouse, {"checks": checked})
        patch.setattr(marts_file, "write", lambda *_: pytest.fail("all tables were written"))
        publishing.publish(warehouse, progress)
    assert built.touched
    assert built.checks == []
    equals_published(warehouse)
    equals_full_build(warehouse, shipped, folder / "full")
    return read_increment(warehouse, shipped)


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


@st.composite
def histories(draw: st.DrawFn) -> tuple[Sets, list[tuple[str, Sets]]]:
    """Draw what lands first, and what happens then, one thing after the other.

    A double of the first rows, of other people, has nothing to do with what happens then. To go on
    is to hear of something that happened later than anything before: time ripens what it may.
    """
    first = draw(data_sets())
    then = draw(st.lists(st.tuples(st.sampled_from(HOW), data_sets()), min_size=1, max_size=3))
    kept = st.integers(0, 2)
    return first, [
        (how, {name: rows[: draw(kept)] for name, rows in sets.items()}) for how, sets in then
    ]


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@settings(max_examples=max(3, settings().max_examples // 7))
@given(history=histories())
def test_increments_leave_what_a_full_build_makes(shipped, increment, tmp_path_factory, history):
    first, then = history
    folder = tmp_path_factory.mktemp("history")
    warehouse = furnished(folder / "warehouse", shipped)
    held = {name: [*rows, *elsewhere(rows), *staying(name)] for name, rows in first.items()}
    with pytest.MonkeyPatch.context() as patch, warehouse.locked():
        patch.setattr(plan, "_MOST_TOUCHED", 1)  # a small house is touched all over at once
        land_sets(warehouse, folder / "files", held)
        build_in_full(warehouse, shipped)
        for how, rows in then:
            happen(warehouse, folder / "files", held, how, rows)
            build_increment(warehouse, shipped, increment)
            equals_full_build(warehouse, shipped, folder / "full")
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


def staying(table: str) -> list[Row]:
    return [{**row, "_source": "s1"} for row in STAYS[table]]


def happen(warehouse: Warehouse, files: Path, held: Sets, how: str, rows: Sets) -> None:
    """Correct or add rows, go on, replace all by what is left, remove a source, erase somebody."""
    if how == "forget":
        if any(row.get("customer_id") == "c1" for table in held.values() for row in table):
            forget(warehouse, "c1", Progress(is_plain=True))
        return
    if how == "remove":
        if any(row["_source"] == "s2" for table in held.values() for row in table):
            remove(warehouse, "s2")
        for name in held:
            held[name] = [row for row in held[name] if row["_source"] != "s2"]
        return
    if how == "go on":
        later = datetime(2027, 1, 1) + timedelta(days=10 * len(held["calls"]))
        rows["calls"].append(
            {
                **STAYS["calls"][0],
                "call_id": f"h{later}",
                "_source": "s1",
                "started_at": later,
                "ended_at": later,
            }
        )
    for name, new in rows.items():
        key = ["_source", *tables()[name].key]
        standing = {tuple(row[k] for k in key): row for row in held[name]}
        standing |= {tuple(row[k] for k in key): row for row in new}
        held[name] = list(standing.values())
    if how == "replace":
        for name in held:
            held[name] = [*held[name][::2], *staying(name)]
        land_sets(warehouse, files, held, mode="replace")
    else:
        land_sets(warehouse, files, rows)


def land_sets(warehouse: Warehouse, files: Path, sets: Sets, mode: str = "upsert") -> None:
    """Write what each source tells as CSV files, and land them."""
    for source in SOURCES:
        folder = files / source
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        told = {
            name: [
                {k: v for k, v in row.items() if k != "_source"}
                for row in rows
                if row["_source"] == source
            ]
            for name, rows in sets.items()
        }
        told = {name: rows for name, rows in told.items() if rows}
        for name, rows in told.items():
            frame = pl.DataFrame(rows, infer_schema_length=None)
            frame.write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S%.6f")
        listed = "".join(f"  {name}: {{files: {name}.csv, mode: {mode}}}\n" for name in told)
        (folder / "source.yml").write_text(
            f"name: {source}\ntimezone: UTC\ndefault_country: FR\ntables:\n{listed}"
        )
        if told:
            land(warehouse, [folder])


def elsewhere(rows: list[Row]) -> list[Row]:
    """Tell the same of people, calls, tickets and orders that have nothing to do with the first."""
    return [
        {
            column: f"x{value}"
            if column.endswith("_id") and column not in ("agent_id", "product_id") and value
            else f"x{value}"
            if column == "callback_of" and value
            else ELSEWHERE.get(value, value)
            if column in ("caller_number", "value")
            else value
            for column, value in row.items()
        }
        for row in rows
    ]
