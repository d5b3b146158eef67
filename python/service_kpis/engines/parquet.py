"""Raw tables as Parquet files in a folder, where dbt's target `spark` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from service_kpis.engines.tables import OnTable, columns_of
from service_kpis.errors import InputError
from service_kpis.sql import identifier, literal

FILE = "raw.parquet"


@dataclass(frozen=True)
class ParquetFolder:
    """Each table is `<folder>/<table>/*.parquet`; ours is one file, `raw.parquet`.

    A folder is of one loader: what schema the tables are in is Spark's affair.
    """

    folder: Path

    def open(self, connection: duckdb.DuckDBPyConnection) -> None:
        del connection
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"The folder {self.folder} cannot be made: {error.strerror}. Set "
                "SERVICE_KPIS_SPARK_RAW to one that may be written to."
            ) from None

    def relation(
        self, connection: duckdb.DuckDBPyConnection, schema: str, table: str
    ) -> str | None:
        del connection, schema
        files = [literal(str(file)) for file in sorted(self._files(table))]
        if not files:
            return None
        return f"read_parquet([{', '.join(files)}], union_by_name = true, hive_partitioning = true)"

    def replace(
        self,
        connection: duckdb.DuckDBPyConnection,
        schema: str,
        tables: Mapping[str, str],
        on_table: OnTable,
    ) -> dict[str, int]:
        """Write each table's file, which takes the place of its earlier one at once.

        Timestamps are written as instants in UTC, which is what they are: Spark takes those without
        a zone for another type.
        """
        del schema
        for table in tables:
            self._require_ours(table)
        rows = {}
        for table, relation in tables.items():
            on_table(table)
            file = self.folder / table / FILE
            draft = file.with_name(f".{FILE}.tmp")  # Spark reads no file whose name has a dot first
            file.parent.mkdir(parents=True, exist_ok=True)
            columns = ", ".join(
                f"cast({identifier(name)} as timestamptz) as {identifier(name)}"
                if data_type == "TIMESTAMP"
                else identifier(name)
                for name, data_type in columns_of(connection, relation).items()
            )
            written = connection.execute(
                f"copy (select {columns} from {relation}) to {literal(str(draft))} (format parquet)"
            ).fetchone()
            draft.replace(file)
            rows[table] = int(written[0]) if written else 0
        return rows

    def _files(self, table: str) -> Iterator[Path]:
        """Give the files that Spark reads as the table: all whose name does not hide them."""
        top = self.folder / table
        for file in top.rglob("*"):
            names = file.relative_to(top).parts
            if file.is_file() and not any(name.startswith((".", "_")) for name in names):
                yield file

    def _require_ours(self, table: str) -> None:
        others = [file for file in self._files(table) if file != self.folder / table / FILE]
        if others:
            raise InputError(
                f"{self.folder / table} holds files that are not ours, and Spark would read them "
                "and ours as one table. Take another folder, or, where they are your loader's, "
                "--parties-only."
            )
