"""The one statement that types and judges the rows of a file: its pieces, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service_kpis.contract import Table
from service_kpis.landing.options import Options
from service_kpis.landing.staged import valid_rows
from service_kpis.landing.values import moment_parts, number_text, text_of, trimmed_text
from service_kpis.sql import identifier, literal

CUT_TO_TALK = ("calls", "hold_seconds")
"""The one duration that is cut: nobody is on hold for longer than the call after its answer."""


def e_(name: str) -> str:
    """Name a column of the first layer; the others, in their order, are t_, c_, l_, v_ and m_."""
    return identifier(f"e_{name}")


def t_(name: str) -> str:
    return identifier(f"t_{name}")


def c_(name: str) -> str:
    return identifier(f"c_{name}")


def l_(name: str) -> str:
    return identifier(f"l_{name}")


def v_(name: str) -> str:
    return identifier(f"v_{name}")


def m_(name: str) -> str:
    return identifier(f"m_{name}")


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: the column (None = the whole row), a stable word, a sentence."""

    column: str | None
    code: str
    reason: str


@dataclass
class Plan:
    """The pieces of the statement, layer by layer."""

    evaluated: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    casts: list[str] = field(default_factory=list)
    locals: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    conditions: list[tuple[str, str]] = field(default_factory=list)
    """A condition that refuses a row, and the text that the reject shows, in contract order."""
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, condition: str, value: str, problem: Problem) -> None:
        self.conditions.append((condition, value))
        self.problems.append(problem)


@dataclass(frozen=True)
class Rules:
    """What judging needs beside the table."""

    options: Options
    timezone: str
    clock_skew_seconds: int
    landed_at: str


@dataclass(frozen=True)
class Wanted:
    """What is made of a file: a table's columns, each by an expression over the file's columns."""

    table: Table
    expressions: Mapping[str, str]
    where: str | None
    latest_by: str | None
    trimmed: frozenset[str]
    """Expressions, in lower case, whose text is known to have no outer blanks."""
    file: str
    seq: int
    """The number of the file in this landing."""


def mendable_columns(table: Table) -> tuple[str, ...]:
    """Name the columns of `table` that landing may mend."""
    cut = tuple(name for owner, name in (CUT_TO_TALK,) if owner == table.name)
    return (*table.ordered_times[1:], *cut)


def statement(plan: Plan, wanted: Wanted, types: Mapping[str, str], rules: Rules) -> str:
    """Write the statement that adds the rows of `_landing_input` to `valid_rows`."""
    table = wanted.table
    texts = "".join(f", {piece}" for piece in plan.texts)
    conditions = plan.conditions
    numbers = " ".join(
        f"when {condition} then {number}" for number, (condition, _) in enumerate(conditions, 1)
    )
    shown = " ".join(
        f"when {number} then {value}" for number, (_, value) in enumerate(conditions, 1)
    )
    where = f"{e_('_where')}.v" if "_where" in types else "true"
    failed = f"{e_('_where')} is null" if "_where" in types else "false"
    columns = ", ".join(
        f"{m_(column.name)} as {identifier(column.name)}" for column in table.columns
    )
    return f"""
        insert into {valid_rows(table)} by name
        with evaluated as (
            select _row, {", ".join(plan.evaluated)}
            from _landing_input
        ),
        texts as (
            select *{texts}
            from evaluated
        ),
        casts as (
            select *{"".join(f", {piece}" for piece in plan.casts)}
            from texts
        ),
        locals as (
            select *{"".join(f", {piece}" for piece in plan.locals)}
            from casts
        ),
        typed as (
            select locals.*, {", ".join(plan.values)}
            from locals
            {" ".join(plan.joins)}
        ),
        mended as (
            select *, {", ".join(plan.mended)}
            from typed
        ),
        numbered as (
            select
                *,
                case
                    when {failed} then 0
                    when not {where} then 1
                    when {where} is null then 2
                    else 0
                end as _left_out,
                case {numbers} end as _number
            from mended
        )
        select
            {wanted.seq} as _seq,
            {literal(wanted.file)} as _file,
            _row,
            {columns},
            _left_out,
            case when _left_out = 0 then _number end as _problem,
            case case when _left_out = 0 then _number end {shown} end as _value,
            {_mended(table)} as _mended,
            {_latest(types, rules)}
        from numbered
    """


def _mended(table: Table) -> str:
    """Give the names of the columns that were mended; null, as in most rows, where none was."""
    is_mended = {name: f"{m_(name)} <> {v_(name)}" for name in mendable_columns(table)}
    if not is_mended:
        return "cast(null as varchar[])"
    names = ", ".join(
        f"case when {condition} then {literal(name)} end" for name, condition in is_mended.items()
    )
    return (
        f"case when {' or '.join(is_mended.values())} "
        f"then list_filter([{names}], lambda name: name is not null) end"
    )


def _latest(types: Mapping[str, str], rules: Rules) -> str:
    """Give what `latest_by` compares: a time, a number, or text where it is neither."""
    if "_latest" not in types:
        return (
            "cast(null as varchar) as _latest_text, cast(null as timestamp) as _latest_at, "
            "cast(null as double) as _latest_number"
        )
    kind = types["_latest"]
    value = f"{e_('_latest')}.v"
    text = trimmed_text(text_of(value, kind), kind)
    instant, local, day = moment_parts(text, kind, value, rules.options)
    number = f"try_cast({number_text(text, kind, rules.options)} as double)"
    return (
        f"{text} as _latest_text, "
        f"coalesce({instant}, first_instant({local}), first_instant(cast({day} as timestamp))) "
        f"as _latest_at, {number} as _latest_number"
    )
