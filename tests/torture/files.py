"""Odd files of every format: each row must end where the one who wrote it knows that it must."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import duckdb
import hypothesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service_kpis.landing import land, rejects
from service_kpis.warehouse import Warehouse
from torture.odd_calls import COLUMNS
from torture.odd_files import OddFile, odd_file
from torture.trial import Trial

COUNTS = {"FILES": 1000}
HUGE = 100_000_000
HUGE_KINDS = ("csv", "csv.gz", "jsonl")
FILES_A_LANDING = 10
FILES_A_SEED = 250


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Land odd files, several at once, and yield a trial for each of them."""
    for first in range(0, counts["FILES"], FILES_A_SEED):
        count = min(FILES_A_SEED, counts["FILES"] - first)
        yield from fuzzed(count, seed=seed * 1_000_000 + first)

    for kind in HUGE_KINDS if counts["FILES"] else ():
        with tempfile.TemporaryDirectory() as folder:
            told = huge_field(Path(folder), kind, HUGE)
        yield Trial("a field of 100 MB", held=not told, detail=f"In {kind}: {told}")


def fuzzed(count: int, *, seed: int) -> list[Trial]:
    """Let hypothesis draw so many files; of what fails it finds the smallest, which is told."""
    made: list[Trial] = []
    smallest = ""

    @hypothesis.seed(seed)
    @settings(
        max_examples=-(-count // FILES_A_LANDING),
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        database=None,
        deadline=None,
    )
    @given(random=st.randoms(use_true_random=False))
    def every_row_ends_where_it_must(random: Random) -> None:
        nonlocal smallest
        files = [odd_file(random, number) for number in range(FILES_A_LANDING)]
        with tempfile.TemporaryDirectory() as folder:
            found = differences(Path(folder), files)
        broken = [text for text in found.values() if text]
        if not smallest:  # else it is shrinking, and tries the same again
            for file in files:
                kind = file.name.partition(".")[2]
                made.append(Trial(f"rows of {kind}", held=not found[file.name]))
        if broken:
            smallest = "; ".join(broken)
            raise AssertionError(smallest)

    try:
        every_row_ends_where_it_must()
    except AssertionError:
        told = f"Seed {seed}, the smallest: {smallest}"
        return [trial if trial.held else replace(trial, detail=told) for trial in made]
    return made


def huge_field(folder: Path, kind: str, length: int) -> str:
    """Land a row with a field of `length` bytes, and one that is refused; tell what differs."""
    cells = {
        "call_id": "1",
        "direction": "inbound",
        "started_at": "2024-01-01 10:00:00",
        "ended_at": "2024-01-01 10:05:00",
        "caller_number": "9" * length,
    }
    rows = [cells, cells | {"call_id": "2", "ended_at": cells["caller_number"]}]
    if kind == "jsonl":
        content = "\n".join(map(json.dumps, rows)).encode()
    else:
        lines = [cells.keys(), *(row.values() for row in rows)]
        content = "\n".join(",".join(f'"{field}"' for field in line) for line in lines).encode()
    source = folder / "source"
    source.mkdir()
    is_packed = kind.endswith(".gz")
    (source / f"calls.{kind}").write_bytes(gzip.compress(content, 1) if is_packed else content)
    warehouse = Warehouse(folder / "warehouse")
    (account,) = land(warehouse, [source])
    with duckdb.connect(warehouse.build, read_only=True) as connection:
        lengths = connection.execute(
            "select (select list(length(caller_number)) from raw.calls), "
            "(select list(strlen(row_json)) from raw.rejects)"
        ).fetchall()[0]
    is_right = (account.read, account.inserted, account.rejected) == (2, 1, 1)
    is_right &= lengths[0] == [length] and 60_000 < lengths[1][0] <= 65_536
    return "" if is_right else f"{account}, lengths of what landed and of the reject {lengths}"


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
