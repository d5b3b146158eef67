"""Cells of kpi_values that must add up: the parts to their whole, days to longer periods.

A KPI adds up unless its yml says over what it does not (`not_additive_over`), so that a new one is
held to it from its first day. Denominators of 1 are those of counts, which are not summed.
"""

from __future__ import annotations

from collections.abc import Iterator

from service_kpis.kpi_definitions import definitions
from service_kpis.sql import literal
from service_kpis.validation.rules import Rule

# Sums of floating-point seconds differ in their last digits with the order of the rows.
TOLERANCE = 1e-9
MEASURES = ("numerator", "denominator", "sample_size")
STEPS = (("day", "week"), ("day", "month"), ("month", "quarter"), ("quarter", "year"))
"""Which periods a longer one is held against; weeks fit in no month."""


def reconciliation_rules() -> Iterator[Rule]:
    """Give the rules of kpi_values on sums of its cells."""
    yield _rule(
        "parts_and_whole",
        "has parts of each dimension that add up to their whole, in every period",
        _parts_that_miss_the_whole(),
    )
    yield _rule(
        "roll_up",
        "has days that add up to weeks and months, months to quarters and quarters to years",
        _periods_that_miss_their_parts(),
    )


def _rule(what: str, holds: str, breaking: str) -> Rule:
    name = "kpi_values"
    return Rule(f"marts.{name}.{what}", "marts", name, "error", f"marts.{name} {holds}", breaking)


def _parts_that_miss_the_whole() -> str:
    """A dimension that a KPI has at a grain is there in each of its periods, and adds up in it."""
    overlapping = [
        f"(kpi_key = {literal(key)} and dimension = {literal(name)})"
        for key, definition in definitions().items()
        for name in sorted(definition.not_additive_over - {"days", "dimensions"})
    ]
    return (
        f"with {_cells('dimensions')}, "
        "parts as (select kpi_key, grain, period_start, dimension, "
        f"{_sums()} from cells where dimension <> 'all' and not ({_any(overlapping)}) "
        "group by kpi_key, grain, period_start, dimension), "
        "dimensions as (select distinct kpi_key, grain, dimension from parts), "
        "whole as (select cells.* exclude (dimension), dimensions.dimension "
        "from cells inner join dimensions using (kpi_key, grain) where cells.dimension = 'all') "
        "select kpi_key, grain, period_start, dimension from parts "
        "full outer join whole using (kpi_key, grain, period_start, dimension) "
        f"where {_differ('parts', 'whole')}"
    )


def _periods_that_miss_their_parts() -> str:
    """Dimensions that start at the week have no days, so their months are where it begins."""
    steps = ", ".join(f"({literal(short)}, {literal(long)})" for short, long in STEPS)
    cell = "kpi_key, grain, period_start, dimension, dimension_value"
    return (
        f"with {_cells('days')}, "
        f"steps(shorter, longer) as (values {steps}), "
        "summed as (select kpi_key, longer as grain, "
        "cast(date_trunc(longer, period_start) as date) as period_start, "
        f"dimension, dimension_value, {_sums()} "
        "from cells inner join steps on grain = shorter group by all), "
        "held as (select distinct kpi_key, grain, dimension from summed), "
        "periods as (select cells.* from cells "
        "inner join held using (kpi_key, grain, dimension)) "
        f"select {cell} from summed full outer join periods using ({cell}) "
        f"where {_differ('summed', 'periods')}"
    )


def _cells(over: str) -> str:
    """Give the CTE of all cells of the KPIs that add up over `days` or over `dimensions`."""
    excepted = [
        f"kpi_key = {literal(key)}"
        for key, definition in definitions().items()
        if over in definition.not_additive_over
    ]
    return (
        "counts as (select kpi_key from {batch} group by kpi_key "
        "having min(denominator) = 1 and max(denominator) = 1), "
        "cells as (select kpi_key, grain, period_start, dimension, dimension_value, "
        "coalesce(numerator, 0) as numerator, sample_size, "
        "case when kpi_key in (select kpi_key from counts) then 0 "
        "else coalesce(denominator, 0) end as denominator "
        f"from {{batch}} where not ({_any(excepted)}))"
    )


def _sums() -> str:
    return ", ".join(f"sum({name}) as {name}" for name in MEASURES)


def _differ(one: str, other: str) -> str:
    """A cell that is missing on one side differs, even from zero."""
    return _any(
        f"coalesce(abs({one}.{name} - {other}.{name}) "
        f"> {TOLERANCE} * greatest(1, abs({other}.{name})), true)"
        for name in MEASURES
    )


def _any(conditions: list[str] | Iterator[str]) -> str:
    return " or ".join(conditions) or "false"
