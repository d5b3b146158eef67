"""The contract of the seeds, read from seeds/seeds.yml, its one place.

The columns in their order, the values that each takes, what must be filled, keys and references:
from the types, the dbt tests and the word `takes` that stand there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import yaml

from service_kpis.settings import Kind, matching, one_of
from service_kpis.warehouse import PROJECT_DIR

SEEDS_FILE = PROJECT_DIR / "seeds" / "seeds.yml"
LARGEST_INTEGER = 2_147_483_647


@dataclass(frozen=True)
class Column:
    """A column of a seed; `refers_to` is the seed or model, and its column, that must hold it."""

    name: str
    kind: Kind
    is_required: bool
    refers_to: tuple[str, str] | None


@dataclass(frozen=True)
class Seed:
    """A seed of the contract; each of `keys` names a row."""

    columns: Mapping[str, Column]
    keys: tuple[tuple[str, ...], ...]


def _read_date(text: str) -> str | None:
    """Take no other form of ISO 8601 than the one that people and spreadsheets write."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return text if text == day.isoformat() else None


def _read_boolean(text: str) -> str | None:
    """Spreadsheets write TRUE."""
    return text.lower() if text.lower() in ("true", "false") else None


@cache
def _time_zones() -> set[str]:
    """List the zones once: the list is made from a folder of files."""
    return available_timezones()


def _read_duration(text: str) -> str | None:
    is_whole = re.fullmatch(r"\d{1,10}", text, re.ASCII)
    return str(int(text)) if is_whole and 0 < int(text) <= LARGEST_INTEGER else None


CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
KINDS = {
    "text": Kind(takes="any text", read=lambda text: text),
    "date": Kind(takes="a date such as 2026-12-25", read=_read_date),
    "boolean": Kind(takes="true or false", read=_read_boolean),
    "number": matching(r"[+-]?(\d+\.?\d*|\.\d+)", "a number with a decimal point, such as 0.85"),
    "duration": Kind(takes="a whole number of seconds above 0", read=_read_duration),
    "time": matching(CLOCK, "a time of day `HH:MM` from 00:00 to 23:59"),
    "closing_time": matching(
        f"{CLOCK}|24:00", "a time of day `HH:MM` from 00:00 to 23:59, or 24:00"
    ),
    "time_zone": Kind(
        takes="a time zone's name such as Europe/Paris",
        read=lambda text: text if text in _time_zones() else None,
    ),
}
"""The kinds that `takes` and the types of seeds.yml name; `read` gives a value as it is kept."""


@cache
def seeds() -> dict[str, Seed]:
    """Give every seed of seeds.yml by name, in its order."""
    document = yaml.safe_load(SEEDS_FILE.read_text(encoding="utf-8"))
    return {entry["name"]: _seed(entry) for entry in document["seeds"]}


def _seed(entry: dict[str, Any]) -> Seed:
    types = entry["config"]["column_types"]
    tests = _arguments(entry)
    columns = [_column(column, types[column["name"]]) for column in entry["columns"]]
    unique = [(column["name"],) for column in entry["columns"] if "unique" in _arguments(column)]
    keys = [tuple(tests["unique_key"]["columns"])] if "unique_key" in tests else []
    return Seed({column.name: column for column in columns}, (*unique, *keys))


def _column(entry: dict[str, Any], data_type: str) -> Column:
    tests = _arguments(entry)
    takes = entry.get("config", {}).get("meta", {}).get("takes")
    if "accepted_values" in tests:
        kind = one_of(*(str(value) for value in tests["accepted_values"]["values"]))
    else:
        kind = KINDS[takes or _kind_of(data_type)]
    reference = tests.get("relationships")
    return Column(
        name=entry["name"],
        kind=kind,
        is_required="not_null" in tests,
        refers_to=(reference["to"][len("ref('") : -len("')")], reference["field"])
        if reference
        else None,
    )


def _kind_of(data_type: str) -> str:
    """Give the kind of a type, which is an expression where engines differ."""
    if "varchar" in data_type:
        return "text"
    return "number" if "double" in data_type else data_type


def _arguments(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the dbt tests of a seed or column by name, with their arguments."""
    tests: dict[str, dict[str, Any]] = {}
    for test in entry.get("data_tests", ()):
        name, options = (test, {}) if isinstance(test, str) else next(iter(test.items()))
        tests[name] = options.get("arguments", {})
    return tests
