"""Decide whether a build computes everything or what is touched, and write down what is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from service_kpis import seeds, settings, state
from service_kpis.contract import tables
from service_kpis.increment import changes, closure, ripening
from service_kpis.sql import identifier, scalar
from service_kpis.warehouse import PROJECT_DIR, Warehouse

_MOST_TOUCHED = 0.5
"""Of all raw rows; where more are touched, computing all of them is no slower."""


@dataclass(frozen=True)
class Plan:
    """What a build computes: the touched rows where `reason` is None, else everything."""

    reason: str | None
    """Why everything is built, as a clause."""
    touched: int = 0
    rows: int = 0

    @property
    def is_increment(self) -> bool:
        return self.reason is None

    def __str__(self) -> str:
        """Say what is built, to be told after "building"."""
        if self.is_increment:
            return f"the marts: {self.touched:,} of {self.rows:,} rows are touched"
        return f"the marts in full, {self.reason}"


def make_plan(
    warehouse: Warehouse, connection: duckdb.DuckDBPyConnection, given: dict[str, Any]
) -> Plan:
    """Plan a build with the vars `given`; writes schema `touched` where it is an increment."""
    if not changes.are_kept(connection):
        return Plan("as there is no build to go on from")
    built = _built(connection)
    if built["invocation_id"] != state.build_in(connection):
        return Plan("as another run of dbt has built since")
    if reason := _what_differs(built["fingerprint"], fingerprint(warehouse, connection, given)):
        return Plan(reason)
    span = _span(connection, built, given)
    if span is None:
        return Plan("as the present (as_of) may have moved back")
    before, now = span
    closure.start(connection)
    closure.touch_changed(connection)
    ripening.touch_ripened(connection, before, built["as_of_on"], now)
    touched = closure.close(connection)
    rows = sum(
        int(scalar(connection, f"select count(*) from raw.{identifier(name)}")) for name in tables()
    )
    if touched > _MOST_TOUCHED * rows:
        return Plan(f"as {touched:,} of {rows:,} rows are touched")
    closure.write_rows(connection)
    connection.execute(
        "create table touched.build_before as "
        "select invocation_id, as_of, as_of_on from changes.built"
    )
    return Plan(None, touched, rows)


def begin(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """A build begins: one that does not end leaves nothing for another to go on from."""
    changes.stop_keeping(connection)
    if not plan.is_increment:
        closure.end(connection)


def goes_on_from(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Give the id of the build that the rows in `replaced` tell the difference from.

    None where everything was built.
    """
    try:
        row = connection.execute("select invocation_id from touched.build_before").fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None


def finish(
    warehouse: Warehouse, connection: duckdb.DuckDBPyConnection, given: dict[str, Any]
) -> None:
    """A whole build passed: from now on what changes is kept, for the next to go on from it."""
    connection.begin()  # one that is killed here leaves nothing to go on from
    changes.keep(connection)
    connection.execute(
        "create table changes.built as select ? as invocation_id, ? as fingerprint, "
        "? as as_of_given, as_of, as_of_on from intermediate.int_as_of",
        [
            state.build_in(connection),
            json.dumps(fingerprint(warehouse, connection, given)),
            _as_of_given(given),
        ],
    )
    connection.commit()


def fingerprint(
    warehouse: Warehouse, connection: duckdb.DuckDBPyConnection, given: dict[str, Any]
) -> dict[str, str]:
    """Give, by what a user would call it, a hash of everything that all rows hang on."""
    held = [
        name
        for name in tables()
        if scalar(connection, f"select exists (from raw.{identifier(name)})")
    ]
    vars_but_as_of = {k: v for k, v in settings.effective(given).items() if k != "as_of"}
    return {
        "the vars": _hash(vars_but_as_of),
        "the seeds": _hash(seeds.fingerprints(warehouse)),
        "the models": _hash([*_contents(), version("dbt-duckdb"), version("duckdb")]),
        "which tables hold any row": _hash(held),
        "the currencies of the orders": _hash(_currencies(connection)),
    }


def _currencies(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """Give the currencies of the orders; of an order in several sources, as the latest says."""
    currencies = "select distinct currency from {} order by all"
    found = connection.execute(currencies.format("raw.orders")).fetchall()
    sources = scalar(connection, "select count(distinct _source) from raw.orders")
    if len(found) > 1 and sources > 1:  # else no other can be the latest, which takes long to find
        found = connection.execute(currencies.format("staging.stg_orders")).fetchall()
    return found


def _built(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    (row,) = connection.execute("from changes.built").fetchall()
    columns = [column[0] for column in connection.description or ()]
    built = dict(zip(columns, row, strict=True))
    built["fingerprint"] = json.loads(built["fingerprint"])
    return built


def _what_differs(before: dict[str, str], now: dict[str, str]) -> str | None:
    differing = [name for name, value in now.items() if before.get(name) != value]
    return f"as {differing[0]} changed" if differing else None


def _span(
    connection: duckdb.DuckDBPyConnection, built: dict[str, Any], given: dict[str, Any]
) -> tuple[datetime, datetime] | None:
    """Give the span in which time may have ripened rows; None where `as_of` may have gone back.

    Without the var, `as_of` is the latest instant of anything that happened: it moves back when the
    row that told of it goes. What happened last may be a bare date, which says too little.
    """
    before: datetime | None = built["as_of"]
    if before is None:
        return None
    given_now, given_before = _as_of_given(given), built["as_of_given"]
    if given_now and given_before:
        local = datetime.fromisoformat(given_now).replace(tzinfo=None)
        has_gone_on = given_now == given_before or (
            local > datetime.fromisoformat(given_before).replace(tzinfo=None) + timedelta(days=1)
        )
        return (before, max(before, local + timedelta(days=1))) if has_gone_on else None
    if given_now or given_before:
        return None
    gone = ripening.latest_change(connection, is_new=False)
    come = ripening.latest_change(connection, is_new=True)
    latest = max(before, come or before)
    if not ripening.is_told_by_an_instant(connection) or (gone and gone >= latest):
        return None
    return before, latest


def _as_of_given(given: dict[str, Any]) -> str | None:
    as_of = settings.effective(given).get("as_of")
    return str(as_of) if as_of else None


def _contents() -> Iterable[str]:
    """Hash the files that dbt builds from; where the project lies is no part of it."""
    folders = ("macros", "models", "seeds")
    files = [PROJECT_DIR / "dbt_project.yml"]
    files += [path for folder in folders for path in (PROJECT_DIR / folder).rglob("*.*")]
    return [f"{path.relative_to(PROJECT_DIR)} {_hash_of_file(path)}" for path in sorted(files)]


def _hash_of_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
