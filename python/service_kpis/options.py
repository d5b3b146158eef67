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
ToOption = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="TARGET",
        help="Then bring the raw tables to this target of dbt's profile: postgres, spark or "
        "ducklake. Without SOURCE, those that landed before.",
    ),
]
PartiesOnlyOption = Annotated[
    bool,
    typer.Option(
        "--parties-only",
        help="With --to, where a loader of your own fills the raw tables there: land nothing, and "
        "write beside them who their ids and numbers are.",
    ),
]
FullRefreshOption = Annotated[
    bool,
    typer.Option("--full-refresh", help="Build everything anew, not only what changed."),
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


def parties_vars(vars_text: str | None) -> dict[str, Any]:
    """Read --vars of `land --parties-only`."""
    if vars_text is None:
        return {}
    given = settings.parse_vars(vars_text, settings.WITH_RAW_SCHEMA)
    others = [name for name in given if name not in settings.PARTIES_VARS]
    if others:
        raise InputError(
            f"--vars of `land --parties-only` takes {' and '.join(settings.PARTIES_VARS)}; "
            f"{', '.join(others)} acts elsewhere: give it to `dbt build --vars`."
        )
    return given


def require_landing_vars(given: dict[str, Any]) -> None:
    """Raise InputError where a var does not act at landing."""
    others = [name for name in given if name not in settings.LANDING_VARS]
    if others:
        raise InputError(
            f"--vars of `land` takes {' and '.join(settings.LANDING_VARS)}; {', '.join(others)} "
            "acts when the marts are built: give it to `service-kpis build` or `run`."
        )


def require_sense(
    sources: list[Path],
    to: str | None,
    *,
    parties_only: bool,
    of_a_landing: dict[str, bool],
    dry_run: bool,
) -> None:
    """Raise InputError where options of `land` say nothing together.

    of_a_landing: the options that act on rows of a source alone, and whether they are given.
    """
    given = [name for name, is_given in of_a_landing.items() if is_given]
    if parties_only and to is None:
        raise InputError(
            "--parties-only makes people known on another engine: say which with --to TARGET."
        )
    if parties_only and (sources or dry_run or "--strict" in given):
        told = "SOURCE" if sources else "--dry-run" if dry_run else "--strict"
        raise InputError(
            f"--parties-only lands nothing, so {told} means nothing with it. Leave one away."
        )
    if to is not None and dry_run:
        raise InputError("--dry-run lands nothing that --to could bring. Leave one away.")
    if not sources and to is None:
        raise InputError(
            "Name a SOURCE: a folder of files, or a source.yml. Without one, --to TARGET brings "
            "what landed before to another engine."
        )
    if not sources and not parties_only and given:
        raise InputError(f"{given[0]} acts when a source lands: name a SOURCE, or leave it away.")


def keep_landing_vars(session: Session, given: dict[str, Any]) -> None:
    """Keep what acts at landing, and leave the vars of the last build as they are."""
    kept = state.read(session.warehouse).get("vars", {})
    of_the_build = {name: kept[name] for name in kept if name not in settings.LANDING_VARS}
    state.update(session.warehouse, {"vars": of_the_build | given})
