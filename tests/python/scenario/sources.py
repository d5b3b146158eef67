"""Writes the tables as a user would bring them: two folders of CSV, each with its source.yml."""

from __future__ import annotations

import csv
from pathlib import Path

from scenario import bursts, golden
from scenario.tables import FOLDER, table

SOURCE = "name: {name}\ntimezone: Europe/Paris\ndefault_country: FR\ntables:\n"
CALLS = ("calls", "calls_later", "calls_of_journeys", "calls_compared")


def write_sources(folder: Path) -> list[Path]:
    """Write the sources; gives their folders, in the order to land them."""
    switch = _tables("switch")
    switch["calls"] = [
        *({"direction": "inbound"} | call for name in CALLS for call in switch.pop(name)),
        *golden.calls(),
    ]
    shop = _tables("shop")
    shop["orders"] += shop.pop("orders_promised") + shop.pop("orders_repeated")
    for name in ("surveys", "ticket_events", "tickets"):
        shop[name] += shop.pop(f"{name}_compared")
    shop["reviews"] += bursts.reviews()
    return [_write(folder / "switch", switch), _write(folder / "shop", shop)]


def write_seeds(folder: Path) -> Path:
    """Write the seeds that the world has of its own; gives their folder."""
    folder.mkdir(parents=True)
    _write_csv(folder / "sla_targets.csv", table("seeds/sla_targets"))
    return folder


def _tables(source: str) -> dict[str, list[dict[str, str]]]:
    names = sorted(path.stem for path in (FOLDER / source).glob("*.txt"))
    return {name: table(f"{source}/{name}") for name in names}


def _write(folder: Path, tables: dict[str, list[dict[str, str]]]) -> Path:
    folder.mkdir(parents=True)
    mappings = "".join(f"  {name}: {{files: {name}.csv}}\n" for name in tables)
    text = SOURCE.format(name=folder.name) + mappings
    folder.joinpath("source.yml").write_text(text, encoding="utf-8")
    for name, rows in tables.items():
        _write_csv(folder / f"{name}.csv", rows)
    return folder


def _write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        columns = dict.fromkeys(column for row in rows for column in row)
        writer = csv.DictWriter(file, fieldnames=list(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)
