"""Writes the tables as a user would bring them: two folders of CSV, each with its source.yml."""

from __future__ import annotations

import csv
from pathlib import Path

from scenario import bursts, golden
from scenario.tables import FOLDER, table

SOURCE = "name: {name}\ntimezone: Europe/Paris\ndefault_country: FR\ntables:\n"
CALLS = ("calls", "calls_later", "calls_of_journeys")


def write_sources(folder: Path) -> list[Path]:
    """Write the sources; gives their folders, in the order to land them."""
    switch = _tables("switch")
    switch["calls"] = [
        *({"direction": "inbound"} | call for name in CALLS for call in switch.pop(name)),
        *golden.calls(),
    ]
    shop = _tables("shop")
    shop["orders"] += shop.pop("orders_promised") + shop.pop("orders_repeated")
    shop["reviews"] += bursts.reviews()
    return [_write(folder / "switch", switch), _write(folder / "shop", shop)]


def _tables(source: str) -> dict[str, list[dict[str, str]]]:
    names = sorted(path.stem for path in (FOLDER / source).glob("*.txt"))
    return {name: table(f"{source}/{name}") for name in names}


def _write(folder: Path, tables: dict[str, list[dict[str, str]]]) -> Path:
    folder.mkdir(parents=True)
    mappings = "".join(f"  {name}: {{files: {name}.csv}}\n" for name in tables)
    text = SOURCE.format(name=folder.name) + mappings
    folder.joinpath("source.yml").write_text(text, encoding="utf-8")
    for name, rows in tables.items():
        with folder.joinpath(f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            columns = dict.fromkeys(column for row in rows for column in row)
            writer = csv.DictWriter(file, fieldnames=list(columns), restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder
