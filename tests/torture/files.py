"""Odd files of every format: each row must end where the one who wrote it knows that it must."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import duckdb
import yaml

from service_kpis.landing import land, rejects
from service_kpis.warehouse import Warehouse
from torture.odd_calls import COLUMNS
from torture.odd_files import OddFile, odd_file
from torture.trial import Trial

COUNTS = {"FILES": 1000}
FILES_A_LANDING = 10


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Land odd files, several at once, and yield a trial for each of them."""
    for first in range(0, counts["FILES"], FILES_A_LANDING):
        draw = f"{seed}/{first}"
        random = Random(draw)  # noqa: S311  the same draw again is what is wanted
        files = [odd_file(random, number) for number in range(FILES_A_LANDING)]
        with tempfile.TemporaryDirectory() as folder:
            found = differences(Path(folder), files)
        for file in files:
            differing = found[file.name]
            ending = file.name.partition(".")[2]
            yield Trial(f"rows of {ending}", held=not differing, detail=f"Draw {draw}: {differing}")


def differences(folder: Path, files: Sequence[OddFile]) -> dict[str, str]:
    """Land the files twice as one source; tell of each where it differs from what must be."""
    warehouse, source = Warehouse(folder / "warehouse"), folder / "source"
    source.mkdir()
    entries = []
    for file in files:
        (source / file.name).write_bytes(file.content)
        entries.append({"files": file.name, "options": file.options})
    document = {"name": "odd", "timezone": "Europe/Paris", "tables": {"calls": entries}}
    (source / "source.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    accounts = {account.file: account for account in land(warehouse, [source])}
    again = {account.file: account for account in land(warehouse, [source])}
    refused = rejects(warehouse)
    columns = ", ".join(COLUMNS)
    with duckdb.connect(warehouse.build, read_only=True) as connection:
        rows = connection.execute(f"select _file, _row, {columns} from raw.calls").fetchall()
    found = {}
    for file in files:
        landed, codes = file.fates.landed(), file.fates.refused()
        copies = len(file.fates.calls) - len(landed) - len(codes)
        account, second = accounts[file.name], again[file.name]
        pairs = {
            "read": (account.read, len(file.fates.calls)),
            "inserted": (account.inserted, len(landed)),
            "unchanged": (account.unchanged, copies),
            "rejected": (account.rejected, len(codes)),
            "unchanged again": (second.unchanged, copies + len(landed)),
            "rejected again": (second.rejected, len(codes)),
            "rejects": (
                [
                    (r["row_number"], r["reason_code"])
                    for r in refused
                    if r["file_name"] == file.name
                ],
                codes,
            ),
            "raw": ({row[1]: row[2:] for row in rows if row[0] == file.name}, landed),
        }
        found[file.name] = "; ".join(
            f"{file.name}, {name}: {seen}, expected {expected}"
            for name, (seen, expected) in pairs.items()
            if seen != expected
        )
    return found
