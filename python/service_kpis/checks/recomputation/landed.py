"""What landed, as Polars frames: the only thing, beside seeds and vars, that is recomputed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from service_kpis.contract import Table, tables
from service_kpis.sql import identifier


@dataclass(frozen=True)
class Landed:
    """Schema raw of build.duckdb, the vars and the folder of the seeds that it was built with."""

    connection: duckdb.DuckDBPyConnection
    vars: Mapping[str, Any]
    seeds: Path
    rows_from: str = "raw"
    """The schema whose rows count: raw, or that of a sample of it."""
    _read: dict[str, pl.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame:
        """Give a raw table's rows; of a key that is the house's, the row that landed last.

        Decimals come as Float64, timestamps as UTC without a zone. Empty where nothing landed.
        """
        if name not in self._read:
            self._read[name] = self._fetch(name)
        return self._read[name]

    def parties(self) -> pl.DataFrame:
        """Give who is who, as landing wrote it."""
        return self.connection.execute(f"select * from {self.rows_from}.parties").pl()

    def seed(self, name: str) -> pl.DataFrame:
        """Give a seed's rows, every column as text; an empty field is null."""
        return pl.read_csv(self.seeds / f"{name}.csv", infer_schema=False)

    def has(self, *names: str) -> bool:
        """Tell whether all the tables hold a row: an empty table counts as absent."""
        return all(
            self.connection.table(f"raw.{identifier(name)}").limit(1).fetchone() for name in names
        )

    def latest(self, name: str, columns: Sequence[str]) -> Any:
        """Give the greatest value of any of the columns in all that landed, None without any."""
        rows = _latest_landed(tables()[name], "raw")
        greatest = ", ".join(f"max({identifier(column)})" for column in columns)
        found = self.connection.execute(f"select greatest({greatest}) from ({rows})")
        return found.fetchall()[0][0]

    def values(self, name: str, column: str) -> list[Any]:
        """Give the different values of a column in all that landed, None among them."""
        rows = _latest_landed(tables()[name], "raw")
        found = self.connection.execute(f"select distinct {identifier(column)} from ({rows})")
        return [value for (value,) in found.fetchall()]

    def _fetch(self, name: str) -> pl.DataFrame:
        table = tables()[name]
        rows = self.connection.execute(_latest_landed(table, self.rows_from)).pl()
        if name == "customers":
            rows = rows.with_columns(pl.col("country").str.to_uppercase())
        return rows.with_columns(
            pl.col(column.name).cast(pl.Float64)
            for column in table.columns
            if column.data_type == "decimal"
        )


def _latest_landed(table: Table, schema: str) -> str:
    rows = f"select * from {schema}.{identifier(table.name)}"
    if not table.is_of_the_house:
        return rows
    key = ", ".join(map(identifier, table.key))
    return (
        f"{rows} qualify row_number() over (partition by {key} "
        "order by _landed_at desc, _source desc, _file desc, _row desc) = 1"
    )


def is_true(column: str) -> pl.Expr:
    """Read a seed's column of true and false, in any of the spellings that mean true."""
    return pl.col(column).str.to_lowercase().is_in(["true", "t", "yes", "y", "1"])


def find_source(
    rows: pl.DataFrame, reference: str, targets: pl.DataFrame, key: str
) -> pl.DataFrame:
    """Add `<reference>_source`: the source of the target row that a reference means.

    It looks in its own source first, then in the only other that has the key; null where none or
    several have it.
    """
    name = f"{reference}_source"
    ids = targets.select(pl.col(key).alias(reference), pl.col("_source").alias(name)).unique()
    lonely = (
        ids.group_by(reference)
        .agg(pl.len().alias("sources"), pl.col(name).first().alias("_other"))
        .filter(pl.col("sources") == 1)
        .drop("sources")
    )
    own = ids.with_columns(pl.col(name).alias("_own"), pl.col(name).alias("_source")).drop(name)
    return (
        rows.join(own, on=[reference, "_source"], how="left")
        .join(lonely, on=reference, how="left")
        .with_columns(pl.coalesce("_own", "_other").alias(name))
        .drop("_own", "_other")
    )
