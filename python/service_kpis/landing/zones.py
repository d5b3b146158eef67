"""Times: what text is a time, and local time to UTC, exactly at clock changes too.

`AT TIME ZONE` takes the second instant of an hour that occurs twice and shifts one that does not
occur. UTC to local is exact, though: so an instant is a local time's if it leads back to it.
"""

from __future__ import annotations

import duckdb

from service_kpis.sql import literal

_CLOCK = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_OFFSET = r"(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)"
_DAY = r"\d{4}-\d{2}-\d{2}"


def create_time_macros(connection: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Create the temporary macros and `_landing_quiet_days` for times local to `timezone`.

    `iso_local(text)` and `iso_instant(text)` read a time without and with an offset. DuckDB casts
    more than that, in a quarter of the time: `iso_local_of(text, moment)` and `iso_instant_of` take
    the cast where it writes itself as the text does.

    `local_instant(local)` gives UTC or null (a skipped hour), `first_instant(local)` the first
    instant at or after a local midnight; `_landing_quiet_days(day, shift)` the offset of local days
    far from any clock change, where a subtraction does.
    """
    zone = literal(timezone)
    statements = f"""
        create or replace temp macro _landing_shift(instant) as
            timezone({zone}, timezone('UTC', instant)) - instant;

        create or replace temp macro _landing_if_valid(instant, local) as
            case when instant + _landing_shift(instant) = local then instant end;

        create or replace temp macro local_instant(local) as coalesce(
            _landing_if_valid(local - _landing_shift(local - interval 1 day), local),
            _landing_if_valid(local - _landing_shift(local + interval 1 day), local)
        );

        create or replace temp macro first_instant(local) as
            coalesce(local_instant(local), local - _landing_shift(local - interval 1 day));

        create or replace temp macro iso_local(value) as case
            when regexp_full_match(value, '{_CLOCK}')
                then try_cast(replace(value, ',', '.') as timestamp)
        end;

        create or replace temp macro _landing_is_iso(value, moment, form) as
            moment >= timestamp '1000-01-01' and strftime(moment, form) = value;

        create or replace temp macro iso_local_of(value, moment) as case
            when length(value) = 19 and cast(moment as varchar) = value then moment
            when length(value) = 19 and _landing_is_iso(value, moment, '%Y-%m-%dT%H:%M:%S')
                then moment
            else iso_local(value)
        end;

        create or replace temp macro iso_instant_of(value, moment) as case
            when length(value) = 20 and _landing_is_iso(value, moment, '%Y-%m-%dT%H:%M:%SZ')
                then moment
            else iso_instant(value)
        end;

        create or replace temp macro iso_day(value) as case
            when regexp_full_match(value, '{_DAY}') then try_cast(value as date)
        end;

        create or replace temp macro _landing_offset(value) as
            regexp_extract(value, ':\\d{{2}}(?:[.,]\\d+)? ?({_OFFSET})$', 1);

        create or replace temp macro _landing_offset_seconds(mark) as case
            when mark = 'Z' then 0
            else case when left(mark, 1) = '-' then -1 else 1 end * (
                3600 * cast(substr(mark, 2, 2) as integer)
                + 60 * cast(coalesce(nullif(ltrim(substr(mark, 4), ':'), ''), '0') as integer)
            )
        end;

        create or replace temp macro iso_instant(value) as case
            when regexp_full_match(value, '{_CLOCK} ?{_OFFSET}') then
                iso_local(rtrim(left(value, length(value) - length(_landing_offset(value)))))
                - to_seconds(_landing_offset_seconds(_landing_offset(value)))
        end;
    """
    for statement in statements.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(
        """
        create or replace temp table _landing_quiet_days as
        with days as (
            select cast(day as date) as day, _landing_shift(day) as shift
            from range(timestamp '1970-01-01', timestamp '2100-01-01', interval 1 day) r(day)
        ),
        neighbours as (
            select day, shift,
                   lag(shift, 2) over (order by day) as shift_2_before,
                   lag(shift) over (order by day) as shift_before,
                   lead(shift) over (order by day) as shift_after,
                   lead(shift, 2) over (order by day) as shift_2_after
            from days
        )
        select day, shift
        from neighbours
        where shift = shift_2_before
          and shift = shift_before
          and shift = shift_after
          and shift = shift_2_after
        """
    )
