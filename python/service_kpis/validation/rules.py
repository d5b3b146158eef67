"""A rule on a table: one query, which Great Expectations runs, finds the rows that break it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from service_kpis.outcome import Severity
from service_kpis.sql import identifier, literal


@dataclass(frozen=True)
class Rule:
    """`breaking` selects the rows that break the rule; `{batch}` in it stands for the table.

    It selects where rows are (source, file, row; or a key of ours), never what they hold, as Great
    Expectations shows them in Data Docs.
    """

    name: str
    schema: str
    table: str
    severity: Severity
    statement: str
    """What holds, as a clause that a sentence can go on from."""
    breaking: str


def rows_where(condition: str, columns: str) -> str:
    """Select the rows of the table for which a SQL condition is true."""
    return f"select {columns} from {{batch}} where {escaped(condition)}"


def repeated(key: Iterable[str]) -> str:
    """Select the keys, counted, that several rows bear."""
    names = ", ".join(identifier(name) for name in key)
    return f"select count(*) as copies from {{batch}} group by {names} having count(*) > 1"


def any_null(names: Iterable[str]) -> str:
    return " or ".join(f"{identifier(name)} is null" for name in names)


def outside(name: str, values: Collection[str]) -> str:
    """Give the condition of a value, where there is one, that is none of `values`."""
    return f"{identifier(name)} not in ({', '.join(literal(value) for value in values)})"


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def escaped(sql: str) -> str:
    """Keep braces from being read as placeholders."""
    return sql.replace("{", "{{").replace("}", "}}")
