"""What of each table is written anew without a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import duckdb

from service_kpis.forgetting.erasure import Erasure
from service_kpis.forgetting.rewrite import Select, replaced
from service_kpis.landing.forgotten import Forgotten, names_a_caller, redacted_row
from service_kpis.sql import identifier, literal

_NAMES_OF_SOURCES = ("_source", "source_name")
_OF_PEOPLE = ("customer_id", "caller_number", "value", "row_json")
"""Columns of raw that are written anew in a way of their own."""
_FORGOTTEN_COLUMNS = "kind, identifier_hash, token, token_hash, forgotten_at"
_NOTHING = "cast(null as varchar)"


def published_table(erasure: Erasure, key: bytes) -> Select:
    """Select a published table: the person's hashes become those of the token."""
    forgotten = erasure.as_landing_knows(key)

    def select(
        connection: duckdb.DuckDBPyConnection, schema: str, table: str, texts: list[str]
    ) -> str:
        found = Found(connection, schema, table)
        return _selected(schema, table, _changed(found, texts, erasure, forgotten))

    return select


def build_table(erasure: Erasure, key: bytes, landed_at: str) -> Select:
    """Select a table of build.duckdb: identifiers become tokens, what tells of the person goes."""
    forgotten = erasure.as_landing_knows(key)
    special: dict[str, Callable[[Found, dict[str, str]], str]] = {
        "calls": lambda _, changed: _calls(erasure, changed),
        "customer_identifiers": lambda _, changed: _identifiers(erasure, changed),
        "parties": lambda _, __: _parties(erasure),
        "rejects": lambda found, changed: _rejects(found, changed, erasure, forgotten),
        "forgotten": lambda _, __: _forgotten(erasure, landed_at),
        # Where a source is, from which it lands again.
        "sources": lambda *_: "select * from raw.sources",
    }

    def select(
        connection: duckdb.DuckDBPyConnection, schema: str, table: str, texts: list[str]
    ) -> str:
        found = Found(connection, schema, table)
        own = _OF_PEOPLE if schema == "raw" else ("customer_id",)
        others = [column for column in texts if column not in own]
        changed = _changed(found, others, erasure, forgotten)
        if schema == "raw" and table in special:
            return special[table](found, changed)
        if "customer_id" in texts:
            changed["customer_id"] = replaced("customer_id", erasure.customers)
        return _selected(schema, table, changed)

    return select


@dataclass(frozen=True)
class Found:
    """A table of the old file, to be looked into."""

    connection: duckdb.DuckDBPyConnection
    schema: str
    table: str

    def values(self, column: str, condition: str, *parameters: object) -> list[str]:
        """Give the different values of a text column on which a condition `(it, …)` holds."""
        rows = self.connection.execute(
            f"select distinct {identifier(column)} as it "
            f"from {identifier(self.schema)}.{identifier(self.table)} where {condition}",
            parameters,
        ).fetchall()
        return [row[0] for row in rows]


def _changed(
    found: Found, texts: Iterable[str], erasure: Erasure, forgotten: Forgotten
) -> dict[str, str]:
    """Give SQL of the text columns that tell of the person; most don't, and are merely copied.

    A hash becomes the token's; a key or file's name in which an identifier stands goes whole, and
    another text stands for it wherever it is.
    """
    pattern = erasure.pattern
    changed = {}
    for column in texts:
        name = identifier(column)
        is_hash = f"list_contains(?::varchar[], {name})"
        tokens = {
            old: erasure.hashes[old] for old in found.values(column, is_hash, [*erasure.hashes])
        }
        if pattern and column not in _NAMES_OF_SOURCES:
            for text in found.values(column, f"regexp_matches({name}, ?, 'i')", pattern):
                if told := forgotten.in_place_of(text):
                    tokens[text] = told
        if tokens:
            changed[column] = replaced(column, tokens)
    return changed


def _selected(schema: str, table: str, changed: dict[str, str]) -> str:
    columns = ", ".join(f"{sql} as {identifier(name)}" for name, sql in changed.items())
    return (
        f"select * {f'replace ({columns})' if changed else ''} "
        f"from {identifier(schema)}.{identifier(table)}"
    )


def _listed(values: dict[str, str]) -> str:
    return ", ".join(literal(value) for value in values) or "null"


def _number_token(erasure: Erasure, source: str, number: str) -> str:
    """Give SQL of the token of a number as its source wrote it, else null."""
    whens = " ".join(
        f"when {source} = {literal(of)} and {number} = {literal(written)} then {literal(token)}"
        for of, written, token in erasure.numbers
    )
    return f"case {whens} end" if whens else _NOTHING


def _calls(erasure: Erasure, changed: dict[str, str]) -> str:
    """A call's number becomes its token; another number on a call of the person, the person's."""
    return _selected(
        "raw",
        "calls",
        changed
        | {
            "customer_id": replaced("customer_id", erasure.customers),
            "caller_number": f"""
                case
                    when {_number_token(erasure, "_source", "caller_number")} is not null
                        then {_number_token(erasure, "_source", "caller_number")}
                    when customer_id in ({_listed(erasure.customers)})
                        and {names_a_caller("caller_number")}
                        then {replaced("customer_id", erasure.customers)}
                    else caller_number
                end
            """,
        },
    )


def _identifiers(erasure: Erasure, changed: dict[str, str]) -> str:
    """Mappings of the person become one row a source and kind: the token is the token's."""
    owners = ", ".join(map(literal, erasure.customers.values())) or "null"
    others = "".join(f"{sql} as {identifier(name)}, " for name, sql in changed.items())
    return f"""
        select * exclude (_token, _position)
            replace (
                {others}
                case
                    when customer_id in ({_listed(erasure.customers)})
                        then {replaced("customer_id", erasure.customers)}
                    when _token in ({owners}) then _token
                    else customer_id
                end as customer_id,
                case
                    when customer_id in ({_listed(erasure.customers)})
                        then {replaced("customer_id", erasure.customers)}
                    else coalesce(_token, value)
                end as value
            )
        from (
            select
                *,
                rowid as _position,
                case
                    when kind = 'phone' then {_number_token(erasure, "_source", "value")}
                    when lower(trim(value)) in ({_listed(erasure.e_mails)})
                        then {_e_mail_token(erasure)}
                end as _token
            from raw.customer_identifiers
        )
        qualify row_number() over (
            partition by
                _source,
                kind,
                case
                    when customer_id in ({_listed(erasure.customers)})
                        then {replaced("customer_id", erasure.customers)}
                    else coalesce(_token, value)
                end
            order by _landed_at desc, _row desc
        ) = 1
        order by _position
    """


def _e_mail_token(erasure: Erasure) -> str:
    whens = " ".join(
        f"when {literal(e_mail)} then {literal(token)}" for e_mail, token in erasure.e_mails.items()
    )
    return f"case lower(trim(value)) {whens} end" if whens else _NOTHING


def _parties(erasure: Erasure) -> str:
    """The person is known by tokens and their hashes, once."""
    hashes = {token: token_hash for kind, _, token, token_hash in erasure.known_as}
    owners = ", ".join(map(literal, erasure.customers.values())) or "null"
    return f"""
        select kind, source_name, _identifier, _normalised, _customer_id, _caller_key, _caller_hash
        from (
            select
                kind,
                source_name,
                rowid as _position,
                case
                    when kind = 'customer' then {_customer_token(erasure)}
                    when kind = 'phone' then {_number_token(erasure, "source_name", "identifier")}
                end as _token,
                coalesce(_token, identifier) as _identifier,
                coalesce(_token, normalised) as _normalised,
                case
                    when _token is null then customer_id
                    when _token in ({owners}) then _token
                end as _customer_id,
                coalesce(_token, caller_key) as _caller_key,
                case
                    when _token is null then caller_hash
                    else {replaced("_token", hashes)}
                end as _caller_hash
            from raw.parties
        )
        qualify row_number() over (partition by kind, source_name, _identifier) = 1
        order by _position
    """


def _customer_token(erasure: Erasure) -> str:
    whens = " ".join(
        f"when {literal(old)} then {literal(new)}" for old, new in erasure.customers.items()
    )
    return f"case identifier {whens} end" if whens else _NOTHING


def _rejects(found: Found, changed: dict[str, str], erasure: Erasure, forgotten: Forgotten) -> str:
    """A rejected row that tells of the person stays as a count: its content goes."""
    connection = found.connection
    rows = connection.execute(
        "select reject.rowid, value, row_json, coalesce(source.default_country, 'ZZ') "
        "from raw.rejects as reject left join raw.sources as source using (source_name)"
    ).fetchall()
    told = {
        row: redacted_row(token)
        for row, value, whole, country in rows
        if (token := forgotten.told_by(value, whole, country) or _written_in(erasure, value, whole))
    }
    connection.execute(
        "create or replace temp table rejects_that_tell as "
        "select unnest(?::bigint[]) as row_id, unnest(?::varchar[]) as content",
        [list(told), list(told.values())],
    )
    others = "".join(f"{sql} as {identifier(name)}, " for name, sql in changed.items())
    return f"""
        select
            reject.* replace (
                {others}
                case when told.row_id is null then value end as value,
                coalesce(told.content, row_json) as row_json
            )
        from raw.rejects as reject
        left join rejects_that_tell as told on told.row_id = reject.rowid
        order by reject.rowid
    """


def _written_in(erasure: Erasure, *texts: str | None) -> str | None:
    """Give the token of a number that stands in a text just as its source wrote it."""
    tokens = (
        token for _, number, token in erasure.numbers for text in texts if text and number in text
    )
    return next(tokens, None)


def _forgotten(erasure: Erasure, forgotten_at: str) -> str:
    rows = ", ".join(
        f"({literal(kind)}, {literal(found)}, {literal(token)}, {literal(token_hash)}, "
        f"{literal(forgotten_at)}::timestamp)"
        for kind, found, token, token_hash in erasure.known_as
    )
    return f"""
        select {_FORGOTTEN_COLUMNS}
        from raw.forgotten
        union all
        select * from (values {rows}) as more({_FORGOTTEN_COLUMNS})
        where more.identifier_hash not in (select identifier_hash from raw.forgotten)
    """
