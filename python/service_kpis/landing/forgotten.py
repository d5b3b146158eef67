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
from itertools import chain, pairwise

import duckdb

from service_kpis.contract import Table
from service_kpis.landing.batch import batch
from service_kpis.landing.numbers import TOKEN_PREFIX, WITHHELD, normalise_number
from service_kpis.landing.parties import keyed_hash
from service_kpis.landing.staged import seen_keys, valid_rows
from service_kpis.sql import identifier, literal

_E_MAIL = re.compile(r"[^@\s<>\"';,|()]+@[^@\s<>\"';,|()]+\.\w{2,}")
_NUMBER = re.compile(r"[+(]{0,2}\d[\d\s().\-/\u00a0\u202f]{4,30}\d")
_WORD = re.compile(r"[^\s;,|<>\"']{4,}")
_PIECE = re.compile(r"[^\W_]+")
_MOST_PIECES = 8
_MOST_PARTS = 16
"""Of an address before its @, and after: more than any has, and few enough to be tried."""
_OF_PEOPLE = ("customer_id", "caller_number", "value")
LETTERS_OF_AN_ID = 6
DIGITS_OF_A_NUMBER = 7
"""Shorter ids and numbers stand in any text by chance: counts, durations, line numbers."""


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
        e_mails = (found[0] for found in _E_MAIL.finditer(text))
        words = (found[0] for found in _WORD.finditer(text))
        tokens = (
            self.any(text, country),
            self.part_of(text),
            *(self.number(number, country) for number in numbers),
            *(self.e_mail(e_mail) for e_mail in e_mails),
            *(self.customer(word) for word in words),
        )
        return next(filter(None, tokens), None)

    def part_of(self, text: str) -> str | None:
        """Give the token of somebody erased whose identifier stands in a key or a file's name.

        It is there by itself, not as a part of a longer word or number; an id of digits alone is
        not looked for, as other things' ids are numbers, too. The same text gives the same token
        before and after the erasure, so that what lands again finds itself.
        """
        pieces = chain(_pieces(text), _addresses(text))
        return next(filter(None, map(self._piece, pieces)), None)

    def _piece(self, text: str) -> str | None:
        if "@" in text:
            return self.e_mail(text)
        if any(mark.isalpha() for mark in text):
            return self.customer(text) if len(text) >= LETTERS_OF_AN_ID else None
        digits = re.sub(r"\D", "", text)
        if len(digits) < DIGITS_OF_A_NUMBER:
            return None
        return self.tokens.get(forgotten_hash(self.key, "digits", digits))

    def in_place_of(self, text: str) -> str | None:
        """Give what stands in the place of a text that tells of somebody erased, each its own."""
        token = self.part_of(text)
        return token and f"{token}_{forgotten_hash(self.key, 'told', text)[:12]}"

    def told_by(self, value: str | None, row_json: str | None, country: str) -> str | None:
        """Give the token of somebody erased of whom a reject's value or row tells."""
        tokens = (self.told_in(text, country) for text in _texts(value, row_json))
        return next(filter(None, tokens), None)


def _pieces(text: str) -> Iterator[str]:
    """Give every run of a few words of a text, with what stands between them."""
    words = [*_PIECE.finditer(text)]
    for number, first in enumerate(words):
        for last in words[number : number + _MOST_PIECES]:
            yield text[first.start() : last.end()]


def _addresses(text: str) -> Iterator[str]:
    """Give whatever may be an address in a text, where it has more words than a piece, too."""
    for before, after in pairwise(text.split("@")):
        starts = [word.start() for word in _PIECE.finditer(before)][-_MOST_PARTS:]
        ends = [word.end() for word in _PIECE.finditer(after)][:_MOST_PARTS]
        yield from (f"{before[start:]}@{after[:end]}" for start in starts for end in ends)


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

    Kind is `customer`, `e_mail`, `phone` or `text` of a normalised number, or `digits` of one as it
    may be written.
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
    forgotten: Forgotten,
    staged: Iterable[Table],
    country: str,
) -> dict[tuple[str, int], int]:
    """Write tokens for the erased into what is staged, before it lands.

    Gives, by table and number of file, how many rows became copies of one another by it: several
    identifiers of one person are one row of customer_identifiers.
    """
    if not forgotten.tokens:
        return {}
    _redact_rejects(connection, forgotten, country)
    _replace(connection, "_landing_rejects", "file_name", forgotten.in_place_of)
    copies: dict[tuple[str, int], int] = {}
    for table in staged:
        rows, seen = valid_rows(table), seen_keys(table)
        names = {column.name for column in table.columns}
        _replace_what_tells(connection, forgotten, table)
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
    condition: str = "true",
) -> None:
    """Replace the values of a column that have a token."""
    name = identifier(column)
    values = [
        value
        for (value,) in connection.execute(
            f"select distinct {name} from {rows} where {name} is not null and {condition}"
        ).fetchall()
    ]
    found = [(value, token) for value in values if (token := token_of(value))]
    texts = {"old": [old for old, _ in found], "new": [new for _, new in found]}
    with batch(connection, texts):
        connection.execute(
            f"update {rows} as staged set {name} = known.new "
            f"from _landing_batch as known where staged.{name} = known.old"
        )


def _replace_what_tells(
    connection: duckdb.DuckDBPyConnection, forgotten: Forgotten, table: Table
) -> None:
    """Replace the keys, other texts and names of files in which an identifier stands.

    What raw holds already was looked at when it landed, or when the person was erased.
    """
    raw = f"raw.{identifier(table.name)}"
    texts = [
        column.name
        for column in table.columns
        if column.data_type == "text" and column.name not in _OF_PEOPLE
    ]
    for name in [*texts, "_file"]:
        holding = [valid_rows(table), *([seen_keys(table)] if name in table.key else [])]
        for rows in holding:
            known = f"select {identifier(name)} from {raw} where {identifier(name)} is not null"
            is_new = f"{identifier(name)} not in ({known})"
            _replace(connection, rows, name, forgotten.in_place_of, is_new)


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
