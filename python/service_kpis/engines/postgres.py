"""Raw tables on a Postgres server, where dbt's target `postgres` reads them."""

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
class Postgres:
    """`server`: a connection string or URL of libpq."""

    server: str

    def open(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"load {literal(str(extension('postgres_scanner')))}")
        wait_for_a_server()
        # Postgres holds no NUL character, so a text loses those it has.
        connection.execute("set pg_null_byte_replacement = ''")
        try:
            connection.execute(f"attach {literal(self.server)} as {attached.NAME} (type postgres)")
        except duckdb.Error as error:
            raise InputError(f"The Postgres server {why_unreachable(str(error))}") from None

    relation = staticmethod(attached.relation)

    def replace(
        self,
        connection: duckdb.DuckDBPyConnection,
        schema: str,
        tables: Mapping[str, str],
        on_table: OnTable,
    ) -> dict[str, int]:
        """Replace rows in one transaction, by binary COPY: readers see all old ones or all new.

        Tables that are not there are made, with the contract's types, and a table gains the
        columns that the contract gained; views on it stay.
        """
        try:
            return _replace(connection, schema, tables, on_table)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            raise InputError(
                f"The Postgres server refuses the raw tables ({type(error).__name__}); it keeps "
                f"what it had. May this user create schema {schema}, and write to its tables?"
            ) from None


def _replace(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    tables: Mapping[str, str],
    on_table: OnTable,
) -> dict[str, int]:
    names = {table: f"{identifier(schema)}.{identifier(table)}" for table in tables}
    columns = {table: columns_of(connection, relation) for table, relation in tables.items()}
    made = (_made(names[table], types) for table, types in columns.items())
    _on_server(connection, "; ".join([f"create schema if not exists {identifier(schema)}", *made]))
    connection.execute("call pg_clear_cache()")
    rows = {}
    connection.execute("begin")
    for table, relation in tables.items():
        on_table(table)
        listed = ", ".join(identifier(column) for column in columns[table])
        _on_server(connection, f"truncate {names[table]}")
        inserted = connection.execute(
            f"insert into {attached.NAME}.{names[table]} ({listed}) select {listed} from {relation}"
        ).fetchone()
        rows[table] = int(inserted[0]) if inserted else 0
    connection.execute("commit")
    # A planner that knows nothing of new rows joins them row by row.
    _on_server(connection, "; ".join(f"analyze {name}" for name in names.values()))
    return rows


def _made(name: str, types: Mapping[str, str]) -> str:
    """Write what makes a table, or its columns that are new."""
    columns = ", ".join(
        f"add column if not exists {identifier(column)} {data_type}"
        for column, data_type in types.items()
    )
    return f"create table if not exists {name} (); alter table {name} {columns}"


def _on_server(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    connection.execute(f"call postgres_execute({literal(attached.NAME)}, {literal(statement)})")
