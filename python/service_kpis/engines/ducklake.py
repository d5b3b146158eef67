"""Raw tables in a DuckLake, where dbt's target `ducklake` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from service_kpis.engines import attached
from service_kpis.engines.tables import OnTable, columns_of
from service_kpis.errors import InputError
from service_kpis.extensions import extension, wait_for_a_server, why_unreachable
from service_kpis.sql import identifier, literal


@dataclass(frozen=True)
class DuckLake:
    """`catalogue`: as in `ducklake:postgres:dbname=lake host=…`; `files`: where Parquet lies."""

    catalogue: str
    files: str

    def open(self, connection: duckdb.DuckDBPyConnection) -> None:
        for name in ("postgres_scanner", "ducklake"):
            connection.execute(f"load {literal(str(extension(name)))}")
        wait_for_a_server()
        try:
            connection.execute(
                f"attach {literal(self.catalogue)} as {attached.NAME} "
                f"(data_path {literal(self.files)})"
            )
        except duckdb.Error as error:
            if "DATA_PATH" in str(error):
                raise InputError(
                    "The DuckLake was made with another folder for its files. Set "
                    "SERVICE_KPIS_DUCKLAKE_FOLDER to that one, written as it was then."
                ) from None
            raise InputError(
                f"The catalogue of the DuckLake {why_unreachable(str(error))}"
            ) from None

    relation = staticmethod(attached.relation)

    def replace(
        self,
        connection: duckdb.DuckDBPyConnection,
        schema: str,
        tables: Mapping[str, str],
        on_table: OnTable,
    ) -> dict[str, int]:
        """Replace rows in one transaction, which is one snapshot of the lake.

        A table that is there stays the same one, with how it is partitioned or sorted.
        """
        try:
            return _replace(connection, schema, tables, on_table)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.TransactionException:
            raise InputError(
                "Another writer changed the raw tables of the DuckLake at the same time, and the "
                "lake keeps what that one wrote. Run the command again."
            ) from None
        except duckdb.Error as error:
            raise InputError(
                f"The DuckLake refuses the raw tables ({type(error).__name__}); it keeps what it "
                "had. May its folder be written to, and the tables of its catalogue?"
            ) from None


def _replace(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    tables: Mapping[str, str],
    on_table: OnTable,
) -> dict[str, int]:
    rows = {}
    connection.execute("begin")
    connection.execute(f"create schema if not exists {attached.NAME}.{identifier(schema)}")
    for table, relation in tables.items():
        on_table(table)
        types = columns_of(connection, relation)
        name = f"{attached.NAME}.{identifier(schema)}.{identifier(table)}"
        columns = [f"{identifier(column)} {data_type}" for column, data_type in types.items()]
        connection.execute(f"create table if not exists {name} ({', '.join(columns)})")
        for column in columns:
            connection.execute(f"alter table {name} add column if not exists {column}")
        connection.execute(f"delete from {name}")
        inserted = connection.execute(
            f"insert into {name} by name select * from {relation}"
        ).fetchone()
        rows[table] = int(inserted[0]) if inserted else 0
    connection.execute("commit")
    return rows
