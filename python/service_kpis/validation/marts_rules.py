"""What must hold in the marts before they are published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from service_kpis import contract
from service_kpis.sql import identifier
from service_kpis.validation.reconciliation import TOLERANCE, reconciliation_rules
from service_kpis.validation.rules import (
    Rule,
    any_null,
    listed,
    outside,
    repeated,
    rows_where,
)

GRAINS = ("day", "week", "month", "quarter", "year")
CELL = ("kpi_key", "grain", "period_start", "dimension", "dimension_value")
STATUSES = ("met", "missed", "no_target", "no_data")
UNITS = ("ratio", "seconds", "count", "points", "score", "currency", "per_day", "flag")
# An order counts under each lifetime in it, so these parts are more than their whole.
OVERLAPPING_DIMENSIONS = ("lifetime",)

Columns = Mapping[str, str]
"""Column name: DuckDB type."""


def marts_rules(tables: Mapping[str, Columns]) -> Iterator[Rule]:
    """Give the rules of the marts that are there, from their columns and types."""
    for name, columns in tables.items():
        if name.startswith("fct_"):
            yield from _fact(name, columns)
        elif name.startswith("daily_"):
            yield from _daily(name, columns)
    if "kpi_catalogue" in tables:
        yield from _catalogue()
    if "kpi_values" in tables:
        yield from _values()
        yield from reconciliation_rules()
    if "kpi_scorecard" in tables:
        yield from _scorecard()


def _rule(table: str, what: str, statement: str, breaking: str) -> Rule:
    return Rule(f"marts.{table}.{what}", "marts", table, "error", statement, breaking)


def _fact(name: str, columns: Columns) -> Iterator[Rule]:
    """A fact that bears the name of a raw table has that table's key, a source apart."""
    table = contract.tables().get(name.removeprefix("fct_"))
    if table is None or not {"_source", *table.key} <= set(columns):
        return
    key = table.key if table.is_of_the_house else ("_source", *table.key)
    yield _rule(name, "key", f"marts.{name} has one row for each {listed(key)}", repeated(key))
    yield _rule(
        name,
        "required",
        f"marts.{name} has its key filled",
        rows_where(any_null(key), ", ".join(map(identifier, key))),
    )


def _daily(name: str, columns: Columns) -> Iterator[Rule]:
    """Every row of a fact falls under one value of each dimension, `(none)` included."""
    if not {"date_on", "dimension", "dimension_value"} <= set(columns):
        return
    key = [each for each in columns if each in ("date_on", "dimension", "dimension_value")]
    measures = [each for each in columns if each.endswith(("_count", "_seconds"))]
    yield _rule(
        name, "required", f"marts.{name} has its key filled", rows_where(any_null(key), "date_on")
    )
    if measures:
        yield _rule(
            name,
            "parts_and_whole",
            f"the parts of each dimension of marts.{name} add up to the day's whole",
            _parts_that_miss_the_whole(measures),
        )


def _parts_that_miss_the_whole(measures: Sequence[str]) -> str:
    sums = ", ".join(f"sum({identifier(name)}) as {identifier(name)}" for name in measures)
    differing = " or ".join(
        f"abs(coalesce(parts.{name}, 0) - coalesce(whole.{name}, 0)) "
        f"> {TOLERANCE} * greatest(1, abs(coalesce(whole.{name}, 0)))"
        for name in map(identifier, measures)
    )
    return (
        f"with parts as (select date_on, dimension, {sums} from {{batch}} "
        f"where dimension <> 'all' and not {_is_overlapping()} group by date_on, dimension), "
        f"whole as (select date_on, {sums} from {{batch}} "
        "where dimension = 'all' group by date_on) "
        "select parts.date_on, parts.dimension "
        "from parts full outer join whole using (date_on) "
        f"where whole.date_on is null or {differing}"
    )


def _is_overlapping() -> str:
    return f"dimension in ({', '.join(repr(name) for name in OVERLAPPING_DIMENSIONS)})"


def _catalogue() -> Iterator[Rule]:
    name = "kpi_catalogue"
    yield _rule(name, "key", f"marts.{name} has one row a KPI", repeated(["kpi_key"]))
    words = ("kpi_key", "theme", "label_en", "label_fr", "definition", "definition_fr")
    condition = (
        f"{any_null((*words, 'formula', 'unit'))} or {outside('unit', UNITS)} "
        f"or {outside('direction', ('up', 'down'))}"
    )
    yield _rule(
        name,
        "words",
        f"marts.{name} names, defines and measures each KPI in both languages",
        rows_where(condition, "kpi_key"),
    )


def _values() -> Iterator[Rule]:
    name, cell = "kpi_values", ", ".join(CELL)
    yield _rule(name, "key", f"marts.{name} has one row a cell", repeated(CELL))
    condition = (
        f"{any_null((*CELL, 'sample_size', 'is_complete'))} or {outside('grain', GRAINS)} "
        "or sample_size < 0 or (dimension = 'all' and dimension_value <> 'all') "
        "or period_start <> cast(date_trunc(grain, period_start) as date)"
    )
    yield _rule(
        name,
        "cell",
        f"marts.{name} names each cell by a grain, the start of its period and a dimension",
        rows_where(condition, cell),
    )
    yield _rule(
        name,
        "numbers",
        f"marts.{name} holds finite numbers, and a value within its interval",
        rows_where(
            "not isfinite(value) or not isfinite(numerator) or not isfinite(denominator) "
            "or ci_low > value + 1e-9 or ci_high < value - 1e-9 "
            "or (value is null and denominator <> 0 and numerator is not null)",
            cell,
        ),
    )
    yield _rule(
        name,
        "known",
        f"each KPI of marts.{name} is in marts.kpi_catalogue",
        "select distinct kpi_key from {batch} "
        "where kpi_key not in (select kpi_key from marts.kpi_catalogue)",
    )
    yield _rule(
        name,
        "range",
        f"marts.{name} keeps ratios within 0 and 1, flags at either and points within ±100",
        "select kpi_key, grain, period_start, dimension, dimension_value from {batch} "
        "inner join (select kpi_key, unit from marts.kpi_catalogue) as units using (kpi_key) "
        "where (unit = 'ratio' and value not between 0 and 1) "
        "or (unit = 'flag' and value not in (0, 1)) "
        "or (unit = 'points' and value not between -100 and 100)",
    )


def _scorecard() -> Iterator[Rule]:
    name, key = "kpi_scorecard", ("kpi_key", "grain", "dimension", "dimension_value")
    yield _rule(name, "key", f"marts.{name} has one row a KPI, grain and part", repeated(key))
    condition = (
        f"{any_null((*key, 'status'))} or {outside('status', STATUSES)} "
        "or abs(change - (value - previous_value)) > 1e-9 * greatest(1, abs(value)) "
        "or (status = 'no_data') <> (value is null)"
    )
    yield _rule(
        name,
        "judgement",
        f"marts.{name} judges each KPI by its value, target and change",
        rows_where(condition, listed(key)),
    )
