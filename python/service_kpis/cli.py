"""The command line: each command is a few lines over the verb that does it."""

# ruff: noqa: PLC0415
# Verbs are imported where they are used: dbt, Great Expectations and the charts take seconds to
# import, which `--help` and `status` shall not wait for.

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from service_kpis import asking, machine, steps, telling
from service_kpis import seeds as seed_files
from service_kpis.command import Session, command, invoke
from service_kpis.errors import InputError
from service_kpis.options import (
    FullRefreshOption,
    PartiesOnlyOption,
    RotateKeyOption,
    SeedsOption,
    Sources,
    ToOption,
    VarsOption,
    keep_landing_vars,
    parsed_vars,
    parties_vars,
    require_landing_vars,
    require_sense,
)

app = typer.Typer(
    help=(
        "From the exports of a customer service to KPI tables that any BI tool can read.\n\n"
        "Start with `service-kpis run`: it takes the sample data through the whole way. "
        "`service-kpis init FILE…` helps to bring your own."
    ),
    epilog=(
        "Exit codes: 0 done · 1 a check failed, nothing published · 2 wrong usage or a refused "
        "input · 3 the warehouse is in use · 4 the machine or this software failed · "
        "130 interrupted."
    ),
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def front(
    context: typer.Context,
    is_version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.")
    ] = False,
) -> None:
    """Answer without a command: the version, or the help."""
    if is_version:
        typer.echo(f"service-kpis {version('service-kpis')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@command(app)
def run(  # noqa: PLR0913, PLR0917  an argument an option
    session: Session,
    sources: Sources = None,
    vars_text: VarsOption = None,
    seeds: SeedsOption = None,
    rotate_key: RotateKeyOption = False,
    full_refresh: FullRefreshOption = False,
) -> None:
    """Land, build, validate, publish and report: the whole way.

    Without SOURCE, lands again what this warehouse knows, or the sample data if it knows nothing.

    Example: service-kpis run exports/telephony exports/helpdesk
    """
    given = parsed_vars(vars_text)
    with session.warehouse.locked():
        seed_files.require_valid(session.warehouse, seeds)
        steps.land(session, sources or [], is_key_rotated=rotate_key, given=given)
        steps.build(session, given, seeds, is_full=full_refresh)
        steps.validate(session)
        published = steps.publish(session)
        steps.report(session)
        session.outcome.machine = machine.used()
        telling.run(session, published)


@command(app)
def land(  # noqa: PLR0913, PLR0917  an argument an option
    session: Session,
    sources: Sources = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Land nothing if any row is rejected (exit 1).")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the account and land nothing.")
    ] = False,
    to: ToOption = None,
    parties_only: PartiesOnlyOption = False,
    vars_text: VarsOption = None,
    rotate_key: RotateKeyOption = False,
) -> None:
    """Land sources and print the account of each file.

    Of the vars, default_country and clock_skew_seconds act here. With --strict, the account of a
    source with rejects says what would have landed, and --to brings nothing. --parties-only takes
    the vars default_country and raw_schema, and keeps neither.

    Example: service-kpis land exports/telephony --dry-run

    Example: service-kpis land exports/telephony --to postgres
    """
    of_a_landing = {
        "--strict": strict,
        "--vars": vars_text is not None,
        "--rotate-key": rotate_key,
    }
    require_sense(
        sources or [], to, parties_only=parties_only, of_a_landing=of_a_landing, dry_run=dry_run
    )
    if to is not None and parties_only:
        steps.make_known(session, to, parties_vars(vars_text), is_key_rotated=rotate_key)
        return
    given = parsed_vars(vars_text)
    require_landing_vars(given or {})
    engine = None if to is None else steps.reached(session, to)
    with session.warehouse.locked():
        if sources:
            steps.land(
                session,
                sources,
                strict=strict,
                dry_run=dry_run,
                is_key_rotated=rotate_key,
                given=given,
            )
        if given is not None and not dry_run:
            keep_landing_vars(session, given)
        if to is not None and engine is not None:
            steps.bring(session, to, engine)
    if dry_run:
        session.say("Nothing landed: this was a dry run. The same without --dry-run lands it.")


@command(app)
def remove(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Its name, as `status` shows.")],
) -> None:
    """Take a source's rows out of the warehouse again.

    Example: service-kpis remove acme_telephony
    """
    from service_kpis import landing

    with session.warehouse.locked():
        landing.remove(session.warehouse, source)
        is_last = not landing.known_sources(session.warehouse)
    # `run` would fill a warehouse without sources with the sample data.
    next_step = "build`, `validate` and `publish` publish" if is_last else "run` publishes"
    session.say(f"Removed {source}. `service-kpis {next_step} without it.")


@command(app)
def build(
    session: Session,
    vars_text: VarsOption = None,
    seeds: SeedsOption = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="MODELS", help="Only these, in dbt's syntax."),
    ] = None,
    full_refresh: FullRefreshOption = False,
) -> None:
    """Build the marts: what changed since the last build.

    Example: service-kpis build --vars '{answer_threshold_seconds: 30}'
    """
    with session.warehouse.locked():
        steps.build(session, parsed_vars(vars_text), seeds, select=select, is_full=full_refresh)


@command(app)
def validate(session: Session) -> None:
    """Check what landed and what was built; writes Data Docs.

    Great Expectations guard the tables, every KPI is computed a second time, and what is to be
    published is searched for personal data.

    Example: service-kpis validate
    """
    with session.warehouse.locked():
        steps.validate(session)
    session.say(f"Data Docs: {session.warehouse.data_docs / 'index.html'}")


@command(app)
def publish(
    session: Session,
    parquet_folder: Annotated[
        Path | None,
        typer.Option(
            "--parquet",
            metavar="DIR",
            help="Also write each published table to DIR/<table>.parquet; other files there stay.",
        ),
    ] = None,
) -> None:
    """Put service_kpis.duckdb in place, if its checks passed.

    Readers of the file before are not disturbed; the last three are kept for rollback.

    Example: service-kpis publish --parquet exports/kpis
    """
    folder = None if parquet_folder is None else parquet_folder.absolute()
    with session.warehouse.locked():
        published = steps.publish(session, folder)
    telling.published(session, published)


@command(app)
def rollback(session: Session) -> None:
    """Bring the file published before back; the last three are kept.

    Example: service-kpis rollback
    """
    from service_kpis import publishing

    with session.warehouse.locked():
        published = publishing.rollback(session.warehouse)
    session.outcome.published = published.as_dict()
    telling.rolled_back(session, published)


@command(app)
def report(session: Session) -> None:
    """Write the HTML dashboard of what is published.

    Example: service-kpis report
    """
    with session.warehouse.locked():
        steps.report(session)
    session.say(f"Report: {session.outcome.report}")


command(app)(asking.rejects)


@command(app)
def forget(
    session: Session,
    person: Annotated[
        str, typer.Argument(metavar="ID|PHONE|EMAIL", help="Whom to erase.", show_default=False)
    ],
) -> None:
    """Erase a person for good; no KPI changes.

    Ids, telephone numbers and e-mail addresses go from every file of the warehouse. Your own
    source files still hold the person; what lands of them again stays erased. Of several people
    with one telephone, only the one it belongs to now is meant by it.

    Example: service-kpis forget +33123456789
    """
    from service_kpis import forgetting

    warehouse = session.warehouse
    with warehouse.locked():
        had_report = warehouse.report.exists() and warehouse.published.exists()
        done = forgetting.forget(warehouse, person, session.progress)
        session.outcome.forgotten = done.as_dict()
        telling.forgotten(session, done)
        if had_report and not warehouse.report.exists():
            steps.report(session)


command(app)(asking.status)
command(app)(asking.diff)


@command(app)
def generate(  # noqa: PLR0913, PLR0917  an argument an option
    session: Session,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write the files.")],
    days: Annotated[int, typer.Option("--days", min=1, help="How many days.")] = 365,
    calls_per_day: Annotated[
        int, typer.Option("--calls-per-day", min=1, help="Calls on an average day.")
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same bytes.")] = 1,
    file_format: Annotated[
        Literal["csv", "parquet"], typer.Option("--format", help="Format of the files.")
    ] = "csv",
) -> None:
    """Generate realistic sample data of any size, of all tables.

    Example: service-kpis generate --out sample --days 90 --calls-per-day 1000
    """
    from service_kpis import generating

    session.progress.step("generating sample data")
    generating.generate(
        out, days=days, calls_per_day=calls_per_day, seed=seed, file_format=file_format
    )
    session.say(f"Generated {out}. Land it with `service-kpis run {out}`.")


@command(app)
def init(
    session: Session,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Exports to map to the contract.")
    ],
) -> None:
    """Write a first source.yml beside your files.

    It guesses from headers and first rows, marks every guess, and tells what to fill in.

    Example: service-kpis init exports/telephony/calls_2025.csv
    """
    from service_kpis import landing

    folders = {file.absolute().parent for file in files}
    if len(folders) > 1:
        raise InputError("The files stand in several folders. A source is one folder of files.")
    definition = folders.pop() / "source.yml"
    text = landing.init(files)
    try:
        with definition.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{definition} exists. Rename it, or map the files in it.") from None
    session.say(
        f"Wrote {definition}. Check the lines marked `# ?`, try it with "
        f"`service-kpis land {definition.parent} --dry-run`, "
        f"then run `service-kpis run {definition.parent}`."
    )


def main() -> int:
    """Run the command line and give the exit code."""
    # Numpy's OpenBLAS, with which nothing here computes, takes memory for every core when it is
    # loaded, and ends the process where it gets none.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return invoke(app, sys.argv[1:])
