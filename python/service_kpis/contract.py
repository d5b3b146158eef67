"""The raw contract, read from the dbt sources in models/staging/raw.yml: its one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from service_kpis.warehouse import PROJECT_DIR

CONTRACT_FILE = PROJECT_DIR / "models" / "staging" / "raw.yml"


@dataclass(frozen=True)
class Column:
    """A column; `data_type` is text, timestamp, date, integer, decimal or boolean."""

    name: str
    data_type: str
    description: str
    is_required: bool
    is_as_is: bool
    """Kept as it came; other text is trimmed of outer blanks."""
    is_promise: bool
    """A timestamp that was promised, so it may lie in the future and is nothing that happened."""
    values: tuple[str, ...]
    minimum: int | None
    above: int | None


@dataclass(frozen=True)
class Rule:
    """A condition on a row, in SQL over the table's columns, that `column` must meet."""

    column: str
    must: str
    reason: str


@dataclass(frozen=True)
class Table:
    """A table of the contract; `columns` are those that a source may bring, not landing's own."""

    name: str
    description: str
    key: tuple[str, ...]
    is_of_the_house: bool
    """The key names one thing whichever source says it; else it is unique within a source."""
    ordered_times: tuple[str, ...]
    rules: tuple[Rule, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@cache
def tables() -> dict[str, Table]:
    """Every table of the contract by name, in its order."""
    document = yaml.safe_load(CONTRACT_FILE.read_text(encoding="utf-8"))
    return {entry["name"]: _table(entry) for entry in document["sources"][0]["tables"]}


def _table(entry: dict[str, Any]) -> Table:
    meta = entry["config"]["meta"]
    return Table(
        name=entry["name"],
        description=entry["description"],
        key=tuple(meta["key"]),
        is_of_the_house=meta["scope"] == "house",
        ordered_times=tuple(meta.get("ordered_times", ())),
        rules=tuple(Rule(**rule) for rule in meta.get("rules", ())),
        columns=tuple(
            _column(column) for column in entry["columns"] if not column["name"].startswith("_")
        ),
    )


def _column(entry: dict[str, Any]) -> Column:
    meta = entry.get("config", {}).get("meta", {})
    return Column(
        name=entry["name"],
        data_type=entry["data_type"],
        description=entry["description"],
        is_required=meta.get("required", False),
        is_as_is=meta.get("as_is", False),
        is_promise=meta.get("is_promise", False),
        values=tuple(meta.get("values", ())),
        minimum=meta.get("minimum"),
        above=meta.get("above"),
    )
