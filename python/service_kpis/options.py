"""Options that several commands share, and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from service_kpis import settings, state
from service_kpis.command import Session
from service_kpis.errors import InputError

Sources = Annotated[
    list[Path] | None,
    typer.Argument(metavar="SOURCE", help="Folders of files, or source.yml files."),
]
VarsOption = Annotated[
    str | None,
    typer.Option(
        "--vars",
        metavar="YAML",
        help="Settings such as '{reporting_timezone: Europe/Paris}', kept until others are given; "
        "'{}' = the defaults of dbt_project.yml.",
    ),
]
SeedsOption = Annotated[
    Path | None,
    typer.Option(
        "--seeds",
        metavar="DIR",
        help="A folder with your own business_hours.csv, calendar_days.csv, request_types.csv, "
        "response_promises.csv, kpi_targets.csv or sla_targets.csv, kept until others are given; "
        "a file missing there stays the shipped one. `--seeds seeds` = the shipped ones.",
    ),
]
RotateKeyOption = Annotated[
    bool,
    typer.Option(
        "--rotate-key",
        help="Take another key than people are known by: every hash of a person changes.",
    ),
]


def parsed_vars(vars_text: str | None) -> dict[str, Any] | None:
    """Read --vars; None where it was not given, so that the vars before stay."""
    return None if vars_text is None else settings.parse_vars(vars_text)


def require_landing_vars(given: dict[str, Any]) -> None:
    """Raise InputError where a var does not act at landing."""
    others = [name for name in given if name not in settings.LANDING_VARS]
    if others:
        raise InputError(
            f"--vars of `land` takes {' and '.join(settings.LANDING_VARS)}; {', '.join(others)} "
            "acts when the marts are built: give it to `service-kpis build` or `run`."
        )


def keep_landing_vars(session: Session, given: dict[str, Any]) -> None:
    """Keep what acts at landing, and leave the vars of the last build as they are."""
    kept = state.read(session.warehouse).get("vars", {})
    of_the_build = {name: kept[name] for name in kept if name not in settings.LANDING_VARS}
    state.update(session.warehouse, {"vars": of_the_build | given})
