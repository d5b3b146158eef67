"""Type and judge the rows of one file against the contract, in one statement.

Each contract column goes through: the user's expression → its text → its value in the contract's
type, times in UTC → mended clocks → the first problem in contract order, if there is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from service_kpis.contract import Column, Table
from service_kpis.errors import InputError
from service_kpis.landing.expressions import guarded, plain_columns
from service_kpis.landing.staged import valid_rows
from service_kpis.landing.statement import (
    CUT_TO_TALK,
    Plan,
    Problem,
    Rules,
    Wanted,
    c_,
    e_,
    l_,
    m_,
    statement,
    t_,
    v_,
)
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

_WORDS = {"_where": "where", "_latest": "latest_by"}
_TYPE_PROBLEMS = {
    "timestamp": ("not_a_timestamp", "is no time that can be read (ISO 8601, or timestamp_format)"),
    "date": ("not_a_date", "is no date that can be read (ISO 8601, or date_format)"),
    "integer": ("not_an_integer", "is no whole number"),
    "decimal": ("not_a_decimal", "is no number"),
    "boolean": ("not_a_boolean", "is none of true/false, t/f, yes/no, 1/0"),
}


def judge(
    connection: duckdb.DuckDBPyConnection, wanted: Wanted, rules: Rules, shown: str
) -> list[Problem]:
    """Add the rows of `_landing_input` to `valid_rows`; gives their problems, from number 1.

    `_landing_judged` then shows those rows alone. Raises InputError for an expression that does not
    fit the file.
    """
    plan, table = Plan(), wanted.table
    helpers = {"_where": wanted.where, "_latest": wanted.latest_by}
    sources = {column.name: wanted.expressions.get(column.name) for column in table.columns}
    types: dict[str, str] = {}
    columns = plain_columns(connection)
    for name, expression in (helpers | sources).items():
        if expression is not None:
            place = f"{shown}: {_WORDS.get(name, name)}"
            piece, types[name] = columns.get(expression) or guarded(connection, expression, place)
            plan.evaluated.append(f"{piece} as {e_(name)}")
    if types.get("_where", "BOOLEAN") != "BOOLEAN":
        raise InputError(
            f"{shown}: where must be true or false of a row, such as \"kind = 'call'\"."
        )
    _judge_helpers(plan, types)
    for column in table.columns:
        _type(plan, column, types.get(column.name), wanted, rules)
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
        connection.execute(statement(plan, wanted, types, rules))
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
    connection.execute(
        f"create or replace temp view _landing_judged as "
        f"select * from {valid_rows(table)} where _seq = {wanted.seq}"
    )
    return plan.problems


def _judge_helpers(plan: Plan, types: Mapping[str, str]) -> None:
    for name, word in _WORDS.items():
        if name in types:
            problem = Problem(None, "expression_failed", f"the expression of {word} fails on it")
            plan.refuse(f"{e_(name)} is null", "null", problem)


def _type(plan: Plan, column: Column, kind: str | None, wanted: Wanted, rules: Rules) -> None:
    """Add the layers that turn the expression's value into the contract's type."""
    name = column.name
    if kind is None:
        plan.values.append(f"cast(null as {SQL_TYPES[column.data_type]}) as {v_(name)}")
        return
    value = f"{e_(name)}.v"
    text = text_of(value, kind)
    is_trimmed = kind == "VARCHAR" and wanted.expressions[name].lower() in wanted.trimmed
    filled = f"nullif({text}, '')" if column.is_as_is else trimmed_text(text, kind)
    plan.texts.append(f"{text if is_trimmed else filled} as {t_(name)}")
    plan.values.append(f"{_value(plan, column, kind, value, rules)} as {v_(name)}")


def _value(plan: Plan, column: Column, kind: str, value: str, rules: Rules) -> str:
    text = t_(column.name)
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


def _instant(plan: Plan, name: str, kind: str, value: str, rules: Rules) -> str:
    """Give UTC: an instant as it is, a local time by the source's time zone."""
    cast = c_(name) if kind == "VARCHAR" else None
    if cast:
        plan.casts.append(f"try_cast({t_(name)} as timestamp) as {cast}")
    instant, local, day = moment_parts(t_(name), kind, value, rules.options, cast)
    plan.locals.append(f"coalesce({local}, cast({day} as timestamp)) as {l_(name)}")
    if rules.timezone == "UTC":
        return f"coalesce({l_(name)}, {instant})"
    quiet = identifier(f"q_{name}")
    plan.joins.append(
        f"left join _landing_quiet_days as {quiet} on {quiet}.day = cast({l_(name)} as date)"
    )
    # Cheapest first: what stands later is computed only for rows that need it.
    return (
        f"coalesce({l_(name)} - {quiet}.shift, {instant}, "
        f"case when {day} is not null then first_instant({l_(name)}) "
        f"else local_instant({l_(name)}) end)"
    )


def _mend(plan: Plan, table: Table, rules: Rules) -> None:
    """Add the mended columns: a time within the skew before an earlier one moves up to it."""
    earlier: list[str] = []
    for name in (column.name for column in table.columns):
        if (table.name, name) == CUT_TO_TALK:
            # Whole seconds between answer and end; `m_` of both stand before it in contract order.
            talk = f"date_diff('microsecond', {m_('answered_at')}, {m_('ended_at')}) // 1000000"
            plan.mended.append(
                f"case when {v_(name)} > {talk} then {talk} else {v_(name)} end as {m_(name)}"
            )
        elif name in table.ordered_times and earlier:
            plan.mended.append(
                f"case when {v_(name)} is not null then greatest({v_(name)}, "
                f"{', '.join(earlier)}) end as {m_(name)}"
            )
        else:
            plan.mended.append(f"{v_(name)} as {m_(name)}")
        if name in table.ordered_times:
            earlier.append(v_(name))


def _judge_column(
    plan: Plan, table: Table, column: Column, types: Mapping[str, str], rules: Rules
) -> None:
    """Add the conditions under which the column refuses its row."""
    name, text, value = column.name, t_(column.name), v_(column.name)

    def refuse(condition: str, code: str, reason: str) -> None:
        plan.refuse(condition, text, Problem(name, code, f"{name} {reason}"))

    refuse(f"{e_(name)} is null", "expression_failed", "cannot be computed: its expression fails")
    if column.is_required:
        refuse(f"{text} is null", "missing", "is empty, and the contract requires it")
    if column.data_type == "timestamp":
        refuse(
            f"{l_(name)} is not null and {value} is null",
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
            f"{m_(name)} - {value} > to_seconds({rules.clock_skew_seconds})",
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
            typed = re.sub(pattern, v_(column.name), typed)
            if column.name in types:
                unread.append(f"({t_(column.name)} is null or {v_(column.name)} is not null)")
    return " and ".join([*unread, f"not ({typed})"])
