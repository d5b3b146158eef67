"""A second, independent computation of the KPIs: in Polars, from the landed rows alone.

It shares nothing with the models but the landed tables, the seeds, the vars and the definitions in
words, so that an error in either is seen where the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from service_kpis.checks.recomputation import (
    agent_days,
    channels,
    customers,
    orders,
    reviews,
    sample,
    subscriptions,
    surveys,
    telephone,
    tickets,
    timing,
)
from service_kpis.checks.recomputation.calendar import as_of, day_of
from service_kpis.checks.recomputation.cells import no_cells
from service_kpis.checks.recomputation.compare import compare
from service_kpis.checks.recomputation.landed import Landed
from service_kpis.outcome import Check

Compute = Callable[[Landed, datetime], pl.DataFrame]
OnCount = Callable[[int, int, str], None]
THEMES: tuple[tuple[tuple[str, ...], Compute], ...] = (
    (telephone.KEYS, telephone.compute),
    (tickets.KEYS, tickets.compute),
    (agent_days.KEYS, agent_days.compute),
    (reviews.KEYS, reviews.compute),
    (orders.KEYS, orders.compute),
    (customers.RETENTION, customers.retention),
    (customers.SELLING, customers.selling),
    (subscriptions.RENEWALS, subscriptions.renewals),
    (subscriptions.REVENUE, subscriptions.revenue),
    (surveys.KEYS, surveys.compute),
    (timing.KEYS, timing.compute),
    (channels.KEYS, channels.compute),
)
RECOMPUTED = frozenset(key for keys, _ in THEMES for key in keys)


def check(
    connection: duckdb.DuckDBPyConnection,
    chosen: Mapping[str, Any],
    seeds: Path,
    on_count: OnCount = lambda *_: None,
) -> Iterator[Check]:
    """Recompute the KPIs and compare them with marts.kpi_values, a check a KPI.

    `chosen` are the vars and `seeds` the folder of seeds of the last build; compared is what
    kpi_catalogue names. Where much landed, the cells of some days are compared. Gives nothing
    where the KPIs were not built.
    """
    if not _is_built(connection):
        return
    known = connection.execute("select kpi_key from marts.kpi_catalogue").pl()["kpi_key"]
    keys = RECOMPUTED.intersection(known)
    landed = Landed(connection, chosen, seeds)
    now = as_of(landed)
    if now is not None and sample.is_wanted(connection):
        yield from _check_days(landed, now, keys - sample.NOT_OF_A_DAY, on_count)
    else:
        built = connection.execute("select * from marts.kpi_values").pl()
        recomputed = no_cells() if now is None else _recompute(landed, now, keys, on_count)
        yield from compare(recomputed, built, keys)


def _check_days(
    landed: Landed, now: datetime, keys: frozenset[str], on_count: OnCount
) -> Iterator[Check]:
    days = sample.draw_days(landed.connection, day_of(landed, now))
    sample.draw(landed, days)
    try:
        drawn = replace(landed, rows_from=sample.DRAWN, _read={})
        recomputed = _recompute(drawn, now, keys, on_count)
    finally:
        sample.drop(landed.connection)
    built = landed.connection.execute(
        "select * from marts.kpi_values where grain = 'day' and list_contains($1, period_start)",
        [days],
    ).pl()
    is_compared = (pl.col("grain") == "day") & pl.col("period_start").is_in(days)
    yield from compare(recomputed.filter(is_compared), built, keys)


def _recompute(
    landed: Landed, now: datetime, keys: frozenset[str], on_count: OnCount
) -> pl.DataFrame:
    """Give the cells of the themes of the KPIs `keys`; none of those whose tables did not land.

    `on_count` is told (themes done, of how many, the KPIs of the present one).
    """
    wanted = [(of_theme, compute) for of_theme, compute in THEMES if keys.intersection(of_theme)]
    found = [no_cells()]
    for done, (of_theme, compute) in enumerate(wanted):
        on_count(done, len(wanted), ", ".join(of_theme))
        found.append(compute(landed, now))
    return pl.concat(found)


def _is_built(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'marts' and table_name in ('kpi_values', 'kpi_catalogue')"
    ).fetchone()
    return found == (2,)
