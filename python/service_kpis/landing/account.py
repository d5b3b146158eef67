"""The account of a landing: what became of every row that was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

import duckdb

from service_kpis.errors import MachineError


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


def prove(
    connection: duckdb.DuckDBPyConnection, accounts: Sequence[FileAccount], source: str
) -> None:
    """Raise MachineError unless every row that was read is somewhere, and only there.

    Each account must balance, `read` having been counted as the file was cut; and a file's rejected
    rows must be as many as `_landing_rejects` holds of it.
    """
    rejected: Counter[tuple[str, str]] = Counter()
    for account in accounts:
        if not account.is_balanced:
            raise _defect(source, f"the {account.read} rows of {account.file} do not add up")
        # A relation's file refuses rows for its table: "tickets (relation log)".
        rejected[account.table.split(" ")[0], account.file] += account.rejected
    kept = connection.execute(
        "select table_name, file_name, count(*) from _landing_rejects group by all"
    ).fetchall()
    if {(table, file): count for table, file, count in kept} != dict(+rejected):
        raise _defect(source, "its rejects are not as many as were counted")


def prove_written(source: str, table: str, *, before: int, inserted: int, after: int) -> None:
    """Raise MachineError unless raw holds as many rows more as were inserted."""
    if before + inserted != after:
        raise _defect(source, f"{table} has not as many rows more as were counted")


def _defect(source: str, what: str) -> MachineError:
    return MachineError(
        f"Landing {source} went wrong by a defect of service-kpis: {what}. Nothing of it landed; "
        "please report this with its source.yml."
    )


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
