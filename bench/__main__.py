"""Measures the whole job on data of a chosen size, beside a floor: one lean DuckDB script.

make bench                                     a million calls of a year, in CSV
make bench CALLS=10000000 FORMAT=parquet       ten million, in Parquet
make bench CALLS=100000 DAYS=30 SEED=7 JSON=bench.json KEEP=folder

CALLS, DAYS, SEED  how much is drawn: the same seed draws the same rows
FORMAT             csv or parquet
JSON               a file that gets the figures too
KEEP               a folder for the files drawn and the warehouse; else both go with the run

On two processors 100,000 calls take about 3 minutes, a million about 9 and 600 MB of warehouse.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from bench import results
from bench.data import FORMATS, Size
from bench.job import run

DEFAULTS = {"CALLS": "1000000", "DAYS": "365", "SEED": "1", "FORMAT": "csv", "JSON": "", "KEEP": ""}


def main(arguments: Sequence[str]) -> int:
    """Run what `NAME=VALUE` arguments ask for; 0 done, 1 a step failed or differs, 2 usage."""
    given = dict(DEFAULTS)
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name not in DEFAULTS or not _is_right(name, value):
            print(f"{argument} means nothing here.\n\n{__doc__}", file=sys.stderr)
            return 2
        given[name] = value
    size = Size(int(given["CALLS"]), int(given["DAYS"]), int(given["SEED"]), given["FORMAT"])
    keep = given["KEEP"]
    with nullcontext(keep) if keep else tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), size, tell=_tell)
    print(results.as_table(found))
    if given["JSON"]:
        Path(given["JSON"]).write_text(results.as_json(found), encoding="utf-8")
    return int(not found.is_good)


def _is_right(name: str, value: str) -> bool:
    match name:
        case "CALLS" | "DAYS":
            return value.isdecimal() and int(value) > 0
        case "SEED":
            return value.isdecimal()
        case "FORMAT":
            return value in FORMATS
        case _:
            return True


def _tell(words: str) -> None:
    print(words, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
