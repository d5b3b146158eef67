"""Runs the floor: the same facts and figures from the same files, in one lean script."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import duckdb
import yaml

from service_kpis.contract import Table, tables
from service_kpis.sql import identifier, literal
from service_kpis.warehouse import PROJECT_DIR

SCRIPT = Path(__file__).with_name("floor.sql")
THREADS = 2
HASHED_BLOCK = 64
"""Bytes that SHA-256 takes at a time; HMAC pads its key to them."""
_TYPES = {"text": "varchar", "integer": "bigint", "decimal": "decimal(18, 2)"}


def run_floor(folder_of_files: Path, marts_file: Path, key: bytes) -> None:
    """Make the marts of a drawn source, CSV or Parquet, in a DuckDB file that is not there yet."""
    with duckdb.connect(marts_file, config={"threads": THREADS}) as connection:
        prepare(connection, folder_of_files, key)
        connection.execute(SCRIPT.read_text(encoding="utf-8"))


def prepare(connection: duckdb.DuckDBPyConnection, folder_of_files: Path, key: bytes) -> None:
    """Make what the script reads: a typed view of each file and its variables."""
    for table in tables().values():
        name = identifier(f"{table.name}_file")
        connection.execute(f"create temp view {name} as {_rows(table, folder_of_files)}")
    short_key = key if len(key) <= HASHED_BLOCK else hashlib.sha256(key).digest()
    padded = short_key.ljust(HASHED_BLOCK, b"\0")
    source = yaml.safe_load((folder_of_files / "source.yml").read_text(encoding="utf-8"))
    for name, value in {
        "source": source["name"],
        "seeds": str(PROJECT_DIR / "seeds"),
        "inner_pad": bytes(byte ^ 0x36 for byte in padded),
        "outer_pad": bytes(byte ^ 0x5C for byte in padded),
    }.items():
        connection.execute(f"set variable {name} = ?", [value])


def _rows(table: Table, folder: Path) -> str:
    """Write the select of a table's file, with the contract's columns and types."""
    types = {one.name: _TYPES.get(one.data_type, one.data_type) for one in table.columns}
    csv, parquet = (folder / f"{table.name}.{ending}" for ending in ("csv", "parquet"))
    if csv.exists():
        return f"from read_csv({literal(str(csv))}, header = true, columns = {types})"
    if parquet.exists():
        columns = ", ".join(
            f"cast({identifier(name)} as {kind}) as {identifier(name)}"
            for name, kind in types.items()
        )
        return f"select {columns} from read_parquet({literal(str(parquet))})"
    nothing = ", ".join(
        f"cast(null as {kind}) as {identifier(name)}" for name, kind in types.items()
    )
    return f"select {nothing} where false"


if __name__ == "__main__":
    files, marts, key_file = map(Path, sys.argv[1:])
    run_floor(files, marts, bytes.fromhex(key_file.read_text(encoding="ascii")))
