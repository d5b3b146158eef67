"""SQL that reads a value: its text, and from this a number, a boolean, a day or a moment.

Each function takes SQL of a value or of its text; what it gives is null where that cannot be read.
"""

from __future__ import annotations

import re

from service_kpis.landing.options import Options
from service_kpis.sql import literal

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
_PLAIN_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_NUMBER = rf"{_PLAIN_NUMBER}(?:[eE][+-]?\d+)?"
_MIDNIGHT = r"\d{4}-\d{2}-\d{2}[T ]00:00(?::00(?:\.0+)?)?"


def text_of(value: str, kind: str) -> str:
    """Give the text of a value of any type, as its source would write it."""
    if kind in ("DOUBLE", "FLOAT"):
        # 123.0 is how a reader of whole numbers with gaps shows 123: an id must not change by it.
        is_whole = f"{value} = trunc({value}) and abs({value}) <= 9007199254740992"
        return (
            f"case when {is_whole} then cast(cast({value} as bigint) as varchar) "
            f"else cast({value} as varchar) end"
        )
    if kind == "JSON":
        # A string within an object is its characters, not their JSON with quotes.
        return f"({value} ->> '$')"
    return value if kind == "VARCHAR" else f"cast({value} as varchar)"


def trimmed_text(text: str, kind: str) -> str:
    """Trim outer blanks; null where nothing is left.

    Most texts have none, and looking at both ends takes a tenth of what trimming takes.
    """
    trimmed = f"nullif(trim({text}, {_BLANKS}), '')"
    if kind != "VARCHAR":
        return trimmed
    is_trimmed = " and ".join(f"ascii({end}) between 33 and 126" for end in (text, f"{text}[-1]"))
    return f"case when {is_trimmed} then {text} else {trimmed} end"


def number_text(text: str, kind: str, options: Options) -> str:
    """Give a number's text with a decimal point; under `decimal: ','` a point is no part of one."""
    if options.decimal == "." or kind != "VARCHAR":
        return text
    return f"case when not contains({text}, '.') then replace({text}, ',', '.') end"


def boolean_value(text: str) -> str:
    return (
        f"case when lower({text}) in ('true', 't', 'yes', '1') then true "
        f"when lower({text}) in ('false', 'f', 'no', '0') then false end"
    )


def integer_value(number: str) -> str:
    return (
        f"case when regexp_full_match({number}, '{_WHOLE_NUMBER}') "
        f"then try_cast(split_part({number}, '.', 1) as bigint) end"
    )


def decimal_value(number: str) -> str:
    """Read a number; DuckDB casts text to 28 digits a hundred times slower than to 18."""
    wide = f"try_cast({number} as {SQL_TYPES['decimal']})"
    # Of a number with an exponent the narrow cast loses digits.
    narrow = f"cast(try_cast({number} as decimal(18, 8)) as {SQL_TYPES['decimal']})"
    return (
        f"case when regexp_full_match({number}, '{_PLAIN_NUMBER}') then coalesce({narrow}, {wide}) "
        f"when regexp_full_match({number}, '{_NUMBER}') then {wide} end"
    )


def date_value(text: str, kind: str, value: str, options: Options, timezone: str) -> str:
    """Read a day; a moment is one where it is a local midnight."""
    if kind == "DATE":
        return _within(value, value, "date")
    if kind == "TIMESTAMP WITH TIME ZONE":
        value, kind = f"timezone({literal(timezone)}, {value})", "TIMESTAMP"
    if kind.startswith("TIMESTAMP"):
        midnight = f"case when {value} = date_trunc('day', {value}) then cast({value} as date) end"
        return _within(f"try_cast({value} as timestamp)", midnight, "timestamp")
    if options.date_format:
        return f"cast(try_strptime({text}, {literal(options.date_format)}) as date)"
    return (
        f"coalesce(iso_day({text}), "
        f"case when regexp_full_match({text}, '{_MIDNIGHT}') then iso_day(left({text}, 10)) end)"
    )


def moment_parts(
    text: str, kind: str, value: str, options: Options, cast: str | None = None
) -> tuple[str, str, str]:
    """Give SQL of a value's instant in UTC, local time and local day: at most one is filled.

    `cast` is SQL of what DuckDB casts the text to, where that stands ready.
    """
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
        of, values = ("_of", f"{text}, {cast}") if cast else ("", text)
        return f"iso_instant{of}({values})", f"iso_local{of}({values})", day
    parsed = f"try_strptime({text}, {literal(options.timestamp_format)})"
    if re.search(r"%[zZ]", options.timestamp_format):
        return f"timezone('UTC', {parsed})", none_at, day
    return none_at, parsed, day


def _within(value: str, result: str, kind: str) -> str:
    """Give `result` where a typed time lies in years 1 to 9999: no shift of it can overflow."""
    return (
        f"case when {value} between {kind} '0001-01-01' and {kind} '9999-12-30' then {result} end"
    )
