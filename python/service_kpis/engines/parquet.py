"""Write raw tables as Parquet, where dbt's target `spark` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from service_kpis.engines.tables import columns_of, open_beside
from service_kpis.sql import identifier, literal

FILE = "raw.parquet"


def write_parquet(build: Path, folder: Path, tables: Sequence[str]) -> dict[str, int]:
    """Write each raw table to `<folder>/<table>/raw.parquet`; returns how many rows it has.

    A table's file takes the place of its earlier one at once. Timestamps are written as instants
    in UTC, which is what they are: Spark takes those without a zone for another type.
    """
    rows = {}
    with open_beside(build) as connection:
        for table in tables:
            file = folder / table / FILE
            draft = file.with_name(f".{FILE}.tmp")  # Spark reads no file whose name has a dot first
            file.parent.mkdir(parents=True, exist_ok=True)
            columns = ", ".join(
                f"cast({identifier(name)} as timestamptz) as {identifier(name)}"
                if data_type == "TIMESTAMP"
                else identifier(name)
                for name, data_type in columns_of(connection, table).items()
            )
            written = connection.execute(
                f"copy (select {columns} from raw.{identifier(table)}) "
                f"to {literal(str(draft))} (format parquet)"
            ).fetchone()
            draft.replace(file)
            rows[table] = int(written[0]) if written else 0
    return rows
