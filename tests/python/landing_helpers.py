"""What the tests of landing share: a source in a folder, landed, and its raw tables read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from service_kpis.landing import FileAccount, land, rejects
from service_kpis.warehouse import Warehouse

CALLS = "call_id,direction,started_at,ended_at"
CALL = "inbound,2024-01-01 10:00:00,2024-01-01 10:05:00"


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def land_files(
    warehouse: Warehouse, folder: Path, files: dict[str, str | bytes], **options: Any
) -> list[FileAccount]:
    accounts = land(warehouse, [write(folder, files)], **options)
    assert all(account.is_balanced for account in accounts)
    return accounts


def query(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(sql).fetchall()


def refused(warehouse: Warehouse) -> list[tuple[int, str | None, str]]:
    return [(r["row_number"], r["column_name"], r["reason_code"]) for r in rejects(warehouse)]
