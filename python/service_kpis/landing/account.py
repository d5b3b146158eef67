"""The account of a landing: what became of every row that was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime

import duckdb


@dataclass
class FileAccount:
    """What became of the rows of one file under one mapping; counts of rows.

    read = inserted + updated + unchanged + rejected + left_out, and left_out_null is a part of
    left_out. A `query` has one account of its result under the name of its source.yml, and one for
    each file of its relations, `table` being "tickets (relation log)": there left_out counts the
    rows that were parsed and went into the query, so it balances parsed + rejected.
    """

    source: str
    table: str
    file: str
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    left_out: int = 0
    left_out_null: int = 0

    @property
    def is_balanced(self) -> bool:
        landed = self.inserted + self.updated + self.unchanged
        return self.read == landed + self.rejected + self.left_out


def write_accounts(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    accounts: Sequence[FileAccount],
    landed_at: datetime,
) -> None:
    """Keep the accounts of a source's last landing in raw.landings."""
    connection.execute("delete from raw.landings where source_name = ?", [source])
    if accounts:
        connection.executemany(
            "insert into raw.landings values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [[*astuple(account), landed_at] for account in accounts],
        )


def read_accounts(connection: duckdb.DuckDBPyConnection, source: str) -> list[FileAccount]:
    """Read the accounts of a source's last landing."""
    names = ["source_name", "table_name", "file_name", *[f.name for f in fields(FileAccount)][3:]]
    rows = connection.execute(
        f"select {', '.join(names)} from raw.landings where source_name = ? order by rowid",
        [source],
    ).fetchall()
    return [FileAccount(*row) for row in rows]
