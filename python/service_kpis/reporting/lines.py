"""The scorecard's lines: every KPI over time, as a whole and by client, service and contract.

The page holds a line as columns whose places are the periods of a grain, one after the other, so
that the period before stands one place to the left and nothing is carried twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from service_kpis.reporting.picture import plain

# The grains, from the shortest on, and how far their periods lie apart.
STEPS = {
    "day": "interval 1 day",
    "week": "interval 7 days",
    "month": "interval 1 month",
    "quarter": "interval 3 months",
    "year": "interval 1 year",
}
# Longer grains are carried whole: five years are sixty months.
WINDOWS = {"day": 92, "week": 104}
# What a reader may choose, as `dimension` of kpi_values names it.
CHOICES = ("client", "service", "contract")
# What keeps five years of a large house under 5 MB: so many clients, services and contracts
# together, and their intervals at the longer grains alone (a day of one contract has no band).
MOST_CHOICES = 24
BOUNDED = ("month", "quarter", "year")
MOST_PARTS = 12
# A period of a line in one letter: how it stands to its target, whether its change is beyond
# chance, whether it is complete. A space is a period without a row.
STATUSES = ("no_data", "no_target", "met", "missed")
CHANCES = (None, False, True)


@dataclass(frozen=True)
class Choices:
    """The clients, services and contracts that the page offers, and how many more there are.

    `contracts` has the client and the service of each contract that is offered.
    """

    offered: dict[str, list[str]]
    left_out: dict[str, int]
    contracts: dict[str, tuple[str, str]]


def read_choices(connection: duckdb.DuckDBPyConnection) -> Choices:
    """Choose the values with the most calls and tickets of each dimension, by their names."""
    rows = connection.execute(
        """
        select dimension, dimension_value
        from marts.kpi_values
        where grain = 'year' and list_contains(?, dimension)
        group by dimension, dimension_value
        order by
            dimension,
            coalesce(sum(numerator) filter (
                where kpi_key in ('calls_offered', 'tickets_created')
            ), 0) desc,
            dimension_value
        """,
        [list(CHOICES)],
    ).fetchall()
    found: dict[str, list[str]] = {dimension: [] for dimension in CHOICES}
    for dimension, value in rows:
        found[dimension].append(value)
    shares = shared_out({name: len(values) for name, values in found.items()})
    offered = {name: sorted(values[: shares[name]]) for name, values in found.items()}
    return Choices(
        offered=offered,
        left_out={name: len(values) - shares[name] for name, values in found.items()},
        contracts=read_contract_sides(connection, offered["contract"]),
    )


def read_contract_sides(
    connection: duckdb.DuckDBPyConnection, contracts: list[str]
) -> dict[str, tuple[str, str]]:
    """Read each contract's client and service from what was handled under it.

    A name isn't taken apart: a client's may have the same stroke in it.
    """
    if not contracts:
        return {}
    rows = connection.execute(
        """
        select contract, coalesce(client, '(none)'), coalesce(service, '(none)')
        from (
            select distinct contract, client, service from marts.fct_calls
            union
            select distinct contract, client, service from marts.fct_tickets
        )
        where list_contains(?, contract)
        order by all
        """,
        [contracts],
    ).fetchall()
    return {contract: (client, service) for contract, client, service in rows}


def shared_out(counts: dict[str, int]) -> dict[str, int]:
    """Give each dimension an even share of MOST_CHOICES, and what one doesn't need to the next."""
    shares = {name: min(count, MOST_CHOICES // len(counts)) for name, count in counts.items()}
    for name, count in counts.items():
        spare = MOST_CHOICES - sum(shares.values())
        shares[name] += min(count - shares[name], spare)
    return shares


def read_periods(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Give each grain's periods without gaps, and the place of the latest that is over.

    One period more than the window is there, for the change of the first that is offered.
    """
    periods: dict[str, dict[str, Any]] = {}
    for grain, step in STEPS.items():
        starts = [
            start
            for (start,) in connection.execute(
                f"""
                with bounds as (
                    select min(period_start) as earliest, max(period_start) as latest
                    from marts.kpi_values where grain = ?
                )
                select cast(start as date)
                from bounds, unnest(
                    generate_series(earliest, latest, {step})
                ) as periods(start)
                order by start
                """,
                [grain],
            ).fetchall()
        ]
        window = WINDOWS.get(grain, len(starts))
        (over,) = connection.execute(
            "select max(period_start) from marts.kpi_values where grain = ? and is_complete",
            [grain],
        ).fetchall()[0]
        starts = starts[-window - 1 :]
        periods[grain] = {
            "starts": [start.isoformat() for start in starts],
            "first": max(len(starts) - window, 0),
            "latest": starts.index(over) if over in starts else None,
        }
    return periods


def read_lines(
    connection: duckdb.DuckDBPyConnection, choices: Choices, periods: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Read the lines of every KPI as a whole and of the offered choices.

    A KPI that has no row for `all` (a share of a channel, say) comes by its dimension values, the
    most counted ones.
    """
    lines = []
    for grain in STEPS:
        starts = [date.fromisoformat(start) for start in periods[grain]["starts"]]
        if not starts:
            continue
        places = {start: place for place, start in enumerate(starts)}
        offered = [
            f"{dimension}\n{value}"
            for dimension, values in choices.offered.items()
            for value in values
        ]
        found = connection.execute(LINES, [grain, starts[0], offered, MOST_PARTS])
        names = [column[0] for column in found.description or []]
        rows = (dict(zip(names, row, strict=True)) for row in found.fetchall())
        lines += [line(grain, places, row) for row in rows]
    return lines


LINES = """
    with parts as (
        select kpi_key, dimension, dimension_value
        from marts.kpi_values
        group by kpi_key, dimension, dimension_value
        qualify not bool_or(dimension = 'all') over (partition by kpi_key)
            and row_number() over (
                partition by kpi_key, dimension order by sum(sample_size) desc, dimension_value
            ) <= $4
    ),
    wanted as (
        select changes.*, kpi_values.ci_low, kpi_values.ci_high
        from marts.kpi_changes as changes
        inner join marts.kpi_values
            using (kpi_key, grain, period_start, dimension, dimension_value)
        where changes.grain = $1 and changes.period_start >= $2
            and (
                changes.dimension = 'all'
                or list_contains($3, changes.dimension || chr(10) || changes.dimension_value)
                or (changes.kpi_key, changes.dimension, changes.dimension_value) in (
                    select (kpi_key, dimension, dimension_value) from parts
                )
            )
    )
    select
        kpi_key,
        dimension,
        dimension_value,
        list(period_start order by period_start) as starts,
        list(value order by period_start) as "values",
        list(ci_low order by period_start) as lows,
        list(ci_high order by period_start) as highs,
        list(sample_size order by period_start) as samples,
        list(status order by period_start) as statuses,
        list(is_beyond_chance order by period_start) as chances,
        list(is_complete order by period_start) as completes
    from wanted
    group by kpi_key, dimension, dimension_value
    order by kpi_key, dimension, dimension_value
"""


def line(grain: str, places: dict[date, int], row: dict[str, Any]) -> dict[str, Any]:
    """Lay one row of LINES out over the periods, from its first to its last."""
    starts = row["starts"]
    first = places[starts[0]]
    length = places[starts[-1]] - first + 1

    def laid(column: Iterable[Any], empty: Any = None) -> list[Any]:
        cells = [empty] * length
        for start, cell in zip(starts, column, strict=True):
            cells[places[start] - first] = cell
        return cells

    made = {
        "kpi": row["kpi_key"],
        "grain": grain,
        "dimension": row["dimension"],
        "of": row["dimension_value"],
        "from": first,
        "value": laid(map(plain, row["values"])),
        "n": laid(row["samples"]),
        "told": "".join(laid(map(letter, row["statuses"], row["chances"], row["completes"]), " ")),
    }
    has_bounds = grain in BOUNDED or row["dimension"] not in CHOICES
    if has_bounds and any(low is not None for low in row["lows"]):
        made |= {"low": laid(map(bound, row["lows"])), "high": laid(map(bound, row["highs"]))}
    return made


def letter(status: str, is_beyond_chance: bool | None, is_complete: bool) -> str:
    """Write what is judged of a period in one letter."""
    number = STATUSES.index(status) * 6 + CHANCES.index(is_beyond_chance) * 2 + is_complete
    return chr(ord("A") + number)


def bound(value: float | None) -> float | None:
    """Shorten a bound of an interval: it is drawn, and five digits are more than a screen has."""
    return None if value is None else float(f"{value:.5g}")
