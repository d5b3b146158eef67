"""The reference data that a user edits: the shipped seeds, and a user's own beside them.

dbt writes the SQL of a seed to `<target-path>/run/<project>/<path of the seed>`, so a seed path
that is absolute or climbs out of the project makes it overwrite the user's file. A user's seeds are
therefore copied into the warehouse, and dbt is given a project folder there whose other parts are
links to this one.
"""

from __future__ import annotations

import csv
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from service_kpis.errors import InputError
from service_kpis.warehouse import PROJECT_DIR, Warehouse

SHIPPED = PROJECT_DIR / "seeds"
PARTS_OF_THE_PROJECT = ("dbt_project.yml", "analyses", "macros", "models", "tests")


def take(warehouse: Warehouse, folder: Path) -> list[str]:
    """Keep a user's seeds in the warehouse until others are given; returns their names.

    The shipped folder itself, or one without any CSV file, means the shipped seeds alone. Raises
    InputError for a file or column that no seed has, a missing column that must be filled, or a
    row with another number of fields; nothing is kept then.
    """
    if not folder.is_dir():
        raise InputError(
            f"--seeds {folder} is no folder. Give the folder that holds your CSV files."
        )
    is_shipped = folder.resolve() == SHIPPED
    files = [] if is_shipped else sorted(filter(_is_to_be_read, folder.iterdir()))
    names = list(_columns())
    seeds = {}
    for file in files:
        if file.suffix != ".csv" or file.stem not in names:
            told = ", ".join(f"{name}.csv" for name in names)
            raise InputError(f"{file} is no seed. There are: {told}.")
        seeds[file.stem] = _read(file)
    kept = _kept(warehouse)
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for name, rows in seeds.items():
        with (kept / f"{name}.csv").open("w", newline="", encoding="utf-8") as target:
            csv.writer(target, lineterminator="\n").writerows(rows)
    return list(seeds)


def project_dir(warehouse: Warehouse) -> Path:
    """Give the dbt project to build: this one, or its double with the user's own seeds."""
    own = {path.name: path for path in _kept(warehouse).glob("*.csv")}
    if not own:
        return PROJECT_DIR
    double = warehouse.folder / ".dbt" / "project"
    (double / "seeds").mkdir(parents=True, exist_ok=True)
    for part in PARTS_OF_THE_PROJECT:
        link = double / part
        if not link.is_symlink() and (PROJECT_DIR / part).exists():
            link.symlink_to(PROJECT_DIR / part)
    for shipped in SHIPPED.iterdir():
        if shipped.is_file():
            shutil.copyfile(own.get(shipped.name, shipped), double / "seeds" / shipped.name)
    return double


def _kept(warehouse: Warehouse) -> Path:
    return warehouse.folder / "seeds"


def _is_to_be_read(path: Path) -> bool:
    """Leave out hidden files, and the descriptions that a copy of the shipped folder brings."""
    return path.is_file() and not path.name.startswith(".") and path.suffix not in {".yml", ".md"}


def _read(file: Path) -> list[list[str]]:
    """Read a user's seed as rows with the shipped columns in their order, the header first."""
    columns = _columns()[file.stem]
    try:
        with file.open(newline="", encoding="utf-8-sig") as source:
            rows = [row for row in csv.reader(source, strict=True) if any(row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file} is no CSV file in UTF-8. Save it as one.") from error
    header = [name.strip() for name in rows[0]] if rows else []
    for name in header:
        if name not in columns or header.count(name) > 1:
            raise InputError(
                f"{file} has a column `{name}` twice or that no seed of its name has. "
                f"Its columns: {', '.join(columns)}."
            )
    for name, is_required in columns.items():
        if is_required and name not in header:
            raise InputError(f"{file} lacks the column `{name}`. Add it: it must be filled.")
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise InputError(
                f"{file}, data row {number}: {len(row)} fields where the header has {len(header)}. "
                "Mend the row."
            )
    position = {name: header.index(name) for name in header}
    return [
        list(columns),
        *(
            [row[position[name]].strip() if name in position else "" for name in columns]
            for row in rows[1:]
        ),
    ]


@cache
def _columns() -> dict[str, dict[str, bool]]:
    """Give every seed's columns in order, and whether each must be filled (tested not_null)."""
    entries: dict[str, Any] = {}
    for file in SHIPPED.glob("*.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["seeds"]:
            entries[entry["name"]] = {
                column["name"]: "not_null" in column.get("data_tests", ())
                for column in entry["columns"]
            }
    return entries
