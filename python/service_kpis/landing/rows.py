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
from service_kpis.landing.expressions import check_expression, is_plain_column
from service_kpis.landing.options import Options
from service_kpis.landing.sql import identifier, literal

SQL_TYPES = {
    "text": "varchar",
    "timestamp": "timestamp",
    "date": "date",
    "integer": "bigint",
    "decimal": "decimal(28, 8)",
    "boolean": "boolean",
}
_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
_WHOLE_NUMBER = r"[+-]?\d+(?:\.0*)?"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_MIDNIGHT = r"\d{4}-\d{2}-\d{2}[T ]00:00(?::00(?:\.0+)?)?"
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
    types = {
        name: _evaluate(connection, plan, name, expression, f"{shown}: {_WORDS.get(name, name)}")
        for name, expression in (helpers | sources).items()
        if expression is not None
    }
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


def _evaluate(
    connection: duckdb.DuckDBPyConnection, plan: _Plan, name: str, expression: str, shown: str
) -> str:
    """Add the expression's layer; gives its SQL type. A failure on a row shows as null struct."""
    check_expression(connection, expression, shown)
    wrapped = f"({expression}\n)"
    try:
        kind = _described_type(connection, wrapped)
    except duckdb.Error as error:
        raise InputError(_misfit(connection, error, shown)) from None
    piece = f"{{'v': {wrapped}}}"
    if not is_plain_column(connection, expression):
        piece = f"try({piece})"
        try:
            _described_type(connection, piece)
        except duckdb.Error:
            raise InputError(
                f"{shown} may hold no subquery, aggregate, window, unnest, or function that gives "
                "something else each time; fold or join rows by relations and a query."
            ) from None
    plan.evaluated.append(f"{piece} as {_e(name)}")
    return kind


def _described_type(connection: duckdb.DuckDBPyConnection, expression: str) -> str:
    rows = connection.execute(
        f"describe select _row, {expression} as value from _landing_input"
    ).fetchall()
    return str(rows[1][1])


def _misfit(connection: duckdb.DuckDBPyConnection, error: duckdb.Error, shown: str) -> str:
    unknown = re.search(r'Referenced (?:column|table) "([^"]*)" not found', str(error))
    if unknown:
        columns = connection.execute("describe _landing_input").fetchall()
        names = [row[0] for row in columns if row[0] not in ("_row", "_file")]
        return f"{shown} uses a column {unknown[1]} that the file lacks. It has {', '.join(names)}."
    first_line = str(error).splitlines()[0]
    return f"{shown} does not fit the file: {first_line}"


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


def _text(value: str, kind: str) -> str:
    """Give the text of a value of any type, as its source would write it."""
    if kind in ("DOUBLE", "FLOAT"):
        # 123.0 is how a reader of whole numbers with gaps shows 123: an id must not change by it.
        is_whole = f"{value} = trunc({value}) and abs({value}) <= 9007199254740992"
        return (
            f"case when {is_whole} then cast(cast({value} as bigint) as varchar) "
            f"else cast({value} as varchar) end"
        )
    return value if kind == "VARCHAR" else f"cast({value} as varchar)"


def _type(plan: _Plan, column: Column, kind: str | None, rules: Rules) -> None:
    """Add the layers that turn the expression's value into the contract's type."""
    name = column.name
    if kind is None:
        plan.values.append(f"cast(null as {SQL_TYPES[column.data_type]}) as {_v(name)}")
        return
    value = f"{_e(name)}.v"
    text = _text(value, kind)
    if not column.is_as_is:
        text = f"trim({text}, {_BLANKS})"
    plan.texts.append(f"nullif({text}, '') as {_t(name)}")
    plan.values.append(f"{_value(plan, column, kind, value, rules)} as {_v(name)}")


def _value(plan: _Plan, column: Column, kind: str, value: str, rules: Rules) -> str:
    text = _t(column.name)
    match column.data_type:
        case "text":
            return text
        case "boolean":
            return (
                f"case when lower({text}) in ('true', 't', 'yes', '1') then true "
                f"when lower({text}) in ('false', 'f', 'no', '0') then false end"
            )
        case "integer":
            number = _number_text(text, kind, rules.options)
            return (
                f"case when regexp_full_match({number}, '{_WHOLE_NUMBER}') "
                f"then try_cast(split_part({number}, '.', 1) as bigint) end"
            )
        case "decimal":
            number = _number_text(text, kind, rules.options)
            return (
                f"case when regexp_full_match({number}, '{_NUMBER}') "
                f"then try_cast({number} as decimal(28, 8)) end"
            )
        case "date":
            return _date(text, kind, value, rules)
        case _:
            return _instant(plan, column.name, kind, value, rules)


def _number_text(text: str, kind: str, options: Options) -> str:
    """Give a number's text with a decimal point; under `decimal: ','` a point is no part of one."""
    if options.decimal == "." or kind != "VARCHAR":
        return text
    return f"case when not contains({text}, '.') then replace({text}, ',', '.') end"


def _date(text: str, kind: str, value: str, rules: Rules) -> str:
    if kind == "DATE":
        return _within(value, value, "date")
    if kind == "TIMESTAMP WITH TIME ZONE":
        value, kind = f"timezone({literal(rules.timezone)}, {value})", "TIMESTAMP"
    if kind.startswith("TIMESTAMP"):
        return f"case when {value} = date_trunc('day', {value}) then cast({value} as date) end"
    if rules.options.date_format:
        return f"cast(try_strptime({text}, {literal(rules.options.date_format)}) as date)"
    return (
        f"coalesce(iso_day({text}), "
        f"case when regexp_full_match({text}, '{_MIDNIGHT}') then iso_day(left({text}, 10)) end)"
    )


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


def moment_parts(text: str, kind: str, value: str, options: Options) -> tuple[str, str, str]:
    """Give SQL of a value's instant in UTC, local time and local day: at most one is filled."""
    none_at, none_on = "cast(null as timestamp)", "cast(null as date)"
    if kind == "DATE":
        return none_at, none_at, _within(value, value, "date")
    if kind == "TIMESTAMP WITH TIME ZONE":
        return _within(value, f"timezone('UTC', {value})", "timestamptz"), none_at, none_on
    if kind.startswith("TIMESTAMP"):
        moment = f"try_cast({value} as timestamp)"
        return none_at, _within(moment, moment, "timestamp"), none_on
    day = f"iso_day({text})"
    if options.date_format:
        day = f"cast(try_strptime({text}, {literal(options.date_format)}) as date)"
    elif options.timestamp_format:
        day = none_on
    if not options.timestamp_format:
        return f"iso_instant({text})", f"iso_local({text})", day
    parsed = f"try_strptime({text}, {literal(options.timestamp_format)})"
    if re.search(r"%[zZ]", options.timestamp_format):
        return f"timezone('UTC', {parsed})", none_at, day
    return none_at, parsed, day


def _within(value: str, result: str, kind: str) -> str:
    """Give `result` where a typed time lies in years 1 to 9999: no shift of it can overflow."""
    return (
        f"case when {value} between {kind} '0001-01-02' and {kind} '9999-12-30' then {result} end"
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
    text = f"nullif(trim({_text(value, kind)}, {_BLANKS}), '')"
    instant, local, day = moment_parts(text, kind, value, rules.options)
    number = f"try_cast({_number_text(text, kind, rules.options)} as double)"
    return (
        f"{text} as _latest_text, "
        f"coalesce({instant}, first_instant({local}), first_instant(cast({day} as timestamp))) "
        f"as _latest_at, {number} as _latest_number"
    )
