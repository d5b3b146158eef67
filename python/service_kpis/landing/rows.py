"""Type and judge the rows of one file against the contract, in one statement.

Each contract column goes through: the user's expression → its text → its value in the contract's
type, times in UTC → mended clocks → the first problem in contract order, if there is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from service_kpis.contract import Column, Table
from service_kpis.errors import InputError
from service_kpis.landing.expressions import guarded
from service_kpis.landing.options import Options
from service_kpis.landing.values import (
    SQL_TYPES,
    boolean_value,
    date_value,
    decimal_value,
    integer_value,
    moment_parts,
    number_text,
    text_of,
    trimmed_text,
)
from service_kpis.sql import identifier, literal

CUT_TO_TALK = ("calls", "hold_seconds")
"""The one duration that is cut: nobody is on hold for longer than the call after its answer."""
_WORDS = {"_where": "where", "_latest": "latest_by"}
_TYPE_PROBLEMS = {
    "timestamp": ("not_a_timestamp", "is no time that can be read (ISO 8601, or timestamp_format)"),
    "date": ("not_a_date", "is no date that can be read (ISO 8601, or date_format)"),
    "integer": ("not_an_integer", "is no whole number"),
    "decimal": ("not_a_decimal", "is no number"),
    "boolean": ("not_a_boolean", "is none of true/false, t/f, yes/no, 1/0"),
}


def mendable_columns(table: Table) -> tuple[str, ...]:
    """Name the columns of `table` that landing may mend."""
    cut = tuple(name for owner, name in (CUT_TO_TALK,) if owner == table.name)
    return (*table.ordered_times[1:], *cut)


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: the column (None = the whole row), a stable word, a sentence."""

    column: str | None
    code: str
    reason: str


@dataclass
class _Plan:
    """The pieces of the statement, layer by layer."""

    evaluated: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
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


def judge(
    connection: duckdb.DuckDBPyConnection, wanted: Wanted, rules: Rules, shown: str
) -> list[Problem]:
    """Make temporary `_landing_judged` from `_landing_input`; gives its problems, from number 1.

    `_landing_judged` has `_row`, the contract's columns, `_left_out` (0, 1 where false, 2 where
    null), `_problem` (number in the list, null = none), `_value`, `_mended` (names of columns) and
    `_latest_text`, `_latest_at`, `_latest_number`. Raises InputError for an expression that does
    not fit the file.
    """
    plan, table = _Plan(), wanted.table
    helpers = {"_where": wanted.where, "_latest": wanted.latest_by}
    sources = {column.name: wanted.expressions.get(column.name) for column in table.columns}
    types: dict[str, str] = {}
    for name, expression in (helpers | sources).items():
        if expression is not None:
            place = f"{shown}: {_WORDS.get(name, name)}"
            piece, types[name] = guarded(connection, expression, place)
            plan.evaluated.append(f"{piece} as {_e(name)}")
    if types.get("_where", "BOOLEAN") != "BOOLEAN":
        raise InputError(
            f"{shown}: where must be true or false of a row, such as \"kind = 'call'\"."
        )
    _judge_helpers(plan, types)
    for column in table.columns:
        _type(plan, column, types.get(column.name), rules)
    _mend(plan, table, rules)
    for column in table.columns:
        if column.name in types:
            _judge_column(plan, table, column, types, rules)
        elif column.is_required:
            raise InputError(
                f"{shown} has no column {column.name}, which {table.name} requires. Map it under "
                "columns in source.yml."
            )
    try:
        connection.execute(_statement(plan, table, types, rules))
    except (
        duckdb.BinderException,
        duckdb.ConversionException,
        duckdb.InvalidInputException,
        duckdb.NotImplementedException,
        duckdb.OutOfRangeException,
    ) as error:
        raise InputError(
            f"{shown}: an expression of {table.name} fails on the file ({type(error).__name__})."
        ) from error
    return plan.problems


def _e(name: str) -> str:
    return identifier(f"e_{name}")


def _t(name: str) -> str:
    return identifier(f"t_{name}")


def _l(name: str) -> str:
    return identifier(f"l_{name}")


def _v(name: str) -> str:
    return identifier(f"v_{name}")


def _m(name: str) -> str:
    return identifier(f"m_{name}")


def _judge_helpers(plan: _Plan, types: Mapping[str, str]) -> None:
    for name, word in _WORDS.items():
        if name in types:
            problem = Problem(None, "expression_failed", f"the expression of {word} fails on it")
            plan.refuse(f"{_e(name)} is null", "null", problem)


def _type(plan: _Plan, column: Column, kind: str | None, rules: Rules) -> None:
    """Add the layers that turn the expression's value into the contract's type."""
    name = column.name
    if kind is None:
        plan.values.append(f"cast(null as {SQL_TYPES[column.data_type]}) as {_v(name)}")
        return
    value = f"{_e(name)}.v"
    text = text_of(value, kind)
    filled = f"nullif({text}, '')" if column.is_as_is else trimmed_text(text, kind)
    plan.texts.append(f"{filled} as {_t(name)}")
    plan.values.append(f"{_value(plan, column, kind, value, rules)} as {_v(name)}")


def _value(plan: _Plan, column: Column, kind: str, value: str, rules: Rules) -> str:
    text = _t(column.name)
    match column.data_type:
        case "text":
            return text
        case "boolean":
            return boolean_value(text)
        case "integer":
            return integer_value(number_text(text, kind, rules.options))
        case "decimal":
            return decimal_value(number_text(text, kind, rules.options))
        case "date":
            return date_value(text, kind, value, rules.options, rules.timezone)
        case _:
            return _instant(plan, column.name, kind, value, rules)


def _instant(plan: _Plan, name: str, kind: str, value: str, rules: Rules) -> str:
    """Give UTC: an instant as it is, a local time by the source's time zone."""
    instant, local, day = moment_parts(_t(name), kind, value, rules.options)
    plan.locals.append(f"coalesce({local}, cast({day} as timestamp)) as {_l(name)}")
    if rules.timezone == "UTC":
        return f"coalesce({_l(name)}, {instant})"
    quiet = identifier(f"q_{name}")
    plan.joins.append(
        f"left join _landing_quiet_days as {quiet} on {quiet}.day = cast({_l(name)} as date)"
    )
    # Cheapest first: what stands later is computed only for rows that need it.
    return (
        f"coalesce({_l(name)} - {quiet}.shift, {instant}, "
        f"case when {day} is not null then first_instant({_l(name)}) "
        f"else local_instant({_l(name)}) end)"
    )


def _mend(plan: _Plan, table: Table, rules: Rules) -> None:
    """Add the mended columns: a time within the skew before an earlier one moves up to it."""
    earlier: list[str] = []
    for name in (column.name for column in table.columns):
        if (table.name, name) == CUT_TO_TALK:
            # Whole seconds between answer and end; `m_` of both stand before it in contract order.
            talk = f"date_diff('microsecond', {_m('answered_at')}, {_m('ended_at')}) // 1000000"
            plan.mended.append(
                f"case when {_v(name)} > {talk} then {talk} else {_v(name)} end as {_m(name)}"
            )
        elif name in table.ordered_times and earlier:
            plan.mended.append(
                f"case when {_v(name)} is not null then greatest({_v(name)}, "
                f"{', '.join(earlier)}) end as {_m(name)}"
            )
        else:
            plan.mended.append(f"{_v(name)} as {_m(name)}")
        if name in table.ordered_times:
            earlier.append(_v(name))


def _judge_column(
    plan: _Plan, table: Table, column: Column, types: Mapping[str, str], rules: Rules
) -> None:
    """Add the conditions under which the column refuses its row."""
    name, text, value = column.name, _t(column.name), _v(column.name)

    def refuse(condition: str, code: str, reason: str) -> None:
        plan.refuse(condition, text, Problem(name, code, f"{name} {reason}"))

    refuse(f"{_e(name)} is null", "expression_failed", "cannot be computed: its expression fails")
    if column.is_required:
        refuse(f"{text} is null", "missing", "is empty, and the contract requires it")
    if column.data_type == "timestamp":
        refuse(
            f"{_l(name)} is not null and {value} is null",
            "nonexistent_time",
            f"is a time that the clock change of {rules.timezone} skipped",
        )
    if column.data_type != "text":
        code, reason = _TYPE_PROBLEMS[column.data_type]
        refuse(f"{text} is not null and {value} is null", code, reason)
    if column.values:
        listed = ", ".join(literal(word) for word in column.values)
        refuse(
            f"{value} not in ({listed})", "not_in_list", f"is none of {', '.join(column.values)}"
        )
    if column.minimum is not None:
        refuse(f"{value} < {column.minimum}", "out_of_range", f"is below {column.minimum}")
    if column.above is not None:
        refuse(f"{value} <= {column.above}", "out_of_range", f"is not above {column.above}")
    if column.data_type == "timestamp" and not column.is_promise:
        latest = f"{literal(rules.landed_at)}::timestamp + interval 1 day"
        refuse(f"{value} > {latest}", "in_the_future", "is more than a day after the landing")
    if name in table.ordered_times:
        refuse(
            f"{_m(name)} - {value} > to_seconds({rules.clock_skew_seconds})",
            "out_of_order",
            f"is more than {rules.clock_skew_seconds} s before an earlier time of its row",
        )
    for rule in table.rules:
        if rule.column == name:
            refuse(_broken_rule(table, rule.must, types), "out_of_range", rule.reason)


def _broken_rule(table: Table, must: str, types: Mapping[str, str]) -> str:
    """Say a rule of the contract over the typed values; it is silent where one of them is not."""
    typed = must
    unread = []
    for column in table.columns:
        pattern = rf"\b{column.name}\b"
        if re.search(pattern, must):
            typed = re.sub(pattern, _v(column.name), typed)
            if column.name in types:
                unread.append(f"({_t(column.name)} is null or {_v(column.name)} is not null)")
    return " and ".join([*unread, f"not ({typed})"])


def _statement(plan: _Plan, table: Table, types: Mapping[str, str], rules: Rules) -> str:
    texts = "".join(f", {piece}" for piece in plan.texts)
    conditions = plan.conditions
    numbers = " ".join(
        f"when {condition} then {number}" for number, (condition, _) in enumerate(conditions, 1)
    )
    shown = " ".join(
        f"when {number} then {value}" for number, (_, value) in enumerate(conditions, 1)
    )
    where = f"{_e('_where')}.v" if "_where" in types else "true"
    failed = f"{_e('_where')} is null" if "_where" in types else "false"
    mended_names = ", ".join(
        f"case when {_m(name)} <> {_v(name)} then {literal(name)} end"
        for name in mendable_columns(table)
    )
    columns = ", ".join(
        f"{_m(column.name)} as {identifier(column.name)}" for column in table.columns
    )
    return f"""
        create or replace temp table _landing_judged as
        with evaluated as (
            select _row, {", ".join(plan.evaluated)}
            from _landing_input
        ),
        texts as (
            select *{texts}
            from evaluated
        ),
        locals as (
            select *{"".join(f", {piece}" for piece in plan.locals)}
            from texts
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
            _row,
            {columns},
            _left_out,
            case when _left_out = 0 then _number end as _problem,
            case case when _left_out = 0 then _number end {shown} end as _value,
            [{mended_names or "cast(null as varchar)"}] as _mended,
            {_latest(types, rules)}
        from numbered
    """


def _latest(types: Mapping[str, str], rules: Rules) -> str:
    """Give what `latest_by` compares: a time, a number, or text where it is neither."""
    if "_latest" not in types:
        return (
            "cast(null as varchar) as _latest_text, cast(null as timestamp) as _latest_at, "
            "cast(null as double) as _latest_number"
        )
    kind = types["_latest"]
    value = f"{_e('_latest')}.v"
    text = trimmed_text(text_of(value, kind), kind)
    instant, local, day = moment_parts(text, kind, value, rules.options)
    number = f"try_cast({number_text(text, kind, rules.options)} as double)"
    return (
        f"{text} as _latest_text, "
        f"coalesce({instant}, first_instant({local}), first_instant(cast({day} as timestamp))) "
        f"as _latest_at, {number} as _latest_number"
    )
