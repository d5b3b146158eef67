"""raw.parties: who an id or a telephone number is, and the keyed hash that may leave."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import duckdb

from service_kpis.contract import tables
from service_kpis.increment.changes import note_people
from service_kpis.landing.batch import batch
from service_kpis.landing.numbers import normalise_number
from service_kpis.sql import identifier

_HASH_DIGITS = 32


def keyed_hash(key: bytes, kind: str, value: str) -> str:
    """Hash a caller_key with its kind: extension 4711 is not customer 4711."""
    return hmac.digest(key, f"{kind}:{value}".encode(), "sha256").hex()[:_HASH_DIGITS]


def refresh_parties(
    connection: duckdb.DuckDBPyConnection, key: bytes, countries: Mapping[str, str]
) -> None:
    """Bring raw.parties up to date with raw: rows for who is new or changed, none for who went.

    `countries` gives each source's country of national numbers; where that changes, its numbers
    must be forgotten before (`forget_numbers`).
    """
    for kind in ("customer", "agent"):
        _refresh_ids(connection, key, kind)
    _refresh_numbers(connection, countries)
    _link_numbers(connection, key, countries)


def forget_numbers(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Drop what is known of a source's numbers, so that they are normalised anew."""
    is_forgotten = "kind = 'phone' and source_name = ?"
    note_people(connection, is_forgotten, [source])
    connection.execute(f"delete from raw.parties where {is_forgotten}", [source])


def _refresh_ids(connection: duckdb.DuckDBPyConnection, key: bytes, kind: str) -> None:
    """Keep one party for every id of the kind (`customer`, `agent`) that any raw table holds."""
    column = f"{kind}_id"
    holding = [
        table.name
        for table in tables().values()
        if any(entry.name == column for entry in table.columns)
    ]
    union = " union ".join(
        f"select {column} as identifier from raw.{identifier(name)} where {column} is not null"
        for name in holding
    )
    connection.execute(f"create or replace temp table _landing_ids as {union}")
    is_gone = "kind = ? and identifier not in (select identifier from _landing_ids)"
    note_people(connection, is_gone, [kind])
    connection.execute(f"delete from raw.parties where {is_gone}", [kind])
    new = connection.execute(
        "select identifier from _landing_ids where identifier not in "
        "(select identifier from raw.parties where kind = ?) order by identifier",
        [kind],
    ).fetchall()
    ids = [row[0] for row in new]
    hashes = [keyed_hash(key, kind, one) for one in ids]
    customer = "id" if kind == "customer" else "null"
    with batch(connection, {"id": ids, "hash": hashes}):
        connection.execute(
            f"insert into raw.parties select ?, null, id, id, {customer}, id, hash "
            "from _landing_batch",
            [kind],
        )


def _refresh_numbers(connection: duckdb.DuckDBPyConnection, countries: Mapping[str, str]) -> None:
    """Make `_landing_new_numbers` of numbers not seen before; drop those that nothing bears now."""
    connection.execute(
        r"""
        create or replace temp table _landing_numbers as
        with borne as (
            select _source as source_name, caller_number as identifier from raw.calls
            union
            select _source, value from raw.customer_identifiers where kind = 'phone'
        )
        select source_name, identifier
        from borne
        where regexp_matches(identifier, '\p{Nd}')
        """
    )
    is_gone = """
        kind = 'phone' and not exists (
            select 1
            from _landing_numbers as number
            where number.source_name = party.source_name and number.identifier = party.identifier
        )
    """
    note_people(connection, is_gone)
    connection.execute(f"delete from raw.parties as party where {is_gone}")
    new = connection.execute(
        """
        select source_name, identifier
        from _landing_numbers as number
        where not exists (
            select 1
            from raw.parties as party
            where party.kind = 'phone'
              and party.source_name = number.source_name
              and party.identifier = number.identifier
        )
        order by source_name, identifier
        """
    ).fetchall()
    known = [
        (source, number, *normalised)
        for source, number in new
        if (normalised := normalise_number(number, countries[source]))
    ]
    columns = ("source_name", "identifier", "number_kind", "normalised")
    with batch(connection, {name: [row[i] for row in known] for i, name in enumerate(columns)}):
        connection.execute(
            "create or replace temp table _landing_new_numbers as from _landing_batch"
        )


def _link_numbers(
    connection: duckdb.DuckDBPyConnection, key: bytes, countries: Mapping[str, str]
) -> None:
    """Write the numbers that are new, or whose customer is another than before.

    A number's customer is who the latest landed identifier of the same normalised number says.
    """
    changed = connection.execute(
        """
        with numbers as (
            select source_name, identifier, normalised, null as customer_id, number_kind,
                   true as is_new
            from _landing_new_numbers
            union all
            select source_name, identifier, normalised, customer_id, null, false
            from raw.parties
            where kind = 'phone'
        ),
        owners as (
            select
                numbers.normalised,
                arg_max(claim.customer_id, (claim._landed_at, claim._file, claim._row)) as owner
            from raw.customer_identifiers as claim
            join numbers
                on numbers.source_name = claim._source and numbers.identifier = claim.value
            where claim.kind = 'phone'
            group by numbers.normalised
        )
        select source_name, identifier, normalised, owner, number_kind
        from numbers
        left join owners using (normalised)
        where is_new or customer_id is distinct from owner
        order by source_name, identifier
        """
    ).fetchall()
    hashes = []
    for source, number, normalised, owner, number_kind in changed:
        if owner is not None:
            hashes.append(keyed_hash(key, "customer", owner))
        else:
            kind = number_kind or (normalise_number(number, countries[source]) or ("text",))[0]
            hashes.append(keyed_hash(key, kind, normalised))
    columns = ("source_name", "identifier", "normalised", "owner")
    texts = {name: [row[i] for row in changed] for i, name in enumerate(columns)}
    with batch(connection, {**texts, "hash": hashes}):
        is_linked = """
            kind = 'phone' and exists (
                select 1
                from _landing_batch as batch
                where batch.source_name = party.source_name
                  and batch.identifier = party.identifier
            )
        """
        note_people(connection, is_linked)
        connection.execute(f"delete from raw.parties as party where {is_linked}")
        connection.execute(
            "insert into raw.parties select 'phone', source_name, identifier, normalised, owner, "
            "coalesce(owner, normalised), hash from _landing_batch"
        )
