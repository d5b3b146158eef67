"""raw.parties: who an id or a telephone number is, and the keyed hash that may leave."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from service_kpis.contract import Table, tables
from service_kpis.increment.changes import note_people
from service_kpis.landing.batch import batch, read_batches
from service_kpis.landing.numbers import normalise_number
from service_kpis.sql import identifier, literal, scalar

_HASH_DIGITS = 32
_KINDS = ("customer", "agent", "phone")


@dataclass(frozen=True)
class Landed:
    """The rows of one landing of one source."""

    source: str
    at: datetime

    condition = "landed._source = ? and landed._landed_at = ?"

    @property
    def values(self) -> list[Any]:
        return [self.source, self.at]


def keyed_hash(key: bytes, kind: str, value: str) -> str:
    """Hash a caller_key with its kind: extension 4711 is not customer 4711."""
    return hmac.digest(key, f"{kind}:{value}".encode(), "sha256").hex()[:_HASH_DIGITS]


def create_who_went(connection: duckdb.DuckDBPyConnection) -> None:
    """Create temporary `_landing_went`: whom the raw rows named that went in this landing."""
    connection.execute(
        "create or replace temp table _landing_went "
        "(table_name varchar, kind varchar, source_name varchar, identifier varchar)"
    )


def note_who_goes(
    connection: duckdb.DuckDBPyConnection, table: Table, condition: str, values: Sequence[Any] = ()
) -> None:
    """Note whom raw rows (`landed`) name, before they go."""
    for kind in _KINDS:
        for named in _named(table, kind, condition):
            connection.execute(
                f"insert into _landing_went select ?, ?, source_name, identifier from ({named})",
                [table.name, kind, *values],
            )


def refresh_parties(
    connection: duckdb.DuckDBPyConnection,
    key: bytes,
    countries: Mapping[str, str],
    landed: Landed | None = None,
) -> None:
    """Bring raw.parties up to date with raw: rows for who is new or changed, none for who went.

    `countries` gives each source's country of national numbers; where that changes, its numbers
    must be forgotten before (`forget_numbers`). `landed` says that nothing else came since the last
    time, and that `_landing_went` has all that went: raw may hold years, and it a day.
    """
    for kind in _KINDS:
        if landed:
            _name(connection, kind, landed.condition, landed.values)
            _drop_who_went(connection, kind)
        else:
            _name(connection, kind)
            is_gone = f"kind = ? and not exists ({_same_as_party('_landing_named')})"
            _drop(connection, is_gone, kind)
        new = f"""
            select source_name, identifier
            from _landing_named as party
            where not exists ({_same_as_party("raw.parties")} and one.kind = {literal(kind)})
        """
        if kind == "phone":
            _normalise(connection, new, countries)
        else:
            _add_ids(connection, key, kind, new)
    _link_numbers(connection, key, countries, has_new_claims=_has_new_claims(connection, landed))


def forget_numbers(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Drop what is known of a source's numbers, so that they are normalised anew."""
    is_forgotten = "kind = 'phone' and source_name = ?"
    note_people(connection, is_forgotten, [source])
    connection.execute(f"delete from raw.parties where {is_forgotten}", [source])


def _named(table: Table, kind: str, condition: str = "true") -> Iterator[str]:
    """Give selects of whom a raw table (`landed`) names; an id is nobody's source's."""
    source, extra = "cast(null as varchar)", ""
    column = f"{kind}_id"
    if kind == "phone":
        is_claim = table.name == "customer_identifiers"
        column, source = "value" if is_claim else "caller_number", "_source"
        extra = rf"and regexp_matches({column}, '\p{{Nd}}')"
        extra += " and kind = 'phone'" if is_claim else ""
    if any(one.name == column for one in table.columns):
        yield (
            f"select {source} as source_name, {column} as identifier "
            f"from raw.{identifier(table.name)} as landed "
            f"where {column} is not null {extra} and {condition}"
        )


def _same_as_party(relation: str) -> str:
    return (
        f"select 1 from {relation} as one where one.identifier = party.identifier "
        "and one.source_name is not distinct from party.source_name"
    )


def _name(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    condition: str = "true",
    values: Sequence[Any] = (),
) -> None:
    """Make `_landing_named` of whom raw's rows name, each once."""
    selects = [one for table in tables().values() for one in _named(table, kind, condition)]
    connection.execute(
        f"create or replace temp table _landing_named as {' union '.join(selects)}",
        [value for _ in selects for value in values],
    )


def _drop_who_went(connection: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Drop the parties that went with their rows, and that no other row of raw names."""
    connection.execute(
        f"""
        create or replace temp table _landing_lost as
        select distinct source_name, identifier
        from _landing_went as party
        where kind = ? and not exists ({_same_as_party("_landing_named")})
        """,
        [kind],
    )
    # Mostly a row went for its newer self, which names the same people.
    if not scalar(connection, "select count(*) from _landing_lost"):
        return
    is_lost = f"exists ({_same_as_party('_landing_lost')})"
    selects = [
        f"select * from ({named}) as party where {is_lost}"
        for table in tables().values()
        for named in _named(table, kind)
    ]
    connection.execute(f"create or replace temp table _landing_still as {' union '.join(selects)}")
    is_gone = f"kind = ? and {is_lost} and not exists ({_same_as_party('_landing_still')})"
    _drop(connection, is_gone, kind)


def _drop(connection: duckdb.DuckDBPyConnection, is_gone: str, kind: str) -> None:
    note_people(connection, is_gone, [kind])
    connection.execute(f"delete from raw.parties as party where {is_gone}", [kind])


def _add_ids(connection: duckdb.DuckDBPyConnection, key: bytes, kind: str, new: str) -> None:
    customer = "id" if kind == "customer" else "null"
    for _, ids in read_batches(connection, new):
        hashes = [keyed_hash(key, kind, one) for one in ids]
        with batch(connection, {"id": ids, "hash": hashes}):
            connection.execute(
                f"insert into raw.parties select ?, null, id, id, {customer}, id, hash "
                "from _landing_batch",
                [kind],
            )


def _normalise(
    connection: duckdb.DuckDBPyConnection, new: str, countries: Mapping[str, str]
) -> None:
    """Make `_landing_new_numbers` of numbers not seen before, but of those that are withheld."""
    columns = ("source_name", "identifier", "number_kind", "normalised")
    listed = ", ".join(f"{name} varchar" for name in columns)
    connection.execute(f"create or replace temp table _landing_new_numbers ({listed})")
    for sources, numbers in read_batches(connection, new):
        known = [
            (source, number, *normalised)
            for source, number in zip(sources, numbers, strict=True)
            if (normalised := normalise_number(number, countries[source]))
        ]
        texts = {name: [row[place] for row in known] for place, name in enumerate(columns)}
        with batch(connection, texts):
            connection.execute("insert into _landing_new_numbers from _landing_batch")


def _has_new_claims(connection: duckdb.DuckDBPyConnection, landed: Landed | None) -> bool:
    """Tell whether what raw says of whose a number is may be another than the last time."""
    if landed is None:
        return True
    came = f"select count(*) from raw.customer_identifiers as landed where {landed.condition}"
    went = "select count(*) from _landing_went where table_name = 'customer_identifiers'"
    return bool(scalar(connection, came, landed.values) or scalar(connection, went))


def _link_numbers(
    connection: duckdb.DuckDBPyConnection,
    key: bytes,
    countries: Mapping[str, str],
    *,
    has_new_claims: bool,
) -> None:
    """Write the numbers that are new, or whose customer is another than before.

    A number's customer is who the latest landed identifier of the same normalised number says.
    """
    is_looked_at = (
        "true" if has_new_claims else "normalised in (select normalised from _landing_new_numbers)"
    )
    connection.execute(
        f"""
        create or replace temp table _landing_linked as
        with numbers as (
            select source_name, identifier, normalised, null as customer_id, number_kind,
                   true as is_new
            from _landing_new_numbers
            union all
            select source_name, identifier, normalised, customer_id, null, false
            from raw.parties
            where kind = 'phone' and {is_looked_at}
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
        select
            source_name, identifier, normalised, owner, is_new,
            case when owner is not null then 'customer' else number_kind end as hashed_kind
        from numbers
        left join owners using (normalised)
        where is_new or customer_id is distinct from owner
        """
    )
    _find_kinds(connection, countries)
    _hash_callers(connection, key)
    is_linked = f"kind = 'phone' and exists ({_same_as_party('_landing_linked')} and not is_new)"
    note_people(connection, is_linked)
    connection.execute(f"delete from raw.parties as party where {is_linked}")
    connection.execute(
        """
        insert into raw.parties
        select 'phone', source_name, identifier, normalised, owner, caller_key, hash
        from _landing_linked
        join _landing_hashes on kind = hashed_kind and caller_key = coalesce(owner, normalised)
        """
    )


def _hash_callers(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Make `_landing_hashes` of who is behind the numbers of `_landing_linked`, each once."""
    connection.execute(
        "create or replace temp table _landing_hashes "
        "(kind varchar, caller_key varchar, hash varchar)"
    )
    callers = "select distinct hashed_kind, coalesce(owner, normalised) from _landing_linked"
    for kinds, keys in read_batches(connection, callers):
        hashes = [keyed_hash(key, *caller) for caller in zip(kinds, keys, strict=True)]
        with batch(connection, {"kind": kinds, "caller_key": keys, "hash": hashes}):
            connection.execute("insert into _landing_hashes from _landing_batch")


def _find_kinds(connection: duckdb.DuckDBPyConnection, countries: Mapping[str, str]) -> None:
    """Find how the numbers of `_landing_linked` are hashed that have lost their customer."""
    lost = connection.execute(
        "select source_name, identifier from _landing_linked where hashed_kind is null"
    ).fetchall()
    if not lost:
        return
    kinds = [
        (normalise_number(number, countries[source]) or ("text",))[0] for source, number in lost
    ]
    texts = {
        "source_name": [source for source, _ in lost],
        "identifier": [number for _, number in lost],
        "kind": kinds,
    }
    with batch(connection, texts):
        connection.execute(
            "update _landing_linked as linked set hashed_kind = found.kind "
            "from _landing_batch as found where linked.source_name = found.source_name "
            "and linked.identifier = found.identifier"
        )
