"""The vars of dbt_project.yml: which there are, their defaults, and which values they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
import yaml

from service_kpis.errors import InputError
from service_kpis.warehouse import PROJECT_DIR

LANDING_VARS = ("default_country", "clock_skew_seconds")
"""They act when files are landed; the others when the marts are built."""
RAW_SCHEMA = "raw_schema"
PARTIES_VARS = ("default_country", RAW_SCHEMA)
"""They act when people are made known where a loader of the user's own fills the raw tables."""

CENTURY_IN_DAYS = 36_500


@dataclass(frozen=True)
class Kind:
    """The values that a var takes: `read` gives the value as dbt shall have it, or None."""

    takes: str
    read: Callable[[Any], Any]


def one_of(*values: str) -> Kind:
    return Kind(
        takes=f"one of {', '.join(values)}",
        read=lambda value: value if value in values else None,
    )


def number(
    unit: str, *, low: int, high: int, is_whole: bool = True, is_above_low: bool = False
) -> Kind:
    def read(value: Any) -> int | float | None:
        is_number = isinstance(value, int if is_whole else (int, float))
        if not is_number or isinstance(value, bool):
            return None
        is_in_range = (low < value if is_above_low else low <= value) and value <= high
        return value if is_in_range else None

    whole = "a whole number" if is_whole else "a number"
    bounds = f"above {low} and up to {high}" if is_above_low else f"from {low} to {high}"
    return Kind(takes=f"{whole} of {unit} {bounds}", read=read)


def matching(pattern: str, takes: str) -> Kind:
    return Kind(
        takes=takes,
        read=lambda value: value if re.fullmatch(pattern, str(value), re.ASCII) else None,
    )


def read_as_of(value: Any) -> str | None:
    """Give a date or a timestamp as ISO 8601; what bears no offset is local, dbt knows to where."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value.isoformat() if isinstance(value, date) else None


KINDS = {
    "reporting_timezone": Kind(
        takes="a time zone's name such as Europe/Paris",
        read=lambda value: value if value in available_timezones() else None,
    ),
    "reporting_currency": matching("[A-Z]{3}", "a currency of three capitals such as EUR"),
    "as_of": Kind(takes="a date or a timestamp such as 2025-01-31 18:00:00", read=read_as_of),
    "answer_threshold_seconds": number("seconds", low=0, high=86_400, is_above_low=True),
    "short_abandon_seconds": number("seconds", low=0, high=86_400),
    "service_level_formula": one_of(
        "offered",
        "abandons_within_met",
        "answered_only",
        "ignore_abandons_within",
        "short_abandons_met",
        "ignore_short_abandons",
    ),
    "exclude_short_abandons": Kind(
        takes="true or false", read=lambda value: value if isinstance(value, bool) else None
    ),
    "fcr_window_days": number("days", low=1, high=CENTURY_IN_DAYS),
    "fcr_match": one_of("caller", "caller_and_reason"),
    "active_days": number("days", low=1, high=CENTURY_IN_DAYS),
    "renewal_grace_days": number("days", low=0, high=CENTURY_IN_DAYS),
    "order_defect_maturity_days": number("days", low=0, high=CENTURY_IN_DAYS),
    "nps_dedupe": one_of("all", "latest_per_customer_90_days"),
    "journey_gap_hours": number("hours", low=1, high=24 * CENTURY_IN_DAYS),
    "publish_agents": one_of("as_is", "hashed"),
    "default_country": Kind(
        takes="a country of two capitals (ISO 3166) such as FR",
        read=lambda value: value if value in phonenumbers.SUPPORTED_REGIONS else None,
    ),
    "clock_skew_seconds": number("seconds", low=0, high=86_400),
}
WITH_RAW_SCHEMA = KINDS | {
    RAW_SCHEMA: matching("[A-Za-z_][A-Za-z0-9_]*", "the name of a schema such as loaded")
}


@cache
def defaults() -> dict[str, Any]:
    """Read every var's default from dbt_project.yml, its one place."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return {name: value for name, value in project["vars"].items() if name in KINDS}


def parse_vars(text: str, kinds: Mapping[str, Kind] = KINDS) -> dict[str, Any]:
    """Read `--vars` in dbt's own form, a YAML mapping such as `{fcr_window_days: 3}`.

    Returns the values as dbt shall have them. Raises InputError for a name that is none of `kinds`
    or a value that its var doesn't take, naming what is valid.
    """
    try:
        given = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(
            "--vars is no YAML. Write a mapping such as '{reporting_timezone: Europe/Paris}'."
        ) from error
    if not isinstance(given, dict):
        raise InputError(
            "--vars is no YAML mapping. Write one such as '{reporting_timezone: Europe/Paris}'."
        )
    return {name: _read(name, value, kinds) for name, value in given.items()}


def _read(name: object, value: Any, kinds: Mapping[str, Kind]) -> Any:
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        raise InputError(f"--vars names `{name}`, which is no var. There are: {', '.join(kinds)}.")
    if value is None and name in defaults() and defaults()[str(name)] is None:
        return None
    try:
        read = kind.read(value)
    except (TypeError, OverflowError):  # a list where a word belongs, a date beyond year 9999
        read = None
    if read is None:
        raise InputError(f"--vars gives `{name}` a value it does not take. It takes {kind.takes}.")
    return read


def effective(given: dict[str, Any]) -> dict[str, Any]:
    """Lay the given vars over the defaults."""
    return {**defaults(), **given}


def changed(chosen: dict[str, Any]) -> dict[str, Any]:
    """Give those vars that are not the defaults."""
    return {name: value for name, value in chosen.items() if value != defaults().get(name)}
