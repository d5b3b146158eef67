"""Compares the marts of the floor with those of the job, row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb

from service_kpis.sql import identifier, literal, scalar

KEYS = {
    "fct_agent_absences": ("agent", "starts_on"),
    "fct_agent_days": ("agent", "date_on"),
    "fct_calls": ("_source", "call_id"),
    "fct_contacts": ("_source", "contact_kind", "contact_id"),
    "fct_customer_periods": ("grain", "period_start", "customer_hash"),
    "fct_email_tickets": ("_source", "ticket_id"),
    "fct_order_claims": ("_source", "claim_id"),
    "fct_order_items": ("order_id", "line_number"),
    "fct_orders": ("_source", "order_id"),
    "fct_reviews": ("_source", "review_id"),
    "fct_subscriptions": ("_source", "subscription_id", "term_number"),
    "fct_surveys": ("_source", "survey_id"),
    "fct_ticket_events": ("_source", "event_id"),
    "fct_tickets": ("_source", "ticket_id"),
    "kpi_values": ("kpi_key", "grain", "period_start", "dimension", "dimension_value"),
}
RELATIVE_TOLERANCE = 1e-9
_SIDES = ("floor", "build")


def differences(floor_file: Path, build_file: Path) -> list[str]:
    """Tell where the facts and kpi_values of two files differ: nothing where they are the same.

    KPIs and columns that the build alone has are not compared: whoever adds one need not add it to
    the floor, which is as much leaner as they are few.
    Doubles may differ by a relative 1e-9: what a sum of them is depends on their order.
    """
    with duckdb.connect() as connection:
        for side, file in zip(_SIDES, (floor_file, build_file), strict=True):
            connection.execute(f"attach {literal(str(file))} as {side} (read_only)")
        return [told for table in _tables(connection) for told in _differing(connection, table)]


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Name kpi_values and every fact, also one that only the build has."""
    rows = connection.execute(
        "select distinct table_name from duckdb_tables() where database_name = 'build' "
        "and schema_name = 'marts' and starts_with(table_name, 'fct_')"
    ).fetchall()
    return sorted({name for (name,) in rows} | set(KEYS))


def _differing(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Compare one table: its columns, then its keys, then what stands beside equal keys."""
    floor, build = (_types(connection, side, table) for side in _SIDES)
    if floor.keys() - build.keys():
        return [f"{table}: the build lacks {', '.join(sorted(floor.keys() - build.keys()))}"]
    same_key = " and ".join(
        f"floor.{name} is not distinct from build.{name}" for name in map(identifier, KEYS[table])
    )
    differ = ", ".join(f"count(*) filter ({_differs(*column)})" for column in floor.items())
    common, *counts = connection.execute(
        f"select count(*), {differ} from floor.marts.{identifier(table)} as floor "
        f"inner join build.marts.{identifier(table)} as build on {same_key}"
    ).fetchall()[0]
    rows = [
        scalar(
            connection,
            f"select count(*) from {side}.marts.{identifier(table)} where {_is_compared(table)}",
        )
        for side in _SIDES
    ]
    told = [
        f"{table}: {name} differs in {count:,} rows"
        for name, count in zip(floor, counts, strict=True)
        if count
    ]
    if rows != [common, common]:
        told.insert(0, f"{table}: of {rows[0]:,} and {rows[1]:,} rows {common:,} have equal keys")
    return told


def _is_compared(table: str) -> str:
    return (
        "kpi_key in (select kpi_key from floor.marts.kpi_values)"
        if table == "kpi_values"
        else "true"
    )


def _types(connection: duckdb.DuckDBPyConnection, side: str, table: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = ? and schema_name = 'marts' and table_name = ?",
            [side, table],
        ).fetchall()
    )


def _differs(column: str, data_type: str) -> str:
    floor, build = f"floor.{identifier(column)}", f"build.{identifier(column)}"
    if data_type != "DOUBLE":
        return f"{floor} is distinct from {build}"
    return (
        f"({floor} is null) <> ({build} is null) or abs({floor} - {build}) > "
        f"{RELATIVE_TOLERANCE} * greatest(abs({floor}), abs({build}))"
    )
