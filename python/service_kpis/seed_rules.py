"""What a seed may hold: the values of its columns, and what must hold between them.

What seeds.yml says of columns, keys and references is read by seed_contract; what a line of yml
can't say stands below, in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service_kpis.errors import InputError
from service_kpis.kpi_definitions import definitions
from service_kpis.seed_contract import Seed, seeds

LIMITS = {"ratio": (0.0, 1.0), "flag": (0.0, 1.0), "points": (-100.0, 100.0)}
"""What a KPI can be, by its unit; of the other units, 0 and more."""
FOREVER = "9999-12-31"


@dataclass(frozen=True)
class Row:
    """A row of a seed: `line` of the file as an editor counts, and its fields, empty ones too."""

    line: int
    fields: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]


@dataclass(frozen=True)
class Table:
    """A seed as it was read; `is_own` = the user's, not the shipped one."""

    file: Path
    is_own: bool
    rows: Sequence[Row]


@dataclass(frozen=True)
class Fault:
    """What is wrong at a column of a line; `reason` is one or two sentences."""

    line: int
    column: str
    reason: str


Rule = Callable[[Sequence[Row]], Iterator[Fault]]


def ends_after(starts: str, ends: str, advice: str, *, or_with: bool = False) -> Rule:
    """An end comes after its start; `or_with`: or is the same, as first and last day may be."""

    def faults(rows: Sequence[Row]) -> Iterator[Fault]:
        for row in rows:
            start, end = row[starts], row[ends]
            if start and end and (end < start or (end == start and not or_with)):
                yield Fault(row.line, ends, f"`{end}` is not after {starts} `{start}`. {advice}")

    return faults


def apart(starts: str, ends: str, of: Sequence[str], *, is_last_day: bool = False) -> Rule:
    """The spans of rows that agree in `of` do not overlap.

    `is_last_day`: the end belongs to the span, and an empty end is none.
    """

    def faults(rows: Sequence[Row]) -> Iterator[Fault]:
        for together in _grouped(rows, of):
            furthest: Row | None = None
            for row in sorted(together, key=lambda row: (row[starts], row.line)):
                reached = (furthest[ends] or FOREVER) if furthest else ""
                if furthest and (row[starts] <= reached if is_last_day else row[starts] < reached):
                    first, second = sorted((furthest, row), key=lambda each: each.line)
                    yield Fault(
                        second.line,
                        starts,
                        f"from `{second[starts]}` it overlaps line {first.line}, of the same "
                        f"{_listed(of)}. Part them, or make them one row.",
                    )
                if furthest is None or (row[ends] or FOREVER) > reached:
                    furthest = row

    return faults


def one_of_each(column: str, of: str) -> Rule:
    """All rows of one `of` have the same value in a column."""

    def faults(rows: Sequence[Row]) -> Iterator[Fault]:
        for first, *others in _grouped(rows, [of]):
            for row in others:
                if row[column] != first[column]:
                    yield Fault(
                        row.line,
                        column,
                        f"`{row[column]}`, but line {first.line} gives {of} `{row[of]}` "
                        f"`{first[column]}`. Give it one {column}.",
                    )

    return faults


def both_or_neither(one: str, other: str) -> Rule:
    def faults(rows: Sequence[Row]) -> Iterator[Fault]:
        for row in rows:
            for filled, empty in ((one, other), (other, one)):
                if row[filled] and not row[empty]:
                    yield Fault(
                        row.line, empty, f"it is empty, but {filled} is not. Fill both or neither."
                    )

    return faults


def closed_without_hours(rows: Sequence[Row]) -> Iterator[Fault]:
    for row in rows:
        if row["is_closed"] == "true" and row["opens"]:
            yield Fault(row.line, "opens", "a closed day has no hours. Empty them, or is_closed.")


def hours_said_once(rows: Sequence[Row]) -> Iterator[Fault]:
    """A day may be a promotion and a holiday, but has one set of hours a schedule."""
    telling = [row for row in rows if row["is_closed"] == "true" or row["opens"]]
    yield from _repeated(telling, ("schedule", "date_on"), "hours of")


def target_in_unit(rows: Sequence[Row]) -> Iterator[Fault]:
    """A share of 85 % is 0.85; 85 would never be met."""
    for row in rows:
        if row["target"]:
            unit = definitions()[row["kpi_key"]].unit
            low, high = LIMITS.get(unit, (0.0, float("inf")))
            if not low <= float(row["target"]) <= high:
                bounds = f"{low:g} to {high:g}" if unit in LIMITS else "0 and more"
                yield Fault(
                    row.line,
                    "target",
                    f"`{row['target']}` is out of reach of {row['kpi_key']}. "
                    f"Its unit is {unit}, so it takes {bounds}.",
                )


RULES: dict[str, tuple[Rule, ...]] = {
    "business_hours": (
        ends_after("opens", "closes", "Give a night two rows, to 24:00 and from 00:00."),
        apart("opens", "closes", of=("schedule", "weekday")),
        one_of_each("timezone", of="schedule"),
    ),
    "calendar_days": (
        both_or_neither("opens", "closes"),
        ends_after("opens", "closes", "Give the hours of one day."),
        closed_without_hours,
        hours_said_once,
    ),
    "kpi_targets": (target_in_unit,),
    "sla_targets": (
        target_in_unit,
        ends_after("starts_on", "ends_on", "Turn them round, or empty ends_on.", or_with=True),
        apart("starts_on", "ends_on", of=("client", "service", "kpi_key"), is_last_day=True),
    ),
}
"""What holds between columns and rows, where every value by itself is one that its column takes."""


def check(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Give the seeds with their values as they are kept, such as `true` for TRUE.

    `tables` holds every seed. Raises InputError for the first thing that does not hold, with file,
    line, column and what is valid there.
    """
    kept = {name: _read(table, seeds()[name]) for name, table in tables.items()}
    for name, table in kept.items():
        faults = [
            *_unknown(name, kept),
            *(fault for key in seeds()[name].keys for fault in _repeated(table.rows, key)),
        ]
        # A target of an unknown KPI has no unit to be judged by.
        if not faults:
            faults = [fault for rule in RULES.get(name, ()) for fault in rule(table.rows)]
        _require_none(table, faults)
    return kept


def _read(table: Table, seed: Seed) -> Table:
    """Read every value by its column's kind."""
    rows = []
    for row in table.rows:
        fields = {}
        for name, text in row.fields.items():
            column = seed.columns[name]
            value = column.kind.read(text) if text else ""
            if value is None or (column.is_required and not value):
                told = (
                    f"`{' '.join(text.split())}` is none of its values" if text else "it is empty"
                )
                _require_none(
                    table, [Fault(row.line, name, f"{told}. It takes {column.kind.takes}.")]
                )
            fields[name] = str(value)
        rows.append(Row(row.line, fields))
    return Table(table.file, table.is_own, rows)


def _unknown(name: str, tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Find the values that no other seed, or the list of KPIs, has."""
    references = {
        column.name: column.refers_to
        for column in seeds()[name].columns.values()
        if column.refers_to is not None
    }
    # Types come with the tickets as they are called there, so the shipped list is not all of
    # them. Whoever lists their own types means these.
    if name == "response_promises" and tables["request_types"].is_own and tables[name].is_own:
        references["request_type"] = ("request_types", "request_type")
    for column, (other, field) in references.items():
        known = (
            sorted({row[field] for row in tables[other].rows})
            if other in tables
            else list(definitions())
        )
        for row in tables[name].rows:
            if row[column] and row[column] not in known:
                where = tables[other].file.name if other in tables else "the catalogue of KPIs"
                yield Fault(
                    row.line,
                    column,
                    f"`{row[column]}` is not in {where}. There are: {', '.join(known) or 'none'}.",
                )


def _repeated(rows: Iterable[Row], key: Sequence[str], what: str = "") -> Iterator[Fault]:
    for first, *others in _grouped(rows, key):
        for row in others:
            told = f"line {first.line} has {what or 'a row of'} the same {_listed(key)}"
            yield Fault(row.line, key[-1], f"{told} already. Remove one.")


def _require_none(table: Table, faults: Iterable[Fault]) -> None:
    """Raise an InputError for the fault that stands first in the file."""
    first = min(faults, key=lambda fault: fault.line, default=None)
    if first is not None:
        raise InputError(
            f"{table.file}, line {first.line}, column `{first.column}`: {first.reason}"
        )


def _grouped(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in columns), []).append(row)
    yield from groups.values()


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
