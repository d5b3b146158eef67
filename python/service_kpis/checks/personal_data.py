"""Nothing that is published may tell who a customer or caller is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
import phonenumbers

from service_kpis.marts_file import published_tables
from service_kpis.outcome import Check
from service_kpis.sql import identifier, literal

E_MAIL = r"[^@\s]+@[^@\s]+\.\pL{2,}"
NUMBER = r"\+?\(?\d[\d ()./\x{A0}\x{202F}-]{5,}\d"
PARTED = r"\d[ ()./\x{A0}\x{202F}-]"
"""What may be a telephone number within a text: digits, and what people put between them."""
DIGITS_OF_A_PHONE = 7
"""Shorter texts, such as an extension, are the same as a queue's or agent's number by chance."""
DIGITS_OF_A_PART = 9
"""A shorter part of an id, such as a date, is the same as somebody's number by chance."""
SHARE_OF_A_LEAK = 0.5
"""A column that holds customer ids holds them mostly; a client's name is one by chance."""
PEOPLE = ("customer", "caller")
AGENT_COLUMNS = (".agent", ".agent_id", ".dimension_value")
"""Where an agent stands; elsewhere, an agent's id is another thing's by chance."""
KEYED_HASH = "[0-9a-f]{32}"
"""In a column of hashes, what landing made of an identifier; a number among its digits is none."""
NUMBERS, DECOYS = "known_numbers", "decoys"
ADDED_TO_DECOYS = range(1, 11)
"""What is added to known numbers to see how many parts of ids are a number by mere chance."""


@dataclass(frozen=True)
class Found:
    """How many distinct values of a published column are, or hold, what they must not."""

    column: str
    e_mails: int
    telephone_numbers: int
    customer_ids: int
    agent_ids: int


def check(connection: duckdb.DuckDBPyConnection, chosen: Mapping[str, Any]) -> Iterator[Check]:
    """Look for e-mail addresses, telephone numbers, customer ids and hidden agents in the marts.

    Every text column of a published table is searched by its distinct values; `chosen` are the vars
    of the build. Gives a check a kind of identifier; `failed_rows` counts the distinct values
    found. Numbers are known ones however they are written, alone or within another text such as a
    call's id, and any in international form.
    """
    _know_people(connection)
    is_hashed = chosen["publish_agents"] == "hashed"
    _hold_values(connection)
    found = _search(connection)
    _forget(connection)
    yield _check("e_mails", "e-mail addresses", {each.column: each.e_mails for each in found})
    yield _check(
        "telephone_numbers",
        "telephone numbers of callers",
        {each.column: each.telephone_numbers for each in found},
    )
    yield _check(
        "customer_ids",
        "ids of customers in the clear",
        {each.column: each.customer_ids for each in found},
    )
    if is_hashed:
        yield _check(
            "agent_ids",
            "ids of agents in the clear, who are published hashed",
            {each.column: each.agent_ids for each in found},
        )


def _check(name: str, what: str, found: dict[str, int]) -> Check:
    leaks = [column for column, count in found.items() if count]
    told = f", but {', '.join(leaks[:3])} {'does' if len(leaks) == 1 else 'do'}" if leaks else ""
    return Check(
        name=f"personal_data.{name}",
        severity="error",
        passed=not leaks,
        failed_rows=sum(found.values()),
        message=f"personal_data.{name}: no published column holds {what}{told}.",
    )


def _know_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the known identifiers once, as temporary tables; none where nothing is landed.

    `known_numbers` holds digits: of a number as it was written, of its E.164 form, and of the same
    with what stands for a country code before it.
    """
    has_parties = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'raw' and table_name = 'parties'"
    ).fetchone()
    source = (
        "raw.parties" if has_parties else "(select '' as kind, '' as identifier, '' as normalised)"
    )
    connection.execute(
        f"""
        create or replace temp table {NUMBERS} as
        select distinct digits
        from (
            select unnest([
                {_digits("identifier")}, {_digits("normalised")}, '00' || {_digits("normalised")}
            ]) as digits
            from {source}
            where kind = 'phone'
        )
        where length(digits) >= {DIGITS_OF_A_PHONE}
        """
    )
    for kind in ("customer", "agent"):
        connection.execute(
            f"create or replace temp table known_{kind}s as "
            f"select distinct identifier as value from {source} where kind = '{kind}'"
        )


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the memory of what was searched to the checks that follow."""
    for table in ("held", NUMBERS, DECOYS, "known_customers", "known_agents"):
        connection.execute(f"drop table if exists {table}")


def _digits(text: str) -> str:
    return f"regexp_replace({text}, '[^0-9]+', '', 'g')"


def _text_columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    published = set(published_tables(connection))
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts' "
        "and data_type = 'VARCHAR' order by table_name, column_index"
    ).fetchall()
    return [(table, column) for table, column in rows if table in published]


def _hold_values(connection: duckdb.DuckDBPyConnection) -> None:
    """Make temporary `held` (column_name, value) of the distinct texts of every published column.

    A statement a table: one a column takes ten times as long, most of it to plan. A view is
    computed once for all its columns. Of a column of hashes, what is a keyed hash and no customer's
    id is left out: it is none of what is looked for.
    """
    views = connection.execute(
        "select view_name from duckdb_views() "
        "where database_name = current_database() and schema_name = 'marts'"
    ).fetchall()
    connection.execute("create or replace temp table held (column_name varchar, value varchar)")
    for table, columns in groupby(_text_columns(connection), itemgetter(0)):
        source = f"marts.{identifier(table)}"
        computed = ""
        if (table,) in views:
            computed, source = f"with computed as materialized (from {source})", "computed"
        selects = " union all ".join(
            f"select distinct {literal(f'{table}.{column}')}, {identifier(column)} "
            f"from {source} where {_may_tell(column)}"
            for _, column in columns
        )
        connection.execute(f"insert into held {computed} {selects}")


def _may_tell(column: str) -> str:
    name = identifier(column)
    if not column.endswith("_hash"):
        return f"{name} is not null"
    is_hash = f"regexp_full_match({name}, {literal(KEYED_HASH)})"
    return f"(not {is_hash} or {name} in (from known_customers))"


def _search(connection: duckdb.DuckDBPyConnection) -> list[Found]:
    """Count what each column must not hold; an order's id may be a customer's, too, by chance."""
    numbers, shown = _leaked_numbers(connection), _international_numbers(connection)
    rows = connection.execute(
        f"""
        select
            column_name,
            count(*),
            count(*) filter (value like '%@%' and regexp_matches(value, {literal(E_MAIL)})),
            count(*) filter (value in (from known_customers)),
            count(*) filter (value in (from known_agents))
        from held
        group by column_name
        order by column_name
        """
    ).fetchall()
    return [
        Found(
            column,
            e_mails,
            numbers.get(column) or shown[column],
            customers if _is_leak(column, customers, values) else 0,
            agents if column.endswith(AGENT_COLUMNS) else 0,
        )
        for column, values, e_mails, customers, agents in rows
    ]


def _leaked_numbers(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count, by column, the values that are or hold known numbers: by chance, as many hold a decoy.

    A value that is a number as a whole is none by chance, but in a column of other things' ids.
    """
    whole, known = _numbers_among(connection, NUMBERS)
    doubtful = [column for column in known if not whole[column] or _is_id_of_another_thing(column)]
    chance: Counter[str] = Counter()
    if doubtful:
        _make_decoys(connection)
        _, chance = _numbers_among(connection, DECOYS, doubtful)
    return {
        column: count
        for column, count in known.items()
        if column not in doubtful or count > chance[column]
    }


def _make_decoys(connection: duckdb.DuckDBPyConnection) -> None:
    """Make numbers that nobody is known by of those that somebody is known by."""
    connection.execute(
        f"""
        create or replace temp table {DECOYS} as
        select distinct
            left(digits, length(digits) - 6)
            || lpad(cast((cast(right(digits, 6) as int) + more) % 1000000 as varchar), 6, '0')
            as digits
        from {NUMBERS}, unnest({[*ADDED_TO_DECOYS]}) as added(more)
        where length(digits) >= {DIGITS_OF_A_PART} and regexp_full_match(digits, '[0-9]+')
        """
    )
    connection.execute(f"delete from {DECOYS} where digits in (from {NUMBERS})")


def _numbers_among(
    connection: duckdb.DuckDBPyConnection, numbers: str, columns: list[str] | None = None
) -> tuple[Counter[str], Counter[str]]:
    """Count, by column, the values that are, and those that are or hold, one of the `numbers`.

    A value whose digits stand together holds them alone; only others are taken apart.
    """
    rows = connection.execute(
        f"""
        with told as (
            select column_name, value, {_digits("value")} as digits
            from held
            where regexp_matches(value, {literal(NUMBER)})
              and not (
                  ends_with(column_name, '_hash')
                  and regexp_full_match(value, {literal(KEYED_HASH)})
              )
              and ($columns is null or list_contains($columns, column_name))
        ),
        parts as (
            select column_name, value, digits, unnest(
                case
                    when contains(value, digits) then [digits]
                    else list_concat(
                        regexp_extract_all(value, '[0-9]{{{DIGITS_OF_A_PART},}}'),
                        case
                            when regexp_matches(value, {literal(PARTED)}) then list_transform(
                                regexp_extract_all(value, {literal(NUMBER)}),
                                lambda part: {_digits("part")}
                            )
                        end
                    )
                end
            ) as part
            from told
        ),
        found as (
            select column_name, value, part,
                part = digits and regexp_full_match(value, {literal(NUMBER)}) as is_whole
            from parts
            where part in (from {numbers})
        )
        select
            column_name,
            count(distinct value) filter (is_whole),
            count(distinct value)
        from found
        where is_whole or length(part) >= {DIGITS_OF_A_PART}
        group by column_name
        """,
        {"columns": columns},
    ).fetchall()
    return (
        Counter({column: whole for column, whole, _ in rows}),
        Counter({column: any_ for column, _, any_ in rows}),
    )


def _is_leak(column: str, customers: int, values: int) -> bool:
    return customers > max(2, values * SHARE_OF_A_LEAK) and not _is_id_of_another_thing(column)


def _is_id_of_another_thing(column: str) -> bool:
    _, _, name = column.rpartition(".")
    return name.endswith(("_id", "_key")) and not name.startswith(PEOPLE)


def _international_numbers(connection: duckdb.DuckDBPyConnection) -> Counter[str]:
    """Count, by column, the values that hold a valid number in international form, known or not."""
    rows = connection.execute(
        "select column_name, value from held "
        "where contains(value, '+') and regexp_matches(value, '\\+[0-9][0-9 ().-]{6,}')"
    ).fetchall()
    return Counter(
        column
        for column, value in rows
        if any(True for _ in phonenumbers.PhoneNumberMatcher(value, None))
    )
