"""raw.forgotten: who was erased, known by keyed hashes alone, so that they stay erased.

A token stands for a person who was erased, in the place of every identifier. What lands again of
that person bears the token before it is written.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from service_kpis.contract import Table
from service_kpis.landing.parties import (
    TOKEN_PREFIX,
    WITHHELD,
    keyed_hash,
    normalise_number,
)
from service_kpis.landing.upsert import seen_keys, valid_rows
from service_kpis.sql import batch, identifier, literal

E_MAIL = re.compile(r"[^@\s<>\"';,|()]+@[^@\s<>\"';,|()]+\.\w{2,}")
_NUMBER = re.compile(r"[+(]{0,2}\d[\d\s().\-/\u00a0\u202f]{4,30}\d")
_WORD = re.compile(r"[^\s;,|<>\"']{4,}")


def new_token() -> str:
    """Make the token of a person: 128 random bits."""
    return TOKEN_PREFIX + secrets.token_hex(16)


def e_mail_as_known(text: str) -> str:
    """Give an e-mail address as it is compared: people and systems write its case as they like."""
    return text.strip().lower()


@dataclass(frozen=True)
class Forgotten:
    """The tokens of the erased, by the keyed hash of each identifier."""

    key: bytes
    tokens: Mapping[str, str]
    customers: frozenset[str]
    """The tokens that stand for a customer id; others stand for a number that nobody owned."""

    def customer(self, text: str) -> str | None:
        return self.tokens.get(forgotten_hash(self.key, "customer", text.strip()))

    def e_mail(self, text: str) -> str | None:
        return self.tokens.get(forgotten_hash(self.key, "e_mail", e_mail_as_known(text)))

    def number(self, text: str, country: str) -> str | None:
        normalised = normalise_number(text, country)
        return normalised and self.tokens.get(forgotten_hash(self.key, *normalised))

    def any(self, text: str, country: str) -> str | None:
        """Give the token of an identifier of any kind."""
        return self.customer(text) or self.e_mail(text) or self.number(text, country)

    def told_in(self, text: str, country: str) -> str | None:
        """Give the token of somebody erased whose identifier a text is, or holds."""
        numbers = (found[0] for found in _NUMBER.finditer(text))
        e_mails = (found[0] for found in E_MAIL.finditer(text))
        words = (found[0] for found in _WORD.finditer(text))
        tokens = (
            self.any(text, country),
            *(self.number(number, country) for number in numbers),
            *(self.e_mail(e_mail) for e_mail in e_mails),
            *(self.customer(word) for word in words),
        )
        return next(filter(None, tokens), None)

    def told_by(self, value: str | None, row_json: str | None, country: str) -> str | None:
        """Give the token of somebody erased of whom a reject's value or row tells."""
        tokens = (self.told_in(text, country) for text in _texts(value, row_json))
        return next(filter(None, tokens), None)


def _texts(value: str | None, row_json: str | None) -> Iterator[str]:
    if value:
        yield value
    if row_json:
        try:
            yield from _leaves(json.loads(row_json))
        except ValueError:  # cut at 64 kB
            yield row_json


def _leaves(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        for branch in tree.values():
            yield from _leaves(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from _leaves(branch)
    elif isinstance(tree, str) or (isinstance(tree, int | float) and not isinstance(tree, bool)):
        yield str(tree)


def forgotten_hash(key: bytes, kind: str, value: str) -> str:
    """Hash an identifier for raw.forgotten: apart from what was published, so as not to match it.

    Kind is `customer`, `e_mail`, or `phone` or `text` of a normalised number.
    """
    return keyed_hash(key, f"forgotten {kind}", value)


def read_forgotten(connection: duckdb.DuckDBPyConnection, key: bytes) -> Forgotten:
    """Read raw.forgotten; nobody where the warehouse has not got it yet."""
    has_table = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'raw' and table_name = 'forgotten'"
    ).fetchone()
    rows = (
        connection.execute("select identifier_hash, token, kind from raw.forgotten").fetchall()
        if has_table
        else []
    )
    return Forgotten(
        key=key,
        tokens={found: token for found, token, _ in rows},
        customers=frozenset(token for _, token, kind in rows if kind == "customer"),
    )


def redacted_row(token: str) -> str:
    """Give what stands in the place of a rejected row that told of somebody erased."""
    return json.dumps({"forgotten": token})


def keep_forgotten(
    connection: duckdb.DuckDBPyConnection,
    key: bytes,
    staged: Iterable[Table],
    country: str,
) -> dict[tuple[str, int], int]:
    """Write tokens for the erased into what is staged, before it lands.

    Gives, by table and number of file, how many rows became copies of one another by it: several
    identifiers of one person are one row of customer_identifiers.
    """
    forgotten = read_forgotten(connection, key)
    if not forgotten.tokens:
        return {}
    _redact_rejects(connection, forgotten, country)
    copies: dict[tuple[str, int], int] = {}
    for table in staged:
        rows, seen = valid_rows(table), seen_keys(table)
        names = {column.name for column in table.columns}
        if table.name == "customer_identifiers":
            _keep_identifiers(connection, forgotten, country, rows)
            copies |= {
                (table.name, seq): count for seq, count in _drop_copies(connection, table, rows)
            }
            _keep_seen(connection, table)
        elif "customer_id" in names:
            if "caller_number" in names:
                _keep_numbers(connection, forgotten, country, rows)
            _replace(connection, rows, "customer_id", forgotten.customer)
            if "customer_id" in table.key:
                _replace(connection, seen, "customer_id", forgotten.customer)
    return copies


def _redact_rejects(
    connection: duckdb.DuckDBPyConnection, forgotten: Forgotten, country: str
) -> None:
    rows = connection.execute("select rowid, value, row_json from _landing_rejects").fetchall()
    told = {
        row: redacted_row(token)
        for row, value, whole in rows
        if (token := forgotten.told_by(value, whole, country))
    }
    with batch(connection, {"content": list(told.values())}, {"told": list(told)}):
        connection.execute(
            "update _landing_rejects as reject set value = null, row_json = told.content "
            "from _landing_batch as told where reject.rowid = told.told"
        )


def _replace(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    column: str,
    token_of: Callable[[str], str | None],
) -> None:
    """Replace the values of a column that have a token."""
    name = identifier(column)
    values = [
        value
        for (value,) in connection.execute(
            f"select distinct {name} from {rows} where {name} is not null"
        ).fetchall()
    ]
    found = [(value, token) for value in values if (token := token_of(value))]
    texts = {"old": [old for old, _ in found], "new": [new for _, new in found]}
    with batch(connection, texts):
        connection.execute(
            f"update {rows} as staged set {name} = known.new "
            f"from _landing_batch as known where staged.{name} = known.old"
        )


def _keep_numbers(
    connection: duckdb.DuckDBPyConnection, forgotten: Forgotten, country: str, rows: str
) -> None:
    """Give a call's number its token; another number on a call of the erased is theirs there."""
    _replace(connection, rows, "caller_number", lambda text: forgotten.number(text, country))
    ids = [
        (value, token)
        for (value,) in connection.execute(
            f"select distinct customer_id from {rows} where customer_id is not null"
        ).fetchall()
        if (token := forgotten.customer(value))
    ]
    texts = {"id": [one for one, _ in ids], "token": [token for _, token in ids]}
    with batch(connection, texts):
        connection.execute(
            f"update {rows} as staged set caller_number = known.token from _landing_batch as known "
            f"where staged.customer_id = known.id and {names_a_caller('staged.caller_number')}"
        )


def names_a_caller(number: str) -> str:
    """Give the condition under which a caller_number is neither withheld nor a token."""
    withheld = ", ".join(literal(word) for word in sorted(WITHHELD))
    return (
        f"lower(trim({number})) not in ({withheld}) "
        f"and not starts_with({number}, {literal(TOKEN_PREFIX)})"
    )


def _keep_identifiers(
    connection: duckdb.DuckDBPyConnection, forgotten: Forgotten, country: str, rows: str
) -> None:
    found = connection.execute(f"select distinct kind, value, customer_id from {rows}").fetchall()
    changed: list[tuple[str, str, str, str, str]] = []
    for kind, value, customer in found:
        token = forgotten.customer(customer)
        if token is None:
            token = forgotten.number(value, country) if kind == "phone" else forgotten.e_mail(value)
            if token is None:
                continue
            owner = token if token in forgotten.customers else customer
        else:
            owner = token
        changed.append((kind, value, customer, token, owner))
    columns = ("kind", "value", "customer_id", "token", "owner")
    texts: dict[str, Sequence[str]] = {
        name: [row[i] for row in changed] for i, name in enumerate(columns)
    }
    with batch(connection, texts):
        connection.execute(
            f"update {rows} as staged set value = known.token, customer_id = known.owner "
            "from _landing_batch as known where staged.kind = known.kind "
            "and staged.value = known.value and staged.customer_id = known.customer_id"
        )


def _drop_copies(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: str
) -> list[tuple[int, int]]:
    """Keep the last row of each key in each file; gives how many went, by number of file."""
    key = ", ".join(identifier(name) for name in table.key)
    connection.execute(
        f"""
        create or replace temp table _landing_copies as
        select _seq, _row
        from {rows}
        qualify row_number() over (partition by _seq, {key} order by _row desc) > 1
        """
    )
    connection.execute(
        f"delete from {rows} as staged using _landing_copies as copy "
        "where staged._seq = copy._seq and staged._row = copy._row"
    )
    return connection.execute("select _seq, count(*) from _landing_copies group by _seq").fetchall()


def _keep_seen(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Say that the tokens' rows were in this landing, for `mode: replace`."""
    key = ", ".join(identifier(name) for name in table.key)
    connection.execute(
        f"insert into {seen_keys(table)} select distinct {key} from {valid_rows(table)}"
    )
